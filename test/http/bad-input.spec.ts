import { catalogueOf, offer, plan, sku, type Reply } from '../support/client.ts';
import { startLedger, type RunningLedger } from '../support/ledger.ts';
import { WireTalk } from '../support/wire-talk.ts';

const UNKNOWN_ID = '6f1c1a3e-0000-4000-8000-000000000000';

const catalogue = catalogueOf(
  'test-1',
  '2015-01-01T00:00:00Z',
  offer('P', [sku('1', [plan('P1M', 'monthly', '10.08')])]),
);

describe('bad input', () => {
  let ledger: RunningLedger;
  let customerId: string;
  let subscriptionId: string;

  beforeAll(async () => {
    ledger = await startLedger({ clock: '2021-06-18T09:00:00.000Z', catalogue });
    customerId = await ledger.client.customer();
    subscriptionId = await ledger.client.buy(customerId, { offerId: 'P', quantity: 5 });
  });
  afterAll(() => ledger.stop());

  const answered = ({ status, body, headers }: Reply) => {
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(headers.get('correlation-id')).toMatch(/\S/);
    expect([body.status, typeof body.title, typeof body.detail, typeof body.type]).toEqual([
      status,
      'string',
      'string',
      'string',
    ]);
    expect(JSON.stringify(body)).not.toMatch(/\.ts|\.js|node_modules/);
    return [status, body.code];
  };
  const logged = async (): Promise<number> => (await ledger.client.all('/v1/events')).length;
  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    ledger.client.call(method, path.replace('{id}', subscriptionId).replace('{customer}', customerId), body, {
      headers,
    });
  const purchase = (over: object) => ({
    customerId,
    offerId: 'P',
    skuId: '1',
    quantity: 1,
    term: 'P1M',
    billingCycle: 'monthly',
    ...over,
  });

  it.each<[string, number, string, object]>([
    ['an unknown offer', 409, 'OFFER_UNKNOWN', { offerId: 'Q' }],
    ['an unknown SKU', 409, 'SKU_UNKNOWN', { skuId: '2' }],
    ['a term that the SKU has not', 409, 'PLAN_NOT_OFFERED', { term: 'P3Y' }],
    ['an unknown customer', 404, 'CUSTOMER_NOT_FOUND', { customerId: UNKNOWN_ID }],
    ['too many seats', 409, 'QUANTITY_OUT_OF_RANGE', { quantity: 100_001 }],
    ['an end that is not offered', 409, 'CUSTOM_END_DATE_NOT_OFFERED', { customTermEndDate: '2021-06-30' }],
    ['no seats', 400, 'VALIDATION_FAILED', { quantity: 0 }],
    ['2^53 seats', 400, 'VALIDATION_FAILED', { quantity: 2 ** 53 }],
    ['an unknown field', 400, 'VALIDATION_FAILED', { colour: 'red' }],
  ])('a purchase of %s is %d %s, and records nothing', async (_, status, code, over) => {
    const before = await logged();
    expect(answered(await send('POST', '/v1/subscriptions', purchase(over)))).toEqual([status, code]);
    expect(await logged()).toBe(before);
  });

  const malformed: readonly (readonly [string, string, unknown])[] = [
    ['POST', '/v1/customers', { name: 'A', country: 'nl', segment: 'commercial', currency: 'EUR' }],
    ['POST', '/v1/customers', { name: 'A', country: 'NL', segment: 'pirates', currency: 'EUR' }],
    ['POST', '/v1/customers', { name: 'A', country: 'NL', segment: 'commercial', currency: 'ZZZ' }],
    [
      'POST',
      '/v1/customers',
      { name: 'A', country: 'NL', segment: 'commercial', currency: 'EUR', accountOpenedAt: '?' },
    ],
    ['POST', '/v1/subscriptions/{id}/add-seats', {}],
    ['POST', '/v1/subscriptions/{id}/remove-seats', { quantity: '1' }],
    ['PATCH', '/v1/subscriptions/{id}', { friendlyName: '' }],
    ['POST', '/v1/subscriptions/{id}/convert', { quantity: 0 }],
    ['PUT', '/v1/subscriptions/{id}/plan', { term: 'year' }],
    ['POST', '/v1/subscriptions/{id}/suspend', {}],
    ['POST', '/v1/subscriptions/{id}/reactivate', { why: 'x' }],
    ['POST', '/v1/subscriptions/{id}/pause', { reason: 'holiday' }],
    ['POST', '/v1/subscriptions/{id}/resume', { now: true }],
    ['POST', '/v1/subscriptions/{id}/cancel', { reason: 'customerRequest', comment: 5 }],
    ['PUT', '/v1/subscriptions/{id}/auto-renew', { enabled: 'false' }],
    ['PUT', '/v1/subscriptions/{id}/scheduled-change', { target: 'newer' }],
    ['DELETE', '/v1/subscriptions/{id}/scheduled-change', { sure: true }],
    ['POST', '/v1/subscriptions/{id}/upgrade', { offerId: 'P', skuId: '1', quantity: 1 }],
    ['POST', '/v1/subscriptions/{id}/adjustments', { amount: -12.5, reason: 'x' }],
    ['POST', '/v1/subscriptions/{id}/adjustments', { amount: '-12.505', reason: 'x' }],
    ['POST', '/v1/keys', { name: 'x', role: 'system' }],
    [
      'POST',
      '/v1/partners',
      { partnerId: 'Con Toso', name: 'x', model: 'directBill', cloud: 'global', newCommercePreview: true },
    ],
    ['PUT', '/v1/catalog', { version: '1', offers: [{}] }],
    ['PUT', '/v1/clock', { now: 'later' }],
    ['PUT', '/v1/clock', { now: '9999-12-31T23:59:59.999Z' }],
    ['GET', '/v1/subscriptions?limit=0', undefined],
    ['GET', '/v1/subscriptions?cursor=next', undefined],
    ['GET', '/v1/subscriptions?customer={customer}', undefined],
    ['GET', '/v1/charges?chargeFrom=2021-02-30', undefined],
    ['GET', '/v1/renewals?from=tomorrow', undefined],
    ['GET', '/v1/invoices?period=2021-13', undefined],
    ['GET', '/v1/offers?publisher=google', undefined],
    ['GET', '/v1/events?after=here', undefined],
    ['GET', '/v1/subscriptions/{id}/state?at=then', undefined],
    ['GET', '/v1/subscriptions/{id}/events?from=-1', undefined],
    ['POST', '/v1/subscriptions/{id}/add-seats?dryrun=true', { quantity: 1 }],
    ['POST', '/v1/subscriptions/{id}/add-seats?dryRun=1', { quantity: 1 }],
  ];

  it.each(malformed)('%s %s with %j is malformed, and records nothing', async (method, path, body) => {
    const before = await logged();
    const reply = await send(method, path, body);
    expect(answered(reply)).toEqual([400, 'VALIDATION_FAILED']);
    expect(reply.body.errors[0]).toEqual({ path: expect.any(String), message: expect.any(String) });
    expect(await logged()).toBe(before);
  });

  it.each([
    ['{'],
    [''],
    ['null'],
    ['[]'],
    ['"text"'],
    ['5'],
    ['{"__proto__":{"quantity":1}}'],
    ['{"quantity":1e400}'],
    ['['.repeat(100_000)],
    [`${'{"quantity":'.repeat(5_000)}1${'}'.repeat(5_000)}`],
    [`{"quantity":${'['.repeat(5_000)}${']'.repeat(5_000)}}`],
  ])('the body %.40s is malformed', async (text) => {
    expect(answered(await send('POST', '/v1/subscriptions/{id}/add-seats', text))).toEqual([400, 'VALIDATION_FAILED']);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml'])(
    'a body of the type %s is not read',
    async (type) => {
      const reply = await send('POST', '/v1/subscriptions', '{}', { 'content-type': type });
      expect(answered(reply)).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    },
  );

  it.each([2, 20])('a body of %d MB is too large, and the client receives that answer', async (megabytes) => {
    const friendlyName = 'x'.repeat(megabytes * 1_000_000);
    const reply = await send('POST', '/v1/subscriptions', purchase({ friendlyName }));
    expect(answered(reply)).toEqual([413, 'BODY_TOO_LARGE']);
  });

  it.each([9_000, 200_000])('an address of %d characters is too long', async (length) => {
    const reply = await send('GET', `/v1/subscriptions?cursor=${'x'.repeat(length)}`);
    expect(answered(reply)).toEqual([414, 'URI_TOO_LONG']);
  });

  it.each([
    ['GET', '/v1/nowhere'],
    ['GET', '/'],
    ['DELETE', '/v1/customers'],
    ['PATCH', '/v1/subscriptions'],
    ['POST', '/v1/subscriptions/{id}/explode'],
  ])('%s %s is not a route', async (method, path) => {
    expect(answered(await send(method, path))).toEqual([404, 'ROUTE_NOT_FOUND']);
  });

  it.each([
    ['GET', '/v1/subscriptions/ID', undefined, 'SUBSCRIPTION_NOT_FOUND'],
    ['GET', '/v1/subscriptions/ID/events', undefined, 'SUBSCRIPTION_NOT_FOUND'],
    ['GET', '/v1/subscriptions/ID/state', undefined, 'SUBSCRIPTION_NOT_FOUND'],
    ['POST', '/v1/subscriptions/ID/add-seats', { quantity: 1 }, 'SUBSCRIPTION_NOT_FOUND'],
    ['POST', '/v1/subscriptions/ID/pause', undefined, 'SUBSCRIPTION_NOT_FOUND'],
    ['GET', '/v1/customers/ID', undefined, 'CUSTOMER_NOT_FOUND'],
    ['DELETE', '/v1/keys/ID', undefined, 'KEY_NOT_FOUND'],
  ])('%s %s is answered 404, whether or not the id is well-formed', async (method, path, body, code) => {
    for (const id of [UNKNOWN_ID, 'x', '%20', 'x'.repeat(300)])
      expect(answered(await send(method, path.replace('ID', id), body))).toEqual([404, code]);
  });

  it.each([
    ['idempotency-key', ''],
    ['idempotency-key', 'x'.repeat(256)],
    ['idempotency-key', 'é'],
    ['if-match', '3'],
    ['if-match', 'W/"3"'],
    ['if-match', '*'],
    ['quote-token', 'a b'],
  ])('the header %s: %s is malformed', async (name, value) => {
    const reply = await send('POST', '/v1/subscriptions/{id}/add-seats', { quantity: 1 }, { [name]: value });
    expect(answered(reply)).toEqual([400, 'VALIDATION_FAILED']);
  });

  it.each([
    ['that is no HTTP at all', 'HELLO\r\n\r\n'],
    ['without the name of a host', 'GET /v1/customers HTTP/1.1\r\nconnection: close\r\n\r\n'],
    [
      'that expects what no server can give',
      'GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: rain\r\n\r\n',
    ],
    ['with two lengths', 'POST /v1/customers HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}'],
    ['with endless headers', `GET /health HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`],
  ])('a request %s gets an answer as well', async (_, text) => {
    const talk = await WireTalk.to(ledger.client.base);
    talk.say(text);
    const [fields, body] = (await talk.heard()).split('\r\n\r\n');
    expect(fields).toMatch(/^HTTP\/1\.1 400 /);
    expect(fields).toMatch(/\r\ncontent-type: application\/problem\+json/);
    expect(fields).toMatch(/\r\ncorrelation-id: \S/);
    expect(JSON.parse(body!)).toMatchObject({ status: 400, code: 'VALIDATION_FAILED', errors: [{}] });
  });

  it('does not include a request of HTTP/1.0, which need not name a host', async () => {
    const talk = await WireTalk.to(ledger.client.base);
    talk.say('GET /health HTTP/1.0\r\n\r\n');
    expect(await talk.heard()).toMatch(/^HTTP\/1\.1 200 /);
  });
});
