import { customer } from '#customer';
import type { EventStore, CommandHandler } from '#event-store';
import { isRefusal, refuse, type Actor, type Position, type Recorded } from '#kernel';
import {
  cart,
  order,
  PlaceOrder,
  RecordOrderLine,
  type CartLine,
  type CartOrdered,
  type ExistingCart,
  type LineResult,
  type OrderLine,
  type PlacedOrder,
} from '#order';
import type { DecisionContext } from '#subscription';
import { naming, purchaseIdOf, purchaseOf, previewCart, type CartPreview } from '../commands/cart-preview.ts';
import { systemMeta } from '../context/command-meta.ts';
import type { Clock } from '../context/clock.ts';
import { deterministicId } from '../context/deterministic-id.ts';
import { factsOf } from '../queries/partners.ts';
import { waitForEvent } from '../queries/wait-for-event.ts';
import type { SubscriptionCommands } from '../commands/subscription-commands.ts';
import type { Refusal } from '../context/refusals.ts';
import type { PartnerMeta } from '#policy';

/** How long a checkout's answer waits for its order to be complete (http-api.md §4.2, as for upgrades). */
const PATIENCE_MS = 5_000;

type Parts = {
  readonly store: EventStore;
  readonly handler: CommandHandler;
  readonly clock: Clock;
  readonly context: () => DecisionContext;
  /** The way of every purchase: so a limited offer's place is claimed (R5). */
  readonly commands: Pick<SubscriptionCommands, 'purchase' | 'previewPurchase'>;
  readonly patienceMs?: number;
};

type Ordered = Recorded<CartOrdered>;

/** A complete order, with all that was recorded for it: the order's own events, and those of its purchases. */
export type Fulfilled = { readonly order: PlacedOrder; readonly events: readonly Recorded[] };

/**
 * Carts that become orders, and orders that become subscriptions, line by line (R22). Each step is an idempotent command
 * whose id is derived from order and line, so after a crash the next process continues from there.
 */
export class Orders {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The cart's decider, under the rules in force; with the customer for whom one is opened. */
  async cart(meta: PartnerMeta, customerId?: string): Promise<ReturnType<typeof cart>> {
    const { policies } = this.#parts.context();
    if (customerId === undefined) return cart({ policies, naming });
    const { state } = await this.#parts.handler.load(customer, customerId);
    const known = state.customerId !== null && state.partnerId === meta.actor.partnerId;
    return cart({ policies, naming, ...(known ? { customer: state } : {}) });
  }

  /** Previews the purchase of these lines. Records nothing. */
  previewCart(
    filled: { readonly cartId: string; readonly customerId: string; readonly lines: readonly CartLine[] },
    meta: PartnerMeta,
  ): Promise<CartPreview> {
    return previewCart((command, besides) => this.#parts.commands.previewPurchase(command, besides), filled, meta);
  }

  /** The reaction of the process to `CartOrdered`: the order is placed, and its lines are bought one after the other. */
  async fulfil(ordered: Ordered): Promise<void> {
    const { handler } = this.#parts;
    const { orderId, cartId, customerId, lines, partnerId, effectiveAt: orderedAt } = ordered.data;
    const partner = await factsOf(handler, partnerId);
    const meta = (...step: string[]): PartnerMeta => {
      const commandId = deterministicId('order', orderId, ...step);
      return systemMeta('orders', { commandId, at: this.#parts.clock.now(), partnerId, partner, cause: ordered });
    };
    await handler.handle(
      order,
      orderId,
      new PlaceOrder({ orderId, cartId, customerId, lines, orderedAt }, meta('place')),
    );
    const { state: placed } = await handler.load(order, orderId);
    for (const line of lines) {
      if (placed.orderId === null || placed.results.has(line.line)) continue;
      // In the buyer's name, at the instant of the checkout: however late this comes by, it is what was bought then.
      const result = await this.#buy(line, ordered, { ...meta(), at: orderedAt, actor: ordered.meta.actor });
      const record = new RecordOrderLine({ orderId, line: line.line, result }, meta('record', String(line.line)));
      await handler.handle(order, orderId, record, { fingerprint: `${orderId}/${line.line}` });
    }
  }

  async #buy(line: OrderLine, { data }: Ordered, meta: PartnerMeta): Promise<LineResult> {
    const outcome = await this.#parts.commands.purchase(purchaseOf(line, data, meta));
    return isRefusal(outcome)
      ? { code: outcome.refused, detail: outcome.because }
      : { subscriptionId: line.subscriptionId };
  }

  /** The event by which a cart became an order, if it did. */
  async orderOf(cartId: string): Promise<Ordered | undefined> {
    const events = await this.#parts.store.read(`cart-${cartId}`);
    return events.find((event): event is Ordered => event.type === 'CartOrdered');
  }

  /** Waits until every line of the order has its result. */
  async completion({ data: { orderId }, position }: Ordered): Promise<Fulfilled | Refusal> {
    if (!(await this.#completed(`order-${orderId}`, position)))
      return refuse('PROCESS_PENDING', 'the order is still being fulfilled: ask again with the same key', { orderId });
    const { state: placed } = await this.#parts.handler.load(order, orderId);
    if (placed.orderId === null) throw new Error(`the order ${orderId} is complete and yet not there`);
    const purchases = await Promise.all(
      placed.lines.map(async ({ line, subscriptionId }) => {
        const events = await this.#parts.store.read(`subscription-${subscriptionId}`);
        return events.filter(({ meta }) => meta.commandId === purchaseIdOf(orderId, line));
      }),
    );
    const own = await this.#parts.store.read(`order-${orderId}`);
    return { order: placed, events: [...own, ...purchases.flat()] };
  }

  async #completed(stream: string, after: Position): Promise<boolean> {
    const { store, patienceMs: timeoutMs = PATIENCE_MS } = this.#parts;
    const is = (event: Recorded): event is Recorded => event.type === 'OrderCompleted';
    return (await waitForEvent(store, { stream, from: 0, after, is, timeoutMs })) !== undefined;
  }

  /** The cart, if there is one and it is the actor's partner's. */
  async cartOf(cartId: string, actor: Actor): Promise<{ cart: ExistingCart; revision: number } | Refusal> {
    const { policies } = this.#parts.context();
    const { state, revision } = await this.#parts.handler.load(cart({ policies, naming }), cartId);
    return state.cartId !== null && state.partnerId === actor.partnerId
      ? { cart: state, revision }
      : refuse('CART_NOT_FOUND', 'there is no such cart');
  }

  /** The order, if there is one and it is the actor's partner's. */
  async one(orderId: string, actor: Actor): Promise<{ order: PlacedOrder; revision: number } | Refusal> {
    const { state, revision } = await this.#parts.handler.load(order, orderId);
    return state.orderId !== null && state.partnerId === actor.partnerId
      ? { order: state, revision }
      : refuse('ORDER_NOT_FOUND', 'there is no such order');
  }
}
