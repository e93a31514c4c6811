import { operationsOf, type Facts, type Operation } from '../support/api.ts';
import type { Client } from '../support/client.ts';
import { startLedger, type RunningLedger } from '../support/ledger.ts';
import { shop } from '../support/shop.ts';

const agents = ['admin-agent', 'billing-admin', 'global-admin', 'helpdesk-agent', 'sales-agent'];
const admins = ['admin-agent', 'global-admin'];
const support = [...agents, 'support'];
const readers = [...agents, 'support', 'auditor'];
const allRoles = [...readers, 'billing-reader'];
const noRole: readonly string[] = [];

/** The roles that may call each route, whatever it is about (http-api.md §4.7, §4.10; R3). */
const routes: Readonly<Record<string, readonly string[]>> = {
  // The billing reader may also read customers, offers, subscriptions, charges, invoices and renewals.
  getCatalogue: allRoles,
  getCustomer: allRoles,
  getSubscription: allRoles,
  listCharges: allRoles,
  listCustomers: allRoles,
  listCustomTermEndDates: allRoles,
  listInvoices: allRoles,
  listOffers: allRoles,
  listRenewals: allRoles,
  listSubscriptions: allRoles,
  getCart: readers,
  getOrder: readers,
  getSubscriptionState: readers,
  listEvents: readers,
  listSubscriptionEvents: readers,
  readClock: readers,
  checkOutCart: agents,
  createCart: agents,
  registerCustomer: agents,
  replaceCartLines: agents,
  reviewCart: agents,
  createKey: ['global-admin'],
  listKeys: ['auditor', 'global-admin', 'support'],
  moveClock: ['global-admin'],
  revokeKey: ['global-admin'],
  // Only with the operator's key.
  listPartners: noRole,
  publishCatalogue: noRole,
  registerPartner: noRole,
};

type Kind = 'newCommerce' | 'legacy' | 'isvSaas' | 'usage';
type Matrix = Readonly<
  Record<Kind, Readonly<Record<string, readonly string[]>> & { readonly else: readonly string[] }>
>;

const corrections = { adjustCharges: ['billing-admin', 'global-admin'] };
/** R45: the verbs that support needs. */
const bySupport = {
  reactivateAddOn: support,
  reactivateSubscription: support,
  suspendAddOn: support,
  suspendSubscription: support,
};
const marketplace = {
  ...corrections,
  purchaseSubscription: [...admins, 'sales-agent'],
  renameSubscription: [...admins, 'sales-agent'],
  else: admins,
};

/** The roles that may use each verb on each kind, by preset of `roles`: `seed` (R3), or `docs-2023` (rule-book.md §1.11). */
const matrices: Readonly<Record<string, Matrix>> = {
  'seed-2021-09': {
    newCommerce: { ...corrections, ...bySupport, else: agents },
    legacy: { ...corrections, else: agents },
    isvSaas: { ...corrections, else: agents },
    usage: { ...corrections, else: agents },
  },
  'docs-2022-03': {
    newCommerce: { ...corrections, ...bySupport, upgradeSubscription: admins, else: agents },
    legacy: {
      ...corrections,
      changePlan: ['admin-agent', 'billing-admin', 'global-admin'],
      upgradeSubscription: admins,
      else: agents,
    },
    isvSaas: marketplace,
    usage: marketplace,
  },
};

const offers: Readonly<Record<Kind, string>> = { newCommerce: 'P', legacy: 'L', isvSaas: 'M', usage: 'U' };

const isVerb = ({ path, isRead }: Operation): boolean => path.startsWith('/v1/subscriptions') && !isRead;

const whatIs = ({ method, path, id }: Operation): string => `${id}: ${method} ${path}`;

// These send hundreds of requests.

