import { NO_STREAM as NOTHING } from '@eventstore/db-client';
import { START, type Position, type Recorded } from '#kernel';
import type { Codec } from '../codec.ts';
import {
  NO_STREAM,
  RevisionConflict,
  StoreUnavailable,
  StreamGone,
  type Draft,
  type EventStore,
  type LogEnd,
  type Receipt,
  type Revision,
} from '../event-store.ts';
import { AppendedHere } from './appended-here.ts';
import type { CallKind } from './client-session.ts';
import type { Connection } from './connection.ts';
import { within } from './countdown.ts';
import { actualIn, toPortError, isConflict } from './failures.ts';
import { batches } from './batches.ts';
import { Feed, type Logger } from './feed.ts';
import { toDriverPosition, toPosition } from './position.ts';
import { endOf, lastOf, lastWhere, PAGE, pageOf, type Reading } from './reading.ts';
import { decoded, isSystems, messageOf, type Record } from './mapping.ts';
import { acquire, release } from './client-pool.ts';

/** How long `close` waits for followers that are still starting, in milliseconds. */
const GRACE = 1_000;
/** How long a page of a stream may take however steadily it comes, in milliseconds. */
const LONGEST = 60_000;

export type EventStoreDbOptions = {
  /** A connection string: `esdb://user:password@host:2113?tls=true`. Special characters in it are percent-encoded. */
  readonly url: string;
  readonly codec: Codec;
  /** Told when the server goes away while the log is followed, and when it is back. */
  readonly logger?: Logger;
  /** How long a call may go without an answer, in milliseconds; handling tries four times. */
  readonly timeouts?: { readonly call?: number };
  /**
   * The categories of the ledger's streams, the part of their names before the `-`; the database may hold other
   * streams, too. An append to another category throws, since no follower would see it.
   */
  readonly categories: readonly string[];
};

export type EventStoreDb = EventStore & {
  /**
   * Resolves when the server answers and lets the whole log be read. Rejects with `StoreUnavailable` when it does not within
   * the time for a call, and with `StoreUnusable` when it denies that, or is too old.
   */
  ping(): Promise<void>;
};

/**
 * The store of a cluster: EventStoreDB or KurrentDB. Connects when it is first used, and again after each failure. Throws
 * if the connection string is invalid, or if this process is connected to another server.
 */
export const openEventStoreDb = (options: EventStoreDbOptions): EventStoreDb => new EventStoreDbEventStore(options);

class EventStoreDbEventStore implements EventStoreDb {
  readonly #connection: Connection;
  readonly #codec: Codec;
  readonly #logger: Logger | undefined;
  readonly #limit: number;
  readonly #prefixes: readonly string[];
  readonly #closing = new AbortController();
  readonly #underWay = new Set<Promise<unknown>>();
  /** One for each follower that has not received its first batch. */
  readonly #starting = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;
  /** A follower that has not received what was appended here is not at the end. */
  readonly #appended = new AppendedHere();

  constructor({ url, codec, logger, timeouts, categories }: EventStoreDbOptions) {
    this.#connection = acquire(url);
    this.#codec = codec;
    this.#logger = logger;
    this.#limit = timeouts?.call ?? 2_000;
    this.#prefixes = categories.map((category) => `${category}-`);
  }

