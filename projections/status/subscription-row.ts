import type { BillingCycle, Term } from '#calendar';
import type { Recorded, Table } from '#kernel';
import type { Kind, Status, SubscriptionEvent } from '#subscription';
import { dayAfter, lastDayOf } from '../last-day.ts';

/** A subscription according to its events. The caller adds what depends on the instant of the request. */
export type SubscriptionRow = {
  readonly subscription_id: string;
  /** Counted in the order in which subscriptions were created. */
  readonly sequence: number;
  readonly partner_id: string;
  readonly customer_id: string;
  readonly order_id: string;
  readonly offer_id: string;
  readonly sku_id: string;
  readonly offer_name: string;
  readonly friendly_name: string;
  readonly kind: Kind;
  readonly status: Status;
  /** Whether users can work: 1 while active or expired (rule-book.md §4). */
  readonly access: number;
  readonly is_trial: number;
  readonly quantity: number;
  readonly term: Term;
  readonly billing_cycle: BillingCycle;
  readonly unit_price: string;
  readonly currency: string;
  readonly catalog_version: string;
  /** The name of the policy preset. */
  readonly policy: string;
  readonly purchased_at: string;
  readonly term_start: string;
  /** Null for usage, which has no term. */
  readonly term_end: string | null;
  readonly cycle_start: string;
  readonly cycle_end: string;
  readonly auto_renew: number;
  readonly cancel_at_renewal: number;
  /** The day after the term's last, on which it renews or converts, if `auto_renew` is on; null once it is over, and for usage. */
  readonly renews_on: string | null;
  /** JSON: the fields that change. */
  readonly scheduled_change: string | null;
  /** JSON: `{ billingCycle, effectiveOn }`. */
  readonly pending_plan: string | null;
  /** JSON: `{ at, code }` (E49). */
  readonly scheduled_change_failed: string | null;
  /** JSON: `{ reason, suspendedAt, autoExpiresAt }`. */
  readonly suspension: string | null;
  readonly upgraded_from: string | null;
  readonly activation_link: string | null;
  readonly licence_reassignment: 'manual' | null;
  /** The revision of the stream's last event: the `ETag`. */
  readonly revision: number;
};

export const subscriptionsTable = {
  key: ['subscription_id'],
  columns: {
    subscription_id: 'text',
    sequence: 'sequence',
    partner_id: 'text',
    customer_id: 'text',
    order_id: 'text',
    offer_id: 'text',
    sku_id: 'text',
    offer_name: 'text',
    friendly_name: 'text',
    kind: 'text',
    status: 'text',
    access: 'flag',
    is_trial: 'flag',
    quantity: 'integer',
    term: 'text',
    billing_cycle: 'text',
    unit_price: 'text',
    currency: 'text',
    catalog_version: 'text',
    policy: 'text',
    purchased_at: 'text',
    term_start: 'text',
    term_end: 'text',
    cycle_start: 'text',
    cycle_end: 'text',
    auto_renew: 'flag',
    cancel_at_renewal: 'flag',
    renews_on: 'text',
    scheduled_change: 'json',
    pending_plan: 'json',
    scheduled_change_failed: 'json',
    suspension: 'json',
    upgraded_from: 'text',
    activation_link: 'text',
    licence_reassignment: 'text',
    revision: 'integer',
  },
  indexes: [
    ['partner_id', 'sequence'],
    ['partner_id', 'auto_renew', 'renews_on', 'sequence'],
    ['partner_id', 'status', 'sequence'],
    ['partner_id', 'offer_id', 'sequence'],
    ['partner_id', 'order_id', 'sequence'],
    // Last, because SQLite takes the last of two that look alike to it, and a customer has few. The index on the date is used
    // only if it names few rows (`listSubscriptions`).
    ['partner_id', 'customer_id', 'sequence'],
  ],
} satisfies Table;

type Created = Recorded<Extract<SubscriptionEvent, { type: 'SubscriptionCreated' }>>;

/** The row of a new subscription. */
export const created = ({ data, revision }: Created): Omit<SubscriptionRow, 'sequence'> => ({
  subscription_id: data.subscriptionId,
  partner_id: data.partnerId,
  customer_id: data.customerId,
  order_id: data.orderId,
  offer_id: data.offerId,
  sku_id: data.skuId,
  offer_name: data.offerName,
  friendly_name: data.friendlyName,
  kind: data.kind,
  ...standing(data.pending ? 'pending' : 'active'),
  is_trial: data.isTrial ? 1 : 0,
  quantity: data.quantity,
  unit_price: data.unitPrice,
  currency: data.currency,
  catalog_version: data.catalogVersion,
  policy: data.policy.preset,
  purchased_at: data.effectiveAt,
  ...running(data),
  // A pending subscription does not renew.
  ...(data.pending && { renews_on: null }),
  auto_renew: data.autoRenew ? 1 : 0,
  cancel_at_renewal: 0,
  scheduled_change: null,
  pending_plan: waiting(data),
  scheduled_change_failed: null,
  suspension: null,
  upgraded_from: data.upgradedFrom,
  activation_link: data.activationLink,
  licence_reassignment: null,
  revision,
});

/** The billing plan that moved along with the seats of an upgrade. */
const waiting = ({ pendingPlan }: Created['data']): string | null => {
  if (pendingPlan === undefined || pendingPlan === null) return null;
  const { billingCycle, effectiveOn } = pendingPlan;
  return JSON.stringify({ billingCycle, effectiveOn });
};

/** The status, and with it whether users can work (R40, R60, R67, R69). */
export const standing = (status: Status) => ({
  status,
  access: status === 'active' || status === 'expired' ? 1 : 0,
});

/** Permanently deleted: everything that was scheduled is dropped. */
export const gone = {
  ...standing('deleted'),
  auto_renew: 0,
  renews_on: null,
  scheduled_change: null,
  pending_plan: null,
  suspension: null,
};

type Opened = Pick<Created['data'], 'termStart' | 'termEnd' | 'cycle'>;

/** A term that opened, with its first charge cycle. */
export const opened = ({ termStart, termEnd, cycle }: Opened) => ({
  term_start: termStart,
  term_end: lastDayOf(termEnd),
  cycle_start: cycle.start,
  cycle_end: cycle.end,
  renews_on: dayAfter(termEnd),
});

/** The same, on a plan. */
export const running = (data: Opened & Pick<Created['data'], 'term' | 'billingCycle'>) => ({
  term: data.term,
  billing_cycle: data.billingCycle,
  ...opened(data),
});

type Sold = Pick<Created['data'], 'offerId' | 'skuId' | 'offerName' | 'quantity' | 'unitPrice' | 'catalogVersion'>;

/** The product that is sold from now on. */
export const sold = ({ offerId, skuId, offerName, quantity, unitPrice, catalogVersion }: Sold) => ({
  offer_id: offerId,
  sku_id: skuId,
  offer_name: offerName,
  quantity,
  unit_price: unitPrice,
  catalog_version: catalogVersion,
});
