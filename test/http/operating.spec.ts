import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { join, resolve } from 'node:path';
import { catalogueOf, offer, plan, sku } from '../support/client.ts';
import { KEY, spawnLedger, startLedger, type RunningLedger } from '../support/ledger.ts';

const catalogueAt = (price: string, version = 'test-1') =>
  catalogueOf(version, '2015-01-01T00:00:00Z', offer('P', [sku('1', [plan('P1M', 'monthly', price)])]));
const catalogue = catalogueAt('10.08');

type Operation = Readonly<Record<string, unknown>> & { readonly responses: Readonly<Record<string, unknown>> };

describe('an operator', () => {
  let ledger: RunningLedger;

  beforeAll(async () => {
    ledger = await startLedger({ clock: '2021-06-18T09:00:00.000Z', catalogue });
    await ledger.client.buy(await ledger.client.customer(), { offerId: 'P' });
    await ledger.client.must('GET', '/v1/subscriptions');
  });
  afterAll(() => ledger.stop());

  it('sees the health of every duty', async () => {
    const { status, body } = await ledger.client.call('GET', '/health', undefined, { key: '' });
    expect([status, body.status, body.eventStore]).toEqual([200, 'ok', { status: 'up' }]);
    expect(body.projections.length).toBeGreaterThan(3);
    for (const projection of body.projections)
      expect(projection).toMatchObject({ state: 'live', lagEvents: 0, lagSeconds: 0, position: expect.any(String) });
    expect(body.scheduler).toEqual({ running: true, overdue: 0, failing: 0 });
  });

  it('sees requests counted by route, and commands by type and outcome', async () => {
    await ledger.client.send('6f1c1a3e-0000-4000-8000-000000000000', 'pause');
    const { body, headers } = await ledger.client.call('GET', '/metrics', undefined, { key: '' });
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    for (const line of [
      'subledger_commands_total{type="PurchaseSubscription",outcome="accepted"} 1',
      'subledger_commands_total{type="PauseSubscription",outcome="SUBSCRIPTION_NOT_FOUND"} 1',
      'subledger_http_request_duration_seconds_count{method="POST",route="/v1/subscriptions/:id/pause",status="404"} 1',
      'subledger_projection_lag_events{projection="billing"} 0',
      'process_cpu_seconds_total',
    ])
      expect(body).toContain(line);
  });

  it('reads an API document that describes every route', async () => {
    const { body } = await ledger.client.call('GET', '/openapi.json', undefined, { key: '' });
    expect(body.openapi).toBe('3.1.0');
    const operations = Object.entries(
      body.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>,
    ).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
    const undescribed = operations.filter(
      ({ operation: { operationId, summary, tags, responses } }) =>
        operationId === undefined ||
        summary === undefined ||
        !Array.isArray(tags) ||
        !Object.keys(responses).some((status) => status.startsWith('2')) ||
        !('4XX' in responses),
    );
    expect(undescribed).toEqual([]);
    const ids = operations.map(({ operation }) => operation['operationId']);
    expect(new Set(ids).size).toBe(ids.length);
    const open = operations.filter(({ path }) => !path.startsWith('/v1/')).map(({ path }) => path);
    expect(open.sort()).toEqual(['/health', '/health/live', '/metrics']);
    const references = [...JSON.stringify(body).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name!);
    expect(references.filter((name) => !(name in body.components.schemas))).toEqual([]);
    expect(body.components.schemas.PolicyOverride.properties).toHaveProperty(['nce.cancel.proratedWindow']);
    expect(body.components.schemas.PurchaseBody.properties.quantity).toEqual({
      type: 'integer',
      minimum: 1,
      maximum: 2_147_483_647,
    });
  });

  it('reads in it where null is possible as OpenAPI 3.1 says it', async () => {
    const { body } = await ledger.client.call('GET', '/openapi.json', undefined, { key: '' });
    expect(JSON.stringify(body)).not.toContain('"nullable"');
    const { properties } = body.components.schemas.SubscriptionEntry;
    expect(properties.licenceReassignment).toEqual({ type: ['string', 'null'], enum: ['manual', null] });
    expect(properties.suspension).toEqual({
      anyOf: [{ $ref: '#/components/schemas/SuspensionEntry' }, { type: 'null' }],
    });
    expect(JSON.stringify(body)).not.toContain('"type":[null');
  });

  it('browses it without the internet', async () => {
    const page = await ledger.client.call('GET', '/docs', undefined, { key: '' });
    expect(page.body).toContain('<title>subledger</title>');
    expect(page.body).not.toMatch(/(src|href)="https?:/);
    expect((await ledger.client.call('GET', '/docs/swagger-ui-bundle.js', undefined, { key: '' })).status).toBe(200);
  });

  it('publishes price lists, each version once', async () => {
    const dearer = catalogueOf(
      'test-2',
      '2021-07-01T00:00:00Z',
      offer('P', [sku('1', [plan('P1M', 'monthly', '11.00')])]),
    );
    const { body, status } = await ledger.client.call('PUT', '/v1/catalog', dearer);
    expect([status, body.version, body.revision]).toEqual([200, 'test-2', 1]);
    expect((await ledger.client.must('GET', '/v1/catalog')).version).toBe('test-1');
    expect((await ledger.client.call('PUT', '/v1/catalog', dearer)).status).toBe(200);
    const other = await ledger.client.call('PUT', '/v1/catalog', { ...dearer, offers: [] });
    expect([other.status, other.body.code]).toEqual([409, 'CATALOG_VERSION_EXISTS']);
    await ledger.client.at('2021-07-01T00:00:00.000Z');
    expect((await ledger.client.must('GET', '/v1/catalog')).version).toBe('test-2');
  });
});

describe('a ledger whose data folder is moved away', () => {
  it('refuses commands and reports it in its health, until the folder is back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'moved-'));
    const { client, stop } = await startLedger({ catalogue, data: folder });
    const customerId = await client.customer();
    renameSync(join(folder, 'data'), join(folder, 'elsewhere'));
    const request = { customerId, offerId: 'P', skuId: '1', quantity: 1, term: 'P1M', billingCycle: 'monthly' };
    const key = { headers: { 'idempotency-key': 'once' } };
    const refused = await client.call('POST', '/v1/subscriptions', request, key);
    expect([refused.status, refused.body.code]).toEqual([503, 'EVENT_STORE_UNAVAILABLE']);
    expect(refused.body.detail).toMatch(/events\.sqlite .*moved, deleted or replaced.*: try again with the same key$/);
    const ill = await client.call('GET', '/health');
    expect([ill.status, ill.body.eventStore]).toEqual([
      503,
      { status: 'down', error: expect.stringMatching(/events\.sqlite .*moved, deleted or replaced/) },
    ]);

    renameSync(join(folder, 'elsewhere'), join(folder, 'data'));
    expect((await client.call('GET', '/health')).status).toBe(200);
    expect((await client.call('POST', '/v1/subscriptions', request, key)).status).toBe(201);
    expect(await client.all('/v1/subscriptions')).toHaveLength(1);
    await stop();
    rmSync(folder, { recursive: true });
  });
});

