import { put } from '#kernel';
import { RowRefused, type ReadStore } from './read-store.ts';
import { ProjectionRunner } from './runner.ts';
import { openSqlite } from './sqlite/index.ts';
import { counting, faulty, naming, ScriptedLog } from './testing.ts';

const event = (stream: string, type: string, name: string) => ({ stream, type, data: { name } });

describe('an event that cannot be applied', () => {
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

  const run = async (projections = [naming(), counting()], into = store) => {
    runner = new ProjectionRunner({ log, store: into, projections });
    await runner.start();
    await runner.caughtUp();
  };
  const names = async () =>
    (await store.db.selectFrom('things').selectAll().orderBy('thing_id').execute()).map((row) => row.name as string);
  const counted = async () => (await store.db.selectFrom('tally').selectAll().executeTakeFirst())?.number as unknown;
  const quarantined = (projection = 'naming') => runner.statuses().find(({ name }) => name === projection)?.quarantined;

  /** Position 3 is where `naming` cannot process `thing-b`. */
  const torn = () =>
    log.write(
      event('thing-a', 'Named', 'Ada'),
      event('thing-b', 'Named', 'Bea'),
      event('thing-b', 'Renamed', '!'),
      event('thing-a', 'Renamed', 'Ada L.'),
      event('thing-b', 'Renamed', 'Beatrice'),
    );
  const reason = 'no thing is named !';
  const found = [{ stream: 'thing-b', position: '0000000003', type: 'Renamed', reason }];

  it('stops its stream for that projection; other streams and other projections continue', async () => {
    torn();
    await run();
    expect(await names()).toEqual(['Ada L.', 'Bea']);
    expect(await counted()).toBe(5);
    expect(quarantined()).toEqual(found);
    expect(quarantined('counting')).toEqual([]);
    expect(runner.statuses()[0]).toMatchObject({ state: 'live', position: log.end });
  });

  it('is remembered over a restart', async () => {
    torn();
    await run();
    await runner.stop();
    log.write(event('thing-b', 'Renamed', 'Bee'), event('thing-a', 'Renamed', 'A.'));
    await run();
    expect(await names()).toEqual(['A.', 'Bea']);
    expect(quarantined()).toEqual(found);
  });

  it('fails again in a rebuild, and is cleared by a version that can apply it', async () => {
    torn();
    await run();
    await runner.rebuild('naming');
    expect(quarantined()).toEqual(found);
    await runner.stop();
    const repaired = naming(2);
    const on = { ...repaired.on, Renamed: () => [] };
    await run([{ ...repaired, on }, counting()]);
    expect(quarantined()).toEqual([]);
  });

  it('includes an event whose rows do not fit the table', async () => {
    const typo = { ...naming(), on: { Named: () => put('things', { thing_id: 'a', nmae: 'Ada' }) } };
    log.write(event('thing-a', 'Named', 'Ada'));
    await run([typo]);
    expect(quarantined()).toMatchObject([{ stream: 'thing-a', reason: 'things has no column nmae' }]);
  });

  it('is identified within a batch when the database refuses a row', async () => {
    const noBea = (_: string, written: unknown) =>
      JSON.stringify(written).includes('"Bea') ? new RowRefused('no Bea here') : undefined;
    torn();
    log.write(event('thing-c', 'Named', 'Cia'));
    log.batch = 100;
    await run([naming(), counting()], faulty(store, noBea));
    expect(await names()).toEqual(['Ada L.', 'Cia']);
    expect(await counted()).toBe(6);
    expect(quarantined()).toEqual([
      { stream: 'thing-b', position: '0000000002', type: 'Named', reason: 'no Bea here' },
    ]);
  });
});
