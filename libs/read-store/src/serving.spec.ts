import type { Position, Recorded } from '#kernel';
import { ReadModelNotBuilt, type ReadStore } from './read-store.ts';
import { ProjectionRunner } from './runner.ts';
import { openSqlite } from './sqlite/index.ts';
import { naming, ScriptedLog } from './testing.ts';
import { CheckpointWatch } from './watch.ts';

/** A log of which the rest is handed out only when it is let. */
class SlowLog extends ScriptedLog {
  readonly rest = Promise.withResolvers<undefined>();

  override async *follow(position: Position, signal: AbortSignal): AsyncIterable<readonly Recorded[]> {
    for await (const batch of super.follow(position, signal)) {
      yield batch;
      await this.rest.promise;
    }
  }
}

let log: SlowLog;
let store: ReadStore;
let runner: ProjectionRunner;

beforeEach(async () => {
  log = new SlowLog();
  log.write(...Array.from({ length: 20 }, (_, n) => ({ stream: `thing-${n}`, type: 'Named', data: { name: 'x' } })));
  store = await openSqlite({ path: ':memory:' });
  runner = new ProjectionRunner({ log, store, projections: [naming()] });
});
afterEach(async () => {
  log.rest.resolve(undefined);
  await runner.stop();
  await store.close();
});

const things = () => store.db.selectFrom('things').selectAll().execute();

it('serves a read model once it has been at the end of the log, and not before', async () => {
  await runner.start();
  await expect(things()).rejects.toThrow(ReadModelNotBuilt);
  const [status] = runner.statuses();
  expect([status?.state, status?.lagEvents]).toEqual(['building', 20]);
  expect(await runner.reached('', { timeoutMs: 20 })).toBe(false);
  const elsewhere = new CheckpointWatch(store);
  expect(await elsewhere.reached('', ['naming'], { timeoutMs: 50 })).toBe(false);
  await elsewhere.stop();
  log.rest.resolve(undefined);
  expect(await runner.caughtUp({ timeoutMs: 120_000 })).toBe(true);
  expect(await things()).toHaveLength(20);
  const [then] = runner.statuses();
  expect([then?.state, then?.lagEvents]).toEqual(['live', 0]);
});

it('is behind by what the log holds, also of what it has not read', async () => {
  log.rest.resolve(undefined);
  await runner.start();
  await runner.caughtUp();
  await runner.stop();
  log.write(...Array.from({ length: 30 }, () => ({ stream: 'thing-1', type: 'Renamed', data: { name: 'y' } })));
  const stopped = Promise.withResolvers<undefined>();
  Object.assign(log, { rest: stopped });
  runner = new ProjectionRunner({ log, store, projections: [naming()] });
  await runner.start();
  expect(runner.statuses()[0]?.lagEvents).toBe(30);
  stopped.resolve(undefined);
});
