import { put } from '#kernel';
import { LeaseLost, type Lease } from '../lease.ts';
import { ada, at, tables, v1, v2, type StoreHarness } from './harness.ts';

const LONG = 60_000;

/** Exclusive permission to write. */
export const leaseContract = (harness: StoreHarness): void => {
  describe('a lease', () => {
    changingHands(harness);
    fencing(harness);
  });
};

/** A lease that is free. */
const taken = async ({ store }: StoreHarness, holder: string): Promise<Lease> => {
  const lease = await store.leases.acquire('projections', holder, LONG);
  if (!lease) throw new Error('another process has it');
  return lease;
};

const changingHands = (harness: StoreHarness): void => {
  it('has one holder at a time, and a new epoch whenever it changes hands', async () => {
    const { leases } = harness.store;
    expect(await leases.holderOf('projections')).toBeUndefined();
    const first = await taken(harness, 'one');
    expect(first).toEqual({ name: 'projections', holder: 'one', epoch: 1 });
    expect(await leases.acquire('projections', 'two', LONG)).toBeUndefined();
    expect(await leases.renew(first, LONG)).toBe(true);
    expect(await leases.holderOf('projections')).toBe('one');
    expect(await leases.acquire('scheduler', 'two', LONG)).toMatchObject({ epoch: 1 });
    await leases.release(first);
    expect(await leases.holderOf('projections')).toBeUndefined();
    expect(await taken(harness, 'two')).toMatchObject({ holder: 'two', epoch: 2 });
    expect(await leases.renew(first, LONG)).toBe(false);
    await leases.release(first);
    expect(await leases.holderOf('projections')).toBe('two');
  });
};

const fencing = (harness: StoreHarness): void => {
  it('lets a previous holder write nothing', async () => {
    await harness.serve();
    const old = await taken(harness, 'one');
    const paused = harness.store.fencedBy(old);
    const step = { build: { ...v1, tables }, after: at(0).position, checkpoint: at(1), quarantined: [] };
    await paused.apply([{ ...step, changes: [] }]);
    await harness.store.leases.release(old);
    const lease = await taken(harness, 'two');

    const late = { ...step, after: at(1).position, checkpoint: at(2), changes: [put('things', ada)] };
    await expect(paused.apply([late])).rejects.toThrow(LeaseLost);
    await expect(paused.create(v2, tables)).rejects.toThrow(LeaseLost);
    await expect(paused.activate(v1)).rejects.toThrow(LeaseLost);
    await expect(paused.discard(v2)).rejects.toThrow(LeaseLost);
    await expect(paused.putSetting('a', 'b')).rejects.toThrow(LeaseLost);
    expect(await harness.rows('things')).toEqual([]);
    expect(await paused.builds()).toMatchObject([{ checkpoint: at(1) }]);
    expect(await paused.getSetting('a')).toBeUndefined();

    await harness.store.fencedBy(lease).apply([late]);
    expect(await harness.rows('things')).toEqual([ada]);
  });

  it('excludes an earlier instance of the same holder as well', async () => {
    const earlier = await taken(harness, 'one');
    const lease = await taken(harness, 'one');
    expect(lease.epoch).toBe(2);
    await expect(harness.store.fencedBy(earlier).putSetting('a', 'b')).rejects.toThrow(LeaseLost);
    await harness.store.fencedBy(lease).putSetting('a', 'b');
    expect(await harness.store.getSetting('a')).toBe('b');
  });
};
