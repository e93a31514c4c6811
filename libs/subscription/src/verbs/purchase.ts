import { anchorOf, dayOf, type Anchor, type BillingCycle, type Term } from '#calendar';
import type { Offer, Sku } from '#catalog';
import {
  commandNaming,
  isRefusal,
  refuse,
  type Decision,
  type Event,
  type Instant,
  type Meta,
  type Day,
} from '#kernel';
import type { Decimal } from '#money';
import { mayDo, pinAt, resolve, type PolicyPin } from '#policy';
import { charge, post, type ChargesPosted } from '../charges/charges.ts';
import { purchaseRefusal, type Buying } from '../rules/may-purchase.ts';
import { priceAt, skuAt, type Priced } from '../product.ts';
import { nothingSeen } from '../seen-usage.ts';
import type { Cycle, Existing, Kind, Subscription } from '../state.ts';
import type { Surroundings } from '../context.ts';
import type { Wish } from '../wish.ts';
import { openAligned, openTermOf, openTrial } from '../time/term.ts';

/** Buy a subscription for a customer: a one-line order. */
export class PurchaseSubscription extends commandNaming('subscription', 'PurchaseSubscription')<Wish> {}

/** A subscription came to be, by purchase or as the new half of a partial upgrade. Pins everything it was decided under. */
export type SubscriptionCreated = Event<
  'SubscriptionCreated',
  {
    readonly subscriptionId: string;
    readonly partnerId: string;
    readonly customerId: string;
    readonly orderId: string;
    readonly kind: Kind;
    readonly offerId: string;
    readonly skuId: string;
    readonly offerName: string;
    readonly friendlyName: string;
    readonly quantity: number;
    readonly term: Term;
    readonly billingCycle: BillingCycle;
    readonly unitPrice: Decimal;
    readonly currency: string;
    readonly catalogVersion: string;
    readonly policy: PolicyPin;
    /** A trial's last day is its term's end. */
    readonly isTrial: boolean;
    readonly convertsTo: { readonly offerId: string; readonly skuId: string } | null;
    readonly anchor: Anchor;
    readonly termStart: Day;
    readonly termEnd: Day;
    readonly cycle: Cycle;
    /** From which day charge cycles are counted (A12: the child of an upgrade follows its source's). */
    readonly cyclesFrom: Day;
    readonly autoRenew: boolean;
    /** From when the cancellation windows count: not the present instant for the child of an upgrade (E43). */
    readonly startedAt: Instant;
    readonly termStartedAt: Instant;
    readonly upgradedFrom: string | null;
    readonly activationLink: string | null;
    /** Billing waits until the publisher has finished the set-up (`isv.activation`). */
    readonly pending: boolean;
    /** The term was made to end on a chosen day: the next one is whole, and sets a new anchor (rule-book.md §2.2). */
    readonly aligned: boolean;
    /** What each cycle of a usage plan includes, by meter. */
    readonly includedUnits: Readonly<Record<string, Decimal>>;
    /** The lots that seats of a partial upgrade came in; absent: one, of `termStartedAt`. */
    readonly lots?: Existing['lots'];
    /** A billing plan that waits for the next cycle of the subscription that the seats came from. */
    readonly pendingPlan?: Existing['pendingPlan'];
  }
>;

/** Judges a purchase: eligibility (R5, R13–R19, R44), plan and price in the customer's currency, seats (R20). */
export const decide = (
  { data, meta }: PurchaseSubscription,
  state: Subscription,
  surroundings: Surroundings,
): Decision<SubscriptionCreated | ChargesPosted> => {
  const pin = pinAt(surroundings.policies, meta.at);
  if (!mayDo(resolve(pin), meta.actor.role, 'purchase'))
    return refuse('FORBIDDEN_ROLE', `the role ${meta.actor.role} may not purchase`);
  if (state.status !== 'none')
    return refuse('SUBSCRIPTION_EXISTS', `a subscription with the id ${data.subscriptionId} exists already`);
  const { customer } = surroundings;
  if (customer === undefined) return refuse('CUSTOMER_NOT_FOUND', `there is no customer ${data.customerId} (R1)`);
  const found = skuAt(surroundings, data, meta.at);
  if (isRefusal(found)) return found;
  const no = purchaseRefusal(data, meta, { ...found, customer, pin });
  if (no !== undefined) return no;
  const priced = priceAt(surroundings, { ...data, currency: customer.currency }, meta.at);
  if (isRefusal(priced)) return priced;
  const created = creation(data, meta, { ...priced, customer, pin });
  if (created.data.pending) return [created];
  return [created, post(created.data, meta.commandId, meta.at, [charge('new', created.data)])];
};

