import { ClaimOfferSlot, customer, ReleaseOfferSlot, type Registered } from '#customer';
import type { Handling, Outcome } from '#event-store';
import { isRefusal, type Meta } from '#kernel';
import {
  settle,
  subscription,
  type HeldSubscription,
  type PurchaseSubscription,
  type Surroundings,
} from '#subscription';
import { derivedId } from './ids.ts';

type Limited = {
  readonly command: PurchaseSubscription;
  readonly limit: number;
  readonly held: readonly HeldSubscription[];
};

/**
 * The places of a limited offer (R5): claimed on the customer's stream before the purchase is recorded, so that two buyers
 * at once cannot both have the last. Whether a holder still exists is looked up on its own stream when it matters.
 */
export class OfferSlots {
  readonly #handling: Handling;
  readonly #surroundings: () => Surroundings;

  constructor(handling: Handling, surroundings: () => Surroundings) {
    this.#handling = handling;
    this.#surroundings = surroundings;
  }

  /** Who holds the offer, with the status that each has at the command's instant; not the subscription being bought. */
  async holders(buyer: Registered, offerId: string, { data, meta }: PurchaseSubscription): Promise<HeldSubscription[]> {
    const slots = Object.entries(buyer.slots).filter(
      ([id, slot]) => slot.offerId === offerId && id !== data.subscriptionId,
    );
    return Promise.all(
      slots.map(async ([subscriptionId, { skuId, quantity }]) => {
        const surroundings = this.#surroundings();
        const { state } = await this.#handling.load(subscription(surroundings), subscriptionId);
        // A slot without its subscription belongs to a purchase that is being recorded just now.
        const status = state.status === 'none' ? 'active' : settle(state, meta.at, surroundings).state.status;
        return { subscriptionId, offerId, skuId, quantity, status };
      }),
    );
  }

  /** Tries the purchase, claims its slot, records it. Gives the slot back if it is refused after all. */
  async purchase(
    { command, limit, held }: Limited,
    record: (options?: { readonly dryRun: boolean }) => Promise<Outcome>,
  ): Promise<Outcome> {
    const { data, meta } = command;
    const rehearsed = await record({ dryRun: true });
    if (isRefusal(rehearsed) || rehearsed.outcome === 'replayed' || meta.conditions?.dryRun === true) return rehearsed;
    const { subscriptionId, offerId, skuId, quantity } = data;
    const claimed = await this.#handling.handle(
      customer,
      data.customerId,
      new ClaimOfferSlot(
        {
          offerId,
          limit,
          slot: { subscriptionId, skuId, quantity: quantity ?? 1, commandId: meta.commandId, purchase: data },
          ended: held.filter(({ status }) => status === 'deleted').map((holder) => holder.subscriptionId),
        },
        claimMeta(meta, derivedId('claim', meta.commandId, meta.at)),
      ),
      { fingerprint: meta.commandId },
    );
    if (isRefusal(claimed)) return claimed;
    const recorded = await record();
    if (isRefusal(recorded)) await this.release(data.customerId, subscriptionId, meta);
    return recorded;
  }

  /** Gives back the slot of a purchase that was refused. */
  async release(customerId: string, subscriptionId: string, meta: Meta): Promise<void> {
    const command = new ReleaseOfferSlot(
      { subscriptionId },
      claimMeta(meta, derivedId('release', meta.commandId, meta.at)),
    );
    await this.#handling.handle(customer, customerId, command);
  }
}

const claimMeta = (meta: Meta, commandId: string): Meta => {
  const { conditions: _, ...rest } = meta;
  return { ...rest, commandId, causationId: meta.commandId };
};
