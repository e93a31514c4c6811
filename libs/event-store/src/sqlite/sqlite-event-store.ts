import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Position, Recorded } from '#kernel';
import type { Codec } from '../codec.ts';
import {
  CorruptEvent,
  StoreUnavailable,
  StoreUnusable,
  type Draft,
  type EventStore,
  type LogEnd,
  type Receipt,
  type Revision,
} from '../event-store.ts';
import { Followers, onlyOf } from '../followers.ts';
import { offsetOf, positionOf } from '../position.ts';
import { pollForCommits } from './commits-of-others.ts';
import { openDatabase, unavailable } from './database.ts';
import { GroupCommit } from './group-commit.ts';
import { FileIdentity } from './file-identity.ts';
import { FolderInUse } from './folder-lock.ts';
import { isDamage, messageOf } from './result-codes.ts';
import { eventIn, freshOf, rowsBy, type Row, type RowReader } from './rows.ts';
import { StreamNames } from './stream-names.ts';
import { isWhole, missingAt, verify, type Verification } from './verification.ts';

/** How many events of some categories are read at once. */
const HISTORY_BATCH = 500;

export type SqliteOptions = {
  /** The file; `:memory:` for a log that ends with the process. */
  readonly path: string;
  readonly codec: Codec;
  /** Reads beside the process that owns the file: appending is an error, and followers look for news by themselves. */
  readonly readOnly?: boolean;
};

export type SqliteLog = EventStore & {
  /** Writes without recording anything. Rejects with `StoreUnavailable` when the file cannot be written. */
  attempt(): Promise<void>;
  /** Reads every event and checks it: what follows the log checks only what it reads. Blocks until it is done. */
  verify(): Verification;
};

/**
 * The store of a single machine. Throws when the file is not an event log, or has a newer layout, `FolderInUse` when
 * another process writes to it, and, unless it is only read, `CorruptEvent` when events are missing at its end.
 */
export const openSqlite = ({ path, codec, readOnly = false }: SqliteOptions): SqliteLog => {
  const database = openDatabase(path, readOnly);
  try {
    const store = new SqliteEventStore(database, codec, readOnly);
    if (!readOnly && !isWhole(database)) throw store.verify().damages[0] ?? new StoreUnusable(`${path} is damaged`);
    return store;
  } catch (error) {
    database.close();
    const isClear = [FolderInUse, CorruptEvent, StoreUnavailable].some((known) => error instanceof known);
    throw isClear ? error : unavailable(error, path);
  }
};

/** SQLite takes a negative limit as no limit. */
const UNLIMITED = -1;

/** An event log in one file. Only specs construct it; all other code calls `openSqlite`. */
export class SqliteEventStore implements SqliteLog {
  readonly #database: DatabaseSync;
  readonly #codec: Codec;
  readonly #followers = new Followers();
  readonly #files: FileIdentity;
  readonly #writer: GroupCommit | undefined;
  readonly #names: StreamNames;
  readonly #stream: StatementSync;
  readonly #log: StatementSync;
  readonly #end: StatementSync;

  constructor(database: DatabaseSync, codec: Codec, readOnly = false) {
    this.#database = database;
    this.#codec = codec;
    this.#files = new FileIdentity(database);
    this.#writer = readOnly
      ? undefined
      : new GroupCommit(database, this.#files, (written) => this.#followers.wake(freshOf(written, codec)));
    this.#names = new StreamNames(database);
    this.#stream = rowsBy(
      database,
      'WHERE stream = (SELECT number FROM streams WHERE name = ?) AND revision >= ? ORDER BY revision LIMIT ?',
    );
    this.#log = rowsBy(database, 'WHERE position > ? ORDER BY position LIMIT ?');
    this.#end = database.prepare('SELECT coalesce(max(position), 0) AS last FROM events');
  }

