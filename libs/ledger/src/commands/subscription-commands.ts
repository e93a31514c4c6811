import { customer } from '#customer';
import type { Answer, Handling, Outcome } from '#event-store';
import { isRefusal, type Refusal, type Recorded } from '#kernel';
import type { PolicyTimeline } from '#policy';
import {
  subscription,
  type AddSeats,
  type AlignableSubscription,
  type CustomerFacts,
  type HeldSubscription,
  type PurchaseSubscription,
  type SubscriptionCommand,
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
import { idsOf, type Upgrades } from '../processes/upgrade.process.ts';

/** Verbs that look at the customer: add-ons by country (R35), a suspension's retention by the account's age (R41). */
const asksForCustomer: ReadonlySet<SubscriptionVerb['type']> = new Set([
  'SetAddOns',
  'SuspendAddOn',
  'SuspendSubscription',
]);

type Parts = {
  readonly handling: Handling;
  readonly priceLists: PriceLists;
  readonly policies: PolicyTimeline;
  readonly holdings: Holdings;
  readonly slots: OfferSlots;
  readonly upgrades: Upgrades;
  readonly customers: Customers;
};

type Wish = {
  readonly command: SubscriptionCommand;
  readonly stream: string | null;
  readonly surroundings: Surroundings;
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
    const wish = { command, stream: `subscription-${subscriptionId}`, surroundings: this.surroundings(facts) };
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
    const { upgrades } = this.#parts;
    const facts = factsOf(await this.#parts.holdings.growth(subscriptionId, command));
    const wish = { command, stream: `subscription-${subscriptionId}`, surroundings: this.surroundings(facts) };
    // Without its conditions: they are judged when it is carried out, and a quote holds for both sides.
    const rehearsed = await this.#handle(subscriptionId, wish, { dryRun: true, quoted: false });
    if (isRefusal(rehearsed)) return rehearsed;
    const received = rehearsed.outcome === 'replayed' ? [] : await upgrades.rehearse(rehearsed, command.meta.commandId);
    if (isRefusal(received)) return received;
    const token = quoteToken(wish, [...rehearsed.events, ...received]);
    const { dryRun, quote } = command.meta.conditions ?? {};
    if (rehearsed.outcome === 'dryRun' && quote !== undefined && quote !== token) return stale();
    if (rehearsed.outcome === 'dryRun' && dryRun === true)
      return answerOf(rehearsed, { ids: idsOf(subscriptionId, rehearsed), alsoRecorded: received, quoteToken: token });
    // Judged once more at the append: between rehearsal and here, something may have moved.
    const outcome = await this.#handle(subscriptionId, wish, { dryRun: false, besides: received });
    if (isRefusal(outcome)) return outcome;
    const arrived = await upgrades.arrival(outcome, command.meta.commandId);
    if (isRefusal(arrived)) return arrived;
    const { revision, position } = arrived;
    return answerOf(
      { ...outcome, revision, position },
      { ids: idsOf(subscriptionId, outcome), alsoRecorded: arrived.received },
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

type HandleOptions = {
  readonly dryRun?: boolean;
  /** Whether a quote in hand is held to. */
  readonly quoted?: boolean;
  /** What the other side of an upgrade would record: a part of what was quoted. */
  readonly besides?: readonly Recorded[];
};

const quoteOf = (wish: Parameters<typeof quoteToken>[0], { outcome, events }: Answer) =>
  outcome === 'dryRun' ? { quoteToken: quoteToken(wish, events) } : {};

/** What a verb must know of the customer who would get more seats of a capped SKU (E48). */
const factsOf = (growth: Growth | undefined): CustomerFacts | undefined =>
  growth && { ...growth.buyer, held: [], seats: growth.limits.seats };

/** The same customer, for whom what is limited is claimed already. */
const unlimited = ({ seats: _, ...facts }: CustomerFacts): CustomerFacts => ({ ...facts, held: [] });
