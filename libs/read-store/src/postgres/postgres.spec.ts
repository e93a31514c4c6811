import { drop, put, type Change } from '#kernel';
import { describeOnPostgres, startPostgres, type Postgres } from '../../../../test/support/postgres.ts';
import { readStoreContract } from '../read-store.contract.ts';
import { ReadStoreUnavailable, RowRefused, type ReadStore } from '../read-store.ts';
import { ProjectionRunner } from '../runner.ts';
import { naming, ScriptedLog } from '../testing.ts';
import { arrayOf } from './arrays.ts';
import { openPostgres } from './index.ts';

const things = {
  things: { key: ['thing_id'], columns: { thing_id: 'text', name: 'text' }, indexes: [['name']] },
} as const;
const id = { projection: 'thinking', version: 1, generation: 1 };

/** What an operator does to a database, with the rights of its owner. */
const operate = async (url: string, ...statements: readonly string[]): Promise<void> => {
  const { default: pg } = await import('pg');
  const client = new pg.Client(url);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
};

const HANG_UP = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`;

describe('a PostgreSQL array', () => {
  it('holds text as it is, whatever it holds', () => {
    expect(arrayOf(['a', null, 'NULL', '', 'a,b', '{}', '"', '\\', ' ä\n'])).toBe(
      '{"a",NULL,"NULL","","a,b","{}","\\"","\\\\"," ä\n"}',
    );
    expect(arrayOf([1, undefined, -2, 9_007_199_254_740_991])).toBe('{1,NULL,-2,9007199254740991}');
    expect(arrayOf([])).toBe('{}');
  });
});

describe('an unusable database', () => {
  it('is reported as an invalid URL', async () => {
    await expect(openPostgres({ url: 'five' })).rejects.toThrow(
      "the read store's URL is not valid; expected postgresql://user:password@host:5432/database",
    );
  });

  it('is unavailable, and the message hides its password', async () => {
    const store = await openPostgres({ url: 'postgresql://ada:countess@localhost:1/ledger' });
    const failure: unknown = await store.builds().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ReadStoreUnavailable);
    expect(String(failure)).toMatch(/at localhost:1\/ledger cannot be used: .*ECONNREFUSED/);
    expect(String(failure)).not.toContain('countess');
    await expect(store.db.selectFrom('things').selectAll().execute()).rejects.toThrow(ReadStoreUnavailable);
    await store.close();
  });
});

describeOnPostgres('PostgreSQL', () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  readStoreContract('PostgreSQL', async () => {
    const url = await server.database();
    return { open: () => openPostgres({ url }), remove: async () => undefined };
  });

  it('is reported when its read models have not been built yet', async () => {
    const store = await openPostgres({ url: await server.database() });
    const asked = store.db.selectFrom('things').selectAll().execute();
    await expect(asked).rejects.toThrow(
      /^the read models at .* have not all been built yet: .*"things" does not exist/,
    );
    await expect(asked).rejects.toThrow(ReadStoreUnavailable);
    await store.close();
  });

  describe('a read store', () => {
    let url: string;
    let store: ReadStore;
    let position = '';
    beforeEach(async () => {
      url = await server.database();
      store = await openPostgres({ url });
      position = '';
      await store.create(id, things);
      await store.activate(id);
    });
    afterEach(() => store.close());

    const apply = async (...changes: readonly Change[]): Promise<void> => {
      const checkpoint = { position: `${position}1`, events: position.length + 1 };
      await store.apply([{ build: { ...id, tables: things }, after: position, checkpoint, changes, quarantined: [] }]);
      position = checkpoint.position;
    };
    const names = async () =>
      ((await store.db.selectFrom('things').select('name').orderBy('thing_id').execute()) as { name: string }[]).map(
        ({ name }) => name,
      );

    it('writes more rows than fit into one statement, and any text', async () => {
      const ids = Array.from({ length: 2_345 }, (_, n) => String(n).padStart(4, '0'));
      await apply(...ids.map((thing_id) => put('things', { thing_id, name: `"${thing_id}\\` })));
      const read = await names();
      expect(read).toHaveLength(2_345);
      expect(read[2_344]).toBe('"2344\\');
      await apply(...ids.map((thing_id) => drop('things', { thing_id })));
      expect(await names()).toEqual([]);
    });

    it('refuses a row that the database will not have: NUL, an index entry too long', async () => {
      const long = Array.from({ length: 4_000 }, (_, n) => `${(n * 7_919).toString(36)} `).join('');
      for (const name of ['a\0b', long])
        await expect(apply(put('things', { thing_id: 'a', name }))).rejects.toThrow(RowRefused);
      await apply(put('things', { thing_id: 'a', name: 'Ada' }));
      expect(await names()).toEqual(['Ada']);
    });

    it('cannot be written by a query', async () => {
      await apply(put('things', { thing_id: 'a', name: 'Ada' }));
      await expect(store.db.deleteFrom('things_v1').execute()).rejects.toThrow(ReadStoreUnavailable);
      expect(await names()).toEqual(['Ada']);
    });

    it('is made by processes that start together', async () => {
      const fresh = await server.database();
      const stores = await Promise.all(Array.from({ length: 6 }, () => openPostgres({ url: fresh })));
      expect(await Promise.all(stores.map((one) => one.builds()))).toEqual([[], [], [], [], [], []]);
      await Promise.all(stores.map((one) => one.close()));
    });

    it('goes on when its connections are hung up', async () => {
      await apply(put('things', { thing_id: 'a', name: 'Ada' }));
      expect(await names()).toEqual(['Ada']);
      await operate(url, HANG_UP);
      // The first query may still meet a broken connection; no process has to restart.
      await apply(put('things', { thing_id: 'b', name: 'Bob' })).catch(() =>
        apply(put('things', { thing_id: 'b', name: 'Bob' })),
      );
      await names().catch(() => undefined);
      expect(await names()).toEqual(['Ada', 'Bob']);
    });

    it('is not available while the disk is full, and is afterwards', async () => {
      // As PostgreSQL says it when it cannot extend a file.
      await operate(
        url,
        `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`,
        'CREATE TRIGGER full_disk BEFORE INSERT ON things_v1 EXECUTE FUNCTION full_disk()',
      );
      await expect(apply(put('things', { thing_id: 'a', name: 'Ada' }))).rejects.toThrow(/No space left/);
      await expect(apply(put('things', { thing_id: 'a', name: 'Ada' }))).rejects.toThrow(ReadStoreUnavailable);
      await operate(url, 'DROP TRIGGER full_disk ON things_v1');
      await apply(put('things', { thing_id: 'a', name: 'Ada' }));
      expect(await names()).toEqual(['Ada']);
    });

    it('lets a swap wait for a long query, and other queries only briefly', async () => {
      const again = { ...id, generation: 2 };
      await store.create(again, things);
      await store.db.transaction().execute(async (long) => {
        await long.selectFrom('things').selectAll().execute();
        await expect(store.activate(again)).rejects.toThrow(ReadStoreUnavailable);
        expect(await names()).toEqual([]);
      });
      await store.activate(again);
      expect(await store.builds()).toMatchObject([{ generation: 2, served: true }]);
    });

    it('lets another one lead when the time of the first is over, not before', async () => {
      const { leases } = store;
      const first = (await leases.acquire('projections', 'one', 60_000))!;
      expect(await leases.acquire('projections', 'two', 60_000)).toBeUndefined();
      await leases.renew(first, 0);
      expect(await leases.acquire('projections', 'two', 60_000)).toMatchObject({ epoch: 2 });
      expect(await leases.renew(first, 60_000)).toBe(false);
    });
  });

  it('may be away, at the start and later: readers of the log wait, and nothing is lost', async () => {
    const url = await server.database();
    const log = new ScriptedLog();
    log.write({ stream: 'thing-a', type: 'Named', data: { name: 'Ada' } });
    await server.crash();
    const store = await openPostgres({ url });
    const runner = new ProjectionRunner({ log, store, projections: [naming()], backOff: { first: 20, longest: 50 } });
    await runner.start();
    expect(runner.statuses()).toMatchObject([{ state: 'failed', error: expect.stringContaining('cannot be used') }]);
    await expect(store.db.selectFrom('things').selectAll().execute()).rejects.toThrow(ReadStoreUnavailable);
    await server.revive();
    expect(await runner.reached(log.end, { timeoutMs: 120_000 })).toBe(true);

    await server.crash();
    log.write({ stream: 'thing-b', type: 'Named', data: { name: 'Bob' } });
    await server.revive();
    expect(await runner.reached(log.end, { timeoutMs: 120_000 })).toBe(true);
    await store.db
      .selectFrom('things')
      .execute()
      .catch(() => undefined);
    expect(await store.db.selectFrom('things').selectAll().orderBy('name').execute()).toEqual([
      { thing_id: 'thing-a', name: 'Ada' },
      { thing_id: 'thing-b', name: 'Bob' },
    ]);
    await runner.stop();
    await store.close();
  });

  it('may lose in a crash what it has not written to its disk: that is read again, also where nothing new happens', async () => {
    const url = await server.database();
    // What is not waited for stays in its memory.
    await operate(url, "ALTER SYSTEM SET wal_writer_delay = '10s'", 'SELECT pg_reload_conf()');
    const log = new ScriptedLog();
    const store = await openPostgres({ url });
    const runner = new ProjectionRunner({ log, store, projections: [naming()], backOff: { first: 20, longest: 50 } });
    await runner.start();
    expect(await runner.reached(log.write({ stream: 'thing-a', type: 'Named', data: { name: 'Ada' } }))).toBe(true);
    await server.crash();
    await server.revive();
    const names = () => store.db.selectFrom('things').select('name').execute();
    let there: unknown[] = [];
    while (there.length === 0) there = await names().catch(() => []);
    expect(there).toEqual([{ name: 'Ada' }]);
    await runner.stop();
    await store.close();
  });
});
