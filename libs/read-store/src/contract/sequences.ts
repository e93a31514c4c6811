import { drop, patch, put, type Change, type Row } from '#kernel';
import fc from 'fast-check';
import { ada, v1, type StoreHarness } from './harness.ts';

const line = (thing_id: string, number = 1, note = '') => put('lines', { thing_id, number, note });
const dropped = (thing_id: string) => drop('lines', { thing_id, number: 1 });

/** The numbering of rows, and the law by which changes may be merged. */
export const sequenceContract = (harness: StoreHarness): void => {
  describe('a sequence', () => {
    beforeEach(() => harness.serve());
    const numbers = async () =>
      (await harness.rows('lines', 'sequence')).map((row) => `${String(row['sequence'])} ${String(row['thing_id'])}`);

    it('counts rows as they are first put, and keeps the number of a row that is put again', async () => {
      await harness.apply(0, [line('a'), line('b'), line('a', 1, 'again')]);
      await harness.apply(1, [line('c'), line('b', 1, 'again'), line('d')]);
      expect(await numbers()).toEqual(['1 a', '2 b', '3 c', '4 d']);
    });

    it('gives a row that comes back a new number', async () => {
      await harness.apply(0, [line('a'), line('b'), dropped('a'), line('a')]);
      expect(await numbers()).toEqual(['2 b', '3 a']);
      await harness.apply(1, [dropped('a'), line('a'), line('c')]);
      expect(await numbers()).toEqual(['2 b', '4 a', '5 c']);
    });

    it('leaves no gap after a batch that was refused, and goes on after a restart', async () => {
      await harness.apply(0, [line('a')]);
      const refused = harness.apply(1, [line('b'), put('things', { ...ada, amount: 'seven' })]);
      await expect(refused).rejects.toMatchObject({ name: 'RowRefused' });
      await harness.reopen();
      await harness.apply(1, [line('c')]);
      expect(await numbers()).toEqual(['1 a', '2 c']);
    });
  });

  it('leaves what one change after the other would leave, however they are cut into batches', async () => {
    let generation = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(change, { maxLength: 12 }), { maxLength: 6 }), async (batches) => {
        const to = { ...v1, generation: (generation += 1) };
        await harness.serve(to);
        for (const [from, batch] of batches.entries()) await harness.apply(from, batch, { to });
        expect(await harness.rows('lines', 'thing_id', 'number')).toEqual(naively(batches.flat()));
      }),
      { numRuns: 60 },
    );
  }, 30_000);
};

const key = fc.record({ thing_id: fc.constantFrom('a', 'b', 'c'), number: fc.constantFrom(1, 2) });
const note = fc.constantFrom('x', 'y', null);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(key, note).map(([row, note]) => put('lines', { ...row, note })),
  fc.tuple(key, note).map(([row, note]) => patch('lines', row, { note })),
  key.map((row) => drop('lines', row)),
);

/** The rows that these changes leave, one after the other, by key. */
const naively = (changes: readonly Change[]): Row[] => {
  const rows = new Map<string, Row>();
  const keyOf = (row: Row) => `${String(row['thing_id'])}${String(row['number'])}`;
  let sequence = 0;
  for (const change of changes) {
    if ('put' in change) {
      const held = rows.get(keyOf(change.put));
      rows.set(keyOf(change.put), { ...change.put, sequence: held?.['sequence'] ?? (sequence += 1) });
    } else if ('patch' in change) {
      const held = rows.get(keyOf(change.where));
      if (held) rows.set(keyOf(change.where), { ...held, ...change.patch });
    } else {
      rows.delete(keyOf(change.drop));
    }
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
};
