import { schemaOf, upcast, type EventMeta, type History, type Position, type Recorded } from '#kernel';
import { CorruptEvent, type Draft, type Revision } from './event-store.ts';

/** An event as it is stored: data and metadata are a JSON text each. */
export type Encoded = { readonly id: string; readonly type: string; readonly data: string; readonly meta: string };

/** An event as a store hands it out that reads JSON itself: data and metadata may be any value. */
export type Parsed = { readonly id: string; readonly type: string; readonly data: unknown; readonly meta: unknown };

/** Turns drafts into what is stored, and what is stored into events of today's shape. */
export type Codec = {
  readonly encode: (draft: Draft) => Encoded;
  /** Throws `CorruptEvent` when the texts are no event that this program can read. */
  readonly decode: (stored: Encoded, stream: string, revision: Revision, position: Position) => Recorded;
  /** The same for what is no text any more. */
  readonly restore: (stored: Parsed, stream: string, revision: Revision, position: Position) => Recorded;
  /** The schema number to write beside an event of this type. */
  readonly schemaOf: (type: string) => number;
};

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const objectIn = (value: unknown, what: string): object => {
  if (!isObject(value)) throw new Error(`its ${what} is no object`);
  return value;
};

const metaIn = (value: unknown): EventMeta => {
  const meta = objectIn(value, 'metadata');
  if (!('schema' in meta) || !Number.isSafeInteger(meta.schema) || Number(meta.schema) < 1)
    throw new Error('its metadata has no schema number');
  return meta as EventMeta;
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The codec of events whose old shapes `history` describes. The store and its `CommandHandler` share one instance. */
export const codec = (history: History): Codec => {
  const schemas = new Map(Object.keys(history).map((type) => [type, schemaOf(history, type)]));
  const today = (type: string): number => schemas.get(type) ?? 1;

  const inTodaysShape = (type: string, written: number, value: unknown): Recorded['data'] => {
    const data = objectIn(value, 'data');
    // By far most types never changed.
    if (written === 1 && !schemas.has(type)) return data as Recorded['data'];
    if (written > today(type))
      throw new Error(`its schema ${written} is newer than ${today(type)}, the last one known`);
    return upcast(history, type, written, data) as Recorded['data'];
  };

  // The events of one command stand side by side and share their metadata: it is turned into text, and read, once.
  let written: { readonly meta: EventMeta; readonly text: string } | undefined;
  let read: { readonly meta: EventMeta; readonly text: string } | undefined;

  return {
    encode: ({ id, type, data, meta }) => {
      if (written?.meta !== meta) written = { meta, text: JSON.stringify(meta) };
      return { id, type, data: JSON.stringify(data), meta: written.text };
    },
    decode: ({ id, type, data, meta: text }, stream, revision, position) => {
      try {
        if (read?.text !== text) read = { meta: metaIn(JSON.parse(text)), text };
        const { meta } = read;
        return { id, stream, revision, position, type, data: inTodaysShape(type, meta.schema, JSON.parse(data)), meta };
      } catch (error) {
        throw new CorruptEvent(stream, position, reasonOf(error), revision);
      }
    },
    restore: ({ id, type, data, meta: written }, stream, revision, position) => {
      try {
        const meta = metaIn(written);
        return { id, stream, revision, position, type, data: inTodaysShape(type, meta.schema, data), meta };
      } catch (error) {
        throw new CorruptEvent(stream, position, reasonOf(error), revision);
      }
    },
    schemaOf: today,
  };
};
