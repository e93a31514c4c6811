import { catalogueAt, findOffer, findSku } from '#catalog';
import {
  customer,
  placesHeld,
  seatsHeld,
  type Registered,
  type SeatCap,
  type SeenPlaces,
  type SeenSeats,
  type SkuOf,
} from '#customer';
import type { CommandHandler, Revision } from '#event-store';
import { refuse, type Instant } from '#kernel';
import * as status from '#projections/status';
import type { ReadStore } from '#read-store';
import {
  holdingOf,
  advanceTo,
  subscription,
  type Existing,
  type HeldSeats,
  type HeldSubscription,
  type Subscription,
  type SubscriptionCommand,
  type SubscriptionEvent,
  type SubscriptionVerb,
  type DecisionContext,
} from '#subscription';
import { readModels } from '../queries/read-models.ts';
import type { Decider, Refusal } from '../context/refusals.ts';

/** What a customer may hold of an offer and of its SKU, and what is held, according to the holders' own streams. */
export type Limits = {
  /** How many subscriptions to the offer; null: any number (R5). */
  readonly limit: number | null;
  /** The holders of the limited offer, including those by a saved change; without deleted ones. */
  readonly held: readonly HeldSubscription[];
  /** How many seats of the SKU; null: any number (E48). */
  readonly cap: SeatCap | null;
  /** Seats of the capped SKU that are held or on their way, by holder. */
  readonly seats: readonly HeldSeats[];
  /** The places of the limited offer that each holder was seen to take. */
  readonly holders: readonly SeenPlaces[];
  /** Holders of slots that are deleted by now. */
  readonly ended: readonly string[];
};

/** The SKU of which a subscription gets more, and when. */
export type Wanted = SkuOf & { readonly subscriptionId: string; readonly at: Instant };

/** The SKU of which a command brings an existing subscription more, and how much of it is counted already. */
export type Growth = SkuOf & {
  readonly buyer: Registered;
  readonly limits: Limits;
  readonly before: ReturnType<typeof holdingOf>;
  /** The revision at which the subscription was loaded. */
  readonly revision: Revision;
};

/** In place of a decision: the customer's seats of a capped SKU have to be loaded first. Recognised by identity. */
export const limitsNeeded: Refusal = refuse('OFFER_LIMIT', "the customer's seats were not loaded");

type Parts = {
  readonly handler: CommandHandler;
  readonly reads: ReadStore;
  readonly context: () => DecisionContext;
};

type Seen = SeenSeats & SeenPlaces & { readonly status: string };

/**
 * What customers hold of limited offers and capped SKUs. The customer's stream has the reservations; whether a holder still
 * exists, and how many seats it has, is read from its own stream when it matters.
 */
