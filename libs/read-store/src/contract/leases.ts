import { put } from '#kernel';
import { LeaseLost } from '../lease.ts';
import { ada, at, tables, v1, v2, type Bench } from './bench.ts';

const LONG = 60_000;

/** Who may write alone. */
export const leaseContract = (bench: Bench): void => {
  describe('a lease', () => {
    it('has one holder at a time, and an epoch more whenever it changes hands', async () => {
      const { leases } = bench.store;
      expect(await leases.holderOf('projections')).toBeUndefined();
      const first = await leases.acquire('projections', 'one', LONG);
      expect(first).toEqual({ name: 'projections', holder: 'one', epoch: 1 });
      expect(await leases.acquire('projections', 'two', LONG)).toBeUndefined();
      expect(await leases.renew(first!, LONG)).toBe(true);
      expect(await leases.holderOf('projections')).toBe('one');
      expect(await leases.acquire('scheduler', 'two', LONG)).toMatchObject({ epoch: 1 });
      await leases.release(first!);
      expect(await leases.holderOf('projections')).toBeUndefined();
      expect(await leases.acquire('projections', 'two', LONG)).toMatchObject({ holder: 'two', epoch: 2 });
    });

    it('writes nothing for whom it has left', async () => {
      await bench.serve();
      const { leases } = bench.store;
      const old = (await leases.acquire('projections', 'one', LONG))!;
      const paused = bench.store.under(old);
      const step = { build: { ...v1, tables }, after: at(0).position, checkpoint: at(1), quarantined: [] };
      await paused.apply([{ ...step, changes: [] }]);
      await leases.release(old);
      const lease = (await leases.acquire('projections', 'two', LONG))!;

      const late = { ...step, after: at(1).position, checkpoint: at(2), changes: [put('things', ada)] };
      for (const write of [
        paused.apply([late]),
        paused.create(v2, tables),
        paused.publish(v1),
        paused.discard(v2),
        paused.keep('a', 'b'),
      ])
        await expect(write).rejects.toThrow(LeaseLost);
      expect(await leases.renew(old, LONG)).toBe(false);
      await leases.release(old);
      expect(await leases.holderOf('projections')).toBe('two');
      expect(await bench.rows('things')).toEqual([]);
      expect(await paused.builds()).toMatchObject([{ checkpoint: at(1) }]);
      expect(await paused.setting('a')).toBeUndefined();

      await bench.store.under(lease).apply([late]);
      expect(await bench.rows('things')).toEqual([ada]);
    });

    it('leaves an earlier self behind as well', async () => {
      const { leases } = bench.store;
      const earlier = (await leases.acquire('projections', 'one', LONG))!;
      const lease = (await leases.acquire('projections', 'one', LONG))!;
      expect(lease.epoch).toBe(2);
      await expect(bench.store.under(earlier).keep('a', 'b')).rejects.toThrow(LeaseLost);
      await bench.store.under(lease).keep('a', 'b');
      expect(await bench.store.setting('a')).toBe('b');
    });
  });
};
