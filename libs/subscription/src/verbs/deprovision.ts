import { dayOf } from '#calendar';
import { post, type ChargesPosted } from '../charges/charges.ts';
import type { SubscriptionDeleted } from '../time/end-term.ts';
import { all, mayTry, mustBeActive, onlyFor, type RequestContext } from '../guards.ts';
import { usageLines } from '../charges/usage.ts';
import type { Existing } from '../state.ts';
import type { Decision } from '../refusals.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

/** End a usage-based service; it is not returned, so nothing is refunded (R53–R55). */
export class DeprovisionSubscription extends commandTo('DeprovisionSubscription')<Record<never, never>> {}

const guard = all(mayTry('deprovision'), onlyFor('deprovision', 'usage'), mustBeActive);

/** The service ends (R54), nothing is refunded (R55), and usage that is not billed yet is billed now (E58). */
const decide = (
  { meta }: DeprovisionSubscription,
  state: Existing,
  { at }: RequestContext,
): Decision<SubscriptionDeleted | ChargesPosted> => {
  const lines = usageLines(state, dayOf(at));
  return [
    { type: 'SubscriptionDeleted', data: { cause: 'deprovisioned', effectiveAt: at } },
    ...(lines.length > 0 ? [post(state, meta.commandId, at, lines)] : []),
  ];
};

export const deprovision = verb({ command: DeprovisionSubscription, action: 'deprovision', guard, decide, evolve: {} });
