import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { anchorOf, dayOf, type Term } from '#calendar';
import { customer } from '#customer';
import type { CommandHandler } from '#event-store';
import type { Instant } from '#kernel';
import { pinAt, resolve } from '#policy';
import * as status from '#projections/status';
import type { ReadStore } from '#read-store';
import {
  endDates,
  advanceTo,
  subscription,
  type AlignableSubscription,
  type CustomerFacts,
  type EndDate,
  type DecisionContext,
} from '#subscription';
import { readModels } from './read-models.ts';

/** How many subscriptions are loaded together. */
const AT_ONCE = 100;

type CustomersDeps = {
  readonly handler: CommandHandler;
  readonly reads: ReadStore;
  readonly context: () => DecisionContext;
};

/** Facts about a subscription's customer that decisions may need. */
export class Customers {
  readonly #deps: CustomersDeps;

  constructor(deps: CustomersDeps) {
    this.#deps = deps;
  }

  /**
   * Active subscriptions of new commerce, with which a new one's first term may be aligned (D3): all of them, in batches,
   * so that a customer with many does not delay others.
   */
  async alignable(partnerId: string, customerId: string, at: Instant): Promise<readonly AlignableSubscription[]> {
    const wanted = { customerId, status: 'active', kind: 'newCommerce' } as const;
    const found: AlignableSubscription[] = [];
    let after: number | undefined;
    do {
      const page = await status.subscriptionsPage(readModels(this.#deps), partnerId, wanted, {
        after,
        limit: AT_ONCE,
      });
      const loaded = await Promise.all(page.map(({ subscriptionId }) => this.#alignableOne(subscriptionId, at)));
      found.push(...loaded.filter((one) => one !== undefined));
      after = page.length < AT_ONCE ? undefined : page.at(-1)?.sequence;
      await yieldToEventLoop();
    } while (after !== undefined);
    return found;
  }

  async #alignableOne(subscriptionId: string, at: Instant): Promise<AlignableSubscription | undefined> {
    const { handler, context } = this.#deps;
    const { state } = await handler.load(subscription(context()), subscriptionId);
    if (state.status === 'none') return undefined;
    const { kind, status: stands, isTrial, term, termEnd, anchor } = advanceTo(state, at, context()).state;
    return kind === 'newCommerce' && stands === 'active' && !isTrial
      ? { subscriptionId, term, termEnd, anchor }
      : undefined;
  }

  /** The days on which a term that begins now may end (http-api.md §4.3); undefined for an unknown customer. */
  async endDates(
    partnerId: string,
    customerId: string,
    term: Term,
    at: Instant,
  ): Promise<readonly EndDate[] | undefined> {
    const { handler, context } = this.#deps;
    const { state } = await handler.load(customer, customerId);
    if (state.customerId === null || state.partnerId !== partnerId) return undefined;
    const policy = resolve(pinAt(context().policies, at));
    const subscriptions = await this.alignable(partnerId, customerId, at);
    return endDates({ term, at, anchor: anchorOf(dayOf(at), policy.anchor), policy, subscriptions });
  }

  /** The customer of a subscription, or undefined. */
  async of(subscriptionId: string): Promise<CustomerFacts | undefined> {
    const { handler, context } = this.#deps;
    const { state } = await handler.load(subscription(context()), subscriptionId);
    if (state.status === 'none') return undefined;
    const { state: registered } = await handler.load(customer, state.customerId);
    if (registered.customerId === null) return undefined;
    // A read model may lag behind this subscription, but not as far as the customer's first one.
    const first = await status.firstPurchaseDay(readModels(this.#deps), state.partnerId, state.customerId);
    return { ...registered, held: [], ...(first === undefined ? {} : { firstBilledOn: first }) };
  }
}
