import { drop, patch, put, START, type Row } from '#kernel';
import type { BuildId } from '../read-store.ts';
import { ada, at, tables, v1, v1Again, type StoreHarness } from './harness.ts';

/** Rows and checkpoints. */
export const rowContract = (harness: StoreHarness): void => {
  describe('rows', () => {
    beforeEach(() => harness.serve());
    changing(harness);
    together(harness);
    reading(harness);
  });
};

const changing = (harness: StoreHarness): void => {
  it('puts, replaces whole rows, sets columns, and removes', async () => {
    await harness.apply(
      0,
      ['a', 'b', 'c'].map((thing_id) => put('things', { ...ada, thing_id })),
    );
    await harness.apply(1, [
      put('things', { thing_id: 'a', name: 'Ada L.' }),
      patch('things', { thing_id: 'b' }, { amount: 7, open: 0 }),
      drop('things', { thing_id: 'c' }),
    ]);
    expect(await harness.rows('things', 'thing_id')).toEqual([
      { thing_id: 'a', name: 'Ada L.', amount: null, open: null, facts: null },
      { thing_id: 'b', name: 'Ada', amount: 7, open: 0, facts: '{"x":1}' },
    ]);
  });

  it('sets nothing and removes nothing where there is no such row', async () => {
    await harness.apply(0, [patch('things', { thing_id: 'a' }, { amount: 7 }), drop('things', { thing_id: 'b' })]);
    expect(await harness.rows('things')).toEqual([]);
  });
};

const together = (harness: StoreHarness): void => {
  it('takes several steps in one transaction, or none of them', async () => {
    await harness.store.create(v1Again, tables);
    const step = (id: BuildId, row: Row) => {
      const changes = [put('things', row)];
      return { build: { ...id, tables }, after: START, checkpoint: at(1), changes, quarantined: [] };
    };
    const refused = harness.store.apply([step(v1, ada), step(v1Again, { ...ada, amount: 'seven' })]);
    await expect(refused).rejects.toMatchObject({ name: 'RowRefused' });
    expect(await harness.rows('things')).toEqual([]);
    expect((await harness.find(v1))?.checkpoint).toEqual(at(0));
    expect((await harness.find(v1Again))?.checkpoint).toEqual(at(0));

    await harness.store.apply([step(v1, ada), step(v1Again, ada)]);
    expect(await harness.rows('things')).toEqual([ada]);
    expect((await harness.find(v1Again))?.checkpoint).toEqual(at(1));
  });

  it('writes nothing when another writer has moved the build', async () => {
    await harness.apply(0, [put('things', ada)]);
    const late = harness.apply(0, [drop('things', { thing_id: 'a' })]);
    await expect(late).rejects.toMatchObject({ name: 'CheckpointMoved' });
    expect(await harness.rows('things')).toEqual([ada]);
    expect((await harness.find(v1))?.checkpoint).toEqual(at(1));
  });

  it('moves on without a row to write', async () => {
    await harness.apply(0, []);
    expect((await harness.find(v1))?.checkpoint).toEqual(at(1));
  });
};

const reading = (harness: StoreHarness): void => {
  it('orders text by code point, whatever the language of the machine', async () => {
    const ids = ['b', 'B', 'ä', 'a-', 'a', 'aa', 'ß'];
    await harness.apply(
      0,
      ids.map((thing_id) => put('things', { ...ada, thing_id })),
    );
    const rows = await harness.rows('things', 'thing_id');
    expect(rows.map((row) => row['thing_id'])).toEqual(['B', 'a', 'a-', 'aa', 'b', 'ß', 'ä']);
  });

  it('shows a transaction one picture while others write', async () => {
    await harness.apply(0, [put('things', ada)]);
    await harness.store.db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (picture) => {
        const before = await picture.selectFrom('things').selectAll().execute();
        await harness.apply(1, [drop('things', { thing_id: 'a' })]);
        expect(await picture.selectFrom('things').selectAll().execute()).toEqual(before);
      });
    expect(await harness.rows('things')).toEqual([]);
  });

  it('survives being closed and opened', async () => {
    await harness.apply(0, [put('things', ada)]);
    await harness.reopen();
    expect(await harness.rows('things')).toEqual([ada]);
    expect(await harness.store.builds()).toEqual([{ ...v1, tables, served: true, checkpoint: at(1), quarantined: [] }]);
  });
};
