import type { ReadStore } from './read-store.ts';
import { ProjectionRunner } from './runner.ts';
import { openSqlite } from './sqlite/index.ts';
import { naming, ScriptedLog } from './testing.ts';
import { CheckpointWatch } from './watch.ts';

describe("a watch over another process's projections", () => {
  let store: ReadStore;
  let log: ScriptedLog;
  let watch: CheckpointWatch;
  beforeEach(async () => {
    store = await openSqlite({ path: ':memory:' });
    log = new ScriptedLog();
    watch = new CheckpointWatch(store);
  });
  afterEach(async () => {
    await watch.stop();
    await store.close();
  });

  it('reports to all waiting callers that a position is reached, with one query for all', async () => {
    const position = log.write({ stream: 'thing-a', type: 'Named', data: { name: 'Ada' } });
    let [asking, most] = [0, 0];
    const builds = async () => {
      asking += 1;
      most = Math.max(most, asking);
      return store.builds().finally(() => (asking -= 1));
    };
    watch = new CheckpointWatch({ builds });
    const waiting = [1, 2, 3].map(() => watch.reached(position, ['naming']));
    const runner = new ProjectionRunner({ log, store, projections: [naming()] });
    await runner.start();
    expect(await Promise.all(waiting)).toEqual([true, true, true]);
    expect(most).toBe(1);
    expect(await watch.reached(position, ['naming'])).toBe(true);
    await runner.stop();
  });

  it('reports that it is not reached when patience runs out, or the watch is closed, or the store is unavailable', async () => {
    expect(await watch.reached('0001', ['naming'], { timeoutMs: 30 })).toBe(false);
    store.builds = async () => Promise.reject(new Error('away'));
    expect(await watch.reached('0001', ['naming'], { timeoutMs: 50 })).toBe(false);
    const late = watch.reached('0001', ['naming']);
    await watch.stop();
    expect(await late).toBe(false);
    expect(await watch.reached('0001', ['naming'])).toBe(false);
  });
});
