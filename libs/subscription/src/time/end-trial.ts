import { isRefusal, type Instant } from '#kernel';
import { charge, post, type ChargesPosted } from '../charges/charges.ts';
import { changeRefusal, coming } from './next-term.ts';
import { conversion, type TrialConverted } from './conversion.ts';
import { changeFailed, type ScheduledChangeFailed } from './renew.ts';
import { isBilled, reference } from './start-cycle.ts';
import type { Existing } from '../state.ts';
import type { DecisionContext } from '../context.ts';

/**
 * A trial that reached its end becomes paid (R28, R86), with the values saved for it as far as they still hold (E49).
 * Without a conversion among the events, there is no SKU that it could become.
 */
export const endTrial = (
  state: Existing,
  at: Instant,
  context: DecisionContext,
): readonly (TrialConverted | ScheduledChangeFailed | ChargesPosted)[] => {
  const { scheduledChange } = state;
  const no = scheduledChange === null ? undefined : changeRefusal(state, scheduledChange, at, context);
  const failed = changeFailed(state, no, at);
  const paid = coming(state, (no === undefined ? scheduledChange : null) ?? {}, at, context);
  if (isRefusal(paid)) return failed;
  const converted = conversion(state, { ...paid.wanted, priced: paid.priced }, 'trialEnded', at);
  if (!isBilled(state)) return [...failed, converted];
  const line = charge('renew', { ...state, ...converted.data });
  return [...failed, converted, post(state, reference(state, 'conversion', at), at, [line])];
};
