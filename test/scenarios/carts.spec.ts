import { catalogueOf, offer, plan, sku, type Client, type Reply } from '../support/client.ts';
import { startLedger, type RunningLedger } from '../support/ledger.ts';

const month = [plan('P1M', 'monthly', '10.08')];

const catalogue = catalogueOf(
  'carts',
  '2015-01-01T00:00:00Z',
  offer('BASIC', [sku('1', month, { maxSeats: 300 })]),
  offer('SINGLE', [sku('1', [plan('P1M', 'monthly', '5.00')])], { limitPerCustomer: 1 }),
  offer('DUO', [sku('1', month)], { limitPerCustomer: 2 }),
  offer('ADDON', [sku('1', month, { addOn: { prerequisiteSkus: ['BASIC/1'], minShareOfBase: null } })], {
    kind: 'legacy',
  }),
  offer('METER', [sku('1', [plan('P1M', 'monthly', '0')])], { kind: 'usage', billingType: 'usage' }),
);

const created = '2021-08-18T17:29:52.000Z';
const line = (offerId: string, over: object = {}) => ({
  offerId,
  skuId: '1',
  quantity: 10,
  term: 'P1M',
  billingCycle: 'monthly',
  ...over,
});
const basic = line('BASIC');
const single = line('SINGLE', { quantity: 1 });
const { quantity: _, ...metered } = line('METER');

let ledger: RunningLedger;
let client: Client;
let customerId: string;

beforeEach(async () => {
  ledger = await startLedger({ clock: created, catalogue });
  client = ledger.client;
  customerId = await client.customer();
});
afterEach(() => ledger.stop());

const open = async (...lines: readonly object[]): Promise<string> =>
  (await client.must('POST', '/v1/carts', { customerId, lines })).cartId;
const review = (cartId: string) => client.call('POST', `/v1/carts/${cartId}/review`, {});
const checkout = (cartId: string, key?: string): Promise<Reply> =>
  client.call(
    'POST',
    `/v1/carts/${cartId}/checkout`,
    {},
    key === undefined ? {} : { headers: { 'idempotency-key': key } },
  );
const reviewed = async (...lines: readonly object[]): Promise<string> => {
  const cartId = await open(...lines);
  await client.must('POST', `/v1/carts/${cartId}/review`, {});
  return cartId;
};
type Listed = readonly {
  readonly line: number;
  readonly code: string;
  readonly path: string;
  readonly subtotal: string;
}[];
const told = (list: unknown): Listed => list as Listed;
const codes = ({ body }: Reply) => told(body.errors).map(({ line: at, code }) => [at, code]);
const amounts = (list: unknown) => told(list).map(({ subtotal }) => subtotal);
const held = async (offerId: string): Promise<number> =>
  (await client.all(`/v1/subscriptions?customerId=${customerId}&offerId=${offerId}`)).length;

