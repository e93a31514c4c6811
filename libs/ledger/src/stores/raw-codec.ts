import { codec, CorruptEvent, type Codec } from '#event-store';
import type { EventMeta, Recorded } from '#kernel';

const { encode } = codec({});

const objectIn = (value: unknown, what: string): object => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new Error(`its ${what} is no object`);
};

const reading =
  (parsed: (value: unknown) => unknown): Codec['restore'] =>
  ({ id, type, data, meta }, stream, revision, position) => {
    try {
      return {
        id,
        stream,
        revision,
        position,
        type,
        data: objectIn(parsed(data), 'data') as Recorded['data'],
        meta: objectIn(parsed(meta), 'metadata') as EventMeta,
      };
    } catch (error) {
      throw new CorruptEvent(stream, position, error instanceof Error ? error.message : String(error));
    }
  };

/**
 * Events in the shape in which they were written, old shapes included. For copies and digests, which must not
 * change because a newer program upcasts old events. Nothing that decides or projects uses it.
 */
export const rawCodec: Codec = {
  encode,
  decode: reading((text) => JSON.parse(String(text))),
  restore: reading((value) => value),
  schemaOf: (type) => {
    throw new Error(`a copy handles no commands, and none records ${type}`);
  },
};
