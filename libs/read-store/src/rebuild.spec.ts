import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { digestTable } from './digest.ts';
import type { ReadStore } from './read-store.ts';
import { ProjectionRunner, type ProjectionRunnerOptions } from './runner.ts';
import { openSqlite } from './sqlite/index.ts';
import { counting, faulty, naming, ScriptedLog, type Fault } from './testing.ts';

const named = (n: number) => ({ stream: `thing-${String(n)}`, type: 'Named', data: { name: 'before' } });
const renamed = (n: number) => ({
  stream: `thing-${String(n)}`,
  type: 'Renamed',
  data: { name: `after ${String(n)}` },
});
const streams = Array.from({ length: 40 }, (_, n) => n);

/** Like `naming`, but in capitals: other rows, so another version. */
const shouting = (version = 2) => {
  const quiet = naming(version);
  const tables = { things: { key: ['thing_id'], columns: { thing_id: 'text', name: 'text', loud: 'flag' } } } as const;
  const on = Object.fromEntries(
    Object.entries(quiet.on).map(([type, react]) => [
      type,
      (event: never) => {
        const change = (react as (event: never) => { put?: object; patch?: object })(event);
        return change.put ? { ...change, put: { ...change.put, loud: 1 } } : change;
      },
    ]),
  );
  return { ...quiet, tables, on };
};

