import { dayOf } from '#calendar';
import type { Day } from '#kernel';
import type { AddOnView, Status, SubscriptionView } from '#subscription';
import type { Kysely } from 'kysely';
import { given, keyset, type Page, type PageRequest } from '../page.ts';
import type { AddOnRow } from './add-on-row.ts';
import type { StatusTables } from './status.projection.ts';
import type { CustomerRow } from './customer-row.ts';
import type { SubscriptionRow } from './subscription-row.ts';

type Db = Kysely<StatusTables>;

const showSubscription = (row: SubscriptionRow, addOns: readonly AddOnRow[] = []): SubscriptionView => ({
  subscriptionId: row.subscription_id,
  partnerId: row.partner_id,
  customerId: row.customer_id,
  orderId: row.order_id,
  offerId: row.offer_id,
  skuId: row.sku_id,
  offerName: row.offer_name,
  friendlyName: row.friendly_name,
  kind: row.kind,
  status: row.status,
  access: row.access === 1,
  isTrial: row.is_trial === 1,
  quantity: row.quantity,
  term: row.term,
  billingCycle: row.billing_cycle,
  unitPrice: row.unit_price,
  currency: row.currency,
  catalogVersion: row.catalog_version,
  policy: row.policy,
  purchasedAt: row.purchased_at,
  termStart: row.term_start,
  termEnd: row.term_end,
  cycleStart: row.cycle_start,
  cycleEnd: row.cycle_end,
  autoRenew: row.auto_renew === 1,
  cancelAtRenewal: row.cancel_at_renewal === 1,
  // Without auto-renew there is no day of renewal.
  renewsOn: row.auto_renew === 1 ? row.renews_on : null,
  scheduledChange: json(row.scheduled_change) as SubscriptionView['scheduledChange'],
  pendingPlan: json(row.pending_plan) as SubscriptionView['pendingPlan'],
  scheduledChangeFailed: json(row.scheduled_change_failed) as SubscriptionView['scheduledChangeFailed'],
  suspension: json(row.suspension) as SubscriptionView['suspension'],
  // A reaction to an event sees no other rows: those of a deleted base stay in the table, and are left out here.
  addOns: row.status === 'deleted' ? [] : addOns.map(showAddOn),
  upgradedFrom: row.upgraded_from,
  activationLink: row.activation_link,
  licenceReassignment: row.licence_reassignment,
  revision: row.revision,
});

const showAddOn = ({ offer_id, sku_id, quantity, status, unit_price, suspension }: AddOnRow): AddOnView => ({
  offerId: offer_id,
  skuId: sku_id,
  quantity,
  status,
  unitPrice: unit_price,
  suspension: json(suspension) as AddOnView['suspension'],
});

/** What the projection wrote into a column as JSON. */
const json = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

export type SubscriptionFilter = {
  readonly customerId?: string | undefined;
  readonly status?: Status | undefined;
  readonly offerId?: string | undefined;
  /** A date: only those that renew, or convert, earlier. */
  readonly renewsBefore?: string | undefined;
};

const subscriptions = keyset<readonly [number]>('subscriptions', [0]);

/** Up to this number, subscriptions that renew early are sorted; of more, a page is found soon by going through all in order. */
const FEW = 500;

/** A partner's subscriptions in the order of their creation. */
export const listSubscriptions = async (
  db: Db,
  partnerId: string,
  filter: SubscriptionFilter,
  request: PageRequest,
): Promise<Page<SubscriptionView>> => {
  const [last] = subscriptions.after(request) ?? [];
  const byDate = await isNarrow(db, partnerId, filter);
  const rows = await db
    .selectFrom('subscriptions')
    .selectAll()
    .where((eb) => {
      // An expression has no index: then the date is checked row by row, in the list's order.
      const renewsOn = byDate ? eb.ref('renews_on') : eb.fn.coalesce('renews_on', eb.val('9999-12-31'));
      return eb.and([
        eb('partner_id', '=', partnerId),
        ...given(filter.customerId, (id) => eb('customer_id', '=', id)),
        ...given(filter.status, (status) => eb('status', '=', status)),
        ...given(filter.offerId, (id) => eb('offer_id', '=', id)),
        ...given(filter.renewsBefore, (day) => eb.and([eb(renewsOn, '<', day), eb('auto_renew', '=', 1)])),
        ...given(last, (sequence) => eb('sequence', '>', sequence)),
      ]);
    })
    .orderBy('sequence')
    .limit(subscriptions.fetch(request))
    .execute();
  const addOns = await addOnsOf(db, rows);
  return subscriptions.page(
    rows,
    request,
    ({ sequence }) => [sequence],
    (row) => showSubscription(row, addOns.get(row.subscription_id)),
  );
};

