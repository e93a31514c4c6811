import type { Existing, ScheduledChange, Subscription } from './state.ts';
import { seatsThatLeave } from './time/next-term.ts';

/** What a subscription counts of a SKU and its offer: seats, and how many of the customer's limited subscriptions. */
export type Holding = { readonly seats: number; readonly places: number };

type SkuOf = { readonly offerId: string; readonly skuId: string };

/**
 * What a subscription counts: what it has, with seats that may come back, or what it will have by its saved change,
 * whichever is more; plus what is on its way from it to another subscription (R5, E48).
 */
export const holdingOf = (state: Subscription, sku: SkuOf): Holding => {
  if (state.status === 'none' || state.status === 'deleted') return { seats: 0, places: 0 };
  const { inTransit } = state;
  const back = { ...state, quantity: state.quantity + (inTransit?.quantity ?? 0) };
  const held = [now(back, sku), ...savedOf(state).map((change) => later(back, change, sku))];
  const under = inTransit === null ? nothing : underWay(inTransit, sku);
  return {
    seats: Math.max(...held.map(({ seats }) => seats)) + under.seats,
    places: Math.max(...held.map(({ places }) => places)) + under.places,
  };
};

const nothing: Holding = { seats: 0, places: 0 };

const isOn = (one: SkuOf, other: SkuOf): boolean => one.offerId === other.offerId && one.skuId === other.skuId;

const held = (on: SkuOf, quantity: number, sku: SkuOf): Holding => ({
  seats: isOn(on, sku) ? quantity : 0,
  places: on.offerId === sku.offerId && quantity > 0 ? 1 : 0,
});

const now = (state: Existing, sku: SkuOf): Holding => held(state, state.quantity, sku);

/** Includes a change that was dropped when seats left, because it comes back with them. */
const savedOf = ({ scheduledChange, inTransit }: Existing): readonly ScheduledChange[] =>
  [scheduledChange, inTransit?.atRenewal === false ? (inTransit.saved?.change ?? null) : null].filter(
    (change) => change !== null,
  );

const later = (state: Existing, change: ScheduledChange, sku: SkuOf): Holding => {
  const { offerId, skuId } = state.convertsTo ?? state;
  const to = { offerId: change.offerId ?? offerId, skuId: change.skuId ?? skuId };
  const { quantity = state.quantity } = change;
  const leaving = seatsThatLeave(state, change);
  if (leaving === 0) return held(to, quantity, sku);
  const [gone, stays] = [held(to, leaving, sku), held(state, quantity - leaving, sku)];
  const opens = (change.target ?? 'new') === 'new';
  return { seats: gone.seats + stays.seats, places: (opens ? gone.places : 0) + stays.places };
};

const underWay = ({ target, quantity, opens }: NonNullable<Existing['inTransit']>, sku: SkuOf): Holding => {
  const { seats, places } = held(target, quantity, sku);
  return { seats, places: opens ? places : 0 };
};
