import type { Position, Recorded } from '#kernel';
import type { Codec, Encoded } from '../codec.ts';
import {
  NO_STREAM,
  RevisionConflict,
  StoreUnavailable,
  type Draft,
  type EventStore,
  type LogEnd,
  type Receipt,
  type Revision,
} from '../event-store.ts';
import { Followers, onlyOf } from '../followers.ts';
import { offsetOf, positionOf } from '../position.ts';

type Entry = { readonly stream: string; readonly revision: Revision; readonly event: Encoded };

/** A store for specs: it forgets everything when it is closed, and keeps the same texts as the others until then. */
export const openMemory = ({ codec }: { readonly codec: Codec }): EventStore => new MemoryEventStore(codec);

class MemoryEventStore implements EventStore {
  readonly #codec: Codec;
  /** Position n is at index n - 1. */
  readonly #log: Entry[] = [];
  /** The places of each stream's events in the log. */
  readonly #streams = new Map<string, number[]>();
  readonly #followers = new Followers();
  #closed = false;

  constructor(codec: Codec) {
    this.#codec = codec;
  }

  async read(stream: string, from: Revision = 0, limit = Infinity): Promise<readonly Recorded[]> {
    this.#mustBeOpen();
    return this.#offsetsOf(stream)
      .slice(from, from + limit)
      .map(this.#recorded);
  }

  async append(stream: string, events: readonly Draft[], expected: Revision): Promise<Receipt> {
    this.#mustBeOpen();
    const offsets = this.#offsetsOf(stream);
    const actual = offsets.length - 1;
    if (actual !== expected) {
      const already = offsets.slice(Math.max(0, expected + 1)).slice(0, events.length);
      const same =
        events.length > 0 && events.every(({ id }, index) => id === this.#log[already[index] ?? -1]?.event.id);
      if (!same) throw new RevisionConflict(stream, expected, actual);
      return this.#receipt(expected + events.length, already.at(-1));
    }
    // Encoding may throw: nothing is written before all of it has succeeded.
    for (const [index, event] of events.map(this.#codec.encode).entries())
      offsets.push(this.#log.push({ stream, revision: expected + 1 + index, event }) - 1);
    if (events.length > 0) {
      this.#streams.set(stream, offsets);
      this.#followers.wake();
    }
    return this.#receipt(offsets.length - 1, offsets.at(-1));
  }

  async *follow(
    position: Position,
    signal: AbortSignal,
    categories?: readonly string[],
  ): AsyncGenerator<readonly Recorded[]> {
    this.#mustBeOpen();
    const start = offsetOf(position);
    if (start > this.#log.length) throw new Error(`the log ends before position ${position}`);
    const read = (after: Position, limit: number) => {
      const from = offsetOf(after);
      return this.#log.slice(from, from + limit).map((_, offset) => this.#recorded(from + offset));
    };
    yield* onlyOf(this.#followers.follow(read, position, signal), categories);
  }

  async logEnd(): Promise<LogEnd> {
    this.#mustBeOpen();
    const events = this.#log.length;
    return { position: positionOf(events), events };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#followers.end();
  }

  readonly #recorded = (offset: number): Recorded => {
    const entry = this.#log[offset];
    if (entry === undefined) throw new Error(`there is no event at ${offset}`);
    return this.#codec.decode(entry.event, entry.stream, entry.revision, positionOf(offset + 1));
  };

  #offsetsOf(stream: string): number[] {
    return this.#streams.get(stream) ?? [];
  }

  #receipt(revision: Revision, offset = NO_STREAM): Receipt {
    return { revision, position: positionOf(offset + 1) };
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new StoreUnavailable('the event store is closed');
  }
}
