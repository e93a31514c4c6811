import type { EventMeta, Position, Recorded } from '#kernel';

/** An event about to be written. `id` is a UUID that its command determines, so that a retry is recognised. */
export type Draft = { readonly id: string; readonly type: string; readonly data: object; readonly meta: EventMeta };

/** The last revision of a stream; -1 while it has no event. */
export type Revision = number;
export const NO_STREAM: Revision = -1;

/** Where an append ended up: revision and position of its last event; of the stream's last event if it was empty. */
export type Receipt = { readonly revision: Revision; readonly position: Position };

/**
 * Where a log ends: the position of its last event, `START` when it has none, and how many events it holds. The number is
 * left out where the store cannot tell without reading them all.
 */
export type LogEnd = { readonly position: Position; readonly events?: number };

/** The narrow port. An adapter is right when it passes `eventStoreContract`. */
export interface EventStore {
  /**
   * The events of a stream from this revision on, oldest first, `limit` (above zero) at most; empty without any. Already
   * upcast. Costs only what it returns, however long the stream is. Rejects with
   * `StreamGone` if it can be seen that this is not the log in which the stream was at `from`.
   */
  read(stream: string, from?: Revision, limit?: number): Promise<readonly Recorded[]>;
  /**
   * Writes all events or none, durably, at exactly this place. Rejects with `RevisionConflict` when the stream is not at
   * `expected`, with `StoreUnavailable` when the store cannot be reached or written (the outcome may then be unknown:
   * retry with the same ids and the same `expected`). The same ids again at the same place succeed, and write nothing.
   */
  append(stream: string, events: readonly Draft[], expected: Revision): Promise<Receipt>;
  /**
   * Every event after `position` in log order, in batches, then live until the signal aborts (the iteration then ends).
   * An empty batch means that the reader is at the log's end; there is one each time it arrives there. Throws when
   * the log ends before `position`: then it is not the log from which the position was taken.
   *
   * With `categories` (the part of a stream's name before the `-`), only events of those streams, and history costs what
   * these streams cost, however long the log is.
   */
  follow(position: Position, signal: AbortSignal, categories?: readonly string[]): AsyncIterable<readonly Recorded[]>;
  /**
   * Where the log ends now: at or behind every append that was answered before. Rejects with `StoreUnavailable` when the
   * store cannot be reached.
   */
  logEnd(): Promise<LogEnd>;
  /** Ends followers, finishes what is being written, and lets go of the storage. */
  close(): Promise<void>;
}

/** The stream is not at the writer's revision, because another writer appended to it. */
export class RevisionConflict extends Error {
  override readonly name = 'RevisionConflict';
  readonly stream: string;
  readonly expected: Revision;
  readonly actual: Revision;
  constructor(stream: string, expected: Revision, actual: Revision) {
    super(`${stream} is at revision ${actual}, not at ${expected}`);
    this.stream = stream;
    this.expected = expected;
    this.actual = actual;
  }
}

/** The store is away, full or silent. What was asked may or may not have happened. */
export class StoreUnavailable extends Error {
  override readonly name: string = 'StoreUnavailable';
}

/** The store responds, but denies access, or is too old. Waiting does not help; the operator has to act. */
export class StoreUnusable extends StoreUnavailable {
  override readonly name: string = 'StoreUnusable';
}

/** A stream that had events is gone, although streams are never deleted: this is another log. */
export class StreamGone extends StoreUnusable {
  override readonly name = 'StreamGone';
  constructor(stream: string) {
    super(`${stream} is gone: the log was wiped or exchanged`);
  }
}

/** The log holds bytes that are no event, or not those that were written, or an event is missing. Reported with its place, never skipped. */
export class CorruptEvent extends Error {
  override readonly name = 'CorruptEvent';
  readonly stream: string;
  readonly position: Position;
  /** Where it is known. */
  readonly revision: Revision | undefined;
  /** What is wrong, to be read after its place. */
  readonly reason: string;
  constructor(stream: string, position: Position, reason: string, revision?: Revision) {
    const within = revision === undefined ? `in ${stream}` : `(revision ${revision} of ${stream})`;
    super(`the event at position ${position} ${within} cannot be read: ${reason}`);
    this.stream = stream;
    this.position = position;
    this.revision = revision;
    this.reason = reason;
  }
}
