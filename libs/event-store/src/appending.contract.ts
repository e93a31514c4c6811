import { START } from '#kernel';
import { NO_STREAM, RevisionConflict, StoreUnavailable, type Receipt } from './event-store.ts';
import { draft, drafts, endOfLog, history, idsOf, newStream, opened, type Open } from './testing.ts';

const conflict = (stream: string, expected: number, actual: number) =>
  expect.objectContaining({ name: 'RevisionConflict', stream, expected, actual });

const inPlace = (open: Open): void => {
  describe('appending', () => {
    it('returns revision and position of the last event', () =>
      opened(open, async (store) => {
        const stream = newStream();
        const receipt = await store.append(stream, drafts(3), NO_STREAM);
        const last = (await store.read(stream)).at(-1)!;
        expect(receipt).toEqual({ revision: 2, position: last.position });
        expect(await store.append(stream, drafts(2), 2)).toMatchObject({ revision: 4 });
      }));

    it('is refused for a stream at another revision, and records nothing', () =>
      opened(open, async (store) => {
        const stream = newStream();
        await store.append(stream, drafts(3), NO_STREAM);
        for (const stale of [NO_STREAM, 0, 1, 3, 10])
          await expect(store.append(stream, drafts(2), stale)).rejects.toEqual(conflict(stream, stale, 2));
        expect(await store.read(stream)).toHaveLength(3);
      }));

    it('is refused for a stream that does not exist, and creates none', () =>
      opened(open, async (store) => {
        const stream = newStream();
        await expect(store.append(stream, drafts(1), 0)).rejects.toEqual(conflict(stream, 0, NO_STREAM));
        expect(await store.read(stream)).toEqual([]);
        expect(await store.append(stream, drafts(1), NO_STREAM)).toMatchObject({ revision: 0 });
      }));

    it('writes no event where one of them cannot be written', () =>
      opened(open, async (store) => {
        const stream = newStream();
        await expect(store.append(stream, [draft(), draft({ amount: 1n })], NO_STREAM)).rejects.toThrow(TypeError);
        expect(await store.read(stream)).toEqual([]);
        expect(await store.append(stream, drafts(1), NO_STREAM)).toMatchObject({ revision: 0 });
      }));

    it('of no events returns the current revision of the stream', () =>
      opened(open, async (store) => {
        const stream = newStream();
        expect(await store.append(stream, [], NO_STREAM)).toEqual({ revision: NO_STREAM, position: START });
        const receipt = await store.append(stream, drafts(2), NO_STREAM);
        expect(await store.append(stream, [], 1)).toEqual(receipt);
        await expect(store.append(stream, [], 0)).rejects.toEqual(conflict(stream, 0, 1));
      }));

    it('is refused once the store is closed', () =>
      opened(open, async (store) => {
        await store.close();
        await expect(store.append(newStream(), drafts(1), NO_STREAM)).rejects.toThrow(StoreUnavailable);
        await expect(store.read(newStream())).rejects.toThrow(StoreUnavailable);
      }));
  });
};

