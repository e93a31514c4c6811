/** A SKU, by offer. */
export type SkuOf = { readonly offerId: string; readonly skuId: string };

/** A reservation whose command is not on its holder's stream yet. */
export type Claim = SkuOf & {
  readonly seats: number;
  /** How many more subscriptions to the offer. */
  readonly places: number;
  /** The revision of the holder's stream after which the command will be found; -1: it starts the stream. */
  readonly after: number;
};

/** What a subscription holds of a limited offer or of a capped SKU, according to the customer's stream. */
export type HeldSlot = SkuOf & {
  /** Seats with everything that was reserved: an upper bound of what the holder has. */
  readonly quantity: number;
  /** By command: reservations that were not yet seen to be recorded on the holder's stream. */
  readonly claims: Readonly<Record<string, Claim>>;
  /** How often it was reserved so far. */
  readonly times: number;
};

/** Slots by the subscription that holds them. */
export type Slots = Readonly<Record<string, HeldSlot>>;

/** A holder as read from its own stream. */
export type SeenSeats = {
  readonly subscriptionId: string;
  /** Its seats of the SKU in question: 0 if it is deleted, or on another SKU. */
  readonly quantity: number;
  /** Those reservations of its slot that are on its stream, and so in `quantity`. */
  readonly recorded: readonly string[];
  /** How often its slot had been reserved before it was read; 0: it had none. */
  readonly times: number;
};

/** How many seats of a SKU a customer may hold over all subscriptions, and what its holders have according to their streams (E48). */
export type SeatCap = { readonly limit: number; readonly seen: readonly SeenSeats[] };

/**
 * How many seats of a SKU each holder counts for: what was read from its stream, plus what is on its way there.
 * A slot that was reserved again since its holder was read counts with everything that was ever reserved.
 */
export const seatsHeld = (slots: Slots, sku: SkuOf, seen: readonly SeenSeats[]): ReadonlyMap<string, number> => {
  const looked = new Map(seen.map((one) => [one.subscriptionId, one]));
  const ids = new Set([...Object.keys(slots), ...looked.keys()]);
  return new Map([...ids].map((id) => [id, counted(sku, slots[id], looked.get(id))]));
};

const counted = (sku: SkuOf, slot: HeldSlot | undefined, seen: SeenSeats | undefined): number => {
  const had = seen?.quantity ?? 0;
  if (slot === undefined) return had;
  if (seen?.times !== slot.times && isOn(slot, sku)) return Math.max(had, slot.quantity);
  return openClaims(slot, seen)
    .filter((claim) => isOn(claim, sku))
    .reduce((sum, { seats }) => sum + seats, had);
};

const isOn = (one: SkuOf, other: SkuOf): boolean => one.offerId === other.offerId && one.skuId === other.skuId;

/** Reservations that are not on the holder's stream, as far as it was read. */
const openClaims = ({ claims }: HeldSlot, seen: Pick<SeenSeats, 'recorded'> | undefined): readonly Claim[] =>
  Object.entries(claims)
    .filter(([commandId]) => seen?.recorded.includes(commandId) !== true)
    .map(([, claim]) => claim);

/** A holder of a limited offer as read from its own stream: how many of the customer's places it takes, and will take. */
export type SeenPlaces = Pick<SeenSeats, 'subscriptionId' | 'recorded' | 'times'> & { readonly places: number };

/** How many places of a limited offer are taken, by holder (R5). A holder that reserved again since it was read takes one. */
export const placesHeld = (slots: Slots, offerId: string, seen: readonly SeenPlaces[]): ReadonlyMap<string, number> => {
  const looked = new Map(seen.map((one) => [one.subscriptionId, one]));
  const ids = new Set([...Object.keys(slots), ...looked.keys()]);
  return new Map([...ids].map((id) => [id, placesOf(offerId, slots[id], looked.get(id))]));
};

const placesOf = (offerId: string, slot: HeldSlot | undefined, seen: SeenPlaces | undefined): number => {
  const had = seen?.places ?? 0;
  if (slot === undefined) return had;
  const since = seen?.times !== slot.times && slot.offerId === offerId;
  const claimed = openClaims(slot, seen).filter((claim) => claim.offerId === offerId);
  const more = claimed.reduce((sum, { places }) => sum + places, 0);
  return Math.max(had + more, since ? 1 : 0);
};
