import { drop, put } from '#kernel';
import { digestTable } from './digest.ts';
import type { ReadStore } from './read-store.ts';
import { ProjectionRunner, type ProjectionRunnerOptions } from './runner.ts';
import { openSqlite } from './sqlite/index.ts';
import { counting, faulty, naming, ScriptedLog, type Fault } from './testing.ts';

const now = () => '2021-06-18T10:00:00.000Z';
const backOff = { first: 1, longest: 1 };
const name = (stream: string, name = stream) => ({ stream, type: 'Named', data: { name } });

describe('the projection runner', () => {
  let log: ScriptedLog;
  let store: ReadStore;
  let runner: ProjectionRunner;
  beforeEach(async () => {
    log = new ScriptedLog();
    store = await openSqlite({ path: ':memory:' });
  });
  afterEach(async () => {
    await runner.stop();
    await store.close();
  });

  const run = async (options: Partial<ProjectionRunnerOptions> = {}) => {
    runner = new ProjectionRunner({ log, store, projections: [naming(), counting()], now, backOff, ...options });
    await runner.start();
  };
  const restart = async (options?: Partial<ProjectionRunnerOptions>) => {
    await runner.stop();
    await run(options);
  };
  const names = async () =>
    (await store.db.selectFrom('things').selectAll().orderBy('thing_id').execute()).map((row) => row.name as string);
  const counted = async () => (await store.db.selectFrom('tally').selectAll().executeTakeFirst())?.number as unknown;

  it('has its tables, empty, once it has reached the end of an empty log', async () => {
    await run();
    await runner.caughtUp();
    expect(await names()).toEqual([]);
  });

  it('reads the existing events, and then new ones', async () => {
    log.write(name('thing-a'), name('thing-b'));
    await run();
    await runner.reached(log.end);
    expect(await names()).toEqual(['thing-a', 'thing-b']);
    await runner.reached(log.write({ stream: 'thing-b', type: 'Renamed', data: { name: 'Bea' } }));
    expect(await names()).toEqual(['thing-a', 'Bea']);
    expect(await counted()).toBe(3);
  });

  it('continues at its position', async () => {
    log.write(name('thing-a'));
    await run();
    await runner.reached(log.end);
    await restart();
    expect(await runner.reached(log.end, { timeoutMs: 0 })).toBe(true);
    await runner.reached(log.write(name('thing-b')));
    expect(await counted()).toBe(2);
  });

  it('advances over events that no projection handles', async () => {
    await run();
    await runner.reached(log.write({ stream: 'thing-a', type: 'Painted' }));
    expect((await store.builds()).map(({ checkpoint }) => checkpoint.position)).toEqual([log.end, log.end]);
  });

  it('brings a new projection up to the others, and then reads the log once for all', async () => {
    log.write(name('thing-a'), name('thing-b'));
    await run({ projections: [naming()] });
    await runner.reached(log.end);
    await restart();
    await runner.caughtUp();
    expect(await counted()).toBe(2);
    log.batch = 1;
    let readings = 0;
    const follow = log.follow.bind(log);
    log.follow = (position, signal) => {
      readings += 1;
      return follow(position, signal);
    };
    await restart();
    await runner.caughtUp();
    expect(readings).toBe(1);
  });

  describe('waiting for a position', () => {
    it('ends without it when patience runs out or the caller leaves', async () => {
      await run();
      expect(await runner.reached('9', { timeoutMs: 1 })).toBe(false);
      const gone = new AbortController();
      const waiting = runner.reached('9', { signal: gone.signal });
      gone.abort();
      expect(await waiting).toBe(false);
    });

    it('ends when the runner stops', async () => {
      await run();
      const waiting = runner.reached('9');
      await runner.stop();
      expect(await waiting).toBe(false);
    });

    it('concerns only the projections that matter', async () => {
      await run({ projections: [naming()] });
      expect(await runner.reached('', { of: ['naming'] })).toBe(true);
      await expect(runner.reached('', { of: ['billing'] })).rejects.toThrow('there is no projection billing');
    });
  });

  it('reports the health of each projection', async () => {
    log.write(name('thing-a'), name('thing-b'));
    let arrivals = 0;
    await run({ onCaughtUp: () => (arrivals += 1) });
    await runner.caughtUp();
    const live = {
      version: 1,
      position: log.end,
      state: 'live',
      lagEvents: 0,
      lagSeconds: 0,
      behindSeconds: 0,
      quarantined: [],
    };
    expect(runner.statuses()).toEqual([
      { name: 'naming', ...live },
      { name: 'counting', ...live },
    ]);
    expect(arrivals).toBeGreaterThan(0);
  });

  it('stops while the store is unavailable, reports it, and catches up automatically', async () => {
    let fault: Fault;
    await run({ store: faulty(store, () => fault) });
    await runner.caughtUp();
    fault = 'before';
    log.write(name('thing-a'), name('thing-b'));
    expect(await runner.reached(log.end, { timeoutMs: 20 })).toBe(false);
    // The first of the two was recorded at 09:01; it is ten o'clock.
    expect(runner.statuses()[0]).toMatchObject({ state: 'failed', error: 'no apply', lagEvents: 2, lagSeconds: 3540 });
    fault = undefined;
    expect(await runner.reached(log.end)).toBe(true);
    await runner.caughtUp();
    expect(runner.statuses()[0]).toMatchObject({ state: 'live', lagEvents: 0, lagSeconds: 0 });
    expect(await counted()).toBe(2);
  });

  it('starts when the store is available, however late', async () => {
    log.write(name('thing-a'));
    let fault: Fault = 'before';
    await run({ store: faulty(store, () => fault) });
    expect(runner.statuses()[0]).toMatchObject({ state: 'failed', error: 'no create' });
    fault = undefined;
    expect(await runner.reached(log.end)).toBe(true);
    expect(await names()).toEqual(['thing-a']);
  });

  it('stops while the log cannot be read, and continues when it can', async () => {
    await run();
    await runner.caughtUp();
    log.failing = new Error('the event at position 7 cannot be read');
    log.wake();
    log.write(name('thing-a'));
    expect(await runner.reached(log.end, { timeoutMs: 20 })).toBe(false);
    expect(runner.statuses()[0]).toMatchObject({ state: 'failed', error: 'the event at position 7 cannot be read' });
    log.failing = undefined;
    expect(await runner.reached(log.end)).toBe(true);
  });

  it('does not start on a log that was wiped', async () => {
    log.write(name('thing-a'));
    await run();
    await runner.reached(log.end);
    await runner.stop();
    log = new ScriptedLog();
    await expect(run()).rejects.toThrow(/has read up to position 0000000001, but the log does not hold that event/);
    log.write(name('thing-z'));
    await expect(run()).rejects.toThrow(/the log does not hold that event/);
  });

  it('refuses projections that conflict', async () => {
    await run();
    const twice = () => new ProjectionRunner({ log, store, projections: [naming(), naming(2)] });
    expect(twice).toThrow('two projections are named naming');
    const sameTable = () =>
      new ProjectionRunner({ log, store, projections: [naming(), { ...naming(), name: 'other' }] });
    expect(sameTable).toThrow('two projections have a table things');
  });

  it('computes the same digest of a table, however its rows were produced', async () => {
    log.write(name('thing-b'), name('thing-a'), { stream: 'thing-c', type: 'Named', data: { name: 'C' } });
    await run();
    await runner.reached(log.end);
    const digest = await digestTable(store, 'things');
    // As sha256sum computes it for the three lines {"name":"thing-a","thing_id":"thing-a"} … {"name":"C","thing_id":"thing-c"}.
    expect(digest).toEqual({
      rows: 3,
      sha256: 'ea5dab96cc7e228c308c125024859ac1ce085de6a8a217a040510eca131ad418',
    });
    await runner.rebuild('naming');
    expect(await digestTable(store, 'things')).toEqual(digest);
    await expect(digestTable(store, 'nothing')).rejects.toThrow('there is no table nothing');
  });

  it('leaves no trace of an incomplete reaction', async () => {
    const half = {
      name: 'half',
      version: 1,
      tables: { halves: { key: ['id'], columns: { id: 'text' } } } as const,
      on: { Named: () => [put('halves', { id: 'a' }), drop('nowhere', { id: 'a' })] },
    };
    await run({ projections: [half] });
    await runner.reached(log.write(name('thing-a')));
    expect(await store.db.selectFrom('halves').selectAll().execute()).toEqual([]);
  });
});
