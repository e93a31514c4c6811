import { customer } from '#customer';
import type { Handling } from '#event-store';
import * as status from '#projections/status';
import type { ReadStore } from '#read-store';
import { subscription, type CustomerFacts, type Surroundings } from '#subscription';
import { readModels } from './read-models.ts';

type Parts = {
  readonly handling: Handling;
  readonly reads: ReadStore;
  readonly surroundings: () => Surroundings;
};

/** What decisions on a subscription may need to know of its customer. */
export class Customers {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The customer of a subscription; nothing where there is none. */
  async of(subscriptionId: string): Promise<CustomerFacts | undefined> {
    const { handling, surroundings } = this.#parts;
    const { state } = await handling.load(subscription(surroundings()), subscriptionId);
    if (state.status === 'none') return undefined;
    const { state: registered } = await handling.load(customer, state.customerId);
    if (registered.customerId === null) return undefined;
    // A read model may lag behind this subscription, but not behind the customer's first one by a lifetime.
    const first = await status.firstPurchaseDay(readModels(this.#parts), state.customerId);
    return { ...registered, held: [], ...(first === undefined ? {} : { firstBilledOn: first }) };
  }
}
