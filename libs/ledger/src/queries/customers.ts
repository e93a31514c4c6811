import { anchorOf, dayOf, type Term } from '#calendar';
import { customer } from '#customer';
import type { CommandHandler } from '#event-store';
import type { Instant } from '#kernel';
import { pinAt, resolve } from '#policy';
import * as status from '#projections/status';
import type { ReadStore } from '#read-store';
import {
  endDates,
  settle,
  subscription,
  type AlignableSubscription,
  type CustomerFacts,
  type EndDate,
  type Surroundings,
} from '#subscription';
import { readModels } from './read-models.ts';

type Parts = {
  readonly handling: CommandHandler;
  readonly reads: ReadStore;
  readonly surroundings: () => Surroundings;
};

/** What decisions on a subscription may need to know of its customer. */
export class Customers {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Active subscriptions of new commerce, which a new one's first term may be aligned with (D3). */
  async alignable(partnerId: string, customerId: string, at: Instant): Promise<readonly AlignableSubscription[]> {
    const { handling, surroundings } = this.#parts;
    const filter = { customerId, status: 'active' } as const;
    const { items } = await status.listSubscriptions(readModels(this.#parts), partnerId, filter, { limit: 500 });
    const loaded = await Promise.all(
      items.map(({ subscriptionId }) => handling.load(subscription(surroundings()), subscriptionId)),
    );
    return loaded.flatMap(({ state }) => {
      if (state.status === 'none') return [];
      const {
        subscriptionId,
        kind,
        status: stands,
        isTrial,
        term,
        termEnd,
        anchor,
      } = settle(state, at, surroundings()).state;
      return kind === 'newCommerce' && stands === 'active' && !isTrial
        ? [{ subscriptionId, term, termEnd, anchor }]
        : [];
    });
  }

  /** On which days a term that begins now may be made to end (http-api.md §4.3); undefined for an unknown customer. */
  async endDates(
    partnerId: string,
    customerId: string,
    term: Term,
    at: Instant,
  ): Promise<readonly EndDate[] | undefined> {
    const { handling, surroundings } = this.#parts;
    const { state } = await handling.load(customer, customerId);
    if (state.customerId === null || state.partnerId !== partnerId) return undefined;
    const policy = resolve(pinAt(surroundings().policies, at));
    const subscriptions = await this.alignable(partnerId, customerId, at);
    return endDates({ term, at, anchor: anchorOf(dayOf(at), policy.anchor), policy, subscriptions });
  }

  /** The customer of a subscription; nothing where there is none. */
  async of(subscriptionId: string): Promise<CustomerFacts | undefined> {
    const { handling, surroundings } = this.#parts;
    const { state } = await handling.load(subscription(surroundings()), subscriptionId);
    if (state.status === 'none') return undefined;
    const { state: registered } = await handling.load(customer, state.customerId);
    if (registered.customerId === null) return undefined;
    // A read model may lag behind this subscription, but not behind the customer's first one by a lifetime.
    const first = await status.firstPurchaseDay(readModels(this.#parts), state.partnerId, state.customerId);
    return { ...registered, held: [], ...(first === undefined ? {} : { firstBilledOn: first }) };
  }
}