  async read(stream: string, from: Revision = 0, limit = UNLIMITED): Promise<readonly Recorded[]> {
    const rows = this.#rows(this.#stream, [stream, from, limit], [stream, 'unknown']);
    // An empty result is only valid while the log's files are in place.
    const fault = rows.length === 0 ? this.#files.fault() : undefined;
    if (fault !== undefined) throw fault;
    return rows.map((row, index) => {
      const revision = from + index;
      if (row[2] !== revision)
        throw new CorruptEvent(stream, positionOf(row[0]), `revision ${revision} of its stream is missing`, row[2]);
      return eventIn(row, stream, this.#codec);
    });
  }

  async append(stream: string, events: readonly Draft[], expected: Revision): Promise<Receipt> {
    return this.#writing().append(stream, events.map(this.#codec.encode), expected);
  }

  verify(): Verification {
    this.#mustBeOpen();
    return verify(this.#database, (row) => this.#reader([row])(row));
  }

  async attempt(): Promise<void> {
    this.#writing().attempt();
  }

  async *follow(
    position: Position,
    signal: AbortSignal,
    categories?: readonly string[],
  ): AsyncGenerator<readonly Recorded[]> {
    this.#mustBeOpen();
    if (offsetOf(position) > this.#last()) throw new Error(`the log ends before position ${position}`);
    const read = (after: Position, limit: number) => this.#after(after, limit);
    const newsTimer = this.#writer ? undefined : pollForCommits(this.#database, () => this.#followers.wake());
    try {
      const from = categories === undefined ? position : positionOf(this.#last());
      if (categories !== undefined) yield* this.#historyOf(categories, { after: position, upTo: from, signal });
      yield* onlyOf(this.#followers.follow(read, from, signal), categories);
    } finally {
      clearInterval(newsTimer);
    }
  }

  async logEnd(): Promise<LogEnd> {
    this.#mustBeOpen();
    const fault = this.#files.fault();
    if (fault !== undefined) throw fault;
    const events = this.#last();
    return { position: positionOf(events), events };
  }

  /** What some categories' streams hold after one position and up to another, by the index of streams. */
  async *#historyOf(
    categories: readonly string[],
    { after, upTo, signal }: { readonly after: Position; readonly upTo: Position; readonly signal: AbortSignal },
  ): AsyncGenerator<readonly Recorded[]> {
    const named = categories.map(() => '(name >= ? AND name < ?)').join(' OR ');
    const statement = rowsBy(
      this.#database,
      `WHERE stream IN (SELECT number FROM streams WHERE ${named}) AND position > ? AND position <= ?
       ORDER BY position LIMIT ${HISTORY_BATCH}`,
    );
    // '.' comes right after '-': between them are the names that begin with the category and a dash.
    const range = categories.flatMap((category) => [`${category}-`, `${category}.`]);
    let from = after;
    while (!signal.aborted) {
      const rows = this.#rows(
        statement,
        [...range, offsetOf(from), offsetOf(upTo)],
        ['an unknown stream', `after ${from}`],
      );
      const events = rows.map(this.#reader(rows));
      if (events.length > 0) yield events;
      if (events.length < HISTORY_BATCH) return;
      from = events.at(-1)?.position ?? from;
      await yieldToEventLoop();
    }
  }

  async close(): Promise<void> {
    if (!this.#database.isOpen) return;
    this.#writer?.close();
    this.#followers.end();
    this.#database.close();
  }

  /** The number of the log's last event. They are counted without gaps. */
  #last(): number {
    try {
      return Number(this.#end.get()?.last);
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** The events after a position; of those before an unreadable one, at least. */
  #after(position: Position, limit: number): Recorded[] {
    const rows = this.#rows(this.#log, [offsetOf(position), limit], ['an unknown stream', `after ${position}`]);
    const read = this.#reader(rows);
    const events: Recorded[] = [];
    try {
      let offset = offsetOf(position);
      for (const row of rows) {
        if (row[0] !== ++offset) throw missingAt(this.#database, offset);
        events.push(read(row));
      }
    } catch (error) {
      // A reader that resumes there gets this event first.
      if (events.length === 0) throw error;
    }
    return events;
  }

  #rows(statement: StatementSync, values: SQLInputValue[], at: [stream: string, position: Position]): Row[] {
    this.#mustBeOpen();
    try {
      return statement.all(...values) as unknown as Row[];
    } catch (error) {
      throw isDamage(error) ? new CorruptEvent(...at, messageOf(error)) : unavailable(error);
    }
  }

  /** Reads rows; the names of their streams are looked up together. */
  #reader(rows: readonly Row[]): RowReader {
    const numbers = () => rows.map(([, stream]) => stream);
    return (row) => eventIn(row, this.#names.of(row[1], numbers), this.#codec);
  }

  #writing(): GroupCommit {
    this.#mustBeOpen();
    if (this.#writer === undefined) throw new Error('the event log was opened for reading only');
    return this.#writer;
  }

  #mustBeOpen(): void {
    if (!this.#database.isOpen) throw new StoreUnavailable('the event store is closed');
  }
}