describe('a cart that is reviewed and bought', () => {
  it('R20, R21, R22: leads to an order and its subscriptions', async () => {
    const reply = await client.call('POST', '/v1/carts', { customerId, lines: [basic, metered] });
    expect(reply).toMatchObject({
      status: 201,
      body: { status: 'open', createdAt: created, errors: [], lines: [{ line: 0, quantity: 10 }, { line: 1 }] },
    });
    const { cartId } = reply.body;
    expect(reply.headers.get('location')).toBe(`/v1/carts/${cartId}`);
    expect((await review(cartId)).body).toMatchObject({
      cartId,
      status: 'reviewed',
      totals: [{ currency: 'EUR', amount: '100.80' }],
      errors: [],
    });

    const bought = await checkout(cartId);
    expect(bought.status).toBe(201);
    expect(bought.headers.get('location')).toBe(`/v1/orders/${bought.body.orderId}`);
    const { orderId, subscriptions, errors } = bought.body;
    expect([errors, told(subscriptions).map((one) => one.line)]).toEqual([[], [0, 1]]);
    expect(amounts(bought.body.charges)).toEqual(['100.80', '0.00']);
    expect(await client.get(subscriptions[0].subscriptionId)).toMatchObject({
      orderId,
      quantity: 10,
      offerId: 'BASIC',
    });
    expect(await client.must('GET', `/v1/orders/${orderId}`)).toMatchObject({
      orderId,
      cartId,
      customerId,
      status: 'completed',
      orderedAt: created,
      subscriptions,
      errors: [],
    });
    expect(await client.must('GET', `/v1/carts/${cartId}`)).toMatchObject({ status: 'ordered', orderId });
  });

  it('W42: expires seven days after its creation, to the millisecond', async () => {
    const cartId = await reviewed(basic);
    expect(await client.must('GET', `/v1/carts/${cartId}`)).toMatchObject({
      status: 'reviewed',
      createdAt: '2021-08-18T17:29:52.000Z',
      expiresAt: '2021-08-25T17:29:52.000Z',
    });
    const inTime = await reviewed(basic);
    await client.at('2021-08-25T17:29:51.999Z');
    expect((await checkout(inTime)).status).toBe(201);
    await client.at('2021-08-25T17:29:52.000Z');
    expect(await client.must('GET', `/v1/carts/${cartId}`)).toMatchObject({ status: 'expired' });
    for (const reply of [
      await checkout(cartId),
      await review(cartId),
      await client.call('PUT', `/v1/carts/${cartId}/lines`, { lines: [basic] }),
    ])
      expect(reply).toMatchObject({ status: 409, body: { code: 'CART_EXPIRED' } });
    expect((await checkout(inTime)).status).toBe(200);
  });

  it('R21: becomes open again when it is edited after the review', async () => {
    const cartId = await reviewed(basic);
    const edited = await client.must('PUT', `/v1/carts/${cartId}/lines`, { lines: [single] });
    expect(edited).toMatchObject({ status: 'open', lines: [{ line: 0, offerId: 'SINGLE' }] });
    expect(await checkout(cartId)).toMatchObject({ status: 409, body: { code: 'CART_NOT_REVIEWED' } });
    await review(cartId);
    expect((await checkout(cartId)).body.subscriptions).toHaveLength(1);
    expect(await held('BASIC')).toBe(0);
  });

  it('is neither reviewed nor bought while it is empty', async () => {
    const cartId = await open();
    expect(await review(cartId)).toMatchObject({ status: 409, body: { code: 'CART_EMPTY' } });
    expect(await checkout(cartId)).toMatchObject({ status: 409, body: { code: 'CART_EMPTY' } });
  });
});

describe('a line of a cart', () => {
  it('may ask for a term that ends with a calendar month, for a limited offer as well', async () => {
    await ledger.stop();
    ledger = await startLedger({ clock: created, catalogue, policy: 'docs-2022-03' });
    client = ledger.client;
    customerId = await client.customer();
    const ending = { customTermEndDate: '2021-08-31' };
    const cartId = await reviewed(line('BASIC', ending), line('SINGLE', { ...ending, quantity: 1 }));
    const { subscriptions, errors } = (await checkout(cartId)).body;
    expect(errors).toEqual([]);
    for (const { subscriptionId } of subscriptions)
      expect(await client.get(subscriptionId)).toMatchObject({ termEnd: '2021-08-31' });
    expect(await held('SINGLE')).toBe(1);
    await client.at('2021-08-19T00:00:00.000Z');
    const second = await checkout(await reviewed(line('SINGLE', { quantity: 1 })));
    expect(codes(second)).toEqual([[0, 'ALREADY_OWNED_SINGLE']]);
  });
});

describe('a line that cannot be bought', () => {
  it('has an error in cart, review and checkout (R20, R32); the other lines are bought', async () => {
    const lines = [
      basic,
      line('ADDON'),
      line('NOWHERE'),
      line('BASIC', { quantity: 301 }),
      line('BASIC', { term: 'P3Y' }),
      line('BASIC', { quantity: undefined }),
      line('BASIC', { customTermEndDate: '2021-08-31' }),
    ];
    const expected = [
      [1, 'ADDON_NOT_IN_CATALOGUE'],
      [2, 'OFFER_UNKNOWN'],
      [3, 'QUANTITY_OUT_OF_RANGE'],
      [4, 'PLAN_NOT_OFFERED'],
      [5, 'VALIDATION_FAILED'],
      [6, 'CUSTOM_END_DATE_NOT_OFFERED'],
    ];
    const filled = await client.call('POST', '/v1/carts', { customerId, lines });
    expect(codes(filled)).toEqual(expected);
    const { cartId } = filled.body;
    const looked = await review(cartId);
    expect(codes(looked)).toEqual(expected);
    expect(looked.body.totals).toEqual([{ currency: 'EUR', amount: '100.80' }]);
    const bought = await checkout(cartId);
    expect(codes(bought)).toEqual(expected);
    expect(bought.body).toMatchObject({ status: 'partialSuccess', subscriptions: [{ line: 0 }] });
    expect(await held('BASIC')).toBe(1);
  });

  it('R5: may be the second one that claims the only place', async () => {
    const cartId = await open(single, single, line('DUO'), line('DUO'), line('DUO'));
    const expected = [
      [1, 'ALREADY_OWNED_SINGLE'],
      [4, 'OFFER_LIMIT'],
    ];
    expect(codes(await review(cartId))).toEqual(expected);
    expect(codes(await checkout(cartId))).toEqual(expected);
    expect([await held('SINGLE'), await held('DUO')]).toEqual([1, 2]);
  });

  it('is found at the checkout, too (R22)', async () => {
    const cartId = await reviewed(single);
    await client.buy(customerId, { offerId: 'SINGLE' });
    const bought = await checkout(cartId);
    expect(codes(bought)).toEqual([[0, 'ALREADY_OWNED_SINGLE']]);
    expect(bought.body).toMatchObject({ status: 'refused', subscriptions: [] });
    expect(await held('SINGLE')).toBe(1);
  });
});

