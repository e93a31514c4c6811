import type { BillingCycle, Term } from '#calendar';
import { isRefusal, refuse, type Instant } from '#kernel';
import { addOnsLeftBehind, addOnsOn, withoutAddOns } from '../add-on.ts';
import { policyOf, quantityRefusal } from '../guards.ts';
import { priceAt, relation, skuAt, type Priced, type Wanted } from '../product.ts';
import type { Existing, ScheduledChange } from '../state.ts';
import type { Surroundings } from '../context.ts';
import type { Refusal } from '../refusals.ts';

/** What follows the running term, and what it costs. Seats that an upgrade moves are still counted in. */
export type Coming = { readonly wanted: Wanted & { readonly quantity: number }; readonly priced: Priced };

/**
 * What renews, or what a trial becomes, with a change applied (R84: what it leaves out stays as it is), priced by the
 * catalogue of an instant.
 */
export const coming = (
  state: Existing,
  change: ScheduledChange,
  at: Instant,
  surroundings: Surroundings,
): Coming | Refusal => {
  const quantity = change.quantity ?? state.quantity;
  if (state.isTrial) {
    const paid = paidPlan(state, change, at, surroundings);
    return isRefusal(paid) ? paid : { wanted: { ...paid.wanted, quantity }, priced: paid.priced };
  }
  const wanted = { ...withChange(state, change), quantity };
  const priced = priceAt(surroundings, wanted, at);
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
 * What a trial becomes: what is asked for; where that leaves something open, the usual plan or the trial's own,
 * whichever the paid SKU is sold for, else the first plan that it is sold for.
 */
export const paidPlan = (
  state: Existing,
  asked: Asked,
  at: Instant,
  surroundings: Surroundings,
): { readonly wanted: Wanted; readonly priced: Priced } | Refusal => {
  const paid = state.convertsTo ?? state;
  const { offerId = paid.offerId, skuId = paid.skuId } = asked;
  const sold = skuAt(surroundings, { offerId, skuId }, at);
  if (isRefusal(sold)) return sold;
  let no: Refusal = refuse('PLAN_NOT_OFFERED', `${offerId}/${skuId} is sold for nothing in ${state.currency}`);
  for (const plan of [...usualPlan(state), state, ...sold.sku.plans]) {
    const { term = plan.term, billingCycle = plan.billingCycle } = asked;
    const wanted = { offerId, skuId, term, billingCycle, currency: state.currency };
    const priced = priceAt(surroundings, wanted, at);
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

/** How many seats a change sends to another subscription: some of them to a new one, or any to one that exists (R92, R97). */
export const seatsThatLeave = (
  state: Existing,
  { quantity = state.quantity, upgradeQuantity = quantity, target = 'new' }: ScheduledChange,
): number => (target !== 'new' || upgradeQuantity !== quantity ? upgradeQuantity : 0);

/** Why a change cannot be applied: judged when it is saved and again at renewal (E49). */
export const changeRefusal = (
  state: Existing,
  change: ScheduledChange,
  at: Instant,
  surroundings: Surroundings,
): Refusal | undefined => {
  const then = coming(state, change, at, surroundings);
  if (isRefusal(then)) return then;
  const now = coming(state, {}, at, surroundings);
  if (!isRefusal(now) && same(now.wanted, then.wanted))
    return refuse('NOTHING_CHANGES', 'that is what would renew anyway');
  return (
    skuRefusal(state, change, then, { at, surroundings }) ??
    addOnRefusal(state, change, then, { at, surroundings }) ??
    seatsRefusal(state, change) ??
    leavingRefusal(state, change, then, { at, surroundings })
  );
};

type Then = { readonly at: Instant; readonly surroundings: Surroundings };

const same = (now: Coming['wanted'], then: Coming['wanted']): boolean =>
  (['offerId', 'skuId', 'quantity', 'term', 'billingCycle'] as const).every((key) => now[key] === then[key]);

/** The SKU must be one that the current one leads to (R83). */
const skuRefusal = (
  state: Existing,
  { upgradeQuantity, target }: ScheduledChange,
  { wanted: then, priced }: Coming,
  { at, surroundings }: Then,
): Refusal | undefined => {
  const now = state.convertsTo ?? state;
  const moves = upgradeQuantity !== undefined || target !== undefined;
  if (now.offerId === then.offerId && now.skuId === then.skuId)
    return moves ? refuse('UPGRADE_NOT_ELIGIBLE', 'an upgrade names another SKU') : undefined;
  const from = skuAt(surroundings, now, at);
  if (isRefusal(from)) return from;
  const way = relation({ offerId: now.offerId, sku: from.sku }, { offerId: then.offerId, sku: priced.sku });
  const mayGoDown = policyOf(state)['nce.scheduledChange.downgrade'] === 'allowed' && !moves;
  if (way === 'upgrade' || (way === 'downgrade' && mayGoDown)) return undefined;
  return refuse(
    'UPGRADE_NOT_ELIGIBLE',
    `${now.offerId}/${now.skuId} does not lead to ${then.offerId}/${then.skuId} (R83)`,
  );
};

/** Add-ons go along to another plan: they must be sold on it (R37), unless they end because another SKU does not carry them. */
const addOnRefusal = (
  state: Existing,
  change: ScheduledChange,
  { wanted }: Coming,
  { at, surroundings }: Then,
): Refusal | undefined => {
  if (wanted.term === state.term && wanted.billingCycle === state.billingCycle) return undefined;
  const leftBehind = seatsThatLeave(state, change) > 0 ? [] : addOnsLeftBehind(state, wanted, at, surroundings);
  const along = { ...state, addOns: withoutAddOns(state.addOns, leftBehind) };
  const there = addOnsOn(wanted, along, at, surroundings);
  return isRefusal(there) ? there : undefined;
};

/** More seats wait for no renewal under the seed: they are added at once (R79); the later preset schedules them too. */
const seatsRefusal = (state: Existing, change: ScheduledChange): Refusal | undefined => {
  const { quantity = state.quantity, upgradeQuantity } = change;
  if (upgradeQuantity !== undefined && upgradeQuantity > quantity)
    return refuse('QUANTITY_EXCEEDS_SOURCE', `${upgradeQuantity} of ${quantity} seats cannot be upgraded (A11)`);
  const mayGrow = policyOf(state)['nce.scheduledChange.kinds'].includes('seatIncreases');
  return quantity > state.quantity && !mayGrow
    ? refuse('QUANTITY_OUT_OF_RANGE', 'more seats are added at once, not scheduled (R79)', { maxSeats: state.quantity })
    : undefined;
};

/** Seats within the limits of where they will be, so never none (E50); those that stay need their own SKU's plan, too. */
const leavingRefusal = (
  state: Existing,
  change: ScheduledChange,
  { wanted, priced }: Coming,
  { at, surroundings }: Then,
): Refusal | undefined => {
  const leaving = seatsThatLeave(state, change);
  if (leaving === 0) return quantityRefusal(wanted.quantity, priced.sku);
  const { target = 'new' } = change;
  if (target !== 'new' && target.subscriptionId === state.subscriptionId)
    return refuse('TARGET_IS_SOURCE', 'a subscription is not upgraded into itself');
  // Into an existing subscription, its own limits count: the target judges them.
  const no = target === 'new' ? quantityRefusal(leaving, priced.sku) : undefined;
  const staying = wanted.quantity - leaving;
  if (no !== undefined || staying === 0) return no;
  const { offerId, skuId } = state;
  const stays = priceAt(surroundings, { ...wanted, offerId, skuId }, at);
  return isRefusal(stays) ? stays : quantityRefusal(staying, stays.sku);
};