export class CustomerLimits {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Loads nothing when no limit applies. */
  async limits(buyer: Registered, wanted: Wanted): Promise<Limits> {
    const { offerId, skuId, at } = wanted;
    const catalogue = catalogueAt(this.#parts.context().catalogue, at);
    const offer = catalogue && findOffer(catalogue, offerId);
    const limit = offer?.limitPerCustomer ?? null;
    const most = this.#cap(wanted);
    if (limit === null && most === null) return unlimited;
    const seen = await this.#seen(buyer, wanted);
    const byId = new Map(seen.map((one) => [one.subscriptionId, one]));
    const holders = [...placesHeld(buyer.slots, offerId, seen)].filter(([id]) => id !== wanted.subscriptionId);
    return {
      limit,
      held: holders.flatMap(([subscriptionId, places]) => {
        // A slot without its subscription belongs to a purchase that is being recorded now.
        const { quantity = 0, status: stands = 'active' } = byId.get(subscriptionId) ?? {};
        const one = { subscriptionId, offerId, skuId, quantity, status: stands === 'none' ? 'active' : stands };
        return stands === 'deleted' ? [] : Array.from({ length: places }, () => one);
      }),
      cap: most === null ? null : { limit: most, seen },
      seats: [...seatsHeld(buyer.slots, wanted, seen)].map(([subscriptionId, quantity]) => {
        return { subscriptionId, offerId, skuId, quantity };
      }),
      holders: seen,
      ended: seen.filter((one) => one.status === 'deleted').map(({ subscriptionId }) => subscriptionId),
    };
  }

  /**
   * The same decider; but where a verb would give more seats of a capped SKU, or moves seats to another one, it returns
   * `limitsNeeded`: what the customer has is loaded only then, and judged by the state on which the verb is decided.
   */
  unlessCapped(
    decider: Decider<SubscriptionCommand, SubscriptionEvent, Subscription>,
  ): Decider<SubscriptionCommand, SubscriptionEvent, Subscription> {
    const decide = (command: SubscriptionCommand, state: Subscription) =>
      this.#growsCapped(command, state) ? limitsNeeded : decider.decide(command, state);
    return { ...decider, decide };
  }

  #growsCapped(command: SubscriptionCommand, state: Subscription): boolean {
    const { actor, at } = command.meta;
    if (!mayGrow(command) || state.status === 'none' || state.partnerId !== actor.partnerId) return false;
    if (command.type !== 'AddSeats') return true;
    const settled = advanceTo(state, at, this.#parts.context()).state;
    return this.#cap({ ...skuAfter(command, settled), at }) !== null;
  }

  /** What a verb would give the subscription more of. More seats of its present SKU matter only if they are capped. */
  async growth(command: SubscriptionVerb): Promise<Growth | undefined> {
    const { target: subscriptionId, meta } = command;
    const { actor, at } = meta;
    const { settled, revision } = await this.#look(subscriptionId, at);
    if (settled?.partnerId !== actor.partnerId) return undefined;
    const { offerId, skuId } = skuAfter(command, settled);
    const wanted = { offerId, skuId, subscriptionId, at };
    if (command.type === 'AddSeats' && this.#cap(wanted) === null) return undefined;
    const { state: buyer } = await this.#parts.handler.load(customer, settled.customerId);
    if (buyer.customerId === null) return undefined;
    const limits = await this.limits(buyer, wanted);
    return { offerId, skuId, buyer, limits, revision, before: holdingOf(settled, wanted) };
  }

  /** The existing subscription into which a command would upgrade, now or later, settled (E49). */
  async target({ type, data, meta }: SubscriptionVerb): Promise<Subscription | undefined> {
    if (type !== 'ScheduleChange' && type !== 'UpgradeSubscription') return undefined;
    if (data.target === undefined || data.target === 'new') return undefined;
    const { settled } = await this.#look(data.target.subscriptionId, meta.at);
    return settled ?? { status: 'none' };
  }

  /** How many seats of the SKU a customer may hold by the catalog of an instant; null: any number. Usage has no seats. */
  #cap({ offerId, skuId, at }: Omit<Wanted, 'subscriptionId'>): number | null {
    const catalogue = catalogueAt(this.#parts.context().catalogue, at);
    if (catalogue === undefined || findOffer(catalogue, offerId)?.kind === 'usage') return null;
    return findSku(catalogue, offerId, skuId)?.maxSeatsPerCustomer ?? null;
  }

  /**
   * Every subscription that may hold something of the offer: those with a reservation, and those of the read model, which may
   * have come there without a reservation, before anything was limited.
   */
  async #seen({ slots, partnerId, customerId }: Registered, { at, offerId, skuId }: Wanted): Promise<readonly Seen[]> {
    const known = await status.subscriptionsTo(readModels(this.#parts), partnerId, { customerId, offerId });
    const ids = new Set([...Object.keys(slots), ...known]);
    return Promise.all(
      [...ids].map(async (subscriptionId) => {
        const slot = slots[subscriptionId];
        const { settled, revision } = await this.#look(subscriptionId, at);
        const recorded = await this.#recorded(subscriptionId, slot?.claims ?? {}, revision);
        const { seats: quantity, places } = holdingOf(settled ?? { status: 'none' }, { offerId, skuId });
        const [times, stands] = [slot?.times ?? 0, settled?.status ?? 'none'];
        return { subscriptionId, quantity, places, recorded, times, status: stands };
      }),
    );
  }

  async #look(subscriptionId: string, at: Instant) {
    const context = this.#parts.context();
    const { state, revision } = await this.#parts.handler.load(subscription(context), subscriptionId);
    return { settled: state.status === 'none' ? undefined : advanceTo(state, at, context).state, revision };
  }

  /** The reservations whose commands are on the holder's stream, up to the revision at which it was loaded. */
  async #recorded(
    subscriptionId: string,
    claims: Registered['slots'][string]['claims'],
    revision: number,
  ): Promise<readonly string[]> {
    const open = Object.entries(claims);
    const opening = open.filter(([, { after }]) => after < 0);
    const increases = open.filter(([, { after }]) => after >= 0 && after < revision);
    // A stream begins with the purchase, so an existing stream has recorded it.
    const recorded = revision < 0 ? [] : opening.map(([commandId]) => commandId);
    if (increases.length === 0) return recorded;
    const first = Math.min(...increases.map(([, { after }]) => after)) + 1;
    const told = new Set<string>();
    for await (const page of this.#parts.handler.pages(`subscription-${subscriptionId}`, first))
      for (const event of page) if (event.revision <= revision) told.add(event.meta.commandId);
    return [...recorded, ...increases.map(([commandId]) => commandId).filter((commandId) => told.has(commandId))];
  }
}

/** The limits of a SKU without any. */
const unlimited: Limits = { limit: null, held: [], cap: null, seats: [], holders: [], ended: [] };

const growing: ReadonlySet<string> = new Set<SubscriptionVerb['type']>([
  'AddSeats',
  'ConvertTrial',
  'ScheduleChange',
  'UpgradeSubscription',
]);

const mayGrow = (command: SubscriptionCommand): command is SubscriptionVerb => growing.has(command.type);

/** The SKU of the subscription, or of the one that it creates, after the command. */
const skuAfter = ({ data }: SubscriptionVerb, state: Existing): SkuOf => {
  const { offerId, skuId } = state.convertsTo ?? state;
  const asked: Partial<SkuOf> = 'offerId' in data || 'skuId' in data ? data : {};
  return { offerId: asked.offerId ?? offerId, skuId: asked.skuId ?? skuId };
};
