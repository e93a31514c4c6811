import { put } from '#kernel';
import { LeaseLost, type Lease } from '../lease.ts';
import { ada, at, tables, v1, v2, type Bench } from './harness.ts';

const LONG = 60_000;

/** Who may write alone. */
export const leaseContract = (bench: Bench): void => {
  describe('a lease', () => {
    changingHands(bench);
    fencing(bench);
  });
};

/** A lease that nobody else has. */
const taken = async ({ store }: Bench, holder: string): Promise<Lease> => {
  const lease = await store.leases.acquire('projections', holder, LONG);
  if (!lease) throw new Error('somebody else has it');
  return lease;
};

const changingHands = (bench: Bench): void => {
  it('has one holder at a time, and an epoch more whenever it changes hands', async () => {
    const { leases } = bench.store;
    expect(await leases.holderOf('projections')).toBeUndefined();
    const first = await taken(bench, 'one');
    expect(first).toEqual({ name: 'projections', holder: 'one', epoch: 1 });
    expect(await leases.acquire('projections', 'two', LONG)).toBeUndefined();
    expect(await leases.renew(first, LONG)).toBe(true);
    expect(await leases.holderOf('projections')).toBe('one');
    expect(await leases.acquire('scheduler', 'two', LONG)).toMatchObject({ epoch: 1 });
    await leases.release(first);
    expect(await leases.holderOf('projections')).toBeUndefined();
    expect(await taken(bench, 'two')).toMatchObject({ holder: 'two', epoch: 2 });
    expect(await leases.renew(first, LONG)).toBe(false);
    await leases.release(first);
    expect(await leases.holderOf('projections')).toBe('two');
  });
};

const fencing = (bench: Bench): void => {
  it('writes nothing for whom it has left', async () => {
    await bench.serve();
    const old = await taken(bench, 'one');
    const paused = bench.store.under(old);
    const step = { build: { ...v1, tables }, after: at(0).position, checkpoint: at(1), quarantined: [] };
    await paused.apply([{ ...step, changes: [] }]);
    await bench.store.leases.release(old);
    const lease = await taken(bench, 'two');

    const late = { ...step, after: at(1).position, checkpoint: at(2), changes: [put('things', ada)] };
    await expect(paused.apply([late])).rejects.toThrow(LeaseLost);
    await expect(paused.create(v2, tables)).rejects.toThrow(LeaseLost);
    await expect(paused.publish(v1)).rejects.toThrow(LeaseLost);
    await expect(paused.discard(v2)).rejects.toThrow(LeaseLost);
    await expect(paused.keep('a', 'b')).rejects.toThrow(LeaseLost);
    expect(await bench.rows('things')).toEqual([]);
    expect(await paused.builds()).toMatchObject([{ checkpoint: at(1) }]);
    expect(await paused.setting('a')).toBeUndefined();

    await bench.store.under(lease).apply([late]);
    expect(await bench.rows('things')).toEqual([ada]);
  });

  it('leaves an earlier self behind as well', async () => {
    const earlier = await taken(bench, 'one');
    const lease = await taken(bench, 'one');
    expect(lease.epoch).toBe(2);
    await expect(bench.store.under(earlier).keep('a', 'b')).rejects.toThrow(LeaseLost);
    await bench.store.under(lease).keep('a', 'b');
    expect(await bench.store.setting('a')).toBe('b');
  });
};
