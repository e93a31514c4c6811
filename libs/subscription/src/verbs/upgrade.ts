import { isRefusal, refuse } from '#kernel';
import { addOnsLeftBehind } from '../add-on.ts';
import type { ChargesPosted } from '../charges/charges.ts';
import {
  all,
  countRefusal,
  mayTry,
  notDuringTrial,
  notTooOften,
  onlyFor,
  policyOf,
  quantityRefusal,
  type RequestContext,
  type Guard,
} from '../guards.ts';
import { invalidated, savedOf, type ScheduledChangeRemoved } from '../time/revoke-scheduled-change.ts';
import type { AddOnEnded } from '../add-on-events.ts';
import { priceAt, relation, skuAt, upgradesOf, type Priced, type Wanted } from '../product.ts';
import { comingRefusal, wayOf } from '../rules/may-come.ts';
import { overCap } from '../seat-cap.ts';
import type { Existing, UpgradeTarget } from '../state.ts';
import type { DecisionContext } from '../context.ts';
import { seatsLeave, type UpgradeStarted } from '../transfer/transfer.ts';
import type { Decision, Refusal } from '../refusals.ts';
import { evolve, moveAll, type SubscriptionUpgraded } from '../transfer/move-all.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

/** Move seats to a better SKU, now: all of them, or some (R90, R92, R97). */
export class UpgradeSubscription extends commandTo('UpgradeSubscription')<{
  readonly offerId: string;
  readonly skuId: string;
  readonly quantity: number;
  readonly target: UpgradeTarget;
  /** Id of the subscription that a partial upgrade opens. */
  readonly newSubscriptionId: string;
}> {}

/** R95: only from active. Suspended has a code of its own; in every other state the source is not active. */
const sourceActive: Guard = ({ status }) => {
  if (status === 'active') return undefined;
  if (status === 'suspended') return refuse('SUBSCRIPTION_SUSPENDED', 'the subscription is suspended');
  return refuse('SOURCE_NOT_ACTIVE', `an upgrade starts from an active subscription; this one is ${status} (R95)`);
};

const guard = all(
  mayTry('upgrade'),
  onlyFor('upgrade', 'newCommerce', 'legacy'),
  sourceActive,
  notDuringTrial,
  notTooOften,
);

/** `upgrade`, if the SKU leads to one that is sold on this plan and takes the seats. Otherwise a refusal. */
const actionNow = (state: Existing, at: string, context: DecisionContext): string | Refusal =>
  upgradesOf(context, state, at).some((to) => takesSeats(state, to, at, context))
    ? 'upgrade'
    : refuse('UPGRADE_NOT_ELIGIBLE', `${state.offerId}/${state.skuId} has no upgrade that is sold on its plan now`);

const takesSeats = (
  state: Existing,
  to: { offerId: string; skuId: string },
  at: string,
  context: DecisionContext,
): boolean => {
  const priced = targetPlan(state, to, at, context);
  if (isRefusal(priced)) return false;
  // New commerce may move some into an existing subscription, which judges for itself.
  if (state.kind !== 'legacy') return true;
  const everySeat = { quantity: state.quantity, target: 'new' } as const;
  return amountRefusal(state, everySeat, priced) === undefined && !isRefusal(repriced(state, to, at, context));
};

/** All seats, or some (R90) to a new subscription or an existing one (R97), now (R79, R92). A saved change is dropped (R94, E37). */
const decide = (
  { data, meta }: UpgradeSubscription,
  state: Existing,
  requestContext: RequestContext,
  context: DecisionContext,
): Decision<SubscriptionUpgraded | UpgradeStarted | AddOnEnded | ChargesPosted | ScheduledChangeRemoved> => {
  const { at } = requestContext;
  const priced = targetPlan(state, data, at, context);
  if (isRefusal(priced)) return priced;
  const no =
    amountRefusal(state, data, priced) ??
    comingRefusal(state, { offer: priced.offer, way: wayOf(state, data) }, requestContext, context) ??
    overCap(context.customer, { ...priced, ...state, has: 0, wants: data.quantity });
  if (no !== undefined) return no;
  const dropped = invalidated(state, 'midTermUpgrade', at);
  const { quantity, target } = data;
  // A plan that begins with the next cycle moves along with the seats; an existing target has its own plan.
  const pendingPlan = target === 'new' ? repriced(state, data, at, context) : null;
  if (isRefusal(pendingPlan)) return pendingPlan;
  // R93, A11, E39: all seats to a new subscription is the same subscription on another SKU.
  if (target === 'new' && quantity >= state.quantity) {
    const leftBehind = addOnsLeftBehind(state, data, at, context);
    return [
      ...moveAll(state, { priced, quantity, pendingPlan, leftBehind, referenceId: meta.commandId }, at),
      ...dropped,
    ];
  }
  const { newSubscriptionId } = data;
  const leaving = { transitionId: meta.commandId, quantity, target, newSubscriptionId, priced, pendingPlan };
  const arriving = arrivingAt(state, context);
  return [...seatsLeave(state, { ...leaving, arriving, saved: savedOf(state) }, at), ...dropped];
};

