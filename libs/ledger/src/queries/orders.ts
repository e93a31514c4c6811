import type { EventStore } from '#event-store';
import type { Actor, Recorded } from '#kernel';
import type { OrderLine, PlacedOrder } from '#order';
import * as status from '#projections/status';
import type { ReadStore } from '#read-store';
import type { SubscriptionCreated } from '#subscription';
import { readModels } from './read-models.ts';

type DirectOrdersDeps = { readonly store: EventStore; readonly reads: ReadStore };

/** A purchase without a cart, as an order of one line. */
export type DirectOrder = Omit<PlacedOrder, 'cartId'> & { readonly cartId: null };

/**
 * Orders of direct purchases (http-api.md §4.3). They have no stream of their own: the subscription's stream has the order,
 * whatever happened to the subscription since.
 */
export class DirectOrders {
  readonly #deps: DirectOrdersDeps;

  constructor(deps: DirectOrdersDeps) {
    this.#deps = deps;
  }

  /** The order, if there is one and it is the actor's partner's. */
  async one(orderId: string, { partnerId }: Actor): Promise<{ order: DirectOrder; revision: number } | undefined> {
    const [subscriptionId] = await status.subscriptionsOfOrder(readModels(this.#deps), partnerId, orderId);
    if (subscriptionId === undefined) return undefined;
    const events = await this.#deps.store.read(`subscription-${subscriptionId}`);
    const created = events.find(
      (event): event is Recorded<SubscriptionCreated> => event.type === 'SubscriptionCreated',
    );
    return created && { order: orderOf(created.data), revision: created.revision };
  }
}

const orderOf = (bought: SubscriptionCreated['data']): DirectOrder => ({
  orderId: bought.orderId,
  cartId: null,
  partnerId: bought.partnerId,
  customerId: bought.customerId,
  status: 'completed',
  orderedAt: bought.effectiveAt,
  lines: [lineOf(bought)],
  results: new Map([[0, { subscriptionId: bought.subscriptionId }]]),
});

const lineOf = (bought: SubscriptionCreated['data']): OrderLine => ({
  line: 0,
  subscriptionId: bought.subscriptionId,
  offerId: bought.offerId,
  skuId: bought.skuId,
  ...(bought.kind !== 'usage' && { quantity: bought.quantity }),
  term: bought.term,
  billingCycle: bought.billingCycle,
  ...(bought.friendlyName !== bought.offerName && { friendlyName: bought.friendlyName }),
  ...(bought.aligned && { customTermEndDate: bought.termEnd }),
});
