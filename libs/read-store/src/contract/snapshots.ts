import type { Snapshot } from '#event-store';
import { ReadStoreUnavailable } from '../read-store.ts';
import type { StoreHarness } from './harness.ts';

const snapshot = (stream: string, revision: number): Snapshot => ({
  stream,
  schema: 1,
  revision,
  position: '0000000000000007',
  eventId: '00000000-0000-4000-8000-000000000001',
  body: JSON.stringify({ state: { name: 'Ada "the first" \\ countess', text: '{}, NULL' } }),
});

/** Folded states of streams. */
export const snapshotContract = (harness: StoreHarness): void => {
  it('keeps one snapshot of each stream, the last one', async () => {
    const { snapshots } = harness.store;
    expect(await snapshots.find('thing-a')).toBeUndefined();
    await snapshots.put([snapshot('thing-a', 7), snapshot('thing-b', 9)]);
    await snapshots.put([snapshot('thing-a', 17)]);
    await harness.reopen();
    expect(await harness.store.snapshots.find('thing-a')).toEqual(snapshot('thing-a', 17));
    expect(await harness.store.snapshots.find('thing-b')).toEqual(snapshot('thing-b', 9));
  });

  it('has none once it is closed', async () => {
    const { snapshots } = harness.store;
    await harness.store.close();
    await expect(snapshots.find('thing-a')).rejects.toThrow();
    await expect(snapshots.put([snapshot('thing-a', 7)])).rejects.toThrow(ReadStoreUnavailable);
    await harness.reopen();
  });
};
