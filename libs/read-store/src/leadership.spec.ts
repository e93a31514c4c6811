import { Leadership, type Running } from './leadership.ts';
import { LeaseLost } from './lease.ts';
import type { ReadStore } from './read-store.ts';
import { openSqlite } from './sqlite/index.ts';

/** A duty that records its starts and ends. */
const noted = (notes: string[], who: string) => {
  let begun = Promise.withResolvers<ReadStore>();
  return {
    begin: async (store: ReadStore): Promise<Running> => {
      notes.push(`${who} begins`);
      begun.resolve(store);
      return {
        stop: async () => {
          begun = Promise.withResolvers();
          notes.push(`${who} ends`);
        },
      };
    },
    begun: () => begun.promise,
  };
};

describe('leadership', () => {
  let store: ReadStore;
  let notes: string[];
  beforeEach(async () => {
    store = await openSqlite({ path: ':memory:' });
    notes = [];
  });
  afterEach(() => store.close());
  const lead = (holder: string, begin: (store: ReadStore) => Promise<Running>) =>
    new Leadership({ name: 'scheduler', holder, store, begin, ttlMs: 20 });

  it('belongs to one process at a time, and then to the next', async () => {
    const [first, second] = [noted(notes, 'first'), noted(notes, 'second')];
    const [one, two] = [lead('one', first.begin), lead('two', second.begin)];
    void one.start();
    const formerly = await first.begun();
    void two.start();
    expect([one.status().state, two.status().state]).toEqual(['leading', 'standingBy']);
    await one.stop();
    await second.begun();
    expect(notes).toEqual(['first begins', 'first ends', 'second begins']);
    await expect(formerly.putSetting('a', 'b')).rejects.toThrow(LeaseLost);
    await two.stop();
    expect(await store.leases.holderOf('scheduler')).toBeUndefined();
  });

  it('ends when another process has taken the lease, and stands by again', async () => {
    const { begin, begun } = noted(notes, 'first');
    const one = lead('one', begin);
    void one.start();
    await begun();
    const taken = await store.leases.acquire('scheduler', 'one', 20);
    while (one.status().state === 'leading') await new Promise(setImmediate);
    expect(notes).toEqual(['first begins', 'first ends']);
    await store.leases.release(taken!);
    await begun();
    await one.stop();
  });

  it('ends when the lease cannot be renewed for its whole duration', async () => {
    const { begin, begun } = noted(notes, 'first');
    const one = lead('one', begin);
    void one.start();
    await begun();
    store.leases.renew = async () => Promise.reject(new Error('away'));
    store.leases.acquire = async () => Promise.reject(new Error('the read store is away'));
    while (one.status().error === undefined) await new Promise(setImmediate);
    expect(notes).toEqual(['first begins', 'first ends']);
    expect(one.status()).toEqual({ name: 'scheduler', state: 'standingBy', error: 'the read store is away' });
    await one.stop();
  });

  it('is tried again when its duty cannot begin, and another process may try meanwhile', async () => {
    let attempts = 0;
    const { begin, begun } = noted(notes, 'first');
    const one = lead('one', async (led) => {
      attempts += 1;
      if (attempts === 1) throw new Error('not this time');
      return begin(led);
    });
    void one.start();
    while (one.status().error === undefined) await new Promise(setImmediate);
    expect(one.status().error).toBe('not this time');
    expect(await store.leases.holderOf('scheduler')).toBeUndefined();
    await begun();
    expect(attempts).toBe(2);
    await one.stop();
  });
});
