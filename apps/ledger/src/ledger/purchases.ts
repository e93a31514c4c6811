import { customer } from '#customer';
import type { Handling } from '#event-store';
import { isRefusal, type Meta, type Recorded } from '#kernel';
import { PurchaseSubscription, subscription, type Surroundings } from '#subscription';
import type { Customers } from './customers.ts';
import type { OfferSlots } from './offer-slots.ts';
import { factsOf } from './partners.ts';

type Parts = {
  readonly handling: Handling;
  readonly slots: OfferSlots;
  readonly customers: Customers;
  readonly surroundings: () => Surroundings;
};

/**
 * Finishes the purchase that a slot was claimed for, if whoever claimed it died in between. It is the same command with
 * the same id: where the purchase is recorded already, nothing happens.
 */
export class Purchases {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The reaction of the process to `OfferSlotClaimed`. */
  async whenSlotIsClaimedThenPurchase(event: Recorded): Promise<void> {
    const { handling, slots, surroundings, customers } = this.#parts;
    const claimed = event.data as unknown as {
      commandId: string;
      purchase: PurchaseSubscription['data'];
      effectiveAt: string;
    };
    const { purchase } = claimed;
    const { actor, $correlationId } = event.meta;
    const meta: Meta = {
      commandId: claimed.commandId,
      at: claimed.effectiveAt,
      actor,
      partner: await factsOf(handling, actor.partnerId),
      correlationId: $correlationId,
      causationId: claimed.commandId,
    };
    const { state: buyer } = await handling.load(customer, purchase.customerId);
    // A slot that was given back belongs to a purchase that was refused: it is not tried again.
    if (buyer.customerId === null || !(purchase.subscriptionId in buyer.slots)) return;
    const alignable =
      purchase.customTermEndDate === undefined
        ? []
        : await customers.alignable(actor.partnerId, purchase.customerId, meta.at);
    const facts = { ...surroundings(), customer: { ...buyer, held: [], alignable } };
    const command = new PurchaseSubscription(purchase, meta);
    const outcome = await handling.handle(subscription(facts), purchase.subscriptionId, command);
    if (isRefusal(outcome)) await slots.release(purchase.customerId, purchase.subscriptionId, meta);
  }
}
