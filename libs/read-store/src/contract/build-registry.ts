import { ReadStoreUnavailable } from '../read-store.ts';
import { ada, tables, v1, type Bench } from './harness.ts';
import { put } from '#kernel';

const torn = { stream: 'thing-b', position: '0001', type: 'ThingMade', reason: 'a row of things lacks its name' };
const later = { ...torn, stream: 'thing-a', position: '0002' };

/** Quarantine, settings, and the end. */
export const bookContract = (bench: Bench): void => {
  it('keeps quarantined streams in the order of the log, with the rows of the same transaction', async () => {
    await bench.serve();
    await bench.apply(0, [], { quarantined: [torn] });
    await bench.apply(1, [], { quarantined: [later] });
    const refused = bench.apply(2, [put('things', { ...ada, amount: 'seven' })], {
      quarantined: [{ ...torn, stream: 'c' }],
    });
    await expect(refused).rejects.toMatchObject({ name: 'RowRefused' });
    await bench.reopen();
    expect((await bench.find(v1))?.quarantined).toEqual([torn, later]);
  });

  it('keeps small values under a key', async () => {
    expect(await bench.store.setting('process:upgrade')).toBeUndefined();
    await bench.store.keep('process:upgrade', 'one');
    await bench.store.keep('process:upgrade', 'two');
    await bench.store.keep('process:order', 'three');
    await bench.reopen();
    expect(await bench.store.setting('process:upgrade')).toBe('two');
    expect(await bench.store.setting('process:order')).toBe('three');
  });

  it('says that it is not available once it is closed', async () => {
    await bench.store.close();
    await bench.store.close();
    await expect(bench.store.builds()).rejects.toThrow(ReadStoreUnavailable);
    await expect(bench.store.keep('a', 'b')).rejects.toThrow(ReadStoreUnavailable);
    await expect(bench.store.create(v1, tables)).rejects.toThrow(ReadStoreUnavailable);
    await bench.reopen();
  });
};
