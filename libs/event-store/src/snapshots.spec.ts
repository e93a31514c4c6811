import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import fc from 'fast-check';
import { isRefusal } from '#kernel';
import { codec } from './codec.ts';
import { CommandHandler } from './command-handler.ts';
import { add, counter, type Count } from './counter.testing.ts';
import type { EventStore } from './event-store.ts';
import { openMemory } from './memory/index.ts';
import type { Snapshot, Snapshots } from './snapshots.ts';

const shapes = codec({});
const opened = () => openMemory({ codec: shapes });

const written = {
  ...counter,
  snapshots: { version: 1, pack: (state: Count) => state, unpack: (packed: unknown) => packed as Count },
};

/** Snapshots in memory. */
class Kept implements Snapshots {
  readonly all = new Map<string, Snapshot>();
  isNear = true;
  isAway = false;

  async find(stream: string): Promise<Snapshot | undefined> {
    if (this.isAway) throw new Error('away');
    return this.all.get(stream);
  }

  async put(snapshots: readonly Snapshot[]): Promise<void> {
    if (this.isAway) throw new Error('away');
    for (const snapshot of snapshots) this.all.set(snapshot.stream, snapshot);
  }
}

/** The same store, which counts the events that are read. */
const counting = (store: EventStore) => {
  const count = { events: 0 };
  const read: EventStore['read'] = async (...of) => {
    const events = await store.read(...of);
    count.events += events.length;
    return events;
  };
  const counted: EventStore = {
    read,
    append: (...what) => store.append(...what),
    follow: (...from) => store.follow(...from),
    logEnd: () => store.logEnd(),
    close: () => store.close(),
  };
  return { store: counted, count };
};

/** A process that has just begun. */
const handlingOf = (store: EventStore, snapshots?: Snapshots) =>
  new CommandHandler(store, { codec: shapes, retries: [], ...(snapshots && { snapshots }) });

const fill = async (store: EventStore, events: number): Promise<void> => {
  const handling = handlingOf(store);
  for (let n = 0; n < events; n += 1) await handling.handle(counter, 'a', add(n % 2 === 0 ? 1 : -1));
};

/** Snapshots are written a moment later. */
const turns = async (): Promise<void> => {
  for (let n = 0; n < 5; n += 1) await yieldToEventLoop();
};

describe('a snapshot', () => {
  it('and what followed make the state that the whole stream makes, whenever it was written', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 6 }),
        fc.boolean(),
        async (parts, isNear) => {
          const store = opened();
          const kept = new Kept();
          kept.isNear = isNear;
          for (const events of parts) {
            await fill(store, events);
            const loaded = await handlingOf(store, kept).load(written, 'a');
            expect(loaded).toEqual(await handlingOf(store).load(counter, 'a'));
            await turns();
          }
        },
      ),
      { numRuns: 30 },
    ));

  it.each([true, false])('spares reading what went before it (near: %s)', async (isNear) => {
    const kept = new Kept();
    kept.isNear = isNear;
    const { store, count } = counting(opened());
    await fill(store, 100);
    await handlingOf(store, kept).load(written, 'a');
    await turns();
    await fill(store, 3);
    count.events = 0;
    await handlingOf(store, kept).load(written, 'a');
    // The event that it was made of, those since, and the first ones where a snapshot is far away.
    expect(count.events).toBe(isNear ? 4 : 36);
  });

  it('is not written for few events, nor asked for where a stream is short and it is far away', async () => {
    const kept = new Kept();
    const { store } = counting(opened());
    await fill(store, 7);
    await handlingOf(store, kept).load(written, 'a');
    await turns();
    expect(kept.all.size).toBe(0);
    kept.isNear = false;
    kept.find = () => Promise.reject(new Error('asked'));
    expect(await handlingOf(store, kept).load(written, 'a')).toMatchObject({ revision: 6, state: { additions: 7 } });
  });

  it.each<[string, Partial<Snapshot>]>([
    ['of an older shape', { schema: 0 }],
    ['of another log', { eventId: 'another' }],
    ['of a longer log', { revision: 40 }],
    ['that is damaged', { body: '{' }],
  ])('%s is ignored', async (_, otherwise) => {
    const kept = new Kept();
    const store = opened();
    await fill(store, 20);
    await handlingOf(store, kept).load(written, 'a');
    await turns();
    const good = kept.all.get('counter-a')!;
    const wrong = JSON.stringify({ state: { total: 99, additions: 99 }, commands: [] });
    kept.all.set('counter-a', { ...good, body: wrong, ...otherwise });
    expect(await handlingOf(store, kept).load(written, 'a')).toMatchObject({ revision: 19, state: { additions: 20 } });
  });

  it('that cannot be read or written is done without', async () => {
    const kept = new Kept();
    const store = opened();
    await fill(store, 20);
    kept.isAway = true;
    const handling = handlingOf(store, kept);
    expect(await handling.load(written, 'a')).toMatchObject({ revision: 19 });
    await turns();
    expect(await handling.handle(written, 'a', add(1))).toMatchObject({ outcome: 'recorded', revision: 20 });
  });
});

