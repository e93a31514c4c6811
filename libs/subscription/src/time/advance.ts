import { startOf } from '#calendar';
import type { Instant } from '#kernel';
import { evolve, type SubscriptionEvent } from '../events.ts';
import { endAddOns, endRetention, endStage, expiryOf, endTerm } from './end-term.ts';
import { endTrial } from './end-trial.ts';
import { policyOf } from '../guards.ts';
import { renew } from './renew.ts';
import { startCycle } from './start-cycle.ts';
import type { Existing, Subscription } from '../state.ts';
import type { DecisionContext } from '../context.ts';
import { instantAfter } from './term.ts';
import { commandTo } from '../command.ts';

/** The actor under which the scheduler records what fell due. */
export const SCHEDULER = 'scheduler';

/** Records what fell due, if no command has recorded it yet. Sent by the scheduler; a second one records nothing. */
export class AdvanceTime extends commandTo('Settle')<Record<never, never>> {}

/** The next instant at which something falls due: a cycle, the end of the term or trial, a stage. Null after the end. */
export const nextDue = (state: Subscription): Instant | null => {
  if (state.status === 'none' || state.status === 'deleted' || state.inTransit !== null) return null;
  if (state.status === 'pending') return null;
  if (state.stageEndsAt !== null) return state.stageEndsAt;
  const dates = [instantAfter(state.cycle.end), state.suspension?.autoExpiresAt ?? null, ...state.addOns.map(expiryOf)];
  return dates.reduce((first, date) => (date !== null && (first === null || date < first) ? date : first), null);
};

/**
 * Everything that fell due up to and including an instant, as events in order, each with the effective time when it was
 * due (architecture.md §3, E19–E21; a trial's end before a cancellation at that instant: E26). Seats in transit stop it:
 * what follows them must not be recorded before them.
 */
export const advanceTo = (
  state: Existing,
  at: Instant,
  context: DecisionContext,
): { readonly events: readonly SubscriptionEvent[]; readonly state: Existing } => {
  const events: SubscriptionEvent[] = [];
  let now = state;
  for (let due = nextDue(now); due !== null && due <= at; due = nextDue(now)) {
    const step = whatFallsDue(now, due, context);
    events.push(...step);
    now = step.reduce<Subscription>(evolve, now) as Existing;
  }
  return { events, state: now };
};

const whatFallsDue = (state: Existing, due: Instant, context: DecisionContext): readonly SubscriptionEvent[] => {
  if (state.stageEndsAt !== null) return endStage(state, due);
  const expiresAt = state.suspension?.autoExpiresAt;
  if (expiresAt !== undefined && expiresAt !== null && expiresAt <= due) return endRetention(state, due);
  const gone = endAddOns(state, due);
  if (gone.length > 0) return gone;
  if (startOf(state.cycle.end) < startOf(state.termEnd)) return startCycle(state, due, context);
  if (!state.autoRenew || staysATrial(state)) return endTerm(state, due);
  if (!state.isTrial) return renew(state, due, context);
  const converted = endTrial(state, due, context);
  return converted.some(({ type }) => type === 'TrialConverted') ? converted : [...converted, ...endTerm(state, due)];
};

/** A legacy trial is converted by command, or it ends (D33). */
const staysATrial = (state: Existing): boolean =>
  state.isTrial && state.kind === 'legacy' && policyOf(state)['legacy.trial.autoConvert'] === 'no';
