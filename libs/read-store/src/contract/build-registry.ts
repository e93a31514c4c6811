import { ReadStoreUnavailable } from '../read-store.ts';
import { ada, tables, v1, type StoreHarness } from './harness.ts';
import { put } from '#kernel';

const torn = { stream: 'thing-b', position: '0001', type: 'ThingMade', reason: 'a row of things lacks its name' };
const later = { ...torn, stream: 'thing-a', position: '0002' };

/** Quarantine, settings, and the end. */
export const registryContract = (harness: StoreHarness): void => {
  it('keeps quarantined streams in the order of the log, with the rows of the same transaction', async () => {
    await harness.serve();
    await harness.apply(0, [], { quarantined: [torn] });
    await harness.apply(1, [], { quarantined: [later] });
    const refused = harness.apply(2, [put('things', { ...ada, amount: 'seven' })], {
      quarantined: [{ ...torn, stream: 'c' }],
    });
    await expect(refused).rejects.toMatchObject({ name: 'RowRefused' });
    await harness.reopen();
    expect((await harness.find(v1))?.quarantined).toEqual([torn, later]);
  });

  it('keeps small values under a key', async () => {
    expect(await harness.store.getSetting('process:upgrade')).toBeUndefined();
    await harness.store.putSetting('process:upgrade', 'one');
    await harness.store.putSetting('process:upgrade', 'two');
    await harness.store.putSetting('process:order', 'three');
    await harness.reopen();
    expect(await harness.store.getSetting('process:upgrade')).toBe('two');
    expect(await harness.store.getSetting('process:order')).toBe('three');
  });

  it('says that it is not available once it is closed', async () => {
    await harness.store.close();
    await harness.store.close();
    await expect(harness.store.builds()).rejects.toThrow(ReadStoreUnavailable);
    await expect(harness.store.putSetting('a', 'b')).rejects.toThrow(ReadStoreUnavailable);
    await expect(harness.store.create(v1, tables)).rejects.toThrow(ReadStoreUnavailable);
    await harness.reopen();
  });
};
