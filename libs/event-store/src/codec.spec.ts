import type { History } from '#kernel';
import { codec } from './codec.ts';
import { CorruptEvent, type Draft } from './event-store.ts';
import { draft } from './testing.ts';

const history: History = {
  Renamed: [
    ({ title }: { title: string }) => ({ name: title }),
    ({ name }: { name: string }) => ({ name, from: null }),
  ],
};

/** Writes an event, and reads it again with a history that may be longer by then. */
const throughStore = (event: Draft, later = history) =>
  codec(later).decode(codec(history).encode(event), 'thing-1', 4, '0000000000000007');

const renamed = (schema: number, data: object): Draft => ({
  ...draft(data),
  type: 'Renamed',
  data,
  meta: { ...draft().meta, schema },
});

describe('the codec', () => {
  it('knows the schema number of each type', () => {
    const { schemaOf } = codec(history);
    expect([schemaOf('Renamed'), schemaOf('Painted')]).toEqual([3, 1]);
  });

  it('returns what was written, with its place', () => {
    const event = draft({ note: 'naïve ☕ "quoted"' });
    expect(throughStore(event)).toEqual({ ...event, stream: 'thing-1', revision: 4, position: '0000000000000007' });
  });

  it.each([
    [1, { title: 'a' }, { name: 'a', from: null }],
    [2, { name: 'a' }, { name: 'a', from: null }],
    [3, { name: 'a', from: 'b' }, { name: 'a', from: 'b' }],
  ])('brings schema %d up to today', (schema, data, today) => {
    const event = throughStore(renamed(schema, data));
    expect(event.data).toEqual(today);
    expect(event.meta.schema).toBe(schema);
  });

  it('reads a type that had no history when it was written', () => {
    const later: History = { ...history, SomethingHappened: [(data: object) => ({ ...data, added: true })] };
    expect(throughStore(draft(), later).data).toMatchObject({ added: true });
  });

  it('refuses an event that a newer version has written', () => {
    expect(() => throughStore(renamed(4, {}))).toThrow('its schema 4 is newer than 3, the last one known');
    expect(() => throughStore({ ...draft(), meta: { ...draft().meta, schema: 2 } })).toThrow(CorruptEvent);
  });

  it('reports the place of an event that cannot be read', () => {
    const { encode, decode } = codec(history);
    const place = { name: 'CorruptEvent', stream: 'thing-1', position: '7' };
    for (const data of ['', '{', 'null', '[]', '"text"', '1'])
      expect(() => decode({ ...encode(draft()), data }, 'thing-1', 0, '7')).toThrow(expect.objectContaining(place));
    for (const meta of ['', 'null', '{}', '{"schema":0}', '{"schema":"1"}', '{"schema":1.5}'])
      expect(() => decode({ ...encode(draft()), meta }, 'thing-1', 0, '7')).toThrow(expect.objectContaining(place));
  });

  it('accepts JSON that a store has parsed already', () => {
    const { restore } = codec(history);
    const { id, type, data, meta } = renamed(1, { title: 'a' });
    const event = restore({ id, type, data, meta }, 'thing-1', 4, '7');
    expect(event).toEqual({
      id,
      stream: 'thing-1',
      revision: 4,
      position: '7',
      type,
      data: { name: 'a', from: null },
      meta,
    });
  });

  it('reports the place of such an event that is invalid', () => {
    const { restore } = codec(history);
    const { id, type, data, meta } = draft();
    const place = { name: 'CorruptEvent', stream: 'thing-1', position: '7' };
    // A text is not parsed a second time, whatever it contains.
    for (const wrong of [undefined, null, [], 1, 'text', '{"note":"a"}'])
      expect(() => restore({ id, type, data: wrong, meta }, 'thing-1', 0, '7')).toThrow(expect.objectContaining(place));
    for (const wrong of [undefined, null, {}, { schema: 0 }, { schema: '1' }, '{"schema":1}'])
      expect(() => restore({ id, type, data, meta: wrong }, 'thing-1', 0, '7')).toThrow(expect.objectContaining(place));
  });

  it('names the event when an upcaster fails', () => {
    const broken: History = { Renamed: [({ title }: { title: { text: string } }) => ({ name: title.text.trim() })] };
    expect(() => throughStore(renamed(1, {}), broken)).toThrow(CorruptEvent);
  });

  it('does not confuse the metadata of consecutive events', () => {
    const { encode, decode } = codec(history);
    const events = [draft(), draft(), { ...draft(), meta: { ...draft().meta, policy: 'other' } }, draft()];
    const decoded = events.map(encode).map((stored) => decode(stored, 'thing-1', 0, '7'));
    expect(decoded.map(({ meta }) => meta)).toEqual(events.map(({ meta }) => meta));
  });
});
