import { seatCapRefusal, type Offer, type Sku } from '#catalog';
import type { Existing } from './state.ts';
import type { CustomerFacts } from './context.ts';
import type { Refusal } from './refusals.ts';

type Growing = {
  readonly offer: Offer;
  readonly sku: Sku;
  readonly subscriptionId: string;
  /** How many seats of the SKU the subscription has now. */
  readonly has: number;
  /** How many it will have. */
  readonly wants: number;
};

/** Refuses more seats of a SKU than the customer may hold over all subscriptions (E48); a decrease always passes. */
export const overCap = (
  customer: CustomerFacts | undefined,
  { offer: { offerId }, sku: { skuId, maxSeatsPerCustomer: limit }, subscriptionId, has, wants }: Growing,
): Refusal | undefined => {
  if (limit === null || customer?.seats === undefined || wants <= has) return undefined;
  const others = customer.seats
    .filter((held) => held.offerId === offerId && held.skuId === skuId && held.subscriptionId !== subscriptionId)
    .reduce((sum, { quantity }) => sum + quantity, 0);
  return seatCapRefusal({ offerId, skuId, held: others + has, more: wants - has, limit });
};

/** How many of a subscription's seats are on this SKU: all of them, or zero. */
export const seatsOn = (
  state: Pick<Existing, 'offerId' | 'skuId' | 'quantity'>,
  { offerId, skuId }: { readonly offerId: string; readonly skuId: string },
): number => (state.offerId === offerId && state.skuId === skuId ? state.quantity : 0);
