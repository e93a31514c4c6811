import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Position, Recorded } from '#kernel';
import type { Codec } from '../codec.ts';
import {
  CorruptEvent,
  StoreUnavailable,
  type Draft,
  type EventStore,
  type LogEnd,
  type Receipt,
  type Revision,
} from '../event-store.ts';
import { Followers, onlyOf, type Fresh } from '../followers.ts';
import { offsetOf, positionOf } from '../position.ts';
import { pollForCommits } from './commits-of-others.ts';
import { openDatabase, unavailable } from './database.ts';
import { GroupCommit, type Written } from './group-commit.ts';
import { FileIdentity } from './file-identity.ts';
import { FolderInUse } from './folder-lock.ts';
import { isDamage, messageOf } from './result-codes.ts';
import { StreamNames } from './stream-names.ts';

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
};

/**
 * The store of a single machine. Throws when the file is not an event log, or has a newer layout, and `FolderInUse` when
 * another process writes to it.
 */
export const openSqlite = ({ path, codec, readOnly = false }: SqliteOptions): SqliteLog => {
  const database = openDatabase(path, readOnly);
  try {
    return new SqliteEventStore(database, codec, readOnly);
  } catch (error) {
    database.close();
    throw error instanceof FolderInUse ? error : unavailable(error, path);
  }
};

/** A negative limit is none, to SQLite. */
const UNLIMITED = -1;

/** A row comes as an array: as an object it would take twice the time. */
type Row = readonly [
  offset: number,
  stream: number,
  revision: Revision,
  id: string,
  type: string,
  data: string,
  meta: string,
];
const COLUMNS = 'position, stream, revision, id, type, data, meta';

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
      : new GroupCommit(database, this.#files, (written) => this.#followers.wake(this.#fresh(written)));
    this.#names = new StreamNames(database);
    this.#stream = database.prepare(`
      SELECT ${COLUMNS} FROM events
      WHERE stream = (SELECT number FROM streams WHERE name = ?) AND revision >= ? ORDER BY revision LIMIT ?`);
    this.#log = database.prepare(`SELECT ${COLUMNS} FROM events WHERE position > ? ORDER BY position LIMIT ?`);
    this.#stream.setReturnArrays(true);
    this.#log.setReturnArrays(true);
    this.#end = database.prepare('SELECT coalesce(max(position), 0) AS last FROM events');
  }

  async read(stream: string, from: Revision = 0, limit = UNLIMITED): Promise<readonly Recorded[]> {
    const rows = this.#rows(this.#stream, [stream, from, limit], [stream, 'unknown']);
    // An empty result is only valid while the log's files are in place.
    const fault = rows.length === 0 ? this.#files.fault() : undefined;
    if (fault !== undefined) throw fault;
    return rows.map((row) => this.#recorded(row, stream));
  }

  async append(stream: string, events: readonly Draft[], expected: Revision): Promise<Receipt> {
    return this.#writing().append(stream, events.map(this.#codec.encode), expected);
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
    const statement = this.#database.prepare(`
      SELECT ${COLUMNS} FROM events
      WHERE stream IN (SELECT number FROM streams WHERE ${named}) AND position > ? AND position <= ?
      ORDER BY position LIMIT ${HISTORY_BATCH}`);
    statement.setReturnArrays(true);
    // '.' comes right after '-': between them are the names that begin with the category and a dash.
    const range = categories.flatMap((category) => [`${category}-`, `${category}.`]);
    let from = after;
    while (!signal.aborted) {
      const rows = this.#rows(
        statement,
        [...range, offsetOf(from), offsetOf(upTo)],
        ['an unknown stream', `after ${from}`],
      );
      const numbers = () => rows.map(([, stream]) => stream);
      const events = rows.map((row) => this.#recorded(row, this.#names.of(row[1], numbers)));
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
    const numbers = () => rows.map(([, stream]) => stream);
    const events: Recorded[] = [];
    try {
      for (const row of rows) events.push(this.#recorded(row, this.#names.of(row[1], numbers)));
    } catch (error) {
      // A reader that resumes there gets this event first.
      if (events.length === 0) throw error;
    }
    return events;
  }

  /** What has been committed, as it would be read back. */
  #fresh(written: readonly Written[]): Fresh | undefined {
    const [first] = written;
    return (
      first && {
        after: positionOf(first.offset - 1),
        read: (limit) =>
          written
            .slice(0, limit)
            .map(({ offset, stream, revision, event }) =>
              this.#codec.decode(event, stream, revision, positionOf(offset)),
            ),
      }
    );
  }

  #rows(statement: StatementSync, values: SQLInputValue[], at: [stream: string, position: Position]): Row[] {
    this.#mustBeOpen();
    try {
      return statement.all(...values) as unknown as Row[];
    } catch (error) {
      throw isDamage(error) ? new CorruptEvent(...at, messageOf(error)) : unavailable(error);
    }
  }

  #recorded([offset, number, revision, id, type, data, meta]: Row, stream: string | undefined): Recorded {
    const position = positionOf(offset);
    if (stream === undefined) throw new CorruptEvent(`stream ${number}`, position, 'its stream has no name');
    return this.#codec.decode({ id, type, data, meta }, stream, revision, position);
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
