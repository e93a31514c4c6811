import { customer } from '#customer';
import type { PolicyTimeline } from '#policy';
import {
  holdingOf,
  subscription,
  type AlignableSubscription,
  type CustomerFacts,
  type HeldSubscription,
  type PurchaseSubscription,
  type Subscription,
  type SubscriptionVerb,
  type DecisionContext,
  type UpgradeSubscription,
} from '#subscription';
import type { CommandAnswer } from '../context/caller.ts';
import type { CatalogCache } from '../queries/catalog-cache.ts';
import type { Customers } from '../queries/customers.ts';
import { limitsNeeded, type Growth, type CustomerLimits, type Limits } from './customer-limits.ts';
import { dispatch, type DispatchDeps } from './dispatch.ts';
import type { Reservation } from './reservations.ts';
import { upgrade } from './upgrade-command.ts';
import type { UpgradeOutcomes } from './upgrade-outcome.ts';
import type { Refusal } from '../context/refusals.ts';
import type { Outcome } from '../context/refusals.ts';

/** Verbs that need the customer: add-ons by country (R35), a suspension's retention by the account's age (R41). */
const asksForCustomer: ReadonlySet<SubscriptionVerb['type']> = new Set([
  'SetAddOns',
  'SuspendAddOn',
  'SuspendSubscription',
]);

type Parts = Omit<DispatchDeps, 'context'> & {
  readonly catalogCache: CatalogCache;
  readonly policies: PolicyTimeline;
  readonly customerLimits: CustomerLimits;
  readonly outcomes: UpgradeOutcomes;
  readonly customers: Customers;
};

type Sent<C> = {
  readonly command: C;
  readonly id: string;
  readonly ids: { readonly subscriptionId: string };
};

/** Sends commands to subscriptions, with the catalogs and rules in force, the customer's facts, and the quote if there is one. */
export class SubscriptionCommands {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Catalogs and rules for a decision made now. */
  context(facts?: CustomerFacts): DecisionContext {
    const { catalogCache, policies } = this.#parts;
    return { catalogue: catalogCache.timeline, policies, ...(facts === undefined ? {} : { customer: facts }) };
  }

