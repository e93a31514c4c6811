import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Client } from '../support/client.ts';
import { Cluster, untilHealth, type Member } from '../support/cluster.ts';
import { StandIn } from '../eventstoredb-stand-in/stand-in.ts';
import { beginLedger, KEY } from '../support/ledger.ts';
import { describeOnPostgres } from '../support/postgres.ts';
import { no, shop } from '../support/shop.ts';

const setting = { catalogue: shop };

/** A port without a listener. */
const freePort = async (): Promise<string> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
};

describeOnPostgres('a ledger whose stores are elsewhere', () => {
  let cluster: Cluster;
  let ledger: Member;
  let customerId: string;

  beforeAll(async () => {
    cluster = await Cluster.start();
    ledger = await cluster.join('all', setting);
    customerId = await ledger.client.customer();
  });
  afterAll(() => cluster.stop());

  /** Sends a command and a query, and returns both answers. */
  const asked = async () => {
    const { client } = ledger;
    const command = await client.call('POST', '/v1/customers', {
      ...{ name: 'Contoso', country: 'NL', segment: 'commercial', currency: 'EUR' },
    });
    const query = await client.as(KEY).call('GET', `/v1/charges?customerId=${customerId}`);
    return { command, query };
  };

  const works = async () => {
    const id = await ledger.client.buy(customerId, { offerId: 'P' });
    expect(await ledger.client.lines(id)).toHaveLength(1);
  };

  it('reports that the log is unavailable, and resumes when it is back', async () => {
    await cluster.events.kill();
    const { eventStore, readStore } = await untilHealth(ledger, ({ status }) => status === 503);
    expect([eventStore.status, readStore.status]).toEqual(['down', 'up']);
    const { command, query } = await asked();
    expect(no(command)).toBe('503 EVENT_STORE_UNAVAILABLE');
    expect(command.headers.get('retry-after')).toBe('1');
    expect(query.status).toBe(200);
    await cluster.events.restart();
    await untilHealth(ledger, ({ status }) => status === 200);
    await works();
  });

  it('keeps answering while the event store hangs, and resumes when it responds', async () => {
    cluster.events.hang();
    await untilHealth(ledger, ({ status }) => status === 503);
    const { command } = await asked();
    cluster.events.goOn();
    expect(no(command)).toBe('503 EVENT_STORE_UNAVAILABLE');
    await untilHealth(ledger, ({ status }) => status === 200);
    await works();
  });

  it('reports that the database is unavailable, and resumes when it is back', async () => {
    await cluster.postgres.crash();
    const { eventStore, readStore } = await untilHealth(ledger, ({ status }) => status === 503);
    expect([eventStore.status, readStore.status]).toEqual(['up', 'down']);
    const { query } = await asked();
    expect(no(query)).toBe('503 READ_STORE_UNAVAILABLE');
    expect(query.headers.get('retry-after')).toBe('1');
    await cluster.postgres.revive();
    await untilHealth(ledger, ({ status }) => status === 200);
    await works();
  });

  it('records commands while the database is full, and shows their effects when there is space again', async () => {
    const { postgres, databaseUrl } = cluster;
    // A server without space answers with this error, identified by its number.
    await postgres.query(
      databaseUrl,
      `CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
      CREATE TRIGGER no_room BEFORE UPDATE OF position ON _builds EXECUTE FUNCTION no_room()`,
    );
    const told = await ledger.client.call('POST', '/v1/subscriptions', {
      ...{ customerId, offerId: 'P', skuId: '1', quantity: 1, term: 'P1M', billingCycle: 'monthly' },
    });
    expect(told.status).toBe(201);
    await untilHealth(ledger, ({ status }) => status === 503);
    await postgres.query(databaseUrl, 'DROP TRIGGER no_room ON _builds');
    await untilHealth(ledger, ({ status }) => status === 200);
    expect(await ledger.client.lines(told.body.subscriptionId)).toHaveLength(1);
  });

  it('has lost nothing and counted nothing twice after all of that', async () => {
    const { kept, replayed } = await cluster.digests();
    expect(kept).toEqual(replayed);
  });

  it.each([
    ['an event store', 'eventStore', () => cluster.events.kill(), () => cluster.events.restart()],
    ['a database', 'readStore', () => cluster.postgres.crash(), () => cluster.postgres.revive()],
  ] as const)(
    'waits at its start for %s that is unavailable, reports it, and starts when it is back',
    async (_, store, away, back) => {
      await away();
      const port = await freePort();
      const env = { ...cluster.env, PORT: port };
      const waiting = beginLedger({ ...setting, env });
      await waiting.says(/waits for its stores: .*\n/);
      const client = new Client(`http://127.0.0.1:${port}`, KEY);
      const health = await client.call('GET', '/health');
      expect([health.status, health.body[store].status]).toEqual([503, 'down']);
      expect(no(await client.call('GET', '/v1/customers'))).toBe('503 EVENT_STORE_UNAVAILABLE');
      expect((await client.call('GET', '/metrics')).status).toBe(200);
      await back();
      await waiting.says(/listens on/);
      expect((await client.call('GET', '/v1/charges')).status).toBe(200);
      // Each reason is logged once: a starting server first reports that it is starting.
      const reasons = waiting.told.all.match(/waits for its stores: .*/g) ?? [];
      expect(new Set(reasons).size).toBe(reasons.length);
      expect(reasons.length).toBeLessThanOrEqual(2);
      expect(await waiting.kill('SIGTERM')).toBe(0);
      waiting.clear();
    },
  );

  it('exits on request, even while it waits for its stores', async () => {
    const env = { ...cluster.env, EVENTSTORE_URL: `esdb://127.0.0.1:${await freePort()}?tls=false` };
    const waiting = beginLedger({ ...setting, env });
    await waiting.says(/waits for its stores/);
    expect(await waiting.kill('SIGTERM')).toBe(0);
    waiting.clear();
  });

  const endsWith = async (env: Readonly<Record<string, string>>): Promise<string> => {
    const ending = beginLedger({ ...setting, env: { ...cluster.env, ...env } });
    expect(await ending.ended()).toBe(1);
    ending.clear();
    return ending.told.all;
  };

  it('does not start when waiting cannot help, and says why in one line', async () => {
    const secure = await StandIn.start({ secure: true });
    const old = await StandIn.start({ version: '22.10.5' });
    const nowhere = cluster.databaseUrl.replace(/test_\d+/, 'nowhere');
    const stranger = cluster.databaseUrl.replace('postgres@', 'stranger@');
    const said = await Promise.all([
      endsWith({ EVENTSTORE_URL: secure.urlFor('admin', 'a-secret') }),
      // A user that may write, but may not read the whole log.
      endsWith({ EVENTSTORE_URL: secure.urlFor('ops', 'changeit') }),
      endsWith({ EVENTSTORE_URL: old.url }),
      endsWith({ DATABASE_URL: nowhere }),
      endsWith({ DATABASE_URL: stranger }),
    ]);
    for (const text of said) expect(text).toMatch(/^subledger: (EVENTSTORE_URL|DATABASE_URL) names .*\n$/);
    expect(said[0]).toContain('denies access');
    expect(said[0]).not.toContain('a-secret');
    expect(said[1]).toContain('denies access');
    expect(said[2]).toContain('of version 22.10.5; 23.10 or newer is needed');
    expect(said[3]).toContain('database "nowhere" does not exist');
    expect(said[4]).toContain('role "stranger" does not exist');
    await Promise.all([secure.stop(), old.stop()]);
  });

  it('accepts no more commands after its log was wiped', async () => {
    await cluster.events.wipe();
    // The new server responds, and would accept the command.
    await untilHealth(ledger, ({ body }) => body.eventStore.status === 'up');
    const { command } = await asked();
    expect(no(command)).toBe('503 EVENT_STORE_UNAVAILABLE');
    await untilHealth(ledger, ({ status }) => status === 503);
  });

  it('does not start on a log other than the one that its read models were built from', async () => {
    await ledger.kill();
    expect(await endsWith({})).toMatch(/^subledger: .*the log was wiped or exchanged.*\n$/);
  });
});