  async read(stream: string, from: Revision = 0, limit = Infinity): Promise<readonly Recorded[]> {
    const events: Recorded[] = [];
    for (let next = from; ;) {
      const { records, last, absent } = await this.#readWithin(`reading ${stream}`, (reading) =>
        pageOf(reading, stream, next, Math.min(PAGE, limit - events.length)),
      );
      // The reader has seen earlier events, and streams of a ledger are never deleted.
      if (absent && next > 0) throw new StreamGone(stream);
      for (const record of records) events.push(decoded(this.#codec, record));
      if (last || events.length >= limit) return events;
      next = (events.at(-1)?.revision ?? next) + 1;
    }
  }

  async append(stream: string, events: readonly Draft[], expected: Revision): Promise<Receipt> {
    this.#mustBeOpen();
    if (!this.#isFollowed(stream))
      throw new Error(`${stream} is not followed: its category is not one of the ledger's`);
    if (events.length === 0) return this.#appendNothing(stream, expected);
    // Encoding may throw: nothing has been sent by then.
    const messages = events.map((event) => messageOf(this.#codec.encode(event)));
    const expectedRevision = expected === NO_STREAM ? NOTHING : BigInt(expected);
    const revision = expected + events.length;
    const limit = this.#limit;
    const call = { what: `appending to ${stream}`, kind: 'append', limit } as const;
    try {
      const { position } = await this.#track(
        this.#connection.run(call, ({ client }) =>
          client.appendToStream(stream, messages, { expectedRevision, deadline: limit }),
        ),
      );
      if (position === undefined) return await this.#alreadyAppended(stream, events, expected, revision);
      return this.#receipt(stream, revision, toPosition(position));
    } catch (error) {
      if (isConflict(error)) return this.#alreadyAppended(stream, events, expected, actualIn(error));
      throw toPortError(error, call.what);
    }
  }

  async *follow(
    position: Position,
    signal: AbortSignal,
    categories?: readonly string[],
  ): AsyncGenerator<readonly Recorded[]> {
    this.#mustBeOpen();
    // Throws when it is no position at all.
    toDriverPosition(position);
    const returned = new AbortController();
    const firstBatch = Promise.withResolvers<undefined>();
    const stop = AbortSignal.any([signal, this.#closing.signal, returned.signal]);
    if (stop.aborted) return;
    const prefixes = categories?.map((category) => `${category}-`) ?? this.#prefixes;
    const feed = new Feed(position, {
      connection: this.#connection,
      prefixes,
      limit: this.#limit,
      logger: this.#logger,
      stop,
    });
    this.#starting.add(firstBatch.promise);
    const started = () => {
      this.#starting.delete(firstBatch.promise);
      firstBatch.resolve(undefined);
    };
    try {
      for await (const batch of batches(feed, this.#codec, () => this.#appended.lastOf(prefixes), stop)) {
        started();
        yield batch;
      }
    } finally {
      started();
      returned.abort();
    }
  }

  /** The last event of the ledger: the database may hold others behind it, its own statistics for instance. */
  async logEnd(): Promise<LogEnd> {
    const written = this.#appended.lastOf(this.#prefixes);
    const isOurs = (record: Record) => !isSystems(record) && this.#isFollowed(record.streamId);
    const last = await this.#readWithin('asking where the log ends', (reading) => lastWhere(reading, isOurs));
    const position = last?.position ?? START;
    return { position: position > written ? position : written };
  }

  async ping(): Promise<void> {
    await this.#readWithin('asking where the log ends', endOf, 'ping');
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    // A follower that is still starting is connecting to the server.
    await within(GRACE, () => Promise.all(this.#starting)).catch(() => undefined);
    this.#closing.abort();
    await Promise.allSettled(this.#underWay);
    await release(this.#connection);
  }

  /** The receipt of an append without events. */
  async #appendNothing(stream: string, expected: Revision): Promise<Receipt> {
    const last = await this.#readWithin(`reading ${stream}`, (reading) => lastOf(reading, stream));
    const revision = last === undefined ? NO_STREAM : Number(last.revision);
    if (revision !== expected) throw new RevisionConflict(stream, expected, revision);
    return { revision, position: last?.position ?? START };
  }

  /** The receipt if exactly these events are recorded there: an append whose answer was lost had succeeded. Else a conflict. */
  async #alreadyAppended(
    stream: string,
    events: readonly Draft[],
    expected: Revision,
    actual: Revision,
  ): Promise<Receipt> {
    const from = expected + 1;
    const { records } = await this.#readWithin(`reading ${stream}`, (reading) =>
      pageOf(reading, stream, from, events.length),
    );
    const same = events.every(({ id }, index) => {
      const record = records[index];
      return record?.id === id && record.revision === BigInt(from + index);
    });
    const last = records.at(-1);
    if (!same || last === undefined) throw new RevisionConflict(stream, expected, actual);
    return this.#receipt(stream, Number(last.revision), last.position);
  }

  #receipt(stream: string, revision: Revision, position: Position): Receipt {
    const prefix = this.#prefixes.find((known) => stream.startsWith(known)) ?? '';
    this.#appended.add(prefix, position);
    return { revision, position };
  }

  #isFollowed(stream: string): boolean {
    return this.#prefixes.some((prefix) => stream.startsWith(prefix));
  }

  /** Runs a read within the call's timeout, which begins with its turn and restarts with each event that arrives. */
  async #readWithin<T>(what: string, read: (reading: Reading) => Promise<T>, kind: CallKind = 'read'): Promise<T> {
    this.#mustBeOpen();
    const limit = this.#limit;
    try {
      const call = { what, kind, limit, longest: LONGEST };
      const reading = this.#connection.run(call, ({ client, over }) => read({ client, over, limit }));
      return await this.#track(reading);
    } catch (error) {
      throw toPortError(error, what);
    }
  }

  /** `close` waits for what is under way. */
  async #track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    try {
      return await work;
    } finally {
      this.#underWay.delete(work);
    }
  }

  #mustBeOpen(): void {
    if (this.#closed !== undefined) throw new StoreUnavailable('the event store is closed');
  }
}