describe('a command that is sent again', () => {
  it.each([10, 100])('is known behind a snapshot of %d events, with and without its id in it', async (events) => {
    const kept = new Kept();
    const store = opened();
    const first = add(1);
    await handlingOf(store).handle(counter, 'a', first);
    await fill(store, events);
    await handlingOf(store, kept).load(written, 'a');
    await turns();
    expect(JSON.parse(kept.all.get('counter-a')!.body)).toHaveProperty(events > 64 ? 'state' : 'commands');
    const handling = handlingOf(store, kept);
    const again = await handling.handle(written, 'a', { ...first, meta: { ...first.meta } });
    expect(again).toMatchObject({ outcome: 'replayed', revision: 0, state: { total: 1, additions: 1 } });
    expect(await handling.handle(written, 'a', add(1))).toMatchObject({ outcome: 'recorded', revision: events + 1 });
    expect(await handling.handle(written, 'a', first)).toMatchObject({ outcome: 'replayed', revision: 0 });
  });

  it('need not be remembered of an actor whose commands are never repeated', async () => {
    const kept = new Kept();
    const { store, count } = counting(opened());
    await fill(store, 100);
    const unrepeated = { ...written, neverRepeats: () => true };
    await handlingOf(store, kept).load(unrepeated, 'a');
    await turns();
    expect(JSON.parse(kept.all.get('counter-a')!.body)).toMatchObject({ commands: [] });
    count.events = 0;
    const outcome = await handlingOf(store, kept).handle(unrepeated, 'a', add(1));
    expect(isRefusal(outcome)).toBe(false);
    expect(count.events).toBe(1);
  });
});

describe('a long stream', () => {
  const LONG = 2_100;

  it('is read by page, once for all who want it at once, and others get their turn meanwhile', async () => {
    const { store, count } = counting(opened());
    const drafts = Array.from({ length: LONG }, (_, n) => ({
      id: `e${n}`,
      type: 'Added',
      data: { amount: 0, effectiveAt: '2021-06-18T09:00:00.000Z' },
      meta: { ...({ commandId: `c${n}`, fingerprint: 'f', actor: { id: 'a', role: 'support', partnerId: 'p' } } as const), $correlationId: 'c', $causationId: 'c', recordedAt: '2021-06-18T09:00:00.000Z', schema: 1 }, // prettier-ignore
    }));
    await store.append('counter-a', drafts, -1);
    const handling = handlingOf(store);
    const seen: number[] = [];
    const done = new AbortController();
    const others = (async () => {
      while (!done.signal.aborted) {
        seen.push(count.events);
        await yieldToEventLoop();
      }
    })();
    const loaded = await Promise.all(Array.from({ length: 10 }, () => handling.load(counter, 'a')));
    done.abort();
    await others;
    expect(loaded.every(({ revision }) => revision === LONG - 1)).toBe(true);
    expect(count.events).toBe(LONG);
    expect(new Set(seen).size).toBeGreaterThan(4);
    const replayed = await handling.handle(counter, 'a', add(0, { commandId: 'c3' }), { fingerprint: 'f' });
    expect(replayed).toMatchObject({ outcome: 'replayed', revision: 3, state: { additions: 4 } });
    // Only as far as needed.
    expect(count.events).toBe(LONG + 250);
  });
});
