/** A SKU, by offer. */
export type SkuOf = { readonly offerId: string; readonly skuId: string };

/** What is on its way to a holder's stream. */
export type Claim = {
  readonly seats: number;
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

const counted = ({ offerId, skuId }: SkuOf, slot: HeldSlot | undefined, seen: SeenSeats | undefined): number => {
  const had = seen?.quantity ?? 0;
  if (slot?.offerId !== offerId || slot.skuId !== skuId) return had;
  if (seen?.times !== slot.times) return Math.max(had, slot.quantity);
  return Object.entries(slot.claims)
    .filter(([commandId]) => !seen.recorded.includes(commandId))
    .reduce((sum, [, { seats }]) => sum + seats, had);
};
