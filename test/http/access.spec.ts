import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogueOf, offer, plan, sku, type Client } from '../support/client.ts';
import { KEY, startLedger, type RunningLedger } from '../support/ledger.ts';

const catalogue = catalogueOf(
  'test-1',
  '2015-01-01T00:00:00Z',
  offer('P', [sku('1', [plan('P1M', 'monthly', '10.08')])]),
);

const keyFor = async (operator: Client, role: string, partnerId?: string): Promise<Client> => {
  const body = { name: `a ${role}`, role, ...(partnerId === undefined ? {} : { partnerId }) };
  return operator.as((await operator.must('POST', '/v1/keys', body)).key);
};

describe('access', () => {
  let ledger: RunningLedger;
  let operator: Client;
  let customerId: string;
  let subscriptionId: string;

  beforeAll(async () => {
    ledger = await startLedger({ clock: '2021-06-18T09:00:00.000Z', catalogue });
    operator = ledger.client;
    customerId = await operator.customer();
    subscriptionId = await operator.buy(customerId, { offerId: 'P', quantity: 5 });
  });
  afterAll(() => ledger.stop());

  it.each(['', 'Bearer', 'Bearer unknown', `Basic ${KEY}`, `Bearer ${KEY} ${KEY}`, KEY])(
    'is refused to %j',
    async (authorization) => {
      const reply = await operator.call('GET', '/v1/subscriptions', undefined, { key: '', headers: { authorization } });
      expect([reply.status, reply.body.code]).toEqual([401, 'UNAUTHENTICATED']);
      expect(reply.headers.get('www-authenticate')).toBe('Bearer');
    },
  );

  it('is open to health, metrics and documentation without a key', async () => {
    for (const path of ['/health', '/metrics', '/openapi.json', '/docs'])
      expect((await operator.call('GET', path, undefined, { key: '' })).status).toBe(200);
  });

  it('is granted by a key that is shown once, and revoked at once with it', async () => {
    const headers = { 'idempotency-key': 'my-key' };
    const body = { name: 'auditor', role: 'auditor' };
    const made = await operator.call('POST', '/v1/keys', body, { headers });
    expect([made.status, Object.keys(made.body)]).toEqual([201, ['keyId', 'key']]);
    const again = await operator.call('POST', '/v1/keys', body, { headers });
    expect([again.status, again.body]).toEqual([201, { keyId: made.body.keyId }]);
    const auditor = operator.as(made.body.key);
    expect((await auditor.call('GET', '/v1/subscriptions')).status).toBe(200);
    const { items } = await operator.must('GET', '/v1/keys');
    expect(JSON.stringify(items)).not.toContain(made.body.key);
    await operator.must('DELETE', `/v1/keys/${made.body.keyId}`);
    expect((await auditor.call('GET', '/v1/subscriptions')).status).toBe(401);
    const gone = await operator.call('DELETE', `/v1/keys/${made.body.keyId}`);
    expect([gone.status, gone.body.code]).toEqual([404, 'KEY_NOT_FOUND']);
  });

  it('to the history reveals no digest of a key', async () => {
    const events = await operator.all('/v1/events');
    const [created] = events.filter(({ type }) => type === 'KeyCreated');
    expect(created.data).toMatchObject({ role: 'global-admin' });
    expect(created.data).not.toHaveProperty('hash');
  });

  const reads = [
    '/v1/customers',
    '/v1/catalog',
    '/v1/offers',
    '/v1/subscriptions',
    '/v1/charges',
    '/v1/invoices',
    '/v1/renewals',
    '/v1/events',
    '/v1/keys',
    '/v1/partners',
    '/v1/clock',
  ];

  it.each([
    ['auditor', ['/v1/partners']],
    ['support', ['/v1/partners']],
    ['sales-agent', ['/v1/keys', '/v1/partners']],
    ['helpdesk-agent', ['/v1/keys', '/v1/partners']],
    ['billing-reader', ['/v1/events', '/v1/keys', '/v1/partners', '/v1/clock']],
  ])('lets a key with the role %s read everything except %j', async (role, forbidden) => {
    const client = await keyFor(operator, role);
    const statuses = await Promise.all(reads.map(async (path) => [path, (await client.call('GET', path)).status]));
    expect(statuses).toEqual(reads.map((path) => [path, forbidden.includes(path) ? 403 : 200]));
  });

  it.each(['auditor', 'billing-reader'])('lets a key with the role %s change nothing', async (role) => {
    const client = await keyFor(operator, role);
    const customer = { name: 'A', country: 'NL', segment: 'commercial', currency: 'EUR' };
    for (const reply of [
      await client.send(subscriptionId, 'add-seats', { quantity: 1 }),
      await client.send(subscriptionId, 'pause'),
      await client.call('POST', '/v1/customers', customer),
      await client.call('POST', '/v1/keys', { name: 'x', role: 'global-admin' }),
      await client.call('PUT', '/v1/clock', { now: '2030-01-01T00:00:00Z' }),
    ])
      expect([reply.status, reply.body.code]).toEqual([403, 'FORBIDDEN_ROLE']);
  });

  it('lets support suspend and reactivate new commerce, and nothing else (R45)', async () => {
    const support = await keyFor(operator, 'support');
    expect((await support.send(subscriptionId, 'suspend', { reason: 'fraud' })).status).toBe(200);
    expect((await support.send(subscriptionId, 'reactivate')).status).toBe(200);
    expect((await support.send(subscriptionId, 'pause')).body.code).toBe('FORBIDDEN_ROLE');
    expect((await operator.send(subscriptionId, 'suspend', { reason: 'fraud' })).body.code).toBe(
      'USE_PAUSE_OR_SUPPORT',
    );
  });

  describe('of another partner', () => {
    let fabrikam: Client;

    beforeAll(async () => {
      const partner = { partnerId: 'fabrikam', name: 'Fabrikam', model: 'directBill', cloud: 'global' };
      await operator.must('POST', '/v1/partners', { ...partner, newCommercePreview: false });
      fabrikam = await keyFor(operator, 'global-admin', 'fabrikam');
    });

    it('finds none of our resources', async () => {
      const paths = ['', '/events', '/state'].map((rest) => `/v1/subscriptions/${subscriptionId}${rest}`);
      for (const path of [...paths, `/v1/customers/${customerId}`])
        expect((await fabrikam.call('GET', path)).status).toBe(404);
      expect((await fabrikam.send(subscriptionId, 'add-seats', { quantity: 1 })).body.code).toBe(
        'SUBSCRIPTION_NOT_FOUND',
      );
      for (const path of [
        '/v1/subscriptions',
        '/v1/customers',
        '/v1/charges',
        '/v1/renewals',
        '/v1/invoices',
        '/v1/events',
      ])
        expect(await fabrikam.all(path)).toEqual([]);
    });

    it('manages its own keys, and no others', async () => {
      expect((await fabrikam.must('GET', '/v1/keys')).items).toHaveLength(1);
      const ours = (await operator.must('GET', '/v1/keys')).items[0].keyId;
      expect((await fabrikam.call('DELETE', `/v1/keys/${ours}`)).status).toBe(404);
      const foreign = { name: 'x', role: 'auditor', partnerId: 'default' };
      expect((await fabrikam.call('POST', '/v1/keys', foreign)).body.code).toBe('FORBIDDEN_ROLE');
      for (const [method, path] of [
        ['POST', '/v1/partners'],
        ['GET', '/v1/partners'],
        ['PUT', '/v1/catalog'],
      ] as const)
        // prettier-ignore
        expect((await fabrikam.call(method, path, method === 'GET' ? undefined : {})).status).toBe(403);
    });

    it('may use the same idempotency key for a command of its own', async () => {
      const headers = { 'idempotency-key': 'the same' };
      const body = { name: 'A', country: 'NL', segment: 'commercial', currency: 'EUR' };
      const [a, b] = [
        await operator.must('POST', '/v1/customers', body, { headers }),
        await fabrikam.must('POST', '/v1/customers', body, { headers }),
      ];
      expect(a.customerId).not.toBe(b.customerId);
    });

    it('cannot buy new commerce outside the preview (R44)', async () => {
      const theirs = await fabrikam.customer();
      const request = {
        customerId: theirs,
        offerId: 'P',
        skuId: '1',
        quantity: 1,
        term: 'P1M',
        billingCycle: 'monthly',
      };
      expect((await fabrikam.call('POST', '/v1/subscriptions', request)).body.code).toBe('PREVIEW_REQUIRED');
      const [listed] = (await fabrikam.must('GET', `/v1/offers?customerId=${theirs}`)).items;
      expect([listed.purchasable, listed.reasons[0].code]).toEqual([false, 'PREVIEW_REQUIRED']);
    });
  });
});