describe('two checkouts', () => {
  it('E24: of one cart give one order', async () => {
    const cartId = await reviewed(basic, single);
    const first = await checkout(cartId, 'once');
    const replay = await checkout(cartId, 'once');
    const second = await checkout(cartId, 'twice');
    expect(replay.status).toBe(201);
    expect(replay.headers.get('idempotency-replayed')).toBe('true');
    expect(replay.body).toEqual(first.body);
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
    expect([await held('BASIC'), await held('SINGLE')]).toEqual([1, 1]);
    for (const reply of [await review(cartId), await client.call('PUT', `/v1/carts/${cartId}/lines`, { lines: [] })])
      expect(reply).toMatchObject({ status: 409, body: { code: 'CART_ALREADY_ORDERED' } });
  });

  it('E24: of one cart, fifty at once, give one order', async () => {
    const cartId = await reviewed(basic);
    const replies = await Promise.all(Array.from({ length: 50 }, (_unused, i) => checkout(cartId, `key-${i}`)));
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await held('BASIC')).toBe(1);
  });

  it('E25: of fifty carts with a single-limit offer, at once: exactly one cart gets it', async () => {
    const carts = await Promise.all(Array.from({ length: 50 }, () => reviewed(single)));
    // An order that takes longer than the caller's wait is requested again, with the same key.
    const insist = async (cartId: string): Promise<Reply> => {
      const reply = await checkout(cartId, 'insisting');
      return reply.body.code === 'PROCESS_PENDING' ? insist(cartId) : reply;
    };
    const replies = await Promise.all(carts.map(insist));
    expect(replies.filter(({ body }) => body.subscriptions.length === 1)).toHaveLength(1);
    expect(replies.filter(({ body }) => body.errors[0]?.code === 'ALREADY_OWNED_SINGLE')).toHaveLength(49);
    expect(await held('SINGLE')).toBe(1);
  });
});

describe('a dry run', () => {
  it('of a checkout shows its charges, and its quote is valid until something changes', async () => {
    const cartId = await reviewed(basic, single);
    const path = `/v1/carts/${cartId}/checkout`;
    const quote = await client.must('POST', `${path}?dryRun=true`, {});
    expect(quote).toMatchObject({ dryRun: true, subscriptions: [{ line: 0 }, { line: 1 }], errors: [] });
    expect(amounts(quote.charges)).toEqual(['100.80', '5.00']);
    expect([await held('BASIC'), await held('SINGLE')]).toEqual([0, 0]);

    await client.at('2021-08-19T17:29:52.000Z');
    const stale = await client.call('POST', path, {}, { headers: { 'quote-token': quote.quoteToken } });
    expect(stale).toMatchObject({ status: 409, body: { code: 'QUOTE_STALE' } });
    const { quoteToken } = await client.must('POST', `${path}?dryRun=true`, {});
    const headers = { 'quote-token': quoteToken, 'idempotency-key': 'as quoted' };
    const bought = await client.call('POST', path, {}, { headers });
    expect(bought).toMatchObject({ status: 201, body: { subscriptions: quote.subscriptions } });
    expect((await client.call('POST', path, {}, { headers })).body).toEqual(bought.body);
  });

  it('of a new cart, of other lines and of a review records nothing', async () => {
    const body = { customerId, lines: [basic] };
    const quote = await client.must('POST', '/v1/carts?dryRun=true', body);
    expect(await client.call('GET', `/v1/carts/${quote.cartId}`)).toMatchObject({ body: { code: 'CART_NOT_FOUND' } });
    const { cartId } = await client.must('POST', '/v1/carts', body, { headers: { 'quote-token': quote.quoteToken } });
    await client.must('PUT', `/v1/carts/${cartId}/lines?dryRun=true`, { lines: [single] });
    const { quoteToken, totals } = await client.must('POST', `/v1/carts/${cartId}/review?dryRun=true`, {});
    expect(totals).toEqual([{ currency: 'EUR', amount: '100.80' }]);
    expect(await client.must('GET', `/v1/carts/${cartId}`)).toMatchObject({ status: 'open', revision: 0 });
    await client.must('POST', `/v1/carts/${cartId}/review`, {}, { headers: { 'quote-token': quoteToken } });
  });
});

