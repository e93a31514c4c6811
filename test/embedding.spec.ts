import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Module, type DynamicModule, type INestApplication, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  ConfigurationError,
  isRefusal,
  RegisterCustomer,
  RegisterPartner,
  Subledger,
  SubledgerModule,
  UnknownPartner,
  type Actor,
  type Answered,
  type CommandAnswer,
  type CommandOptions,
  type SubledgerOptions,
} from '../apps/ledger/src/index.ts';
import { Accounts, ShopModule, Subscriptions, TillModule } from './support/host.ts';

const alice: Actor = { id: 'alice', role: 'admin-agent', partnerId: 'default' };
const sample = resolve('catalog.sample.json');

/** Any answer other than a refusal. */
const done = (answer: Answered): CommandAnswer => {
  if (isRefusal(answer)) throw new Error(`${answer.refused}: ${answer.because}`);
  return answer;
};

let home: string;
let folder: string;

beforeEach(() => {
  home = process.cwd();
  folder = mkdtempSync(join(tmpdir(), 'host-'));
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

const apps: INestApplication[] = [];

/** Closed at the end of its test, unless the test has closed it. */
const create = async (module: unknown, logger: LoggerService | false = false): Promise<INestApplication> => {
  const app = await NestFactory.create(module as DynamicModule, new FastifyAdapter(), { logger, abortOnError: false });
  apps.push(app);
  return app;
};

/** An application that consists of a ledger alone. */
const holding = (...ledgers: readonly DynamicModule[]): DynamicModule => ({
  module: Bare,
  imports: [CqrsModule.forRoot(), ...ledgers],
});

@Module({})
class Bare {}

const ledgerIn = (options: SubledgerOptions = {}): DynamicModule =>
  SubledgerModule.forRoot({ dataFolder: folder, catalogue: sample, ...options });

describe('a backend that embeds a ledger', () => {
  let app: INestApplication;
  let subscriptions: Subscriptions;
  let accounts: Accounts;

  const start = async () => {
    app = await (await create(ShopModule)).init();
    [subscriptions, accounts] = [app.get(Subscriptions), app.get(Accounts)];
  };
  const idOf = ({ body }: CommandAnswer, name: string) => body[name] as string;
  const customer = async () => idOf(done(await subscriptions.register(alice, 'acme', 'Acme')), 'customerId');

  beforeEach(async () => {
    // The host module names a folder and a catalogue relative to the working directory.
    process.chdir(folder);
    cpSync(sample, 'catalog.sample.json');
    await start();
  });

  it('buys over its command bus, and reads the resulting charges', async () => {
    const bought = done(await subscriptions.buy(alice, 'PO-1', await customer(), 10));
    expect(bought).toMatchObject({ replayed: false, revision: 1 });
    const subscriptionId = idOf(bought, 'subscriptionId');
    expect(await accounts.charges(alice, subscriptionId, bought.position)).toEqual(['new 10 100.80']);
    expect(await accounts.actions(alice, subscriptionId)).toContain('add-seats');
  });

  it('gets a refusal as a value', async () => {
    const answer = await subscriptions.buy(alice, 'PO-1', await customer(), 100_000);
    expect(answer).toMatchObject({ refused: 'QUANTITY_OUT_OF_RANGE', because: expect.any(String) });
    expect(await subscriptions.grow(alice, 'PO-2', '6f1c1a3e-0000-4000-8000-000000000000', 1)).toMatchObject({
      refused: 'SUBSCRIPTION_NOT_FOUND',
    });
  });

  it('gets the same answer to the same key, and the command is recorded once', async () => {
    const customerId = await customer();
    const [first, again] = await Promise.all([
      subscriptions.buy(alice, 'PO-1', customerId, 10),
      subscriptions.buy(alice, 'PO-1', customerId, 10),
    ]);
    expect(done(again).body).toEqual(done(first).body);
    const later = done(await subscriptions.buy(alice, 'PO-1', customerId, 10));
    expect(later).toMatchObject({ replayed: true, body: done(first).body });
    expect(await accounts.charges(alice, idOf(later, 'subscriptionId'), later.position)).toEqual(['new 10 100.80']);
    expect(await subscriptions.buy(alice, 'PO-1', customerId, 11)).toMatchObject({ refused: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('has all of its data again after it was closed', async () => {
    const bought = done(await subscriptions.buy(alice, 'PO-1', await customer(), 10));
    await app.close();
    await start();
    const subscriptionId = idOf(bought, 'subscriptionId');
    const grown = done(await subscriptions.grow(alice, 'PO-2', subscriptionId, 5));
    expect(grown.body).toMatchObject({ subscriptionId, revision: 3 });
  });

  it('sends commands as any registered partner, and as no other', async () => {
    const subledger = app.get(Subledger);
    const bob: Actor = { id: 'bob', role: 'admin-agent', partnerId: 'fabrikam' };
    const asking = { actor: bob, idempotencyKey: '1' };
    const unknown = await subledger.meta('customer-1', asking).catch((error: unknown) => error);
    expect(unknown).toEqual(new UnknownPartner('fabrikam'));
    const facts = { name: 'Fabrikam', model: 'indirectProvider', cloud: 'global', newCommercePreview: false } as const;
    const meta = await subledger.meta('partner-fabrikam', { actor: alice, idempotencyKey: '1' });
    done(await app.get(CommandBus).execute(new RegisterPartner({ partnerId: 'fabrikam', ...facts }, meta)));
    const { partner } = await subledger.meta('customer-1', asking);
    expect(partner).toEqual({ model: 'indirectProvider', cloud: 'global', newCommercePreview: false });
  });

  it('makes a command conditional on a revision', async () => {
    const subledger = app.get(Subledger);
    const bus = app.get(CommandBus);
    const customerId = '5f0c7a52-7d0e-4a77-9f4e-0d4f1d1a2b03';
    const facts = { customerId, name: 'Adatum', country: 'NL', segment: 'commercial', currency: 'EUR' };
    const meta = await subledger.meta(`customer-${customerId}`, { actor: alice, idempotencyKey: 'conditions' });
    const register = (options: CommandOptions): Promise<Answered> =>
      bus.execute(new RegisterCustomer(facts, meta, options));
    expect(await register({ expectedRevision: 4 })).toMatchObject({ refused: 'REVISION_MISMATCH' });
    const tried = done(await register({ dryRun: true }));
    expect(tried).toMatchObject({ replayed: false, body: { dryRun: true } });
    expect(await register({ quoteToken: 'another' })).toMatchObject({ refused: 'QUOTE_STALE' });
    const quoteToken = String(tried.body['quoteToken']);
    expect(await register({ quoteToken })).toMatchObject({ replayed: false, revision: 0 });
  });
});

describe('a backend with settings and routes of its own', () => {
  const KEY = 'the-operator-of-the-ledger-of-the-shop';
  let app: INestApplication;
  let url: string;

  beforeEach(async () => {
    Object.assign(process.env, {
      SHOP_LEDGER: folder,
      SHOP_KEY: KEY,
      SHOP_CLOCK: 'simulated:2021-06-18T09:00:00Z',
    });
    app = await create(TillModule);
    await app.listen(0, '127.0.0.1');
    url = (await app.getUrl()).replace('[::1]', 'localhost');
  });
  afterEach(() => {
    delete process.env['SHOP_LEDGER'];
    delete process.env['SHOP_KEY'];
    delete process.env['SHOP_CLOCK'];
  });

  const call = async (method: string, path: string, headers: object = {}, body?: object) => {
    const response = await fetch(url + path, {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      body: body ? JSON.stringify(body) : null,
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: response.headers.get('content-type')?.includes('json') ? (JSON.parse(text) as unknown) : text,
    };
  };
  const till = { 'x-till': 'open' };
  const operator = { authorization: `Bearer ${KEY}` };
  const acme = { name: 'Acme', country: 'NL', segment: 'commercial', currency: 'EUR' };

  it('keeps its own guard, pipes, errors and commands', async () => {
    expect(await call('GET', '/till/greeting?times=2')).toMatchObject({ status: 403, body: { statusCode: 403 } });
    expect(await call('GET', '/till/greeting?times=2', till)).toMatchObject({ status: 200, body: 'hello hello' });
    // The ledger's pipe would answer VALIDATION_FAILED to a query that no class describes.
    expect(await call('GET', '/till/greeting?times=two&more=1', till)).toMatchObject({
      status: 400,
      body: { statusCode: 400, error: 'Bad Request' },
    });
    expect(await call('GET', '/till/nothing', till)).toMatchObject({ status: 404, body: { statusCode: 404 } });
  });

  it('sells through routes of its own', async () => {
    const { body } = await call('POST', '/ledger/v1/customers', operator, acme);
    const { customerId } = body as { readonly customerId: string };
    const sold = await call('POST', '/till/sales/1', till, { customer: customerId, seats: 3 });
    expect(sold).toMatchObject({ status: 201, body: { charges: ['new 3 30.24'] } });
    const refused = await call('POST', '/till/sales/2', till, { customer: customerId, seats: 100_000 });
    expect(refused).toMatchObject({ status: 422, body: { message: 'no sale: QUANTITY_OUT_OF_RANGE' } });
  });

  it("mounts the ledger's routes under a prefix of its choice, behind the ledger's own guard", async () => {
    expect(await call('GET', '/ledger/v1/customers', till)).toMatchObject({
      status: 401,
      body: { code: 'UNAUTHENTICATED' },
    });
    expect(await call('POST', '/ledger/v1/customers', operator, { ...acme, nane: 'Acme' })).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED' },
    });
    const { status, headers } = await call('POST', '/ledger/v1/customers', operator, acme);
    expect(status).toBe(201);
    expect(headers.get('location')).toMatch(/^\/ledger\/v1\/customers\/[0-9a-f-]{36}$/);
    expect(headers.get('correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await call('GET', headers.get('location')!, operator)).toMatchObject({ status: 200, body: acme });
    expect(await call('GET', '/ledger/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect((await call('GET', '/v1/customers', operator)).status).toBe(404);
  });

  it('moves a simulated clock through everything that falls due', async () => {
    const { body } = await call('POST', '/ledger/v1/customers', operator, acme);
    const { customerId } = body as { readonly customerId: string };
    const sold = await call('POST', '/till/sales/1', till, { customer: customerId, seats: 3 });
    const { subscriptionId } = sold.body as { readonly subscriptionId: string };
    const subledger = app.get(Subledger);
    expect(await subledger.moveClock('2021-08-18T09:00:00Z', alice)).toBeUndefined();
    expect(subledger.now()).toBe('2021-08-18T09:00:00.000Z');
    expect(await app.get(Accounts).charges(alice, subscriptionId, '')).toEqual([
      'new 3 30.24',
      'cycleCharge 3 30.24',
      'cycleCharge 3 30.24',
    ]);
    expect(await subledger.moveClock('2021-08-18T08:00:00Z', alice)).toMatchObject({ refused: 'CLOCK_BACKWARDS' });
  });
});

describe('an application with a ledger', () => {
  const failing = async (module: DynamicModule): Promise<Error> => {
    try {
      await (await create(module)).init();
    } catch (error) {
      return error as Error;
    }
    throw new Error('it started all the same');
  };

  it('has exactly one', async () => {
    const error = await failing(holding(ledgerIn(), ledgerIn({ dataFolder: join(folder, 'other') })));
    expect(error.message).toBe('an application has one ledger: SubledgerModule.forRoot is imported twice');
  });

  it('may run beside another one, each on its own folder', async () => {
    await (await create(holding(ledgerIn()))).init();
    await (await create(holding(ledgerIn({ dataFolder: join(folder, 'other') })))).init();
    const taken = await failing(holding(ledgerIn()));
    expect(taken).toBeInstanceOf(ConfigurationError);
    expect(taken.message).toBe(
      `dataFolder names ${folder}, which cannot be used: the data folder ${folder} belongs to another running ledger`,
    );
  });

  it('uses one event store, and refuses a second one', async () => {
    const on = (folderName: string, host: string) =>
      ledgerIn({ dataFolder: join(folder, folderName), eventStoreUrl: `esdb://${host}?tls=false`, autoStart: false });
    await create(holding(on('one', '127.0.0.1:1')));
    const error = await failing(holding(on('other', '127.0.0.1:2')));
    expect(error).toMatchObject({ setting: 'eventStoreUrl', message: expect.stringContaining('127.0.0.1:1') });
  });

  it('needs a command bus', async () => {
    const error = await failing({ module: Bare, imports: [ledgerIn()] });
    expect(error.message).toBe('commands go over the command bus: import CqrsModule.forRoot() beside SubledgerModule');
  });

  it.each<[string, SubledgerOptions]>([
    ['dataFolder', { dataFolder: undefined, databaseUrl: 'postgresql://localhost/subledger' }],
    ['eventStoreUrl', { eventStoreUrl: 'http://localhost:2113' }],
    ['databaseUrl', { databaseUrl: 'localhost' }],
    ['clock', { clock: 'yesterday' }],
    ['policy', { policy: 'harsh' }],
    ['policy', { policy: { timeline: [{ from: '2021-01-01T00:00:00Z', preset: 'harsh' }] } }],
    ['roles', { roles: ['api'] }],
    ['roles', { roles: [] }],
    ['apiKey', { apiKey: 'with spaces' }],
    ['rateLimit', { rateLimit: 0.5 }],
    [
      'oidc.jwksUrl',
      { oidc: { issuer: 'https://login.example.com', audience: 'shop', jwksUrl: 'http://example.com' } },
    ],
    ['catalogue', { catalogue: '/nowhere/catalogue.json' }],
    ['catalogue', { catalogue: { version: 'v', effectiveFrom: '2021-01-01T00:00:00Z', offers: [{}] } }],
  ])('does not start with an invalid %s, and names that option: %j', async (option, options) => {
    const error = await failing(holding(ledgerIn(options)));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ setting: option, message: expect.stringMatching(`^${option} `) });
    expect(error.message).not.toMatch(/[A-Z]+_[A-Z]+/);
  });

  it('starts its ledger manually if it asked for that', async () => {
    const app = await (await create(holding(ledgerIn({ autoStart: false })))).init();
    const subledger = app.get(Subledger);
    const asking = { actor: alice, idempotencyKey: '1' };
    await expect(subledger.meta('customer-1', asking)).rejects.toThrow('the ledger has not started');
    const { administratorKey } = await subledger.start({ makeKey: true });
    expect(administratorKey).toMatch(/^slk_[\w-]{43}$/);
    expect((await subledger.meta('customer-1', asking)).partner.model).toBe('directBill');
  });

  it('turns requests away until its ledger has started', async () => {
    const app = await create(
      holding(SubledgerModule.forRoot({ dataFolder: folder, apiKey: 'key', autoStart: false, http: true })),
    );
    await app.listen(0, '127.0.0.1');
    const headers = { authorization: 'Bearer key' };
    const get = async (path: string) => {
      const response = await fetch(`${await app.getUrl()}${path}`, { headers });
      const { code, status } = (await response.json()) as { readonly code?: string; readonly status?: unknown };
      return [response.status, code ?? status, response.headers.get('retry-after')];
    };
    expect(await get('/v1/customers')).toEqual([503, 'EVENT_STORE_UNAVAILABLE', '1']);
    expect(await get('/health')).toEqual([503, 'starting', null]);
    await app.get(Subledger).start();
    expect((await get('/v1/customers'))[0]).toBe(200);
    expect(await get('/health')).toEqual([200, 'ok', null]);
  });

  it('releases its folder when it cannot start', async () => {
    const failed = await create(holding(ledgerIn({ catalogue: '/nowhere/catalogue.json' })));
    await expect(failed.init()).rejects.toThrow('catalogue must name a catalogue file');
    await (await create(holding(ledgerIn()))).init();
  });

  it('stops waiting for its stores when it is closed, and has logged why it waited', async () => {
    const told: unknown[] = [];
    const waiting = Promise.withResolvers<undefined>();
    const nothing = () => undefined;
    const logger = {
      ...{ log: nothing, error: nothing, fatal: nothing },
      warn: (sentence: unknown) => {
        told.push(sentence);
        waiting.resolve(undefined);
      },
    };
    // A port without a listener.
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { readonly port: number };
    server.close();
    const app = await create(holding(ledgerIn({ eventStoreUrl: `esdb://127.0.0.1:${port}?tls=false` })), logger);
    const starting = app.init().catch((error: unknown) => error);
    await waiting.promise;
    await app.close();
    expect(await starting).toMatchObject({ name: 'AbortError' });
    expect(told.at(0)).toMatch(/^waits for its stores: /);
  });
});

describe('the package', () => {
  it('has one entry point, which applications outside the repository can import', async () => {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(home, join(folder, 'node_modules', 'subledger'));
    symlinkSync(join(home, 'node_modules', '@nestjs'), join(folder, 'node_modules', '@nestjs'));
    const main = join(folder, 'main.mjs');
    writeFileSync(
      main,
      `import { Module } from '@nestjs/common';
      import { NestFactory } from '@nestjs/core';
      import { CqrsModule } from '@nestjs/cqrs';
      import { Subledger, SubledgerModule } from 'subledger';
      class Shop {}
      const ledger = SubledgerModule.forRoot({ dataFolder: 'ledger', clock: 'simulated:2021-06-18T09:00:00Z' });
      Module({ imports: [CqrsModule.forRoot(), ledger] })(Shop);
      const app = await NestFactory.createApplicationContext(Shop, { logger: ['error'] });
      console.log(app.get(Subledger).now());
      await app.close();`,
    );
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [main], { cwd: folder });
    expect([stdout, stderr]).toEqual(['2021-06-18T09:00:00.000Z\n', '']);
  });
});

describe('docs/embedding.md', () => {
  const withoutIndent = (text: string) => text.replaceAll(/^\s+/gm, '').trim();

  it('contains the code that runs in these tests', () => {
    const page = readFileSync('docs/embedding.md', 'utf8');
    const shown = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => withoutIndent(code));
    const source = readFileSync('test/support/host.ts', 'utf8').replace(
      "'../../apps/ledger/src/index.ts'",
      "'subledger'",
    );
    const regions = [...source.matchAll(/\/\/ docs: \w+\n(.*?)\/\/ end\n/gs)].map(([, code = '']) =>
      withoutIndent(code),
    );
    expect(shown).toHaveLength(5);
    expect(shown.toSorted()).toEqual(regions.toSorted());
  });
});