describe("the administrator's key", () => {
  let data: string;
  const start = (SUBLEDGER_API_KEY: string) => startLedger({ data, catalogue, env: { SUBLEDGER_API_KEY } });
  const opens = async (key: string, ledger: RunningLedger) =>
    (await ledger.client.as(key).call('GET', '/v1/partners')).status === 200;

  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'administrator-'));
  });
  afterEach(() => rmSync(data, { recursive: true }));

  it('is replaced by another one at a later start, and may be restored', async () => {
    for (const [wanted, opened] of [
      ['first', [true, false]],
      ['second', [false, true]],
      ['first', [true, false]],
    ] as const) {
      // prettier-ignore
      const ledger = await start(wanted);
      expect([await opens('first', ledger), await opens('second', ledger)]).toEqual(opened);
      await ledger.stop();
    }
  });

  it('stays revoked after a caller has revoked it, until another one is configured', async () => {
    let ledger = await start('first');
    const [{ keyId }] = (await ledger.client.as('first').must('GET', '/v1/keys')).items;
    await ledger.client.as('first').must('DELETE', `/v1/keys/${keyId}`);
    await ledger.stop();
    ledger = await start('first');
    expect(await opens('first', ledger)).toBe(false);
    await ledger.stop();
    ledger = await start('second');
    expect([await opens('first', ledger), await opens('second', ledger)]).toEqual([false, true]);
    await ledger.stop();
  });

  it('stays valid when none is configured', async () => {
    await (await start('first')).stop();
    const ledger = await start('');
    expect(await opens('first', ledger)).toBe(true);
    await ledger.stop();
  });
});

describe('a rate limit', () => {
  it('counts each key separately', async () => {
    const ledger = await startLedger({ catalogue, env: { SUBLEDGER_RATE_LIMIT: '3' } });
    const other = await keyFor(ledger.client, 'auditor');
    const statuses = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await ledger.client.call('GET', '/v1/customers')).status);
    expect(statuses).toEqual([200, 200, 429, 429]);
    const limited = await ledger.client.call('GET', '/v1/customers');
    expect(limited.body.code).toBe('TOO_MANY_REQUESTS');
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(50);
    expect((await other.call('GET', '/v1/customers')).status).toBe(200);
    expect((await ledger.client.call('GET', '/health')).status).toBe(200);
    await ledger.stop();
  });
});
