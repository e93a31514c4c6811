import type { Event } from '#kernel';
import { autoRenewOff, type AutoRenewDisabled } from '../time/auto-renew-off.ts';
import { all, mayTry, mustBeActive, notDuringTrial, onlyFor, type RequestContext } from '../guards.ts';
import { invalidated, type ScheduledChangeRemoved } from '../time/revoke-scheduled-change.ts';
import type { Existing, Reason } from '../state.ts';
import type { Decision } from '../refusals.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

/** Block a customer who does not pay (R66). The partner is still billed (R68, R72). */
export class PauseSubscription extends commandTo('PauseSubscription')<{
  readonly reason?: Reason;
  readonly comment?: string;
}> {}

/** Users cannot work; the partner is still billed (R66, R68). */
export type SubscriptionPaused = Event<
  'SubscriptionPaused',
  { readonly reason: Reason; readonly comment: string | null }
>;

/** Only new commerce pauses, and not during a trial (A16). */
const guard = all(mayTry('pause'), onlyFor('pause', 'newCommerce'), mustBeActive, notDuringTrial);

/** For non-payment (R66); auto-renew is switched off (R70), a scheduled change is dropped (R71), no money moves (R72). */
const decide = (
  { data: { reason = 'nonPayment', comment } }: PauseSubscription,
  state: Existing,
  { at }: RequestContext,
): Decision<SubscriptionPaused | AutoRenewDisabled | ScheduledChangeRemoved> => [
  { type: 'SubscriptionPaused', data: { reason, comment: comment ?? null, effectiveAt: at } },
  ...autoRenewOff(state, 'pause', at),
  ...invalidated(state, 'pause', at),
];

/** No access until it is resumed (R67). */
const evolve = (state: Existing): Existing => ({ ...state, status: 'paused' });

export const pause = verb({
  command: PauseSubscription,
  action: 'pause',
  guard,
  decide,
  evolve: { SubscriptionPaused: evolve },
});
