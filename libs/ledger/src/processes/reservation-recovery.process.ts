import { customer, type OfferSlotClaimed, type SeatsClaimed } from '#customer';
import type { CommandHandler } from '#event-store';
import { isRefusal, type Recorded } from '#kernel';
import {
  AddSeats,
  PurchaseSubscription,
  subscription,
  type CustomerFacts,
  type SubscriptionVerb,
  type DecisionContext,
} from '#subscription';
import type { Customers } from '../queries/customers.ts';
import type { Reservations } from '../commands/reservations.ts';
import { factsOf } from '../queries/partners.ts';
import type { PartnerMeta } from '#policy';

type Parts = {
  readonly handler: CommandHandler;
  readonly reservations: Reservations;
  readonly customers: Customers;
  readonly context: () => DecisionContext;
};

/**
 * Finishes the purchase or the increase of a reservation whose process died. It is the
 * same command with the same id: if it is recorded already, nothing happens.
 */
export class ReservationRecovery {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The reaction of the process to `OfferSlotClaimed`. */
  async completePurchase(event: Recorded<OfferSlotClaimed>): Promise<void> {
    const { handler, reservations, context, customers } = this.#parts;
    const { commandId, subscriptionId, effectiveAt, ...claimed } = event.data;
    const purchase = claimed.purchase as PurchaseSubscription['data'];
    const { customerId, customTermEndDate } = purchase;
    const buyer = await this.#stillClaimed(customerId, subscriptionId, commandId);
    if (buyer === undefined) return;
    const meta = await this.#metaOf(event, commandId, effectiveAt);
    const alignable =
      customTermEndDate === undefined ? [] : await customers.alignable(meta.actor.partnerId, customerId, effectiveAt);
    const decider = subscription({ ...context(), customer: { ...buyer, alignable } });
    const outcome = await handler.handle(decider, subscriptionId, new PurchaseSubscription(purchase, meta));
    if (!isRefusal(outcome)) return;
    await reservations.release({ kind: 'offer', customerId, subscriptionId }, event.revision, meta);
  }

  /** The reaction of the process to `SeatsClaimed`. */
  async completeIncrease(event: Recorded<SeatsClaimed>): Promise<void> {
    const { handler, reservations, context } = this.#parts;
    const { commandId, subscriptionId, added, revision, command: claimedFor, effectiveAt } = event.data;
    const customerId = event.stream.slice('customer-'.length);
    const buyer = await this.#stillClaimed(customerId, subscriptionId, commandId);
    if (buyer === undefined) return;
    const meta = await this.#metaOf(event, commandId, effectiveAt);
    const command =
      claimedFor === undefined
        ? new AddSeats({ subscriptionId, quantity: added }, meta)
        : ({ ...claimedFor, target: subscriptionId, meta, options: {} } as unknown as SubscriptionVerb);
    const decider = subscription({ ...context(), customer: buyer });
    const outcome = await handler.handle(decider, subscriptionId, command, {
      expectedRevision: revision ?? undefined,
    });
    if (!isRefusal(outcome)) return;
    await reservations.release({ kind: 'seats', customerId, subscriptionId }, event.revision, meta);
  }

  /**
   * The customer, while the reservation is open. A released one belongs to a command that was refused: it is not tried
   * again. A command that this process is still handler is left alone.
   */
  async #stillClaimed(
    customerId: string,
    subscriptionId: string,
    commandId: string,
  ): Promise<CustomerFacts | undefined> {
    const { handler, reservations } = this.#parts;
    await reservations.settled(commandId);
    const { state } = await handler.load(customer, customerId);
    if (state.customerId === null || state.slots[subscriptionId]?.claims[commandId] === undefined) return undefined;
    return { ...state, held: [] };
  }

  async #metaOf({ meta: { actor, $correlationId } }: Recorded, commandId: string, at: string): Promise<PartnerMeta> {
    const partner = await factsOf(this.#parts.handler, actor.partnerId);
    return { commandId, at, actor, partner, correlationId: $correlationId, causationId: commandId };
  }
}
