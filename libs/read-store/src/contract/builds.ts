import { put } from '#kernel';
import { ada, at, tables, v1, v1Again, v2, type Bench } from './harness.ts';

/** Tables beside tables, and which of them the plain names show. */
export const buildContract = (bench: Bench): void => {
  describe('builds', () => {
    swapping(bench);
    clearing(bench);
  });
};

const swapping = (bench: Bench): void => {
  it('are empty, at the start, and not served when they are made', async () => {
    const made = { ...v1, tables, served: false, checkpoint: at(0), quarantined: [] };
    expect(await bench.store.create(v1, tables)).toEqual(made);
    expect(await bench.store.builds()).toEqual([made]);
  });

  it('do not show before they are published', async () => {
    await bench.serve(v1);
    await bench.store.create(v2, tables);
    await bench.apply(0, [put('things', ada)], { to: v2 });
    expect(await bench.rows('things')).toEqual([]);
  });

  it('replace each other at once, and what was replaced is dropped', async () => {
    await bench.serve(v1);
    await bench.apply(0, [put('things', ada)]);
    await bench.store.create(v1Again, tables);
    await bench.apply(0, [put('things', { ...ada, name: 'Ada again' })], { to: v1Again });
    await bench.store.publish(v1Again);
    expect(await bench.rows('things')).toEqual([{ ...ada, name: 'Ada again' }]);
    expect(await bench.store.builds()).toEqual([
      { ...v1Again, tables, served: true, checkpoint: at(1), quarantined: [] },
    ]);
    expect(await bench.physical()).toEqual(['lines_v1_2', 'things_v1_2']);
  });

  it('may change the shape of a table under the eyes of its readers', async () => {
    await bench.serve(v1);
    await bench.apply(0, [put('things', ada)]);
    expect(await bench.rows('things')).toEqual([ada]);
    const wider = { things: { key: ['thing_id'], columns: { title: 'text', thing_id: 'text' } } } as const;
    await bench.store.create(v2, wider);
    const changes = [put('things', { thing_id: 'a', title: 'Countess' })];
    const build = { ...v2, tables: wider };
    await bench.store.apply([{ build, after: at(0).position, checkpoint: at(1), changes, quarantined: [] }]);
    await bench.store.publish(v2);
    expect(await bench.rows('things')).toEqual([{ thing_id: 'a', title: 'Countess' }]);
    // A name that the new version no longer has is gone.
    await expect(bench.rows('lines')).rejects.toThrow();
  });
};

const clearing = (bench: Bench): void => {
  it('are made anew over what an interrupted attempt left', async () => {
    await bench.serve(v1);
    await bench.store.create(v2, tables);
    await bench.apply(0, [put('things', ada)], { to: v2 });
    await bench.store.create(v2, tables);
    await bench.store.publish(v2);
    expect(await bench.rows('things')).toEqual([]);
    expect((await bench.find(v2))?.checkpoint).toEqual(at(0));
  });

  it('leave nothing when they are discarded', async () => {
    await bench.serve(v1);
    await bench.store.create(v2, tables);
    await bench.apply(0, [], { to: v2, quarantined: [{ stream: 's-1', position: '0001', type: 'T', reason: 'r' }] });
    await bench.store.discard(v2);
    expect(await bench.physical()).toEqual(['lines_v1', 'things_v1']);
    expect(await bench.find(v2)).toBeUndefined();
    expect((await bench.store.create(v2, tables)).quarantined).toEqual([]);
  });

  it('are neither discarded nor made anew while they are served', async () => {
    await bench.serve(v1);
    await bench.apply(0, [put('things', ada)]);
    await expect(bench.store.discard(v1)).rejects.toThrow('served');
    await expect(bench.store.create(v1, tables)).rejects.toThrow('served');
    expect(await bench.rows('things')).toEqual([ada]);
  });

  it('cannot be moved once they are dropped', async () => {
    await bench.store.create(v2, tables);
    await bench.store.discard(v2);
    await expect(bench.apply(0, [], { to: v2 })).rejects.toMatchObject({ name: 'CheckpointMoved' });
  });
};