type Bought = Priced & Pick<Buying, 'customer' | 'pin'>;

const creation = (
  data: Wish,
  { actor, at }: Meta,
  { offer, sku, plan, unitPrice, catalogVersion, customer, pin }: Bought,
): SubscriptionCreated => {
  const start = dayOf(at);
  const anchor = anchorOf(start, resolve(pin).anchor);
  const days = trialDays(offer, sku, pin);
  const isTrial = days !== null;
  const natural = isTrial
    ? openTrial(start, days, anchor)
    : openTermOf(offer.kind)(start, data.term, data.billingCycle, anchor);
  const { customTermEndDate = natural.termEnd } = data;
  const opened =
    customTermEndDate === natural.termEnd ? natural : openAligned(natural, customTermEndDate, data.billingCycle);
  return {
    type: 'SubscriptionCreated',
    data: {
      subscriptionId: data.subscriptionId,
      partnerId: actor.partnerId,
      customerId: customer.customerId,
      orderId: data.orderId,
      kind: offer.kind,
      offerId: offer.offerId,
      skuId: sku.skuId,
      offerName: offer.name,
      friendlyName: data.friendlyName ?? offer.name,
      quantity: offer.kind === 'usage' ? 1 : (data.quantity ?? 1),
      term: data.term,
      billingCycle: data.billingCycle,
      unitPrice: isTrial ? '0' : unitPrice,
      currency: customer.currency,
      catalogVersion,
      policy: pin, // E53
      isTrial,
      convertsTo: isTrial ? paidProduct(offer, sku) : null,
      ...opened,
      autoRenew: true, // R29, R74
      startedAt: at,
      termStartedAt: at,
      upgradedFrom: null,
      // The publisher's site, to be read here: nobody is mailed about it (R24, R25).
      activationLink: sku.setupUrl === null ? null : sku.setupUrl.replaceAll('{subscriptionId}', data.subscriptionId),
      pending: offer.kind === 'isvSaas' && resolve(pin)['isv.activation'] === 'publisherConfirms',
      aligned: opened.termEnd !== natural.termEnd,
      includedUnits: plan.includedUnits ?? {},
      effectiveAt: at,
    },
  };
};

/** How long the trial is that begins by itself (R26), as the preset or else the SKU says; null: it is none. */
const trialDays = ({ kind }: Offer, { trialDays: days }: Sku, pin: PolicyPin): number | null =>
  days !== null && kind === 'newCommerce' ? (resolve(pin)['nce.trial'].days ?? days) : days;

const paidProduct = (offer: Offer, sku: Sku) => {
  const [offerId = offer.offerId, skuId = sku.skuId] = sku.convertsTo?.split('/') ?? [];
  return { offerId, skuId };
};

/** The first state: everything that was pinned. */
export const evolve = (_: Subscription, { data }: SubscriptionCreated): Existing => {
  const { effectiveAt, pending, includedUnits, lots, pendingPlan = null, ...pinned } = data;
  return {
    ...pinned,
    status: pending ? 'pending' : 'active',
    purchasedAt: effectiveAt,
    firstPaidAt: effectiveAt,
    addOns: [],
    deletedAddOns: [],
    usage: { included: includedUnits, left: includedUnits, unbilled: [], seen: nothingSeen },
    cancelAtRenewal: false,
    scheduledChange: null,
    scheduledSubscriptionId: null,
    scheduledChangeFailed: null,
    pendingPlan,
    suspension: null,
    stageEndsAt: null,
    licenceReassignment: null,
    lots: lots ?? [{ quantity: data.quantity, since: data.termStartedAt }],
    updates: 0,
    inTransit: null,
    lines: [],
    linesBefore: 0,
    lastEffectiveAt: effectiveAt,
  };
};