const again = (open: Open): void => {
  describe('repeating an append', () => {
    it('succeeds and writes nothing', () =>
      opened(open, async (store) => {
        const stream = newStream();
        const events = drafts(3);
        const receipt = await store.append(stream, events, NO_STREAM);
        expect(await store.append(stream, events, NO_STREAM)).toEqual(receipt);
        expect(idsOf(await store.read(stream))).toEqual(idsOf(events));
      }));

    it('succeeds even after the stream has grown, for any slice', () =>
      opened(open, async (store) => {
        const stream = newStream();
        const events = drafts(6);
        const places: Receipt[] = [];
        for (const [index, event] of events.entries()) places.push(await store.append(stream, [event], index - 1));
        for (const [from, to] of [
          [0, 3],
          [0, 1],
          [2, 5],
          [5, 6],
          [0, 6],
        ] as const)
          // prettier-ignore
          expect(await store.append(stream, events.slice(from, to), from - 1)).toEqual(places[to - 1]);
        expect(idsOf(await store.read(stream))).toEqual(idsOf(events));
      }));

    it('is refused at another revision', () =>
      opened(open, async (store) => {
        const stream = newStream();
        const events = drafts(4);
        await store.append(stream, events, NO_STREAM);
        await expect(store.append(stream, events.slice(1), NO_STREAM)).rejects.toThrow(RevisionConflict);
        await expect(store.append(stream, events.slice(0, 2), 0)).rejects.toThrow(RevisionConflict);
        expect(await store.read(stream)).toHaveLength(4);
      }));

    it('is refused in another order, and together with a new event', () =>
      opened(open, async (store) => {
        const stream = newStream();
        const [first, second, third] = drafts(3);
        await store.append(stream, [first!, second!], NO_STREAM);
        const mixtures = [[second, first], [first, third], [third, second], [first, second, third]]; // prettier-ignore
        for (const mixture of mixtures)
          await expect(
            store.append(
              stream,
              mixture.map((event) => event!),
              NO_STREAM,
            ),
          ).rejects.toThrow(RevisionConflict);
        expect(idsOf(await store.read(stream))).toEqual([first!.id, second!.id]);
      }));

    it('does not confuse streams', () =>
      opened(open, async (store) => {
        const [one, other] = [newStream(), newStream()];
        const events = drafts(2);
        await store.append(one, events, NO_STREAM);
        await store.append(other, drafts(2), NO_STREAM);
        await expect(store.append(other, events, NO_STREAM)).rejects.toThrow(RevisionConflict);
      }));
  });
};

const atOnce = (open: Open): void => {
  describe('many appends at once', () => {
    it('at one revision: exactly one succeeds', () =>
      opened(open, async (store) => {
        const stream = newStream();
        await store.append(stream, drafts(1), NO_STREAM);
        const rivals = Array.from({ length: 64 }, () => drafts(2));
        const outcomes = await Promise.allSettled(rivals.map((events) => store.append(stream, events, 0)));
        const winners = rivals.filter((_, index) => outcomes[index]!.status === 'fulfilled');
        expect(winners).toHaveLength(1);
        expect(idsOf(await store.read(stream, 1))).toEqual(idsOf(winners[0]!));
        for (const outcome of outcomes)
          if (outcome.status === 'rejected') expect(outcome.reason).toEqual(conflict(stream, 0, 2));
      }));

    it('on many streams: all are recorded, each in one piece', () =>
      opened(open, async (store) => {
        const start = await endOfLog(store);
        const appends = Array.from({ length: 64 }, () => ({ stream: newStream(), events: drafts(3) }));
        const receipts = await Promise.all(
          appends.map(({ stream, events }) => store.append(stream, events, NO_STREAM)),
        );
        const log = await history(store, start);
        expect(log).toHaveLength(64 * 3);
        for (const [index, { stream, events }] of appends.entries()) {
          const first = log.findIndex((event) => event.stream === stream);
          expect(idsOf(log.slice(first, first + 3))).toEqual(idsOf(events));
          expect(receipts[index]).toEqual({ revision: 2, position: log[first + 2]!.position });
        }
      }));

    it('are each checked separately: a conflict rejects no other append', () =>
      opened(open, async (store) => {
        const streams = Array.from({ length: 16 }, () => newStream());
        const outcomes = await Promise.allSettled(
          streams.map((stream, index) => store.append(stream, drafts(2), index % 4 === 0 ? 7 : NO_STREAM)),
        );
        for (const [index, stream] of streams.entries()) {
          expect(outcomes[index]!.status).toBe(index % 4 === 0 ? 'rejected' : 'fulfilled');
          expect(await store.read(stream)).toHaveLength(index % 4 === 0 ? 0 : 2);
        }
      }));

    it('may build on each other', () =>
      opened(open, async (store) => {
        const stream = newStream();
        const events = drafts(20);
        await Promise.all(events.map((event, index) => store.append(stream, [event], index - 1)));
        expect(idsOf(await store.read(stream))).toEqual(idsOf(events));
      }));
  });
};

export const appending = (open: Open): void => {
  inPlace(open);
  again(open);
  atOnce(open);
};
