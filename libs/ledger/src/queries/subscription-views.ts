import { addDays } from '#calendar';
import type { EventStore, CommandHandler } from '#event-store';
import { refuse, type Instant, type Recorded } from '#kernel';
import {
  actions,
  evolve,
  isAddOnWithdrawn,
  isWithdrawn,
  refundOptions,
  settle,
  subscription,
  type AddOnView,
  type Existing,
  type Subscription,
  type SubscriptionDetail,
  type SubscriptionEvent,
  type SubscriptionView,
  type Surroundings,
} from '#subscription';
import type { Caller } from '../context/caller.ts';
import type { Clock } from '../context/clock.ts';
import type { Refusal } from '../context/refusals.ts';

type Parts = {
  readonly store: EventStore;
  readonly handling: CommandHandler;
  readonly clock: Clock;
  readonly surroundings: () => Surroundings;
};

/** Single subscriptions, read off their streams and settled up to the ledger's clock. */
export class SubscriptionViews {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The subscription now, whether or not the scheduler has come by. */
  async one(subscriptionId: string, caller: Caller): Promise<SubscriptionDetail | Refusal> {
    const { state, revision } = await this.#load(subscriptionId);
    const mine = owned(state, caller);
    return mine === undefined ? notFound() : this.#view(mine, revision, caller, this.#parts.clock.now());
  }

  /** The subscription as it was at an instant of the past, or at a revision that its stream had by then. */
  async at(
    subscriptionId: string,
    caller: Caller,
    { at, revision }: { readonly at?: Instant; readonly revision?: number },
  ): Promise<SubscriptionDetail | Refusal> {
    const events = await this.#parts.store.read(`subscription-${subscriptionId}`);
    const now = this.#parts.clock.now();
    const until = at ?? now;
    const past = events.filter(
      (event) =>
        (event as Recorded<SubscriptionEvent>).data.effectiveAt <= until && event.revision <= (revision ?? Infinity),
    ) as readonly Recorded<SubscriptionEvent>[];
    const mine = owned(past.reduce<Subscription>(evolve, { status: 'none' }), caller);
    const last = past.at(-1);
    if (mine === undefined || last === undefined) return notFound();
    if (revision !== undefined && last.revision < revision)
      return refuse('SUBSCRIPTION_NOT_FOUND', `it has no revision ${revision}: its last one is ${last.revision}`);
    // A revision is a place in the record: it shows what was recorded then, not what fell due since.
    return this.#view(mine, last.revision, caller, revision === undefined ? until : mine.lastEffectiveAt);
  }

  /** Recorded events of one subscription, from a revision on. */
  async events(
    subscriptionId: string,
    caller: Caller,
    { from = 0, limit }: { readonly from?: number; readonly limit: number },
  ): Promise<readonly Recorded[] | Refusal> {
    const { state } = await this.#load(subscriptionId);
    if (owned(state, caller) === undefined) return notFound();
    return this.#parts.store.read(`subscription-${subscriptionId}`, from, limit);
  }

  #load(subscriptionId: string) {
    return this.#parts.handling.load(subscription(this.#parts.surroundings()), subscriptionId);
  }

  #view(state: Existing, revision: number, caller: Caller, at: Instant): SubscriptionDetail {
    const surroundings = this.#parts.surroundings();
    const settled = settle(state, at, surroundings).state;
    const asking = { at: at < settled.lastEffectiveAt ? settled.lastEffectiveAt : at, ...caller };
    return {
      ...viewOf(settled, revision),
      withdrawn: isWithdrawn(settled, asking.at, surroundings),
      addOns: settled.addOns.map((addOn) => ({
        ...shownAddOn(addOn),
        withdrawn: isAddOnWithdrawn(settled, addOn, asking.at, surroundings),
      })),
      refundOptions: refundOptions(settled, asking, surroundings),
      ...actions(settled, asking, surroundings),
    };
  }
}

const notFound = (): Refusal => refuse('SUBSCRIPTION_NOT_FOUND', 'there is no such subscription');

/** Another partner's subscription does not exist for the caller. */
const owned = (state: Subscription, { actor }: Caller): Existing | undefined =>
  state.status !== 'none' && state.partnerId === actor.partnerId ? state : undefined;

/** Usage has no term, and so no end (R75). */
const endOf = ({ kind, termEnd }: Existing): string | null => (kind === 'usage' ? null : termEnd);

const shownAddOn = ({
  offerId,
  skuId,
  quantity,
  status,
  unitPrice,
  suspension,
}: Existing['addOns'][number]): AddOnView => ({
  offerId,
  skuId,
  quantity,
  status,
  unitPrice,
  suspension: suspension ?? null,
});

const viewOf = (state: Existing, revision: number): Omit<SubscriptionView, 'addOns'> => ({
  subscriptionId: state.subscriptionId,
  partnerId: state.partnerId,
  customerId: state.customerId,
  orderId: state.orderId,
  offerId: state.offerId,
  skuId: state.skuId,
  offerName: state.offerName,
  friendlyName: state.friendlyName,
  kind: state.kind,
  status: state.status,
  access: state.status === 'active' || state.status === 'expired',
  isTrial: state.isTrial,
  quantity: state.quantity,
  term: state.term,
  billingCycle: state.billingCycle,
  unitPrice: state.unitPrice,
  currency: state.currency,
  catalogVersion: state.catalogVersion,
  policy: state.policy.preset,
  purchasedAt: state.purchasedAt,
  termStart: state.termStart,
  termEnd: endOf(state),
  cycleStart: state.cycle.start,
  cycleEnd: state.cycle.end,
  autoRenew: state.autoRenew,
  cancelAtRenewal: state.cancelAtRenewal,
  // Nothing renews that has not begun, or that somebody switched off.
  renewsOn: state.autoRenew && state.status !== 'pending' && endOf(state) !== null ? addDays(state.termEnd, 1) : null,
  scheduledChange: state.scheduledChange,
  pendingPlan: state.pendingPlan && {
    billingCycle: state.pendingPlan.billingCycle,
    effectiveOn: state.pendingPlan.effectiveOn,
  },
  scheduledChangeFailed: state.scheduledChangeFailed,
  suspension: state.suspension,
  upgradedFrom: state.upgradedFrom,
  activationLink: state.activationLink,
  licenceReassignment: state.licenceReassignment,
  revision,
});