describe('a cart', () => {
  it('of another partner does not exist, nor does its order, for any request', async () => {
    const { orderId } = (await checkout(await reviewed(basic))).body;
    const cartId = await reviewed(basic);
    const facts = { partnerId: 'other', name: 'Other', model: 'directBill', cloud: 'global', newCommercePreview: true };
    await client.must('POST', '/v1/partners', facts);
    const { key } = await client.must('POST', '/v1/keys', { name: 'x', role: 'global-admin', partnerId: 'other' });
    const other = client.as(key);
    const headers = { 'if-match': '"7"' };
    const replies = [
      await other.call('GET', `/v1/carts/${cartId}`),
      await other.call('PUT', `/v1/carts/${cartId}/lines`, { lines: [basic] }, { headers }),
      await other.call('POST', `/v1/carts/${cartId}/review`, {}, { headers }),
      await other.call('POST', `/v1/carts/${cartId}/checkout`, {}, { headers }),
      await other.call('POST', `/v1/carts/${cartId}/checkout?dryRun=true`, {}),
    ];
    for (const reply of replies) expect(reply).toMatchObject({ status: 404, body: { code: 'CART_NOT_FOUND' } });
    expect(await other.call('GET', `/v1/orders/${orderId}`)).toMatchObject({ body: { code: 'ORDER_NOT_FOUND' } });
    const cart = await other.call('POST', '/v1/carts', { customerId, lines: [] });
    expect(cart).toMatchObject({ status: 404, body: { code: 'CUSTOMER_NOT_FOUND' } });
  });

  it('can be changed on condition of its revision', async () => {
    const cartId = await open(basic);
    const reply = await client.call('POST', `/v1/carts/${cartId}/review`, {}, { headers: { 'if-match': '"1"' } });
    expect(reply).toMatchObject({ status: 412, body: { code: 'REVISION_MISMATCH', revision: 0 } });
    const right = await client.call('POST', `/v1/carts/${cartId}/review`, {}, { headers: { 'if-match': '"0"' } });
    expect(right.headers.get('etag')).toBe('"1"');
  });

  it('gives the first answer to a repeated key, and refuses the key with another body', async () => {
    const headers = { 'idempotency-key': 'a cart' };
    const first = await client.call('POST', '/v1/carts', { customerId, lines: [single] }, { headers });
    await client.buy(customerId, { offerId: 'SINGLE' });
    const again = await client.call('POST', '/v1/carts', { customerId, lines: [single] }, { headers });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(again.body).toEqual(first.body);
    const other = await client.call('POST', '/v1/carts', { customerId, lines: [basic] }, { headers });
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });

  it.each([
    ['no lines', {}, 'lines'],
    ['lines that are not a list', { lines: 'BASIC' }, 'lines'],
    ['a line that is nothing', { lines: [null] }, 'lines'],
    ['a line that is a list', { lines: [[]] }, 'lines'],
    ['more lines than it holds', { lines: Array.from({ length: 101 }, () => basic) }, 'lines'],
    ['half a seat', { lines: [basic, line('BASIC', { quantity: 1.5 })] }, 'lines[1].quantity'],
    ['no seat', { lines: [line('BASIC', { quantity: 0 })] }, 'lines[0].quantity'],
    ['seats beyond counting', { lines: [line('BASIC', { quantity: 2 ** 53 })] }, 'lines[0].quantity'],
    ['a term of its own', { lines: [line('BASIC', { term: 'P5Y' })] }, 'lines[0].term'],
    ['an unknown field', { lines: [line('BASIC', { seats: 3 })] }, 'lines[0].seats'],
  ])('does not accept %s', async (_what, body, path) => {
    const reply = await client.call('POST', '/v1/carts', { customerId, ...body });
    expect(reply).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    expect(told(reply.body.errors).map((error) => error.path)).toContain(path);
  });

  it('is not available to roles that may not purchase', async () => {
    const cartId = await open(basic);
    for (const role of ['support', 'auditor', 'billing-reader']) {
      const { key } = await client.must('POST', '/v1/keys', { name: role, role });
      const who = client.as(key);
      const reply = await who.call('POST', `/v1/carts/${cartId}/review`, {});
      expect(reply).toMatchObject({ status: 403, body: { code: 'FORBIDDEN_ROLE' } });
    }
  });
});
