import { addDays } from '#calendar';
import type { EventStore, CommandHandler } from '#event-store';
import { refuse, type Instant, type Recorded } from '#kernel';
import {
  actions,
  evolve,
  isAddOnWithdrawn,
  isWithdrawn,
  refundOptions,
  advanceTo,
  subscription,
  type AddOnView,
  type Existing,
  type Subscription,
  type SubscriptionDetail,
  type SubscriptionEvent,
  type SubscriptionView,
  type DecisionContext,
} from '#subscription';
import type { Caller } from '../context/caller.ts';
import type { Clock } from '../context/clock.ts';
import type { Refusal } from '../context/refusals.ts';

type SubscriptionViewsDeps = {
  readonly store: EventStore;
  readonly handler: CommandHandler;
  readonly clock: Clock;
  readonly context: () => DecisionContext;
};

/** Single subscriptions, read from their streams and settled up to the ledger's clock. */
export class SubscriptionViews {
  readonly #deps: SubscriptionViewsDeps;

  constructor(deps: SubscriptionViewsDeps) {
    this.#deps = deps;
  }

  /** The subscription now, whether or not the scheduler has recorded what fell due. */
  async one(subscriptionId: string, caller: Caller): Promise<SubscriptionDetail | Refusal> {
    const { state, revision } = await this.#load(subscriptionId);
    const mine = owned(state, caller);
    return mine === undefined ? notFound() : this.#view(mine, revision, caller, this.#deps.clock.now());
  }

  /**
   * The subscription as it was at an instant of the past, or at a revision that its stream had by then. The signal ends the
   * reading, because the caller no longer waits for the result.
   */
  async at(
    subscriptionId: string,
    caller: Caller,
    { at, revision = Infinity }: { readonly at?: Instant; readonly revision?: number },
    signal?: AbortSignal,
  ): Promise<SubscriptionDetail | Refusal> {
    const until = at ?? this.#deps.clock.now();
    const { state, last } = await this.#past(subscriptionId, caller, { until, revision, signal });
    const mine = owned(state, caller);
    if (mine === undefined || last === undefined) return notFound();
    if (revision !== Infinity && last.revision < revision)
      return refuse('SUBSCRIPTION_NOT_FOUND', `there is no revision ${revision}: the last one is ${last.revision}`);
    // A revision shows what was recorded then, not what fell due since.
    return this.#view(mine, last.revision, caller, revision === Infinity ? until : mine.lastEffectiveAt);
  }

  /** What was recorded up to an instant and a revision, as far as it is the caller's. */
  async #past(
    subscriptionId: string,
    caller: Caller,
    { until, revision, signal }: { until: Instant; revision: number; signal: AbortSignal | undefined },
  ): Promise<{ readonly state: Subscription; readonly last: Recorded | undefined }> {
    let state: Subscription = { status: 'none' };
    let last: Recorded | undefined;
    for await (const page of this.#deps.handler.pages(`subscription-${subscriptionId}`)) {
      const past = (page as readonly Recorded<SubscriptionEvent>[]).filter(
        (event) => event.data.effectiveAt <= until && event.revision <= revision,
      );
      state = past.reduce<Subscription>(evolve, state);
      last = past.at(-1) ?? last;
      if (owned(state, caller) === undefined || past.length < page.length || signal?.aborted === true) break;
    }
    return { state, last };
  }

  /** Recorded events of one subscription, from a revision on. */
  async events(
    subscriptionId: string,
    caller: Caller,
    { from = 0, limit }: { readonly from?: number; readonly limit: number },
  ): Promise<readonly Recorded[] | Refusal> {
    const stream = `subscription-${subscriptionId}`;
    // The first event says whose it is: the stream need not be folded for that.
    const created = (await this.#deps.store.read(stream, 0, 1)) as readonly Recorded<SubscriptionEvent>[];
    if (owned(created.reduce<Subscription>(evolve, { status: 'none' }), caller) === undefined) return notFound();
    return this.#deps.store.read(stream, from, limit);
  }

  #load(subscriptionId: string) {
    return this.#deps.handler.load(subscription(this.#deps.context()), subscriptionId);
  }

  #view(state: Existing, revision: number, caller: Caller, at: Instant): SubscriptionDetail {
    const context = this.#deps.context();
    const settled = advanceTo(state, at, context).state;
    const requestContext = { at: at < settled.lastEffectiveAt ? settled.lastEffectiveAt : at, ...caller };
    return {
      ...viewOf(settled, revision),
      withdrawn: isWithdrawn(settled, requestContext.at, context),
      addOns: settled.addOns.map((addOn) => ({
        ...shownAddOn(addOn),
        withdrawn: isAddOnWithdrawn(settled, addOn, requestContext.at, context),
      })),
      refundOptions: refundOptions(settled, requestContext, context),
      ...actions(settled, requestContext, context),
    };
  }
}

const notFound = (): Refusal => refuse('SUBSCRIPTION_NOT_FOUND', 'there is no such subscription');

/** The subscription if it belongs to the caller's partner: another partner's does not exist for the caller. */
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
  // A pending subscription does not renew, nor does one whose auto-renew is off.
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
