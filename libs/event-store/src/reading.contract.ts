import fc from 'fast-check';
import { START } from '#kernel';
import { NO_STREAM } from './event-store.ts';
import { draft, drafts, history, newStream, opened, type Open } from './testing.ts';

export const reading = (open: Open): void => {
  describe('reading a stream', () => {
    it('returns nothing for a stream that does not exist', () =>
      opened(open, async (store) => {
        expect(await store.read(newStream())).toEqual([]);
      }));

    it('returns what was written, with its place', () =>
      opened(open, async (store) => {
        const stream = newStream();
        const [first, second] = drafts(2);
        await store.append(stream, [first!], NO_STREAM);
        const { position } = await store.append(stream, [second!], 0);
        const events = await store.read(stream);
        expect(events).toEqual([
          { ...first, stream, revision: 0, position: expect.any(String) },
          { ...second, stream, revision: 1, position },
        ]);
        expect(events[0]!.position < position).toBe(true);
      }));

    it('starts at any revision', () =>
      opened(open, async (store) => {
        const stream = newStream();
        await store.append(stream, drafts(5), NO_STREAM);
        const all = await store.read(stream);
        expect(all.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4]);
        for (const from of [0, 1, 4, 5, 6]) expect(await store.read(stream, from)).toEqual(all.slice(from));
      }));

    it('returns the end of the log: the position of a follower that has read everything', () =>
      opened(open, async (store) => {
        const { position: before, events: number } = await store.logEnd();
        expect((await history(store)).at(-1)?.position ?? START).toBe(before);
        const { position } = await store.append(newStream(), drafts(3), NO_STREAM);
        expect(await store.logEnd()).toEqual({ position, ...(number !== undefined && { events: number + 3 }) });
      }));

    it('returns a page of a stream', () =>
      opened(open, async (store) => {
        const stream = newStream();
        await store.append(stream, drafts(5), NO_STREAM);
        const all = await store.read(stream);
        for (const limit of [1, 2, 5, 6, 1_000])
          for (const from of [0, 3, 5])
            expect(await store.read(stream, from, limit)).toEqual(all.slice(from, from + limit));
        expect(await store.read(newStream(), 0, 2)).toEqual([]);
      }));

    it('returns a page that is longer than a server sends at once', () =>
      opened(open, async (store) => {
        const stream = newStream();
        await store.append(stream, drafts(600), NO_STREAM);
        expect((await store.read(stream, 0, 550)).map(({ revision }) => revision)).toEqual([...Array(550).keys()]);
        expect(await store.read(stream, 0, 500)).toHaveLength(500);
        expect(await store.read(stream)).toHaveLength(600);
      }));

    it('keeps streams apart', () =>
      opened(open, async (store) => {
        const [one, other] = [newStream(), newStream()];
        const written = drafts(3);
        await store.append(one, [written[0]!], NO_STREAM);
        await store.append(other, [written[1]!], NO_STREAM);
        await store.append(one, [written[2]!], 0);
        expect((await store.read(one)).map(({ id }) => id)).toEqual([written[0]!.id, written[2]!.id]);
        expect((await store.read(other)).map(({ id }) => id)).toEqual([written[1]!.id]);
      }));

    it('returns any JSON exactly', () =>
      opened(open, (store) =>
        fc.assert(
          fc.asyncProperty(fc.array(fc.jsonValue({ stringUnit: 'binary' }), { minLength: 1 }), async (values) => {
            const stream = newStream();
            await store.append(
              stream,
              values.map((value) => draft({ value })),
              NO_STREAM,
            );
            const back = (await store.read(stream)).map(({ data }) => Reflect.get(data, 'value') as unknown);
            // Negative zero has no representation in JSON.
            expect(back).toEqual(JSON.parse(JSON.stringify(values)));
          }),
          { numRuns: 25 },
        ),
      ));
  });
};
