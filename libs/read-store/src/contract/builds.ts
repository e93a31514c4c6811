import { put } from '#kernel';
import { ada, at, tables, v1, v1Again, v2, type StoreHarness } from './harness.ts';

/** Tables beside tables, and which of them the plain names show. */
export const buildContract = (harness: StoreHarness): void => {
  describe('builds', () => {
    swapping(harness);
    clearing(harness);
  });
};

const swapping = (harness: StoreHarness): void => {
  it('are empty, at the start, and not served when they are made', async () => {
    const made = { ...v1, tables, served: false, checkpoint: at(0), quarantined: [] };
    expect(await harness.store.create(v1, tables)).toEqual(made);
    expect(await harness.store.builds()).toEqual([made]);
  });

  it('do not show before they are published', async () => {
    await harness.serve(v1);
    await harness.store.create(v2, tables);
    await harness.apply(0, [put('things', ada)], { to: v2 });
    expect(await harness.rows('things')).toEqual([]);
  });

  it('replace each other at once, and what was replaced is dropped', async () => {
    await harness.serve(v1);
    await harness.apply(0, [put('things', ada)]);
    await harness.store.create(v1Again, tables);
    await harness.apply(0, [put('things', { ...ada, name: 'Ada again' })], { to: v1Again });
    await harness.store.activate(v1Again);
    expect(await harness.rows('things')).toEqual([{ ...ada, name: 'Ada again' }]);
    expect(await harness.store.builds()).toEqual([
      { ...v1Again, tables, served: true, checkpoint: at(1), quarantined: [] },
    ]);
    expect(await harness.physical()).toEqual(['lines_v1_2', 'things_v1_2']);
  });

  it('may change the shape of a table under the eyes of its readers', async () => {
    await harness.serve(v1);
    await harness.apply(0, [put('things', ada)]);
    expect(await harness.rows('things')).toEqual([ada]);
    const wider = { things: { key: ['thing_id'], columns: { title: 'text', thing_id: 'text' } } } as const;
    await harness.store.create(v2, wider);
    const changes = [put('things', { thing_id: 'a', title: 'Countess' })];
    const build = { ...v2, tables: wider };
    await harness.store.apply([{ build, after: at(0).position, checkpoint: at(1), changes, quarantined: [] }]);
    await harness.store.activate(v2);
    expect(await harness.rows('things')).toEqual([{ thing_id: 'a', title: 'Countess' }]);
    // A name that the new version no longer has is gone.
    await expect(harness.rows('lines')).rejects.toThrow();
  });
};

const clearing = (harness: StoreHarness): void => {
  it('are made anew over what an interrupted attempt left', async () => {
    await harness.serve(v1);
    await harness.store.create(v2, tables);
    await harness.apply(0, [put('things', ada)], { to: v2 });
    await harness.store.create(v2, tables);
    await harness.store.activate(v2);
    expect(await harness.rows('things')).toEqual([]);
    expect((await harness.find(v2))?.checkpoint).toEqual(at(0));
  });

  it('leave nothing when they are discarded', async () => {
    await harness.serve(v1);
    await harness.store.create(v2, tables);
    await harness.apply(0, [], { to: v2, quarantined: [{ stream: 's-1', position: '0001', type: 'T', reason: 'r' }] });
    await harness.store.discard(v2);
    expect(await harness.physical()).toEqual(['lines_v1', 'things_v1']);
    expect(await harness.find(v2)).toBeUndefined();
    expect((await harness.store.create(v2, tables)).quarantined).toEqual([]);
  });

  it('are neither discarded nor made anew while they are served', async () => {
    await harness.serve(v1);
    await harness.apply(0, [put('things', ada)]);
    await expect(harness.store.discard(v1)).rejects.toThrow('served');
    await expect(harness.store.create(v1, tables)).rejects.toThrow('served');
    expect(await harness.rows('things')).toEqual([ada]);
  });

  it('cannot be moved once they are dropped', async () => {
    await harness.store.create(v2, tables);
    await harness.store.discard(v2);
    await expect(harness.apply(0, [], { to: v2 })).rejects.toMatchObject({ name: 'CheckpointMoved' });
  });
};