describe('a ledger whose log has no room', () => {
  /** Starts a ledger, and returns the connection of its log: SQLite's limits hold for one connection only. */
  const startedWithLog = async () => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called as a method of each connection, and put back
    const { prepare } = DatabaseSync.prototype;
    const found: DatabaseSync[] = [];
    DatabaseSync.prototype.prepare = function (...of) {
      if (this.location()?.endsWith('events.sqlite')) found.push(this);
      return prepare.apply(this, of);
    };
    const ledger = await startLedger({ catalogue }).finally(() => {
      DatabaseSync.prototype.prepare = prepare;
    });
    return { ledger, log: found[0]! };
  };

  it('answers reads, and reports in its health that nothing can be recorded, until there is room', async () => {
    const { ledger, log } = await startedWithLog();
    const { client } = ledger;
    const customerId = await client.customer();
    const health = async () => {
      const { status, body } = await client.call('GET', '/health');
      return [status, body.eventStore.status, body.reason];
    };
    log.exec('PRAGMA max_page_count = 1');
    const register = async () => {
      const request = { name: 'x'.repeat(200), country: 'NL', segment: 'commercial', currency: 'EUR' };
      return client.call('POST', '/v1/customers', request);
    };
    // The last pages have some room.
    let answer = await register();
    while (answer.status === 201) answer = await register();
    expect([answer.status, answer.body.code, answer.body.detail]).toEqual([
      503,
      'EVENT_STORE_UNAVAILABLE',
      'the event log cannot be used: database or disk is full: try again with the same key',
    ]);
    expect(await health()).toEqual([503, 'down', 'the event log cannot be used: database or disk is full']);
    expect((await client.call('GET', `/v1/customers/${customerId}`)).status).toBe(200);
    log.exec('PRAGMA max_page_count = 1000000');
    expect(await health()).toEqual([200, 'up', undefined]);
    expect((await register()).status).toBe(201);
    await ledger.stop();
  });
});

