import fc from 'fast-check';
import { START, type Recorded } from '#kernel';
import { NO_STREAM, type EventStore } from './event-store.ts';
import { draft, drafts, followUntil, endOfLog, history, idsOf, newStream, opened, type Open } from './testing.ts';

const none = new AbortController().signal;

const inOrder = (open: Open): void => {
  it('delivers the history, then new events', () =>
    opened(open, async (store) => {
      const start = await endOfLog(store);
      const stream = newStream();
      const events = drafts(4);
      await store.append(stream, events.slice(0, 2), NO_STREAM);
      const batches: number[] = [];
      const seen = await followUntil(store, start, async ({ length }, before) => {
        batches.push(length);
        if (length > 0) return false;
        if (before.length < 4) await store.append(stream, [events[before.length]!], before.length - 1);
        return before.length === 4;
      });
      expect(seen).toEqual(await store.read(stream));
      // An empty batch each time the end is reached, and no others.
      expect(batches).toEqual([2, 0, 1, 0, 1, 0]);
    }));

  it('begins at the first event of the log', () =>
    opened(open, async (store) => {
      const stream = newStream();
      await store.append(stream, drafts(3), NO_STREAM);
      const ours = (await history(store, START)).filter((event) => event.stream === stream);
      expect(ours).toEqual(await store.read(stream));
    }));

  it('delivers a long history completely', () =>
    opened(open, async (store) => {
      const start = await endOfLog(store);
      const streams = Array.from({ length: 30 }, () => newStream());
      await Promise.all(streams.map((stream) => store.append(stream, drafts(50), NO_STREAM)));
      const log = await history(store, start);
      expect(log).toHaveLength(1_500);
      for (const stream of streams)
        expect(log.filter((event) => event.stream === stream)).toEqual(await store.read(stream));
      for (const [index, { position }] of log.entries())
        expect(position > (log[index - 1]?.position ?? start)).toBe(true);
    }));

  it('delivers only the streams of one category, past and future', () =>
    opened(open, async (store) => {
      const start = await endOfLog(store);
      const [wanted, other] = [newStream('sideline'), newStream()];
      await store.append(wanted, drafts(2), NO_STREAM);
      for (const revision of [0, 1]) {
        await store.append(other, drafts(300), revision * 300 - 1);
        await store.append(wanted, drafts(300), revision * 300 + 1);
      }
      const seen = await followUntil(
        store,
        start,
        async ({ length }, before) => {
          if (length > 0 || before.length < 602) return false;
          if (before.length > 602) return true;
          await store.append(other, drafts(1), 599);
          await store.append(wanted, drafts(1), 601);
          return false;
        },
        ['sideline'],
      );
      expect(seen).toEqual(await store.read(wanted));
    }));

  it('is at the end of a category without new events, whatever was written to others', () =>
    opened(open, async (store) => {
      const start = await endOfLog(store);
      await store.append(newStream(), drafts(3), NO_STREAM);
      expect(await followUntil(store, start, ({ length }) => length === 0, ['sideline'])).toEqual([]);
    }));

  it('continues after any event, without that event', () =>
    opened(open, async (store) => {
      const start = await endOfLog(store);
      const [one, other] = [newStream(), newStream()];
      for (const revision of [0, 1, 2]) {
        await store.append(one, drafts(2), revision * 2 - 1);
        await store.append(other, drafts(1), revision - 1);
      }
      const log = await history(store, start);
      expect(log).toHaveLength(9);
      for (const [index, { position }] of log.entries())
        expect(await history(store, position)).toEqual(log.slice(index + 1));
    }));
};

/** Some appends to a few streams: in sequence on each stream, concurrently across streams. */
const write = async (store: EventStore, plan: readonly (readonly number[])[]): Promise<void> => {
  await Promise.all(
    plan.map(async (sizes) => {
      const stream = newStream();
      let { revision } = await store.append(stream, [], NO_STREAM);
      for (const size of sizes) ({ revision } = await store.append(stream, drafts(size), revision));
    }),
  );
};

const together = (open: Open): void => {
  it('skips nothing and repeats nothing for any follower, while many write', () =>
    opened(open, (store) =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 6 }), { minLength: 1, maxLength: 6 }),
          fc.integer({ min: 1, max: 5 }),
          async (plan, followers) => {
            const start = await endOfLog(store);
            const total = plan.flat().reduce((sum, size) => sum + size, 0);
            const follow = () => followUntil(store, start, (batch, before) => before.length + batch.length >= total);
            const early = Array.from({ length: followers }, follow);
            await write(store, plan);
            const log = await history(store, start);
            expect(new Set(idsOf(log)).size).toBe(total);
            for (const seen of await Promise.all([...early, follow()])) expect(seen).toEqual(log);
          },
        ),
        { numRuns: 40 },
      ),
    ));

  it('does not let a slow follower delay another', () =>
    opened(open, async (store) => {
      const start = await endOfLog(store);
      const stream = newStream();
      await store.append(stream, drafts(2), NO_STREAM);
      let goOn = (): void => undefined;
      const patience = new Promise<void>((resolve) => (goOn = resolve));
      const slow = followUntil(store, start, async (batch) => {
        await patience;
        return batch.length === 0;
      });
      expect(await history(store, start)).toEqual(await store.read(stream));
      await store.append(stream, [draft()], 1);
      goOn();
      expect(await slow).toEqual(await store.read(stream));
    }));
};

const ending = (open: Open): void => {
  /** How many batches arrive before the iteration ends by itself. */
  const batches = async (following: AsyncIterable<readonly Recorded[]>, onBatch: () => unknown): Promise<number> => {
    let count = 0;
    for await (const _ of following) {
      count += 1;
      await onBatch();
    }
    return count;
  };

  it('ends without a batch when it was aborted before', () =>
    opened(open, async (store) => {
      expect(await batches(store.follow(START, AbortSignal.abort()), () => undefined)).toBe(0);
    }));

  it('ends when it is aborted in the middle of the history', () =>
    opened(open, async (store) => {
      await Promise.all(Array.from({ length: 30 }, () => store.append(newStream(), drafts(50), NO_STREAM)));
      const stop = new AbortController();
      expect(await batches(store.follow(START, stop.signal), () => stop.abort())).toBe(1);
    }));

  it('ends when it is aborted while it waits', () =>
    opened(open, async (store) => {
      const start = await endOfLog(store);
      const stop = new AbortController();
      const over = batches(store.follow(start, stop.signal), () => setImmediate(() => stop.abort()));
      expect(await over).toBe(1);
    }));

  it('ends when the store is closed', () =>
    opened(open, async (store) => {
      const start = await endOfLog(store);
      const waiting = batches(store.follow(start, none), () => setImmediate(() => void store.close()));
      const looking = batches(store.follow(START, none), () => store.close());
      expect(await waiting).toBe(1);
      expect(await looking).toBe(1);
    }));

  it('ends when the reader stops, and can start again', () =>
    opened(open, async (store) => {
      const start = await endOfLog(store);
      await store.append(newStream(), drafts(1), NO_STREAM);
      for (let time = 0; time < 3; time += 1)
        for await (const batch of store.follow(start, none)) {
          expect(batch).toHaveLength(1);
          break;
        }
    }));
};

export const following = (open: Open): void => {
  describe('following the log', () => {
    inOrder(open);
    together(open);
    ending(open);
  });
};
