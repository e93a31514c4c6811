import { CompiledQuery, createQueryId, type Kysely, type KyselyPlugin } from 'kysely';
import { openSqlite } from '#read-store/sqlite';
import type { ReadStore } from '#read-store';
import { listCharges, listInvoices, type BillingTables } from './billing/index.ts';
import { projections } from './index.ts';
import { due, earliestDue, listRenewals, overdueCount, type RenewalTables } from './renewals/index.ts';
import { listCustomers, listSubscriptions, subscriptionsPage, type StatusTables } from './status/index.ts';
import { listKeys, listPartners, type AccessTables } from './access/index.ts';

type Db = Kysely<BillingTables & RenewalTables & StatusTables & AccessTables>;

let store: ReadStore;

beforeAll(async () => {
  store = await openSqlite({ path: ':memory:' });
  for (const { name, version, tables } of projections) {
    await store.create({ projection: name, version, generation: 1 }, tables);
    await store.activate({ projection: name, version, generation: 1 });
  }
});
afterAll(() => store.close());

/** SQLite's plan for each query of a list. */
const plansOf = async (list: (db: Db) => Promise<unknown>): Promise<readonly string[]> => {
  const asked: CompiledQuery[] = [];
  const noting: KyselyPlugin = {
    transformQuery: ({ node }) => {
      asked.push(store.db.getExecutor().compileQuery(node, createQueryId()));
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  await list((store.db as Db).withPlugin(noting));
  const plans: string[] = [];
  for (const { sql, parameters } of asked) {
    const explained = CompiledQuery.raw(`EXPLAIN QUERY PLAN ${sql}`, [...parameters]);
    const { rows } = await store.db.executeQuery<{ detail: string }>(explained);
    plans.push(...rows.map(({ detail }) => detail));
  }
  return plans;
};

const page = { limit: 50 };
const [day, instant] = ['2022-06-15', '2022-06-15T00:00:00.000Z'];
const charges = (filter: Parameters<typeof listCharges>[2]) => (db: Db) => listCharges(db, 'p', filter, page);
const invoices = (filter: Parameters<typeof listInvoices>[2]) => (db: Db) => listInvoices(db, 'p', filter, page);
const renewals = (filter: Parameters<typeof listRenewals>[2]) => (db: Db) => listRenewals(db, 'p', filter, page);
const subscriptions = (filter: Parameters<typeof listSubscriptions>[2]) => (db: Db) =>
  listSubscriptions(db, 'p', filter, page);

/** Every filter of every list, and the index that it must use. */
const lists: readonly [string, (db: Db) => Promise<unknown>, string][] = [
  ['charges', charges({}), 'partner_id=?'],
  ['charges after one', charges({ after: 7 }), 'partner_id=? AND rowid>?'],
  ['charges of a customer', charges({ customerId: 'c' }), 'partner_id=? AND customer_id=?'],
  ['charges of a subscription', charges({ subscriptionId: 's' }), 'partner_id=? AND subscription_id=?'],
  ['charges of an order', charges({ orderId: 'o' }), 'partner_id=? AND order_id=?'],
  ['charges by type', charges({ chargeType: 'renew' }), 'partner_id=? AND charge_type=?'],
  ['charges posted', charges({ postedFrom: day, postedTo: day }), 'partner_id=? AND posted_at>? AND posted_at<?'],
  ['charges by type, posted', charges({ chargeType: 'renew', postedFrom: day }), 'partner_id=? AND posted_at>?'],
  [
    'charges of a customer by type, posted',
    charges({ customerId: 'c', chargeType: 'renew', postedFrom: day }),
    'partner_id=? AND customer_id=?',
  ],
  // Overlapping days are charged in no particular order, so rows are examined one by one, in the list's order.
  ['charges of days', charges({ chargeFrom: day, chargeTo: day }), 'partner_id=?'],
  ['invoices', invoices({}), 'partner_id=?'],
  ['invoices of a month', invoices({ period: '2022-06' }), 'partner_id=? AND period=?'],
  ['invoices of a customer', invoices({ customerId: 'c' }), 'partner_id=? AND customer_id=?'],
  ['subscriptions', subscriptions({}), 'partner_id=?'],
  ['subscriptions of a customer', subscriptions({ customerId: 'c' }), 'partner_id=? AND customer_id=?'],
  [
    "a customer's subscriptions of a kind and status",
    (db) => subscriptionsPage(db, 'p', { customerId: 'c', kind: 'newCommerce', status: 'active' }, { limit: 100 }),
    'partner_id=? AND customer_id=? AND rowid>?',
  ],
  ['subscriptions by status', subscriptions({ status: 'paused' }), 'partner_id=? AND status=?'],
  ['subscriptions of an offer', subscriptions({ offerId: 'P' }), 'partner_id=? AND offer_id=?'],
  [
    'subscriptions that renew before',
    subscriptions({ renewsBefore: day }),
    'partner_id=? AND auto_renew=? AND renews_on<?',
  ],
  [
    'subscriptions of a customer that renew before',
    subscriptions({ customerId: 'c', renewsBefore: day }),
    'partner_id=? AND customer_id=?',
  ],
  ['renewals', renewals({}), 'partner_id=? AND renews_on>?'],
  ['renewals of a span', renewals({ from: day, to: day }), 'partner_id=? AND renews_on>? AND renews_on<?'],
  ['renewals of a customer', renewals({ customerId: 'c' }), 'partner_id=? AND customer_id=? AND renews_on>?'],
  ['customers', (db) => listCustomers(db, 'p', page), 'partner_id=? AND rowid>?'],
  ['keys of a partner', (db) => listKeys(db, 'p', page), 'partner_id=? AND rowid>?'],
  ['keys', (db) => listKeys(db, undefined, page), 'rowid>?'],
  ['partners', (db) => listPartners(db, page), 'rowid>?'],
  ['what is due', (db) => due(db, instant, { limit: 200 }), 'in_transit=? AND due_at<?'],
  [
    'what is due behind a place',
    (db) => due(db, instant, { limit: 200, after: { dueAt: instant, subscriptionId: 's' } }),
    'in_transit=? AND (due_at,subscription_id)>(?,?) AND due_at<?',
  ],
  ['what is due first', (db) => earliestDue(db, instant), 'in_transit=? AND due_at<?'],
  ['how much is overdue', (db) => overdueCount(db, instant), 'in_transit=? AND due_at<?'],
];

/** Only few rows are sorted: subscriptions before a date if they are few, and overdue ones. */
const isSorted = /that renew before$|is overdue$/;

it.each(lists)('%s: by an index, and without a scan', async (name, list, by) => {
  const plans = await plansOf(list);
  expect(plans.filter((plan) => /^SCAN (?!overdue|\(subquery)/.test(plan))).toEqual([]);
  if (!isSorted.test(name)) expect(plans).not.toContain('USE TEMP B-TREE FOR ORDER BY');
  // Every subscription, which equals a scan.
  expect(plans.filter((plan) => plan.endsWith('(in_transit=?)'))).toEqual([]);
  expect(plans.some((plan) => plan.startsWith('SEARCH') && plan.endsWith(`(${by})`)) || plans).toBe(true);
});