  /** A verb on an existing subscription. Seats of a capped SKU are reserved before the increase is recorded (E48). */
  async send(command: SubscriptionVerb): Promise<CommandAnswer | Refusal> {
    if (command.type === 'UpgradeSubscription') return this.#upgrade(command);
    const { target: id, type } = command;
    const facts = asksForCustomer.has(type) ? await this.#parts.customers.of(id) : undefined;
    const sent = { command, id, ids: { subscriptionId: id } };
    const target = await this.#parts.customerLimits.target(command);
    const decider = this.#parts.customerLimits.unlessCapped(this.#decider(facts, target));
    const response = await dispatch(this.#deps, { ...sent, decider });
    return response === limitsNeeded ? this.#sendCapped(sent) : response;
  }

  async #sendCapped<C extends SubscriptionVerb>(sent: Sent<C>): Promise<CommandAnswer | Refusal> {
    const { command, id } = sent;
    const growth = await this.#parts.customerLimits.growth(command);
    const target = await this.#parts.customerLimits.target(command);
    // No longer capped: the subscription has changed in the meantime.
    if (growth === undefined) return dispatch(this.#deps, { ...sent, decider: this.#decider(undefined, target) });
    const decider = this.#decider(factsOf(growth), target);
    const claimed = this.#decider(unlimited({ ...growth.buyer, held: [] }), target);
    if (command.type === 'AddSeats') {
      const of = () => seatsFor(growth, id, command.data.quantity);
      return dispatch(this.#deps, { ...sent, decider, reservation: { of, claimed } });
    }
    const reservation = { of: arrivalOf(growth, command), claimed };
    return dispatch(this.#deps, { ...sent, decider, ...(!isFree(growth.limits) && { reservation }) });
  }

  /** A purchase. Limited offers and seats are reserved on the customer's stream before the purchase is recorded (R5, E48). */
  async purchase(command: PurchaseSubscription): Promise<CommandAnswer | Refusal> {
    const { subscriptionId } = command.data;
    const { facts, limits } = await this.#buying(command);
    const limited = limits !== undefined && !isFree(limits);
    return dispatch(this.#deps, {
      command,
      id: subscriptionId,
      decider: this.#decider(facts),
      ids: { subscriptionId },
      location: `/v1/subscriptions/${subscriptionId}`,
      ...(limited && {
        reservation: { of: () => offerFor(command, limits), claimed: this.#decider(facts && unlimited(facts)) },
      }),
    });
  }

  /** Previews a purchase as if the customer held these subscriptions, too. Records nothing. */
  async previewPurchase(command: PurchaseSubscription, besides: readonly HeldSubscription[]): Promise<Outcome> {
    const { facts } = await this.#buying(command);
    const { held = [], seats = [] } = facts ?? {};
    const decider = this.#decider(facts && { ...facts, held: [...held, ...besides], seats: [...seats, ...besides] });
    return this.#parts.handler.handle(decider, command.data.subscriptionId, command, { dryRun: true });
  }

  /** The facts about the customer and the limits that a purchase needs; empty for an unknown customer. */
  async #buying({ data, meta }: PurchaseSubscription): Promise<{
    readonly facts?: CustomerFacts;
    readonly limits?: Limits;
  }> {
    const { state: buyer } = await this.#parts.handler.load(customer, data.customerId);
    if (buyer.customerId === null || buyer.partnerId !== meta.actor.partnerId) return {};
    const { offerId, skuId, subscriptionId } = data;
    const limits = await this.#parts.customerLimits.limits(buyer, { offerId, skuId, subscriptionId, at: meta.at });
    const { held, seats } = limits;
    return { facts: { ...buyer, held, seats, alignable: await this.#alignable({ data, meta }) }, limits };
  }

  /** Loaded only for a term with a custom end date. */
  async #alignable({
    data,
    meta,
  }: Pick<PurchaseSubscription, 'data' | 'meta'>): Promise<readonly AlignableSubscription[]> {
    return data.customTermEndDate === undefined
      ? []
      : this.#parts.customers.alignable(meta.actor.partnerId, data.customerId, meta.at);
  }

  /** An upgrade. If it is partial or goes into another subscription, it returns when both sides are durable. */
  async #upgrade(command: UpgradeSubscription): Promise<CommandAnswer | Refusal> {
    const growth = await this.#parts.customerLimits.growth(command);
    const { target: id } = command;
    const target = await this.#parts.customerLimits.target(command);
    const sent = { command, id, decider: this.#decider(factsOf(growth), target) };
    if (growth === undefined || isFree(growth.limits)) return upgrade(this.#deps, this.#parts.outcomes, sent);
    const claimed = this.#decider(unlimited({ ...growth.buyer, held: [] }), target);
    const reservation = { of: arrivalOf(growth, command), claimed };
    return upgrade(this.#deps, this.#parts.outcomes, { ...sent, reservation });
  }

  #decider(facts?: CustomerFacts, target?: Subscription) {
    return subscription({ ...this.context(facts), ...(target !== undefined && { target }) });
  }

  get #deps(): DispatchDeps {
    const { handler, reservations } = this.#parts;
    return { handler, reservations, context: () => this.context() };
  }
}

const seatsFor = (
  { offerId, skuId, buyer: { customerId }, revision: after, limits }: Growth,
  subscriptionId: string,
  added: number,
): Reservation | undefined => {
  const { cap, ended } = limits;
  return cap === null
    ? undefined
    : { kind: 'seats', customerId, subscriptionId, offerId, skuId, added, after, limits: { cap, ended } };
};

/** What a command brings more of than the subscription counts already. */
const arrivalOf =
  ({ offerId, skuId, buyer: { customerId }, revision: after, limits, before }: Growth, command: SubscriptionVerb) =>
  ({ state }: { readonly state: Subscription }): Reservation | undefined => {
    const then = holdingOf(state, { offerId, skuId });
    const [added, places] = [Math.max(0, then.seats - before.seats), Math.max(0, then.places - before.places)];
    const ids = { customerId, subscriptionId: command.target };
    return added === 0 && places === 0
      ? undefined
      : { kind: 'arrival', ...ids, offerId, skuId, added, places, command, after, limits };
  };

const isFree = ({ limit, cap }: Limits): boolean => limit === null && cap === null;

const offerFor = ({ data: purchase }: PurchaseSubscription, limits: Limits): Reservation => {
  const { customerId, subscriptionId } = purchase;
  return { kind: 'offer', customerId, subscriptionId, purchase, limits };
};

/** The facts about the customer that a verb needs if it adds seats of a capped SKU (E48). */
const factsOf = (growth: Growth | undefined): CustomerFacts | undefined =>
  growth && { ...growth.buyer, held: growth.limits.held, seats: growth.limits.seats };

/** The same customer, after the reservation of what is limited. */
const unlimited = ({ seats: _, ...facts }: CustomerFacts): CustomerFacts => ({ ...facts, held: [] });