describe('a rebuild', () => {
  let log: ScriptedLog;
  let inside: string;
  let store: ReadStore;
  let runner: ProjectionRunner;
  beforeEach(async () => {
    log = new ScriptedLog();
    log.write(...streams.map(named));
    inside = await mkdtemp(join(tmpdir(), 'read-store-'));
    store = await openSqlite({ path: join(inside, 'read.sqlite') });
  });
  afterEach(async () => {
    await runner.stop();
    await store.close();
    await rm(inside, { recursive: true });
  });

  const run = async (options: Partial<ProjectionRunnerOptions> = {}) => {
    const backOff = { first: 1, longest: 1 };
    runner = new ProjectionRunner({ log, store, projections: [naming(), counting()], backOff, ...options });
    await runner.start();
  };
  const followed = async () => {
    await run();
    await runner.caughtUp();
  };
  const rows = async () => (await store.db.selectFrom('things').selectAll().execute()).length;
  const physical = async () => {
    const tables = await store.db.introspection.getTables();
    return tables
      .filter(({ name, isView }) => !isView && !name.startsWith('_'))
      .map(({ name }) => name)
      .sort();
  };
  /** Sends commands and checks reads continuously until the rebuild is done. */
  const meanwhile = async (done: Promise<unknown>) => {
    const ended = new AbortController();
    const finished = done.finally(() => {
      ended.abort();
    });
    for (let n = 0; !ended.signal.aborted || n < 40; n += 1) {
      const position = log.write(renamed(n % 40));
      expect(await rows()).toBe(40);
      if (n % 5 === 0) await runner.reached(position);
      await yieldToEventLoop();
    }
    await finished;
  };

  it('has the same result as following, reports its progress, and drops what it replaced', async () => {
    await followed();
    log.batch = 1;
    log.halting = true;
    const progress: { events: number; total: number }[] = [];
    const done = runner.rebuild('naming', (told) => progress.push(told));
    await meanwhile(done);
    await runner.reached(log.end);
    expect(await physical()).toEqual(['tally_v1', 'things_v1_2']);
    expect(progress.at(-1)?.events).toBeGreaterThanOrEqual(40);
    expect(progress.every(({ events, total }) => events <= total)).toBe(true);
    const rebuilt = await digestTable(store, 'things');

    const fresh = await openSqlite({ path: ':memory:' });
    const other = new ProjectionRunner({ log, store: fresh, projections: [naming()] });
    await other.start();
    await other.reached(log.end);
    expect(rebuilt).toEqual(await digestTable(fresh, 'things'));
    await other.stop();
    await fresh.close();
  });

  it('numbers the rows as before', async () => {
    await followed();
    const before = await digestTable(store, 'tally');
    await runner.rebuild('counting');
    expect(await digestTable(store, 'tally')).toEqual(before);
    log.write(named(0));
    await runner.reached(log.end);
    expect(await store.db.selectFrom('tally').selectAll().execute()).toMatchObject([{ number: 41 }]);
  });

  it('joins a rebuild that is already running', async () => {
    await followed();
    await Promise.all([runner.rebuild('naming'), runner.rebuild('naming')]);
    expect(await physical()).toEqual(['tally_v1', 'things_v1_2']);
  });

  it('is only for existing projections', async () => {
    await followed();
    await expect(runner.rebuild('billing')).rejects.toThrow('there is no projection billing');
  });

  it('continues after the store was unavailable, at any point', async () => {
    const script: Fault[] = ['before', undefined, 'after', undefined, 'before', 'after', undefined, 'after'];
    await run({ store: faulty(store, (method) => (method === 'create' ? undefined : script.pop())) });
    await runner.caughtUp();
    log.batch = 3;
    log.halting = true;
    script.push('after', 'before', undefined, 'after', undefined, 'before', undefined, undefined);
    await meanwhile(runner.rebuild('naming'));
    await runner.caughtUp();
    expect(runner.statuses().map(({ state }) => state)).toEqual(['live', 'live']);
    expect(await rows()).toBe(40);
  });

  it('continues at the next start when the runner is stopped, and leaves nothing behind', async () => {
    await followed();
    log.batch = 1;
    log.halting = true;
    const done = runner.rebuild('naming', ({ events }) => {
      if (events === 20) void runner.stop();
    });
    await expect(done).rejects.toThrow('stopped before naming was rebuilt; the next start goes on with it');
    await runner.stop();
    expect(await physical()).toEqual(['tally_v1', 'things_v1', 'things_v1_2']);

    await run();
    expect(runner.statuses()[0]?.rebuild?.events).toBeGreaterThanOrEqual(20);
    await runner.caughtUp();
    expect(await physical()).toEqual(['tally_v1', 'things_v1_2']);
    expect(await rows()).toBe(40);
  });

  describe('of a raised version', () => {
    it('is served once it has caught up; until then the old tables are', async () => {
      await followed();
      await runner.stop();
      log.write(renamed(0));
      log.batch = 1;
      await run({ projections: [shouting(), counting()] });
      const [status] = runner.statuses();
      expect(status).toMatchObject({ version: 1, state: 'rebuilding', rebuild: { version: 2 } });
      await meanwhile(runner.caughtUp());
      expect(await physical()).toEqual(['tally_v1', 'things_v2']);
      expect(runner.statuses()[0]).toMatchObject({ version: 2, state: 'live' });
      const things = await store.db.selectFrom('things').selectAll().where('thing_id', '=', 'thing-0').execute();
      expect(things).toMatchObject([{ name: 'after 0', loud: 1 }]);
    });

    it('also happens when a table is changed without a new version', async () => {
      await followed();
      await runner.stop();
      await run({ projections: [shouting(1), counting()] });
      await runner.caughtUp();
      expect(await physical()).toEqual(['tally_v1', 'things_v1_2']);
    });

    it('is abandoned when the version changes again before it is done', async () => {
      await followed();
      await runner.stop();
      await run({ projections: [shouting(), counting()] });
      await runner.stop();
      expect(await physical()).toEqual(['tally_v1', 'things_v1', 'things_v2']);
      await run();
      await runner.caughtUp();
      expect(await physical()).toEqual(['tally_v1', 'things_v1']);
      expect(await rows()).toBe(40);
    });

    it('does not touch the data of other projections', async () => {
      await followed();
      await runner.stop();
      await run({ projections: [shouting()] });
      await runner.caughtUp();
      expect(await physical()).toEqual(['tally_v1', 'things_v2']);
    });
  });
});
