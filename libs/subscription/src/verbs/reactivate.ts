import { refuse, type Event } from '#kernel';
import { chargedAs } from '../add-on.ts';
import type { AddOnReactivated } from '../add-on-events.ts';
import { post, type ChargesPosted } from '../charges/charges.ts';
import { all, byKind, mayTry, onlyFor, type RequestContext, type Guard } from '../guards.ts';
import { onlyBySupport, publisherLets } from '../rules/may-suspend.ts';
import { reactivationCharge } from '../charges/suspension-charges.ts';
import type { Existing } from '../state.ts';
import type { Decision } from '../refusals.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

/** Give access back after a suspension. */
export class ReactivateSubscription extends commandTo('ReactivateSubscription')<Record<never, never>> {}

/** Users can work again, after a suspension. */
export type SubscriptionReactivated = Event<'SubscriptionReactivated'>;

const mustBeSuspended: Guard = ({ status }) =>
  status === 'suspended' ? undefined : refuse('NOT_SUSPENDED', `the subscription is ${status}, not suspended`);

const guard = all(
  mayTry('reactivate'),
  byKind({
    newCommerce: all(onlyBySupport, mustBeSuspended),
    legacy: mustBeSuspended,
    isvSaas: all(publisherLets, mustBeSuspended),
    usage: onlyFor('reactivate'),
  }),
);

/** Restores access, also for the add-ons that were suspended with their base (A15, E28); stopped billing starts again (A8). */
const decide = (
  { meta }: ReactivateSubscription,
  state: Existing,
  { at }: RequestContext,
): Decision<SubscriptionReactivated | AddOnReactivated | ChargesPosted> => {
  const reactivated: SubscriptionReactivated = { type: 'SubscriptionReactivated', data: { effectiveAt: at } };
  if (state.kind === 'newCommerce') return [reactivated];
  const back = state.addOns.filter(({ cause }) => cause === 'cascade');
  const parts = [state, ...back.map((addOn) => chargedAs(state, addOn))];
  return [
    reactivated,
    ...back.map(({ offerId, skuId }): AddOnReactivated => ({
      type: 'AddOnReactivated',
      data: { offerId, skuId, cause: 'cascade', effectiveAt: at },
    })),
    post(state, meta.commandId, at, reactivationCharge(state, parts, at)),
  ];
};

const evolve = (state: Existing): Existing => ({ ...state, status: 'active', suspension: null });

export const reactivate = verb({
  command: ReactivateSubscription,
  action: 'reactivate',
  guard,
  decide,
  evolve: { SubscriptionReactivated: evolve },
});