/** Whether the filter is by date without a customer, and few of the partner's subscriptions renew before it. */
const isNarrow = async (
  db: Db,
  partnerId: string,
  { customerId, renewsBefore }: SubscriptionFilter,
): Promise<boolean> => {
  if (renewsBefore === undefined || customerId !== undefined) return false;
  const found = await db
    .selectFrom('subscriptions')
    .select('sequence')
    .where('partner_id', '=', partnerId)
    .where('auto_renew', '=', 1)
    .where('renews_on', '<', renewsBefore)
    .limit(FEW + 1)
    .execute();
  return found.length <= FEW;
};

/** The add-ons of some subscriptions, by subscription. */
const addOnsOf = async (
  db: Db,
  rows: readonly SubscriptionRow[],
): Promise<ReadonlyMap<string, readonly AddOnRow[]>> => {
  if (rows.length === 0) return new Map();
  const ids = rows.map((row) => row.subscription_id);
  const found = await db
    .selectFrom('add_ons')
    .selectAll()
    .where('subscription_id', 'in', ids)
    .orderBy('sequence')
    .execute();
  return Map.groupBy(found, (row) => row.subscription_id);
};

/** One subscription; `undefined` if the partner has none with this id. */
export const findSubscription = async (
  db: Db,
  partnerId: string,
  subscriptionId: string,
): Promise<SubscriptionView | undefined> => {
  const row = await db
    .selectFrom('subscriptions')
    .selectAll()
    .where('subscription_id', '=', subscriptionId)
    .where('partner_id', '=', partnerId)
    .executeTakeFirst();
  return row && showSubscription(row, (await addOnsOf(db, [row])).get(subscriptionId));
};

/** The day of a customer's first purchase; `undefined` before there was one (R41). */
export const firstPurchaseDay = async (db: Db, partnerId: string, customerId: string): Promise<Day | undefined> => {
  const row = await db
    .selectFrom('subscriptions')
    .select('purchased_at')
    .where('partner_id', '=', partnerId)
    .where('customer_id', '=', customerId)
    .orderBy('sequence')
    .limit(1)
    .executeTakeFirst();
  return row && dayOf(row.purchased_at);
};

/** A customer as it was registered (http-api.md §4.1). */
export type RegisteredCustomer = ReturnType<typeof showCustomer>;

const showCustomer = (row: CustomerRow) => ({
  customerId: row.customer_id,
  partnerId: row.partner_id,
  name: row.name,
  country: row.country,
  segment: row.segment,
  currency: row.currency,
  accountOpenedAt: row.account_opened_at,
  registeredAt: row.registered_at,
});

const customers = keyset<readonly [number]>('customers', [0]);

/** A partner's customers in the order in which they were registered. */
export const listCustomers = async (
  db: Db,
  partnerId: string,
  request: PageRequest,
): Promise<Page<RegisteredCustomer>> => {
  const [last = 0] = customers.after(request) ?? [];
  const rows = await db
    .selectFrom('customers')
    .selectAll()
    .where('partner_id', '=', partnerId)
    .where('sequence', '>', last)
    .orderBy('sequence')
    .limit(customers.fetch(request))
    .execute();
  return customers.page(rows, request, ({ sequence }) => [sequence], showCustomer);
};

/** One customer; `undefined` if the partner has none with this id. */
export const findCustomer = async (
  db: Db,
  partnerId: string,
  customerId: string,
): Promise<RegisteredCustomer | undefined> => {
  const row = await db
    .selectFrom('customers')
    .selectAll()
    .where('customer_id', '=', customerId)
    .where('partner_id', '=', partnerId)
    .executeTakeFirst();
  return row && showCustomer(row);
};
