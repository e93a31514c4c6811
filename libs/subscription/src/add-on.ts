import type { Charged } from './charges.ts';
import type { AddOn, Existing } from './state.ts';

/** An add-on as a charge sees it: its own SKU, price and seats, on the base's plan and cycle (R37). */
export const chargedAs = (
  base: Existing,
  { offerId, skuId, unitPrice, quantity }: Pick<AddOn, 'offerId' | 'skuId' | 'unitPrice' | 'quantity'>,
): Charged => ({ ...base, offerId, skuId, unitPrice, quantity });

/** The base and its active add-ons: what a whole cycle is charged for. */
export const chargedParts = (base: Existing): readonly Charged[] => [
  base,
  ...base.addOns.filter(({ status }) => status === 'active').map((addOn) => chargedAs(base, addOn)),
];