describe.each(Object.entries(matrices))('under %s', (preset, matrix) => {
  let ledger: RunningLedger;
  let operator: Client;
  let operations: readonly Operation[];
  let customerId: string;
  let clients: readonly (readonly [role: string, client: Client])[];

  beforeAll(async () => {
    ledger = await startLedger({ clock: '2022-06-18T09:00:00.000Z', catalogue: shop, policy: preset });
    operator = ledger.client;
    operations = await operationsOf(operator);
    customerId = await operator.customer();
    clients = await Promise.all(
      allRoles.map(async (role) => {
        const { key } = await operator.must('POST', '/v1/keys', { name: role, role });
        return [role, operator.as(key)] as const;
      }),
    );
  });
  afterAll(() => ledger.stop());

  /** The roles that do not get FORBIDDEN_ROLE; any other refusal counts as permitted. Nothing changes. */
  const allowed = async (operation: Operation, facts: Facts): Promise<readonly string[]> => {
    const body = operation.bodyFor(facts);
    const path = operation.pathFor(facts);
    const answers = await Promise.all(
      clients.map(async ([role, client]) => {
        const reply = await client.call(operation.method, operation.knowsDryRun ? `${path}?dryRun=true` : path, body);
        const forbidden = reply.status === 403 && reply.body.code === 'FORBIDDEN_ROLE';
        // The request must not fail an earlier check for any role.
        if (reply.status === 400 || reply.status === 404)
          throw new Error(`${whatIs(operation)} as ${role}: ${reply.status} ${JSON.stringify(reply.body)}`);
        return forbidden ? [] : [role];
      }),
    );
    return answers.flat().sort();
  };

  it('each route is open to the listed roles, and to no others', async () => {
    const lines = [{ offerId: 'P', skuId: '1', quantity: 1, term: 'P1M', billingCycle: 'monthly' }];
    const { cartId } = await operator.must('POST', '/v1/carts', { customerId, lines });
    await operator.must('POST', `/v1/carts/${cartId}/review`);
    const { orderId, subscriptions } = await operator.must('POST', `/v1/carts/${cartId}/checkout`);
    const { keyId } = await operator.must('POST', '/v1/keys', { name: 'x', role: 'auditor' });
    const { now } = await operator.must('GET', '/v1/clock');
    const ids: Readonly<Record<string, unknown>> = {
      '/v1/carts': cartId,
      '/v1/customers': customerId,
      '/v1/keys': keyId,
      '/v1/orders': orderId,
      '/v1/subscriptions': subscriptions[0].subscriptionId,
    };
    const facts = {
      customerId,
      segment: 'commercial',
      partnerId: 'default',
      lines,
      now,
      version: 'x',
      effectiveFrom: now,
    };
    const own = operations.filter((operation) => !isVerb(operation));
    // For a new route, list its roles in `routes`.
    expect(own.map(({ id }) => id).sort()).toEqual(Object.keys(routes).sort());
    for (const operation of own) {
      const id = ids[operation.path.slice(0, operation.path.indexOf('/{'))];
      expect([whatIs(operation), await allowed(operation, { ...facts, id })]).toEqual([
        whatIs(operation),
        [...routes[operation.id]!].sort(),
      ]);
    }
    expect((await operator.call('GET', '/v1/partners')).status).toBe(200);
  });

  it.each(Object.entries(offers) as [Kind, string][])(
    'each verb on a subscription of the kind %s is open to the listed roles, and to no others',
    async (kind, offerId) => {
      const seats = kind === 'usage' ? {} : { quantity: 5 };
      const request = {
        offerId,
        skuId: '1',
        ...seats,
        term: kind === 'usage' ? 'P1M' : 'P1Y',
        billingCycle: 'monthly',
      };
      const id = await operator.buy(customerId, { quantity: undefined, ...request });
      const addOns = [{ offerId, skuId: 'A', quantity: 1 }];
      if (kind === 'newCommerce' || kind === 'legacy')
        await operator.must('PUT', `/v1/subscriptions/${id}/add-ons`, { addOns });
      const verbs = operations.filter(isVerb);
      const { else: others, ...named } = matrix[kind];
      expect(verbs.map((operation) => operation.id)).toEqual(expect.arrayContaining(Object.keys(named)));
      for (const operation of verbs) {
        // Enough to be understood; whether it is possible does not matter here.
        const facts =
          operation.id === 'purchaseSubscription'
            ? request
            : operation.id === 'recordUsage'
              ? { offerId, skuId: 'A', quantity: '1', usedAt: '2022-06-18T09:00:00.000Z' }
              : { offerId, skuId: 'A', quantity: 1 };
        expect([whatIs(operation), await allowed(operation, { id, customerId, ...facts })]).toEqual([
          whatIs(operation),
          [...(named[operation.id] ?? others)].sort(),
        ]);
      }
    },
  );
});
