import type { BillingCycle, Term } from '#calendar';
import { isRefusal, refuse, type Instant } from '#kernel';
import { addOnsLeftBehind, addOnsOn, withoutAddOns } from '../add-on.ts';
import { policyOf, quantityRefusal } from '../guards.ts';
import { priceAt, relation, skuAt, type Priced, type Wanted } from '../product.ts';
import type { Existing, ScheduledChange } from '../state.ts';
import type { DecisionContext } from '../context.ts';
import type { Refusal } from '../refusals.ts';

/** What follows the running term, and its price. Seats that an upgrade moves are still counted in. */
export type Coming = { readonly wanted: Wanted & { readonly quantity: number }; readonly priced: Priced };

/**
 * What renews, or what a trial becomes, with a change applied (R84: a field that is left out keeps its value), priced by the
 * catalogue of an instant.
 */
export const coming = (
  state: Existing,
  change: ScheduledChange,
  at: Instant,
  context: DecisionContext,
): Coming | Refusal => {
  const quantity = change.quantity ?? state.quantity;
  if (state.isTrial) {
    const paid = paidPlan(state, change, at, context);
    return isRefusal(paid) ? paid : { wanted: { ...paid.wanted, quantity }, priced: paid.priced };
  }
  const wanted = { ...withChange(state, change), quantity };
  const priced = priceAt(context, wanted, at);
  return isRefusal(priced) ? priced : { wanted, priced };
};

/** A paid subscription's product with a change applied. A billing plan that is still to begin counts as begun. */
export const withChange = (
  state: Existing,
  { offerId = state.offerId, skuId = state.skuId, term = state.term, billingCycle }: ScheduledChange,
): Wanted => ({
  offerId,
  skuId,
  term,
  billingCycle: billingCycle ?? state.pendingPlan?.billingCycle ?? state.billingCycle,
  currency: state.currency,
});

type Asked = {
  readonly offerId?: string;
  readonly skuId?: string;
  readonly term?: Term;
  readonly billingCycle?: BillingCycle;
};

/**
 * What a trial becomes: the requested plan; for fields left open, the usual plan or the trial's own,
 * whichever the paid SKU is sold on, otherwise the first plan on which it is sold.
 */
export const paidPlan = (
  state: Existing,
  asked: Asked,
  at: Instant,
  context: DecisionContext,
): { readonly wanted: Wanted; readonly priced: Priced } | Refusal => {
  const paid = state.convertsTo ?? state;
  const { offerId = paid.offerId, skuId = paid.skuId } = asked;
  const sold = skuAt(context, { offerId, skuId }, at);
  if (isRefusal(sold)) return sold;
  let no: Refusal = refuse('PLAN_NOT_OFFERED', `${offerId}/${skuId} has no price in ${state.currency}`);
  for (const plan of [...usualPlan(state), state, ...sold.sku.plans]) {
    const { term = plan.term, billingCycle = plan.billingCycle } = asked;
    const wanted = { offerId, skuId, term, billingCycle, currency: state.currency };
    const priced = priceAt(context, wanted, at);
    if (!isRefusal(priced)) return { wanted, priced };
    no = priced;
  }
  return no;
};

/** New commerce: the preset's plan (`nce.trial`); legacy: twelve months (rule-book.md §2.7, §4.1); marketplace: the trial's own (R29). */
const usualPlan = (state: Existing): readonly Pick<Wanted, 'term' | 'billingCycle'>[] => {
  if (state.kind === 'legacy') return [{ term: 'P1Y', billingCycle: state.billingCycle }];
  const usual = state.kind === 'newCommerce' ? policyOf(state)['nce.trial'].convertsTo : null;
  return usual === null ? [] : [usual];
};

/** How many seats a change moves to another subscription: some of them to a new one, or any to an existing one (R92, R97). */
export const seatsThatLeave = (
  state: Existing,
  { quantity = state.quantity, upgradeQuantity = quantity, target = 'new' }: ScheduledChange,
): number => (target !== 'new' || upgradeQuantity !== quantity ? upgradeQuantity : 0);

