import { START, type Recorded } from '#kernel';
import { ProcessRunner, type ProcessRunnerOptions } from './process-runner.ts';
import type { ReadStore } from './read-store.ts';
import { openSqlite } from './sqlite/index.ts';
import { faulty, ScriptedLog, type Fault } from './testing.ts';

const event = (stream: string, type = 'UpgradeStarted') => ({ stream, type });

describe('a process', () => {
  let log: ScriptedLog;
  let store: ReadStore;
  let runner: ProcessRunner;
  let seen: string[];
  beforeEach(async () => {
    log = new ScriptedLog();
    log.batch = 3;
    seen = [];
    store = await openSqlite({ path: ':memory:' });
  });
  afterEach(async () => {
    await runner.stop();
    await store.close();
  });

  const react = async ({ stream }: Recorded) => {
    seen.push(stream);
  };
  const run = async (options: Partial<ProcessRunnerOptions> = {}) => {
    const backOff = { first: 1, longest: 1 };
    const now = () => '2021-06-18T10:00:00.000Z';
    runner = new ProcessRunner({
      name: 'upgrade',
      log,
      store,
      handles: ['UpgradeStarted'],
      react,
      backOff,
      now,
      ...options,
    });
    await runner.start();
  };

  it('reacts to the events that it handles, in the order of the log', async () => {
    log.write(event('a'), event('b', 'SubscriptionPaused'), event('c'), event('a'), event('d'));
    await run();
    expect(await runner.reached(log.end)).toBe(true);
    expect(seen).toEqual(['a', 'c', 'a', 'd']);
    await runner.reached(log.write(event('e')));
    expect(seen).toEqual(['a', 'c', 'a', 'd', 'e']);
  });

  it('may select its events by more than their type', async () => {
    log.write(event('a'), event('b'), event('a'));
    await run({ handles: ({ stream }) => stream === 'a' });
    await runner.reached(log.end);
    expect(seen).toEqual(['a', 'a']);
  });

  it('continues at its position after a restart', async () => {
    log.write(event('a'), event('b'));
    await run();
    await runner.reached(log.end);
    await runner.stop();
    log.write(event('c'));
    await run();
    await runner.reached(log.end);
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('reacts again to an event whose position was not saved when it was killed', async () => {
    log.write(event('a'), event('b'));
    let fault: Fault = 'before';
    await run({ store: faulty(store, () => fault) });
    await runner.reached(log.end);
    await runner.stop();
    fault = undefined;
    await run();
    await runner.reached(log.end);
    expect(seen).toEqual(['a', 'b', 'a', 'b']);
  });

  it('tries again until the event is processed, and skips none', async () => {
    log.write(event('a'), event('b'), event('c'));
    let refusals = 3;
    await run({
      react: async (event) => {
        if (event.stream === 'b' && (refusals -= 1) >= 0) throw new Error('the target is away');
        await react(event);
      },
    });
    await runner.idle(log.end);
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(runner.status()).toMatchObject({
      position: log.end,
      state: 'live',
      attempts: 0,
      lagEvents: 0,
      lagSeconds: 0,
    });
  });

  it('reports its health while it is stuck, and can be stopped then', async () => {
    log.write(event('a'), event('b'), event('c'));
    const stuck = Promise.withResolvers<undefined>();
    let times = 0;
    await run({
      react: async ({ stream }) => {
        if (stream === 'a') return;
        times += 1;
        if (times === 2) stuck.resolve(undefined);
        throw new Error('the target is away');
      },
    });
    await stuck.promise;
    expect(runner.status()).toMatchObject({
      name: 'upgrade',
      position: '0000000001',
      state: 'retrying',
      error: 'the target is away',
      lagEvents: 2,
      // Recorded at 09:02; it is ten o'clock.
      lagSeconds: 3480,
    });
    expect(await runner.reached(log.end, { timeoutMs: 1 })).toBe(false);
    await runner.stop();
    expect(await runner.reached('0000000001')).toBe(true);
  });

  it('keeps its position while the read store is unavailable', async () => {
    let away = 3;
    await run({ store: faulty(store, () => ((away -= 1) >= 0 ? 'before' : undefined)) });
    await runner.reached(log.write(event('a'), event('b')));
    await runner.idle(log.write(event('c')));
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(JSON.parse((await store.getSetting('process:upgrade')) ?? '')).toMatchObject({
      position: log.end,
      events: 3,
    });
  });

  it('continues when the log can be read again', async () => {
    log.failing = new Error('the log is away');
    await run();
    expect(await runner.reached(log.write(event('a')), { timeoutMs: 5 })).toBe(false);
    expect(runner.status().error).toBe('the log is away');
    log.failing = undefined;
    expect(await runner.reached(log.end)).toBe(true);
  });

  it('is idle when its commands have left nothing to do', async () => {
    let steps = 4;
    await run({
      react: async ({ stream }) => {
        seen.push(stream);
        if ((steps -= 1) > 0) log.write(event(`${stream}'`));
      },
    });
    expect(await runner.idle(log.write(event('a')))).toBe(true);
    expect(seen).toEqual(['a', "a'", "a''", "a'''"]);
  });

  it('is at the start before any event', async () => {
    await run();
    expect(runner.status()).toMatchObject({ position: START, lagEvents: 0 });
    expect(await runner.reached(START)).toBe(true);
  });

  it('does not start on a log that was wiped', async () => {
    log.write(event('a'));
    await run();
    await runner.reached(log.end);
    await runner.stop();
    log = new ScriptedLog();
    await expect(run()).rejects.toMatchObject({ name: 'CheckpointBeyondLog', reader: 'upgrade' });
  });
});
