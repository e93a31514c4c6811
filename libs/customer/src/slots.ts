import { seatCapRefusal } from '#catalog';
import { hidden, commandClass, refuse, type Event, type Instant, type Meta } from '#kernel';
import { placesHeld, seatsHeld, type SeatCap, type SeenPlaces, type SkuOf, type Slots } from './seats.ts';
import type { Decision, Refusal } from './refusals.ts';

/** Reserve a place of a limited offer (R5), or seats of a capped SKU (E48), for a purchase that is about to be recorded. */
export class ClaimOfferSlot extends commandClass('ClaimOfferSlot')<{
  readonly offerId: string;
  /** How many subscriptions to the offer the customer may hold; null: any number. */
  readonly limit: number | null;
  /** Null: the SKU is not capped. */
  readonly cap: SeatCap | null;
  readonly slot: OfferSlot;
  /** The places of the limited offer that each holder was seen to take. */
  readonly holders?: readonly SeenPlaces[];
  /** Holders of slots that are deleted by now: their slots become free. */
  readonly ended: readonly string[];
}> {}

/** Release a slot, because its purchase was refused. */
export class ReleaseOfferSlot extends commandClass('ReleaseOfferSlot')<ClaimOf> {}

/**
 * Reserve seats of a capped SKU (E48), or a place of a limited offer (R5), for an increase, or for another change that brings a
 * subscription there, that is about to be recorded.
 */
export class ClaimSeats extends commandClass('ClaimSeats')<{
  readonly claim: SeatClaim;
  /** Null: the SKU is not capped. */
  readonly cap: SeatCap | null;
  /** How many subscriptions to the offer the customer may hold; absent or null: any number. */
  readonly limit?: number | null;
  /** The places of the limited offer that each holder was seen to take. */
  readonly holders?: readonly SeenPlaces[];
  /** Holders of slots that are deleted by now: their slots become free. */
  readonly ended: readonly string[];
}> {}

/** Release reserved seats, because their increase was refused. */
export class ReleaseSeats extends commandClass('ReleaseSeats')<ClaimOf> {}

export type SlotCommand = ClaimOfferSlot | ReleaseOfferSlot | ClaimSeats | ReleaseSeats;

/** The subscription of a reservation, and the command for which it was made. */
type ClaimOf = { readonly subscriptionId: string; readonly commandId: string };

/** A place of a limited offer and the purchase that fills it, whole, so that a process can finish it after a crash. */
export type OfferSlot = {
  readonly subscriptionId: string;
  readonly skuId: string;
  readonly quantity: number;
  /** The purchase command's own id and data. */
  readonly commandId: string;
  readonly purchase: Readonly<Record<string, unknown>>;
};

/** Seats for an increase of one subscription, with what a process needs to finish it after a crash. */
export type SeatClaim = SkuOf & {
  readonly subscriptionId: string;
  readonly added: number;
  /** The id of the command that adds the seats. */
  readonly commandId: string;
  /** Revision of the subscription's stream when the seats were reserved: the command is found after it. */
  readonly after: number;
  /** The only revision at which the seats may be added (`If-Match`, or a quote's); null: any. */
  readonly revision: number | null;
  /** How many more subscriptions to the offer there will be; absent: none. */
  readonly places?: number;
  /** The command of the reservation, whole; absent: more seats for the subscription. */
  readonly command?: { readonly type: string; readonly data: Readonly<Record<string, unknown>> };
};

/** A place of a limited offer, or seats of a capped SKU, are taken for a purchase that is recorded next (R5, E48). */
export type OfferSlotClaimed = Event<'OfferSlotClaimed', OfferSlot & { readonly offerId: string }>;

/** A purchase's place and seats are free again: the purchase was refused, or the subscription is deleted (R5, E48). */
export type OfferSlotReleased = Event<'OfferSlotReleased', { readonly subscriptionId: string }>;

/** Seats of a capped SKU, or a place of a limited offer, are taken for a change that is recorded next (R5, E48). */
export type SeatsClaimed = Event<
  'SeatsClaimed',
  SeatClaim & {
    /** How many seats the subscription counts for, including these. */
    readonly quantity: number;
    /** Commands of earlier claims that were seen on the subscription's stream. */
    readonly recorded: readonly string[];
  }
>;

/** Claimed seats are free again: the increase was refused (E48). */
export type SeatsReleased = Event<'SeatsReleased', ClaimOf>;

export type SlotEvent = OfferSlotClaimed | OfferSlotReleased | SeatsClaimed | SeatsReleased;

/** The part of a customer that slots need. */
export type Holding = { readonly slots: Slots; readonly lastEffectiveAt: Instant };

export const decide = (command: SlotCommand, state: Holding): Decision<SlotEvent> => {
  const effectiveAt = effective(command.meta, state);
  switch (command.type) {
    case 'ClaimOfferSlot':
      return claim(command, state, effectiveAt);
    case 'ClaimSeats':
      return claimSeats(command, state, effectiveAt);
    case 'ReleaseOfferSlot': {
      const { subscriptionId } = command.data;
      return isClaimed(state, command.data)
        ? [{ type: 'OfferSlotReleased', data: { subscriptionId, effectiveAt } }]
        : [];
    }
    case 'ReleaseSeats':
      return isClaimed(state, command.data) ? [{ type: 'SeatsReleased', data: { ...command.data, effectiveAt } }] : [];
  }
};

/** Never earlier than the last event, even if the clock went back (E13). */
const effective = ({ at }: Meta, { lastEffectiveAt }: Holding): Instant =>
  at < lastEffectiveAt ? lastEffectiveAt : at;