/** Why a change cannot be applied: judged when it is saved and again at renewal (E49). */
export const changeRefusal = (
  state: Existing,
  change: ScheduledChange,
  at: Instant,
  context: DecisionContext,
): Refusal | undefined => {
  const then = coming(state, change, at, context);
  if (isRefusal(then)) return then;
  const now = coming(state, {}, at, context);
  if (!isRefusal(now) && same(now.wanted, then.wanted))
    return refuse('NOTHING_CHANGES', 'the change equals what the subscription renews to already');
  return (
    skuRefusal(state, change, then, { at, context }) ??
    addOnRefusal(state, change, then, { at, context }) ??
    seatsRefusal(state, change) ??
    leavingRefusal(state, change, then, { at, context })
  );
};

type Then = { readonly at: Instant; readonly context: DecisionContext };

const same = (now: Coming['wanted'], then: Coming['wanted']): boolean =>
  (['offerId', 'skuId', 'quantity', 'term', 'billingCycle'] as const).every((key) => now[key] === then[key]);

/** The SKU must be one to which the current one leads (R83). */
const skuRefusal = (
  state: Existing,
  { upgradeQuantity, target }: ScheduledChange,
  { wanted: then, priced }: Coming,
  { at, context }: Then,
): Refusal | undefined => {
  const now = state.convertsTo ?? state;
  const moves = upgradeQuantity !== undefined || target !== undefined;
  if (now.offerId === then.offerId && now.skuId === then.skuId)
    return moves ? refuse('UPGRADE_NOT_ELIGIBLE', 'an upgrade names another SKU') : undefined;
  const from = skuAt(context, now, at);
  if (isRefusal(from)) return from;
  const way = relation({ offerId: now.offerId, sku: from.sku }, { offerId: then.offerId, sku: priced.sku });
  const mayGoDown = policyOf(state)['nce.scheduledChange.downgrade'] === 'allowed' && !moves;
  if (way === 'upgrade' || (way === 'downgrade' && mayGoDown)) return undefined;
  return refuse(
    'UPGRADE_NOT_ELIGIBLE',
    `${now.offerId}/${now.skuId} does not lead to ${then.offerId}/${then.skuId} (R83)`,
  );
};

/** Add-ons move to the new plan: they must be sold on it (R37), unless they end because the new SKU does not carry them. */
const addOnRefusal = (
  state: Existing,
  change: ScheduledChange,
  { wanted }: Coming,
  { at, context }: Then,
): Refusal | undefined => {
  if (wanted.term === state.term && wanted.billingCycle === state.billingCycle) return undefined;
  const leftBehind = seatsThatLeave(state, change) > 0 ? [] : addOnsLeftBehind(state, wanted, at, context);
  const along = { ...state, addOns: withoutAddOns(state.addOns, leftBehind) };
  const there = addOnsOn(wanted, along, at, context);
  return isRefusal(there) ? there : undefined;
};

/** Under the seed, more seats are not scheduled but added at once (R79); the later preset schedules them, too. */
const seatsRefusal = (state: Existing, change: ScheduledChange): Refusal | undefined => {
  const { quantity = state.quantity, upgradeQuantity } = change;
  if (upgradeQuantity !== undefined && upgradeQuantity > quantity)
    return refuse('QUANTITY_EXCEEDS_SOURCE', `only ${quantity} seats can be upgraded, not ${upgradeQuantity}`, {
      rule: 'A11',
    });
  const mayGrow = policyOf(state)['nce.scheduledChange.kinds'].includes('seatIncreases');
  return quantity > state.quantity && !mayGrow
    ? refuse('QUANTITY_OUT_OF_RANGE', 'seats are added at once, not scheduled (R79)', { maxSeats: state.quantity })
    : undefined;
};

/** Seats within the limits of the SKU to which they go, so at least one (E50); those that stay also need their SKU's plan. */
const leavingRefusal = (
  state: Existing,
  change: ScheduledChange,
  { wanted, priced }: Coming,
  { at, context }: Then,
): Refusal | undefined => {
  const leaving = seatsThatLeave(state, change);
  if (leaving === 0) return quantityRefusal(wanted.quantity, priced.sku);
  const { target = 'new' } = change;
  if (target !== 'new' && target.subscriptionId === state.subscriptionId)
    return refuse('TARGET_IS_SOURCE', 'a subscription cannot be upgraded into itself');
  // An existing target subscription judges its own limits.
  const no = target === 'new' ? quantityRefusal(leaving, priced.sku) : undefined;
  const staying = wanted.quantity - leaving;
  if (no !== undefined || staying === 0) return no;
  const { offerId, skuId } = state;
  const stays = priceAt(context, { ...wanted, offerId, skuId }, at);
  return isRefusal(stays) ? stays : quantityRefusal(staying, stays.sku);
};
