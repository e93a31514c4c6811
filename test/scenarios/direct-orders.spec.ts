import { catalogueOf, offer, plan, sku, type Client } from '../support/client.ts';
import { startLedger, type RunningLedger } from '../support/ledger.ts';

const month = [plan('P1M', 'monthly', '10.08')];
const catalogue = catalogueOf(
  'orders',
  '2015-01-01T00:00:00Z',
  offer('P', [sku('1', month, { upgradeTargets: ['P/2'] }), sku('2', month)]),
  offer('METER', [sku('1', [plan('P1M', 'monthly', '0')])], { kind: 'usage', billingType: 'usage' }),
);
const clock = '2021-06-18T09:00:00.000Z';

let ledger: RunningLedger;
let client: Client;
let customerId: string;

beforeAll(async () => {
  ledger = await startLedger({ clock, catalogue });
  client = ledger.client;
  customerId = await client.customer();
});
afterAll(() => ledger.stop());

describe('an order without a cart', () => {
  const order = async (id: string) => (await client.get(id)).orderId as string;

  it('has one line, as it was bought, whatever happened to the subscription since', async () => {
    const id = await client.buy(customerId, { offerId: 'P', quantity: 10, friendlyName: 'ours' });
    const orderId = await order(id);
    const expected = {
      orderId,
      cartId: null,
      partnerId: 'default',
      customerId,
      status: 'completed',
      orderedAt: clock,
      lines: [
        {
          line: 0,
          offerId: 'P',
          skuId: '1',
          quantity: 10,
          term: 'P1M',
          billingCycle: 'monthly',
          friendlyName: 'ours',
        },
      ],
      subscriptions: [{ line: 0, subscriptionId: id }],
      errors: [],
      revision: 0,
    };
    const reply = await client.call('GET', `/v1/orders/${orderId}`);
    expect([reply.status, reply.headers.get('etag'), reply.body]).toEqual([200, '"0"', expected]);
    await client.tell(id, 'upgrade', { offerId: 'P', skuId: '2', quantity: 4, target: 'new' });
    await client.tell(id, 'add-seats', { quantity: 5 });
    expect(await client.must('GET', `/v1/orders/${orderId}`)).toEqual(expected);
  });

  it('does not exist for another partner', async () => {
    const orderId = await order(await client.buy(customerId, { offerId: 'P' }));
    const facts = { partnerId: 'other', name: 'Other', model: 'directBill', cloud: 'global', newCommercePreview: true };
    await client.must('POST', '/v1/partners', facts);
    const { key } = await client.must('POST', '/v1/keys', { name: 'x', role: 'global-admin', partnerId: 'other' });
    expect((await client.as(key as string).call('GET', `/v1/orders/${orderId}`)).body.code).toBe('ORDER_NOT_FOUND');
  });

  it('has no quantity if it is for usage', async () => {
    const { subscriptionId } = await client.must('POST', '/v1/subscriptions', {
      customerId,
      offerId: 'METER',
      skuId: '1',
      term: 'P1M',
      billingCycle: 'monthly',
    });
    const { lines } = await client.must('GET', `/v1/orders/${await order(subscriptionId)}`);
    expect(lines).toEqual([{ line: 0, offerId: 'METER', skuId: '1', term: 'P1M', billingCycle: 'monthly' }]);
  });

  it('with an unknown id is not found', async () => {
    const reply = await client.call('GET', '/v1/orders/0f0f0f0f-1111-4222-8333-444444444444');
    expect(reply).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_FOUND' } });
  });
});

describe('a read after a write', () => {
  it('shows carts, orders and recorded events as soon as they were answered', async () => {
    const { cartId } = await client.must('POST', '/v1/carts', { customerId, lines: [] });
    expect((await client.must('GET', `/v1/carts/${cartId as string}`)).status).toBe('open');
    const bought = await client.must('POST', '/v1/subscriptions', {
      customerId,
      offerId: 'P',
      skuId: '1',
      quantity: 1,
      term: 'P1M',
      billingCycle: 'monthly',
    });
    const [created] = bought.events;
    expect((await client.must('GET', `/v1/orders/${created.data.orderId as string}`)).status).toBe('completed');
    expect(await client.all(`/v1/subscriptions/${bought.subscriptionId as string}/events`)).toHaveLength(2);
  });

  it.each(['carts/00000000-0000-4000-8000-000000000000', 'orders/00000000-0000-4000-8000-000000000000', 'events'])(
    'of /v1/%s accepts no position that was never answered',
    async (path) => {
      const reply = await client.call('GET', `/v1/${path}`, undefined, { headers: { 'ledger-position': 'ä ö' } });
      expect(reply).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    },
  );
});