/** The existing target, if it can take the seats and belongs to the same customer. */
const arrivingAt = ({ partnerId, customerId }: Existing, { target }: DecisionContext): Existing | undefined =>
  target?.status === 'active' && target.partnerId === partnerId && target.customerId === customerId
    ? target
    : undefined;

/** The target SKU at the source's term and billing plan, if the source may be upgraded to it. */
const targetPlan = (
  state: Existing,
  { offerId, skuId }: { offerId: string; skuId: string },
  at: string,
  context: DecisionContext,
): Priced | Refusal => {
  const from = skuAt(context, state, at);
  const to = skuAt(context, { offerId, skuId }, at);
  if (isRefusal(to)) return to;
  if (isRefusal(from)) return from;
  const way = relation({ offerId: state.offerId, sku: from.sku }, { offerId, sku: to.sku });
  if (way === 'downgrade' && state.kind === 'newCommerce')
    return refuse('MUST_BE_SCHEDULED', 'a downgrade takes effect at renewal: schedule the change (R78)');
  if (way !== 'upgrade')
    return refuse(
      'UPGRADE_NOT_ELIGIBLE',
      `${state.offerId}/${state.skuId} cannot be upgraded to ${offerId}/${skuId} (R83)`,
    );
  return soldAs(context, { ...state, offerId, skuId }, at);
};

const soldAs = (context: DecisionContext, wanted: Wanted, at: string): Priced | Refusal => {
  const priced = priceAt(context, wanted, at);
  return isRefusal(priced) && priced.refused === 'PLAN_NOT_OFFERED'
    ? refuse('TARGET_PLAN_NOT_OFFERED', priced.because)
    : priced;
};

/** The billing plan that begins with the next cycle, at the price of the target SKU. */
const repriced = (
  { pendingPlan, term, currency }: Existing,
  { offerId, skuId }: { offerId: string; skuId: string },
  at: string,
  context: DecisionContext,
): Existing['pendingPlan'] | Refusal => {
  if (pendingPlan === null) return null;
  const { billingCycle } = pendingPlan;
  const priced = soldAs(context, { offerId, skuId, term, billingCycle, currency }, at);
  return isRefusal(priced) ? priced : { ...pendingPlan, unitPrice: priced.unitPrice };
};

const amountRefusal = (
  state: Existing,
  { quantity, target }: Pick<UpgradeSubscription['data'], 'quantity' | 'target'>,
  { sku }: Priced,
): Refusal | undefined => {
  if (state.kind === 'legacy' && (quantity !== state.quantity || target !== 'new'))
    return refuse(
      'MUST_UPGRADE_ALL',
      `a legacy upgrade moves all ${state.quantity} seats, and keeps the subscription (R91)`,
    );
  if (target !== 'new' && target.subscriptionId === state.subscriptionId)
    return refuse('TARGET_IS_SOURCE', 'a subscription cannot be upgraded into itself');
  if (quantity > state.quantity && !(policyOf(state)['nce.upgrade.mayAddSeats'] && target === 'new'))
    return refuse('QUANTITY_EXCEEDS_SOURCE', `only ${state.quantity} seats can be upgraded, not ${quantity}`, {
      quantity: state.quantity,
      rule: 'A11',
    });
  // An existing target subscription judges its own limits.
  return target === 'new' ? quantityRefusal(quantity, sku) : countRefusal(quantity);
};

export const upgrade = verb({
  command: UpgradeSubscription,
  action: 'upgrade',
  actionNow,
  guard,
  decide,
  evolve: { SubscriptionUpgraded: evolve },
});
