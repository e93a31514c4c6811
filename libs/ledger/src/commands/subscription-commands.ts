import { customer } from '#customer';
import type { Answer, CommandHandler, Outcome } from '#event-store';
import { isRefusal, type Refusal } from '#kernel';
import type { PolicyTimeline } from '#policy';
import {
  subscription,
  type AddSeats,
  type AlignableSubscription,
  type CustomerFacts,
  type HeldSubscription,
  type PurchaseSubscription,
  type SubscriptionVerb,
  type Surroundings,
  type UpgradeSubscription,
} from '#subscription';
import { answerOf } from './command-result.ts';
import type { CommandAnswer } from '../context/caller.ts';
import type { Customers } from '../queries/customers.ts';
import type { Growth, Holdings, Limits } from './customer-limits.ts';
import type { OfferSlots } from './reservations.ts';
import type { PriceLists } from '../queries/catalog-cache.ts';
import { quoteToken, stale } from './quote-token.ts';
import { upgradeWith, type HandleOptions, type Wish } from './upgrade-command.ts';
import type { UpgradeOutcomes } from './upgrade-outcome.ts';

/** Verbs that look at the customer: add-ons by country (R35), a suspension's retention by the account's age (R41). */
const asksForCustomer: ReadonlySet<SubscriptionVerb['type']> = new Set([
  'SetAddOns',
  'SuspendAddOn',
  'SuspendSubscription',
]);

type Parts = {
  readonly handling: CommandHandler;
  readonly priceLists: PriceLists;
  readonly policies: PolicyTimeline;
  readonly holdings: Holdings;
  readonly slots: OfferSlots;
  readonly outcomes: UpgradeOutcomes;
  readonly customers: Customers;
};

/** Sends commands to subscriptions: with the price lists and rules in force, the customer's facts, and a quote to hold to. */
export class SubscriptionCommands {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Price lists and rules for a decision made now. */
  surroundings(facts?: CustomerFacts): Surroundings {
    const { priceLists, policies } = this.#parts;
    return { catalogue: priceLists.timeline, policies, ...(facts === undefined ? {} : { customer: facts }) };
  }

  /** A verb on a subscription that exists. */
  async send(subscriptionId: string, command: SubscriptionVerb): Promise<CommandAnswer | Refusal> {
    const { holdings, customers } = this.#parts;
    const growth = await holdings.growth(subscriptionId, command);
    const facts = asksForCustomer.has(command.type) ? await customers.of(subscriptionId) : factsOf(growth);
    const target = await holdings.target(command);
    const surroundings = { ...this.surroundings(facts), ...(target === undefined ? {} : { target }) };
    const wish = { command, stream: `subscription-${subscriptionId}`, surroundings };
    const outcome =
      growth !== undefined && command.type === 'AddSeats'
        ? await this.#addSeats({ ...wish, command }, subscriptionId, growth)
        : await this.#handle(subscriptionId, wish);
    return isRefusal(outcome) ? outcome : answerOf(outcome, { ids: { subscriptionId }, ...quoteOf(wish, outcome) });
  }

