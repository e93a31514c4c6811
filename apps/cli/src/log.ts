import { createHash } from 'node:crypto';
import type { Recorded } from '#kernel';

/** An event of an export: everything that was recorded, in the shape in which it was written. */
export type Entry = Pick<Recorded, 'stream' | 'revision' | 'id' | 'type' | 'data' | 'meta'> & {
  readonly schema: number;
};

export const entryOf = ({ stream, revision, id, type, data, meta }: Recorded): Entry => ({
  stream,
  revision,
  id,
  type,
  schema: meta.schema,
  data,
  meta,
});

/** Sorts the members of every object, so that equal values are equal text. */
const inOrder = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, inOrder(member)]),
  );
};

/** An event as a line of text: equal for equal events. */
export const canonical = (entry: Entry): string => `${JSON.stringify(inOrder(entry))}\n`;

/**
 * The digest of a log: SHA-256 over its events in order, each as canonical JSON on a line of its own. It leaves out the
 * positions, which each store assigns itself: a copy has the same digest.
 */
export class LogDigest {
  readonly #hash = createHash('sha256');
  events = 0;

  add(entry: Entry): void {
    this.#hash.update(canonical(entry));
    this.events += 1;
  }

  /** The digest so far; reading may go on afterwards. */
  get sha256(): string {
    return this.#hash.copy().digest('hex');
  }
}
