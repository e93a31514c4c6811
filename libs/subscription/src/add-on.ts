import type { Charged } from './charges/charges.ts';
import { isRefusal, type Instant } from '#kernel';
import { priceAt, skuAt, type Wanted } from './product.ts';
import type { AddOn, Existing } from './state.ts';
import type { DecisionContext } from './context.ts';
import type { Refusal } from './refusals.ts';

/** An add-on as a charge sees it: its own SKU, price and seats, on the base's plan and cycle (R37). */
export const chargedAs = (
  base: Existing,
  { offerId, skuId, unitPrice, quantity }: Pick<AddOn, 'offerId' | 'skuId' | 'unitPrice' | 'quantity'>,
): Charged => ({ ...base, offerId, skuId, unitPrice, quantity });

/** The base and its active add-ons: the parts that a whole cycle charges for. */
export const chargedParts = (base: Existing): readonly Charged[] => [
  base,
  ...base.addOns.filter(({ status }) => status === 'active').map((addOn) => chargedAs(base, addOn)),
];

/** A base's add-ons on another plan, at its prices (R37); or the refusal for the one that is not sold on it. */
export const addOnsOn = (
  { term, billingCycle }: Pick<Wanted, 'term' | 'billingCycle'>,
  { addOns, currency }: Existing,
  at: Instant,
  context: DecisionContext,
): readonly AddOn[] | Refusal => {
  const there: AddOn[] = [];
  for (const addOn of addOns) {
    const { offerId, skuId } = addOn;
    const priced = priceAt(context, { offerId, skuId, term, billingCycle, currency }, at);
    if (isRefusal(priced)) return priced;
    there.push({ ...addOn, unitPrice: priced.unitPrice });
  }
  return there;
};

/** Add-ons that another SKU does not carry by the catalogue of an instant (R31, R35): they end when their base moves there. */
export const addOnsLeftBehind = (
  { offerId, skuId, addOns }: Existing,
  to: Pick<Wanted, 'offerId' | 'skuId'>,
  at: Instant,
  context: DecisionContext,
): readonly AddOn[] =>
  offerId === to.offerId && skuId === to.skuId ? [] : addOns.filter((addOn) => !carries(to, addOn, at, context));

const carries = (
  { offerId, skuId }: Pick<Wanted, 'offerId' | 'skuId'>,
  addOn: AddOn,
  at: Instant,
  context: DecisionContext,
): boolean => {
  const found = skuAt(context, addOn, at);
  return !isRefusal(found) && found.sku.addOn?.prerequisiteSkus.includes(`${offerId}/${skuId}`) === true;
};

/** Some of the add-ons left out. */
export const withoutAddOns = (all: readonly AddOn[], some: readonly AddOn[]): readonly AddOn[] =>
  all.filter((addOn) => !some.includes(addOn));
