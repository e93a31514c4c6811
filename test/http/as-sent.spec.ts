import { catalogueOf, offer, plan, sku, type Reply } from '../support/client.ts';
import { KEY, startLedger, type RunningLedger } from '../support/ledger.ts';

const UNKNOWN_ID = '6f1c1a3e-0000-4000-8000-000000000000';

const catalogue = catalogueOf(
  'test-1',
  '2015-01-01T00:00:00Z',
  offer('P', [sku('1', [plan('P1M', 'monthly', '10.08')])]),
);

describe('input is taken exactly as sent, or refused', () => {
  let ledger: RunningLedger;
  let customerId: string;
  let subscriptionId: string;

  beforeAll(async () => {
    ledger = await startLedger({ clock: '2021-06-18T09:00:00.000Z', catalogue });
    customerId = await ledger.client.customer();
    subscriptionId = await ledger.client.buy(customerId, { offerId: 'P', quantity: 5 });
  });
  afterAll(() => ledger.stop());

  const answered = ({ status, body }: Reply) => [status, body.code];
  const send = async (path: string, body: Uint8Array, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(ledger.client.base + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
      body: new Uint8Array(body),
    });
    return { status: response.status, body: (await response.json()) as Reply['body'], headers: response.headers };
  };
  const customer = '{"name":"Café Zürich","country":"NL","segment":"commercial","currency":"EUR"}';

  it('a name in UTF-8 is returned letter for letter', async () => {
    const { status, body } = await send('/v1/customers', Buffer.from(customer), {
      'content-type': 'application/json; charset=UTF-8',
    });
    expect(status).toBe(201);
    expect((await ledger.client.must('GET', `/v1/customers/${String(body.customerId)}`)).name).toBe('Café Zürich');
  });

  it.each<[string, Uint8Array]>([
    ['Latin-1', Buffer.from(customer, 'latin1')],
    ['UTF-16', Buffer.from(customer, 'utf16le')],
    ['UTF-8 that breaks off', Buffer.from(customer).subarray(0, 13)],
    ['an overlong form', Buffer.from(customer.replace('Café', '\xc0\xaf'), 'latin1')],
    ['half a surrogate pair', Buffer.from(customer.replace('Café', '\xed\xa0\x80'), 'latin1')],
  ])('a body in %s is malformed', async (_, bytes) => {
    const before = await ledger.client.all('/v1/customers');
    expect(answered(await send('/v1/customers', bytes))).toEqual([400, 'VALIDATION_FAILED']);
    expect(await ledger.client.all('/v1/customers')).toEqual(before);
  });

  it.each([
    [{ 'content-type': 'application/json; charset=iso-8859-1' }],
    [{ 'content-type': 'application/json;charset="utf-16"' }],
    [{ 'content-encoding': 'gzip' }],
  ])('a body with %j is refused', async (headers) => {
    expect(answered(await send('/v1/customers', Buffer.from(customer), headers))).toEqual([
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ]);
  });

  it('every route refuses a parameter that it does not read', async () => {
    const { paths } = await ledger.client.must('GET', '/openapi.json');
    const routes = Object.entries(paths as Readonly<Record<string, object>>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, UNKNOWN_ID)] as const),
    );
    expect(routes.length).toBeGreaterThan(50);
    const deaf: string[] = [];
    for (const [method, path] of routes) {
      const { status, body } = await ledger.client.call(method, `${path}?nonsense=1`);
      const named = (body.errors as { path: string }[] | undefined)?.some((error) => error.path === 'nonsense');
      if (status !== 400 || named !== true) deaf.push(`${method} ${path} ${String(status)}`);
    }
    expect(deaf).toEqual([]);
  });

  it('PUT /v1/clock has no dry run, and does not move the clock for one', async () => {
    const { client } = ledger;
    const before = await client.all('/v1/events');
    const reply = await client.call('PUT', '/v1/clock?dryRun=true', { now: '2021-12-01T00:00:00Z' });
    expect(answered(reply)).toEqual([400, 'VALIDATION_FAILED']);
    expect((await client.must('GET', '/v1/clock')).now).toBe('2021-06-18T09:00:00.000Z');
    expect(await client.all('/v1/events')).toEqual(before);
  });

  it.each([
    ['revision=2', 404, 'SUBSCRIPTION_NOT_FOUND'],
    ['revision=9999', 404, 'SUBSCRIPTION_NOT_FOUND'],
    ['revision=0&at=2021-06-18T08:59:59Z', 404, 'SUBSCRIPTION_NOT_FOUND'],
    ['at=2021-06-18T09:00:00.001Z', 400, 'VALIDATION_FAILED'],
    ['revision=1.5', 400, 'VALIDATION_FAILED'],
  ])('a state at ?%s is refused', async (query, status, code) => {
    const path = `/v1/subscriptions/${subscriptionId}/state?${query}`;
    expect(answered(await ledger.client.call('GET', path))).toEqual([status, code]);
  });

  it('a state exists at the last revision, and at the current instant', async () => {
    const path = `/v1/subscriptions/${subscriptionId}/state`;
    expect((await ledger.client.must('GET', `${path}?revision=1`)).revision).toBe(1);
    expect((await ledger.client.must('GET', `${path}?at=2021-06-18T09:00:00Z`)).revision).toBe(1);
  });

  it('a key is not revoked when the request has a body with other instructions', async () => {
    const { keyId } = await ledger.client.must('POST', '/v1/keys', { name: 'reader', role: 'auditor' });
    const reply = await ledger.client.call('DELETE', `/v1/keys/${String(keyId)}`, { from: '2030-01-01' });
    expect(answered(reply)).toEqual([400, 'VALIDATION_FAILED']);
    expect((await ledger.client.call('DELETE', `/v1/keys/${String(keyId)}`)).status).toBe(200);
  });
});

describe('the cost of a malformed body is bounded', () => {
  let ledger: RunningLedger;

  beforeAll(async () => {
    ledger = await startLedger({ clock: '2021-06-18T09:00:00.000Z', catalogue });
  });
  afterAll(() => ledger.stop());

  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 1]));

  it.each<[string, string, string, object]>([
    ['100 unknown fields', 'POST', '/v1/customers', many(100)],
    ['a cart of 600 numbers', 'POST', '/v1/carts', { customerId: UNKNOWN_ID, lines: Array(600).fill(1) }],
    ['a catalogue of 400,000 numbers', 'PUT', '/v1/catalog', { offers: Array(400_000).fill(1) }],
  ])('%s are reported as 50 problems', async (_, method, path, body) => {
    const reply = await ledger.client.call(method, path, body);
    expect([reply.status, reply.body.code, reply.body.errors.length]).toEqual([400, 'VALIDATION_FAILED', 50]);
  });

  it.each<[string, string, object]>([
    ['80,000 unknown fields', '/v1/customers', many(80_000)],
    ['450,000 numbers', '/v1/carts', { customerId: UNKNOWN_ID, lines: Array(450_000).fill(1) }],
  ])('%s are refused without examining each', async (_, path, body) => {
    const reply = await ledger.client.call('POST', path, body);
    expect([reply.status, reply.body.errors]).toEqual([
      400,
      [{ path: '', message: 'the body must not have more than 5000 values' }],
    ]);
  });

  it('a very long field name is reported shortened', async () => {
    const reply = await ledger.client.call('POST', '/v1/customers', { ['x'.repeat(900_000)]: 1 });
    expect(reply.body.errors[0]).toEqual({ path: `${'x'.repeat(200)}…`, message: 'is not known' });
    expect(JSON.stringify(reply.body).length).toBeLessThan(2_000);
  });
});
