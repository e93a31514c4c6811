import type { Event, Instant } from '#kernel';
import { chargedParts } from '../add-on.ts';
import type { AddOnSuspended } from '../add-on-events.ts';
import { autoRenewOff, type AutoRenewDisabled } from '../time/auto-renew-off.ts';
import { post, type ChargesPosted } from '../charges/charges.ts';
import { all, byKind, mayTry, mustBeActive, notDuringTrial, onlyFor, type RequestContext } from '../guards.ts';
import { onlyBySupport, publisherLets } from '../rules/may-suspend.ts';
import { invalidated, type ScheduledChangeRemoved } from '../time/revoke-scheduled-change.ts';
import { autoExpiresAt } from '../time/retention.ts';
import type { Existing, Reason } from '../state.ts';
import type { DecisionContext } from '../context.ts';
import { suspensionCredit } from '../charges/suspension-charges.ts';
import type { Decision } from '../refusals.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

/** Suspend access, with a reason (R39, E55). */
export class SuspendSubscription extends commandTo('SuspendSubscription')<{
  readonly reason: Reason;
  readonly comment?: string;
}> {}

/** Access was suspended, with the reason (R39). */
export type SubscriptionSuspended = Event<
  'SubscriptionSuspended',
  { readonly reason: Reason; readonly comment: string | null; readonly autoExpiresAt: Instant | null }
>;

/** Legacy suspends; marketplace as legacy, if the preset allows it (A23); new commerce by support (A22). */
const guard = all(
  mayTry('suspend'),
  byKind({
    newCommerce: all(onlyBySupport, mustBeActive, notDuringTrial),
    legacy: mustBeActive,
    isvSaas: all(publisherLets, mustBeActive),
    usage: onlyFor('suspend'),
  }),
);

type Consequence = SubscriptionSuspended | AutoRenewDisabled | ScheduledChangeRemoved | AddOnSuspended | ChargesPosted;

/**
 * Access ends for the base and its add-ons (R36, R40), except those that were suspended before (E28). The reason is kept
 * (R39). The effect on billing depends on the kind.
 */
const decide = (
  { data: { reason, comment }, meta }: SuspendSubscription,
  state: Existing,
  { at }: RequestContext,
  context: DecisionContext,
): Decision<Consequence> => {
  const suspended = (expiresAt: Instant | null): SubscriptionSuspended => ({
    type: 'SubscriptionSuspended',
    data: { reason, comment: comment ?? null, autoExpiresAt: expiresAt, effectiveAt: at },
  });
  // With the effects of a pause: billing goes on, auto-renew is switched off (A22).
  if (state.kind === 'newCommerce')
    return [suspended(null), ...autoRenewOff(state, 'suspend', at), ...invalidated(state, 'suspend', at)];
  const cascade = state.addOns
    .filter(({ status }) => status === 'active')
    .map(({ offerId, skuId }): AddOnSuspended => ({
      type: 'AddOnSuspended',
      data: { offerId, skuId, cause: 'cascade', reason, effectiveAt: at },
    }));
  const lines = suspensionCredit(state, chargedParts(state), at);
  return [suspended(autoExpiresAt(state, at, context)), ...cascade, post(state, meta.commandId, at, lines)];
};

const evolve = (state: Existing, { data }: SubscriptionSuspended): Existing => ({
  ...state,
  status: 'suspended',
  suspension: { reason: data.reason, suspendedAt: data.effectiveAt, autoExpiresAt: data.autoExpiresAt },
});

export const suspend = verb({
  command: SuspendSubscription,
  action: 'suspend',
  guard,
  decide,
  evolve: { SubscriptionSuspended: evolve },
});