const isClaimed = ({ slots }: Holding, { subscriptionId, commandId }: ClaimOf): boolean =>
  slots[subscriptionId]?.claims[commandId] !== undefined;

/** Counts every slot unless its holder is known to be deleted (R5), so that concurrent purchases cannot both have the last one (E25). */
const claim = (
  { data: { offerId, limit, cap, slot, holders, ended } }: ClaimOfferSlot,
  state: Holding,
  effectiveAt: Instant,
): Decision<SlotEvent> => {
  if (isClaimed(state, slot)) return [];
  if (slot.subscriptionId in state.slots)
    return hidden(
      refuse('SUBSCRIPTION_EXISTS', `a subscription with the id ${slot.subscriptionId} is being bought already`),
    );
  const claimed: OfferSlotClaimed = { type: 'OfferSlotClaimed', data: { offerId, ...slot, effectiveAt } };
  return (
    fullOffer(state, { offerId, limit, ended, holders, more: 1 }) ??
    fullSku(state, { offerId, skuId: slot.skuId, more: slot.quantity, cap }) ?? [
      ...freed(state, ended, effectiveAt),
      claimed,
    ]
  );
};

type Places = Pick<ClaimSeats['data'], 'ended'> & {
  readonly limit: number | null | undefined;
  readonly holders: readonly SeenPlaces[] | undefined;
  readonly offerId: string;
  readonly more: number;
};

const fullOffer = ({ slots }: Holding, { offerId, limit, ended, holders = [], more }: Places): Refusal | undefined => {
  if (limit === null || limit === undefined || more === 0) return undefined;
  const places = [...placesHeld(slots, offerId, holders)].filter(([id]) => !ended.includes(id));
  const taken = places.reduce((sum, [, of]) => sum + of, 0);
  if (taken + more <= limit) return undefined;
  return limit === 1
    ? refuse('ALREADY_OWNED_SINGLE', `the customer holds ${offerId} already, and only one is allowed (R14)`)
    : refuse('OFFER_LIMIT', `the customer holds ${offerId} ${taken} times; ${limit} are allowed (R5)`, { limit });
};

const fullSku = (
  { slots }: Holding,
  { cap, more, ...sku }: SkuOf & { readonly cap: SeatCap | null; readonly more: number },
): Refusal | undefined => {
  if (cap === null || more === 0) return undefined;
  const held = [...seatsHeld(slots, sku, cap.seen).values()].reduce((sum, seats) => sum + seats, 0);
  return seatCapRefusal({ ...sku, held, more, limit: cap.limit });
};

/** Also counts reservations that are not recorded yet, so that concurrent increases cannot oversell. */
const claimSeats = (
  { data: { claim: wanted, cap, limit, holders, ended } }: ClaimSeats,
  state: Holding,
  effectiveAt: Instant,
): Decision<SlotEvent> => {
  if (isClaimed(state, wanted)) return [];
  const { subscriptionId, offerId, skuId, added, places = 0 } = wanted;
  const seen = cap?.seen ?? [];
  const recorded = [...seen, ...(holders ?? [])].find((one) => one.subscriptionId === subscriptionId)?.recorded ?? [];
  const quantity = (seatsHeld(state.slots, wanted, seen).get(subscriptionId) ?? 0) + added;
  return (
    fullOffer(state, { offerId, limit, ended, holders, more: places }) ??
    fullSku(state, { offerId, skuId, more: added, cap }) ?? [
      ...freed(state, ended, effectiveAt),
      { type: 'SeatsClaimed', data: { ...wanted, quantity, recorded, effectiveAt } },
    ]
  );
};

const freed = ({ slots }: Holding, ended: readonly string[], effectiveAt: Instant): readonly OfferSlotReleased[] =>
  ended
    .filter((subscriptionId) => subscriptionId in slots)
    .map((subscriptionId) => ({ type: 'OfferSlotReleased', data: { subscriptionId, effectiveAt } }));

export const evolve = <S extends Holding>(state: S, event: SlotEvent): S => ({
  ...state,
  slots: slotsAfter(state.slots, event),
  lastEffectiveAt: event.data.effectiveAt,
});

const slotsAfter = (slots: Slots, { type, data }: SlotEvent): Slots => {
  const { [data.subscriptionId]: slot, ...others } = slots;
  switch (type) {
    case 'OfferSlotReleased':
      return others;
    case 'OfferSlotClaimed': {
      const { subscriptionId, offerId, skuId, quantity, commandId } = data;
      const claims = { [commandId]: { offerId, skuId, seats: quantity, places: 1, after: -1 } };
      return { ...others, [subscriptionId]: { offerId, skuId, quantity, claims, times: 1 } };
    }
    case 'SeatsClaimed': {
      const { subscriptionId, offerId, skuId, quantity, commandId, added, after, recorded, places = 0 } = data;
      const open = Object.entries(slot?.claims ?? {}).filter(([id]) => !recorded.includes(id));
      const claims = { ...Object.fromEntries(open), [commandId]: { offerId, skuId, seats: added, places, after } };
      return { ...others, [subscriptionId]: { offerId, skuId, quantity, claims, times: (slot?.times ?? 0) + 1 } };
    }
    case 'SeatsReleased': {
      const { [data.commandId]: released, ...claims } = slot?.claims ?? {};
      if (slot === undefined || released === undefined) return slots;
      return { ...others, [data.subscriptionId]: { ...slot, quantity: slot.quantity - released.seats, claims } };
    }
  }
};
