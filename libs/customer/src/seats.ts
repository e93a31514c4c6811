/** A SKU, by offer. */
export type SkuOf = { readonly offerId: string; readonly skuId: string };

/** What is on its way to a holder's stream. */
export type Claim = SkuOf & {
  readonly seats: number;
  /** How many more subscriptions to the offer. */
  readonly places: number;
  /** After which revision of the holder's stream its command will be found there; -1: it opens the stream. */
  readonly after: number;
};

/** What a subscription holds of a limited offer or of a capped SKU, as far as the customer's stream tells. */
export type HeldSlot = SkuOf & {
  /** Seats with everything that was claimed: an upper bound of what the holder came to by its claims. */
  readonly quantity: number;
  /** By command: claims that nobody has yet seen recorded on the holder's stream. */
  readonly claims: Readonly<Record<string, Claim>>;
  /** How often it was claimed so far. */
  readonly times: number;
};

/** Slots by the subscription that holds them. */
export type Slots = Readonly<Record<string, HeldSlot>>;

/** A holder as its own stream showed it. */
export type SeenSeats = {
  readonly subscriptionId: string;
  /** Its seats of the SKU in question: none where it is deleted, or on another SKU. */
  readonly quantity: number;
  /** Those claims of its slot that are on its stream, and so in `quantity`. */
  readonly recorded: readonly string[];
  /** How often its slot had been claimed before it was looked at; 0: it had none. */
  readonly times: number;
};

/** How many seats of a SKU a customer may hold over all subscriptions, and what its holders were seen to have (E48). */
export type SeatCap = { readonly limit: number; readonly seen: readonly SeenSeats[] };

/**
 * How many seats of a SKU each holder counts for. What was seen on its stream counts, and what is on its way there besides.
 * A slot that was claimed again since it was looked at counts with everything that was ever claimed.
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

/** What was claimed and is not on the holder's stream, as far as anybody looked. */
const openClaims = ({ claims }: HeldSlot, seen: Pick<SeenSeats, 'recorded'> | undefined): readonly Claim[] =>
  Object.entries(claims)
    .filter(([commandId]) => seen?.recorded.includes(commandId) !== true)
    .map(([, claim]) => claim);

/** A holder of a limited offer as its own stream showed it: how many of the customer's places it takes, and will take. */
export type SeenPlaces = Pick<SeenSeats, 'subscriptionId' | 'recorded' | 'times'> & { readonly places: number };

/** How many places of a limited offer are taken, by holder (R5). One that claims again since it was looked at takes one. */
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