// Each of these starts the built ledger, some several times, while other tests run.

describe('a process', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'process-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = async (env: Readonly<Record<string, string>>) => {
    const child = spawn(process.execPath, [resolve('dist/apps/ledger/src/main.js')], {
      env: { PATH: process.env['PATH'], PORT: '0', SUBLEDGER_DATA: join(folder, 'data'), ...env },
      // A process that does not exit by itself would outlive its test.
      timeout: 90_000,
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [status] = (await once(child, 'exit')) as [number];
    return { status, stdout, stderr };
  };

  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  it.each([
    ['SUBLEDGER_CLOCK', 'yesterday'],
    ['PORT', 'http'],
    ['EVENTSTORE_URL', 'http://localhost:2113'],
    ['SUBLEDGER_CATALOG', '/nowhere/catalogue.json'],
  ])('does not start with %s=%s, and says why in one line', async (variable, value) => {
    const { status, stdout, stderr } = await run({ [variable]: value });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(new RegExp(`^subledger: ${variable} .*\\n$`));
  });

  it('does not start on a port, an address or a folder that it cannot have, and names the variable', async () => {
    const other = await spawnLedger({ catalogue });
    const { port } = new URL(other.client.base);
    const cases = [
      ['PORT', { PORT: port }],
      ['SUBLEDGER_DATA', { SUBLEDGER_DATA: join(other.folder, 'data') }],
      ['SUBLEDGER_DATA', { SUBLEDGER_DATA: file('no-folder', '') }],
      ['HOST', { HOST: '203.0.113.1' }],
    ] as const;
    // The folder stays taken even without this file.
    rmSync(join(other.folder, 'data', 'lock'));
    for (const [variable, env] of cases) {
      const { status, stderr } = await run(env);
      expect([status, stderr]).toEqual([1, expect.stringMatching(new RegExp(`^subledger: ${variable} .*\\n$`))]);
    }
    await other.kill('SIGTERM');
    other.clear();
  });

  it.each([
    ['in which nothing can be made', () => '/proc/data'],
    ['that cannot be locked', (data: string) => (mkdirSync(join(data, 'lock')), data)],
    ['whose log is something else', (data: string) => (writeFileSync(join(data, 'events.sqlite'), 'prose'), data)],
    ['whose log cannot be opened', (data: string) => (mkdirSync(join(data, 'events.sqlite')), data)],
    [
      'whose read models are something else',
      (data: string) => (writeFileSync(join(data, 'read.sqlite'), 'prose'), data),
    ],
  ])('does not start on a folder %s, and says why in one line', async (_, spoilt) => {
    const data = join(folder, 'data');
    mkdirSync(data);
    const { status, stderr } = await run({ SUBLEDGER_DATA: spoilt(data) });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^subledger: SUBLEDGER_DATA names \/.*\n$/)]);
  });

  it('does not start with an invalid catalogue, and names the position of the error', async () => {
    const wrong = file('wrong.json', JSON.stringify({ ...catalogue, offers: [{ offerId: 'P' }] }));
    const { status, stderr } = await run({ SUBLEDGER_CATALOG: wrong });
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^subledger: SUBLEDGER_CATALOG .*offers\[0\]\.name .*\n$/),
    ]);
  });

  it('does not start on a price list that was changed without a new version', async () => {
    const first = await spawnLedger({ catalogue });
    expect(await first.kill('SIGTERM')).toBe(0);
    const changed = file('changed.json', JSON.stringify(catalogueAt('9.99')));
    const data = join(first.folder, 'data');
    const { status, stderr } = await run({ SUBLEDGER_CATALOG: changed, SUBLEDGER_DATA: data });
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^subledger: SUBLEDGER_CATALOG .*test-1.*another version\n$/),
    ]);
    const next = await spawnLedger({ catalogue: catalogueAt('9.99', 'test-2'), data: first.folder });
    expect((await next.client.must('GET', '/v1/catalog')).version).toBe('test-2');
    await next.kill('SIGTERM');
    first.clear();
  });

  it('shows a generated key once, at its first start, when none is configured', async () => {
    const env = { SUBLEDGER_CATALOG: file('catalogue.json', JSON.stringify(catalogue)), LOG_LEVEL: 'silent' };
    const told = async (): Promise<string> => {
      const child = spawn(process.execPath, [resolve('dist/apps/ledger/src/main.js')], {
        env: { PATH: process.env['PATH'], PORT: '0', SUBLEDGER_DATA: join(folder, 'data'), ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const [, url, , key] =
        /^subledger listens on (\S+)( {2}administrator key: (\S+))?\n$/.exec(line.toString()) ?? [];
      const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
      expect((await fetch(`${url!}/v1/customers`, { headers })).status).toBe(key === undefined ? 401 : 200);
      child.kill('SIGTERM');
      await once(child, 'exit');
      return key ?? 'none';
    };
    expect(await told()).toMatch(/^slk_[\w-]{43}$/);
    expect(await told()).toBe('none');
  });

  it('answers requests in flight before it exits, and ends a live stream', async () => {
    const ledger = await spawnLedger({ catalogue });
    const { client } = ledger;
    const customerId = await client.customer();
    const live = await fetch(`${client.base}/v1/events`, {
      headers: { authorization: `Bearer ${KEY}`, accept: 'text/event-stream' },
    });
    const buying = Array.from({ length: 20 }, () => client.buy(customerId, { offerId: 'P' }));
    await buying[0];
    const ended = ledger.kill('SIGTERM');
    const outcomes = await Promise.allSettled(buying);
    expect(await live.text()).toContain('event: CustomerRegistered');
    expect(await ended).toBe(0);
    const bought = outcomes.filter(({ status }) => status === 'fulfilled').length;
    const next = await spawnLedger({ catalogue, data: ledger.folder });
    expect((await next.client.all('/v1/subscriptions')).length).toBeGreaterThanOrEqual(bought);
    await next.kill('SIGTERM');
    ledger.clear();
  });

  it('keeps running when its log lines cannot be written', async () => {
    const full = openSync('/dev/full', 'w');
    const ledger = await spawnLedger({ catalogue, logsTo: full, env: { LOG_LEVEL: 'info' } });
    closeSync(full);
    await ledger.client.customer();
    expect((await ledger.client.call('GET', '/health')).status).toBe(200);
    expect(await ledger.kill('SIGTERM')).toBe(0);
    ledger.clear();
  });

  it('keeps running when the reader of its log lines is gone', async () => {
    const ledger = await spawnLedger({ catalogue, env: { LOG_LEVEL: 'info' } });
    ledger.child.stdout?.destroy();
    ledger.child.stderr?.destroy();
    for (let i = 0; i < 5; i += 1) expect((await ledger.client.call('GET', '/health')).status).toBe(200);
    expect(await ledger.kill('SIGTERM')).toBe(0);
    ledger.clear();
  });
});
