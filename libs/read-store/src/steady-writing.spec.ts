import type { EventStore } from '#event-store';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { ReadStore } from './read-store.ts';
import { ProjectionRunner } from './runner.ts';
import { openSqlite } from './sqlite/index.ts';
import { counting, naming, ScriptedLog } from './testing.ts';

/** More events than a reader may be behind and still write each batch as it comes. */
const HISTORY = 1_200;

describe('read models, while commands keep coming', () => {
  let log: ScriptedLog;
  let store: ReadStore;
  let runner: ProjectionRunner;
  const writing = new AbortController();
  let writes: Promise<void>;

  /** A log whose followers are never at the end, since something has always been written meanwhile. */
  const endless = (): EventStore => ({
    read: (stream, from) => log.read(stream, from),
    append: () => log.append(),
    logEnd: () => log.logEnd(),
    close: () => log.close(),
    follow: async function* (position, signal) {
      for await (const batch of log.follow(position, signal)) if (batch.length > 0) yield batch;
    },
  });

  const event = (n: number) => ({ stream: `thing-${String(n % 50)}`, type: 'Named', data: { name: String(n) } });
  const write = (count: number) => log.write(...Array.from({ length: count }, (_, n) => event(log.events.length + n)));

  beforeEach(async () => {
    log = new ScriptedLog();
    store = await openSqlite({ path: ':memory:' });
    write(HISTORY);
  });
  afterEach(async () => {
    writing.abort();
    await writes;
    await runner.stop();
    await store.close();
  });

  it('are served, and show what a command has just written', async () => {
    runner = new ProjectionRunner({ log: endless(), store, projections: [naming(), counting()] });
    await runner.start();
    writes = (async () => {
      while (!writing.signal.aborted) {
        write(1);
        await yieldToEventLoop();
      }
    })();
    for (let command = 0; command < 20; command += 1) expect(await runner.reached(write(1))).toBe(true);
    expect(runner.statuses().map(({ state }) => state)).not.toContain('building');
  });

  it('show what was written before the log falls silent without saying that this was all', async () => {
    writes = Promise.resolve();
    runner = new ProjectionRunner({ log, store, projections: [naming()] });
    await runner.start();
    await runner.caughtUp();
    await runner.stop();
    runner = new ProjectionRunner({
      log: endless(),
      store,
      projections: [naming()],
    });
    const last = write(HISTORY);
    await runner.start();
    expect(await runner.reached(last)).toBe(true);
  });
});