  /** Seats of a capped SKU are claimed on the customer's stream before the increase is recorded (E48). */
  #addSeats(
    wish: Wish & { readonly command: AddSeats },
    subscriptionId: string,
    { offerId, skuId, buyer: { customerId }, revision, limits }: Growth,
  ): Promise<Outcome> {
    const increase = { subscriptionId, customerId, offerId, skuId, revision, command: wish.command };
    const unjudged = { ...wish, surroundings: this.surroundings() };
    return this.#parts.slots.addSeats(increase, limits, ({ dryRun, claimed }) =>
      this.#handle(subscriptionId, claimed ? unjudged : wish, { dryRun }),
    );
  }

  /** A purchase. What is limited is claimed on the customer's stream before the purchase is recorded (R5, E48). */
  async purchase(command: PurchaseSubscription): Promise<CommandAnswer | Refusal> {
    const { subscriptionId } = command.data;
    const { facts, limits } = await this.#buying(command);
    const wish = { command, stream: null, surroundings: this.surroundings(facts) };
    const free = facts === undefined || limits === undefined || (limits.limit === null && limits.cap === null);
    const unjudged = { ...wish, surroundings: this.surroundings(facts && unlimited(facts)) };
    const outcome = free
      ? await this.#handle(subscriptionId, wish)
      : await this.#parts.slots.purchase(command, limits, ({ dryRun, claimed }) =>
          this.#handle(subscriptionId, claimed ? unjudged : wish, { dryRun }),
        );
    if (isRefusal(outcome)) return outcome;
    const location = `/v1/subscriptions/${subscriptionId}`;
    return answerOf(outcome, { ids: { subscriptionId }, location, ...quoteOf(wish, outcome) });
  }

  /** Tries a purchase as if the customer held these subscriptions, too. Records nothing. */
  async rehearse(command: PurchaseSubscription, besides: readonly HeldSubscription[]): Promise<Outcome> {
    const { facts } = await this.#buying(command);
    const { held = [], seats = [] } = facts ?? {};
    const surroundings = this.surroundings(
      facts && { ...facts, held: [...held, ...besides], seats: [...seats, ...besides] },
    );
    return this.#parts.handling.handle(subscription(surroundings), command.data.subscriptionId, command, {
      dryRun: true,
    });
  }

  /** What a purchase must know of its customer, and of what is limited; nothing of an unknown customer. */
  async #buying({ data, meta }: PurchaseSubscription): Promise<{
    readonly facts?: CustomerFacts;
    readonly limits?: Limits;
  }> {
    const { state: buyer } = await this.#parts.handling.load(customer, data.customerId);
    if (buyer.customerId === null || buyer.partnerId !== meta.actor.partnerId) return {};
    const { offerId, skuId, subscriptionId } = data;
    const limits = await this.#parts.holdings.limits(buyer, { offerId, skuId, subscriptionId, at: meta.at });
    const { held, seats } = limits;
    return { facts: { ...buyer, held, seats, alignable: await this.#alignable({ data, meta }) }, limits };
  }

  /** Looked up only for a term that is to be aligned. */
  async #alignable({
    data,
    meta,
  }: Pick<PurchaseSubscription, 'data' | 'meta'>): Promise<readonly AlignableSubscription[]> {
    return data.customTermEndDate === undefined
      ? []
      : this.#parts.customers.alignable(meta.actor.partnerId, data.customerId, meta.at);
  }

  /** An upgrade; of some of the seats, or into another subscription, it is answered when both sides are durable. */
  async upgrade(subscriptionId: string, command: UpgradeSubscription): Promise<CommandAnswer | Refusal> {
    const facts = factsOf(await this.#parts.holdings.growth(subscriptionId, command));
    const surroundings = this.surroundings(facts);
    return upgradeWith(
      { outcomes: this.#parts.outcomes, surroundings, handle: (...asked) => this.#handle(subscriptionId, ...asked) },
      subscriptionId,
      command,
    );
  }

  /** Decides and records; with a quote in hand, only what was quoted. */
  #handle(
    subscriptionId: string,
    wish: Wish,
    { dryRun, quoted = true, besides = [] }: HandleOptions = {},
  ): Promise<Outcome | Refusal> {
    const { command, surroundings } = wish;
    const { conditions = {} } = command.meta;
    const quote = quoted ? conditions.quote : undefined;
    return this.#parts.handling.handle(subscription(surroundings), subscriptionId, command, {
      expected: conditions.revision,
      dryRun: dryRun ?? conditions.dryRun,
      ...(quote !== undefined && {
        agree: ({ events }: Answer) => (quoteToken(wish, [...events, ...besides]) === quote ? undefined : stale()),
      }),
    });
  }
}

const quoteOf = (wish: Parameters<typeof quoteToken>[0], { outcome, events }: Answer) =>
  outcome === 'dryRun' ? { quoteToken: quoteToken(wish, events) } : {};

/** What a verb must know of the customer who would get more seats of a capped SKU (E48). */
const factsOf = (growth: Growth | undefined): CustomerFacts | undefined =>
  growth && { ...growth.buyer, held: [], seats: growth.limits.seats };

/** The same customer, for whom what is limited is claimed already. */
const unlimited = ({ seats: _, ...facts }: CustomerFacts): CustomerFacts => ({ ...facts, held: [] });
