import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Position, Recorded } from '#kernel';
import type { Codec, Encoded } from '../codec.ts';
import {
  CorruptEvent,
  StoreUnavailable,
  type Draft,
  type EventStore,
  type Receipt,
  type Revision,
} from '../event-store.ts';
import { Followers } from '../followers.ts';
import { placeOf, positionOf } from '../position.ts';
import { openDatabase, unavailable } from './database.ts';
import { GroupCommit } from './group-commit.ts';

/** How often a reader looks whether the process that owns the file has written, in milliseconds. */
const LOOK_AGAIN = 200;

/** Codes of SQLite: the file's own structure is damaged, or it is no database. */
const DAMAGED: readonly unknown[] = [11, 26];

export type SqliteOptions = {
  /** The file; `:memory:` for a log that ends with the process. */
  readonly path: string;
  readonly codec: Codec;
  /** Reads beside the process that owns the file: appending is an error, and followers look for news by themselves. */
  readonly readOnly?: boolean;
};

/** The store of a single machine. Throws when the file is no event log, or of a newer layout. */
export const openSqlite = ({ path, codec, readOnly = false }: SqliteOptions): EventStore =>
  new SqliteEventStore(openDatabase(path, readOnly), codec, readOnly);

type Row = Encoded & { readonly place: number; readonly stream: string; readonly revision: number };

/** An event log in one file. Only specs construct it; everybody else calls `openSqlite`. */
export class SqliteEventStore implements EventStore {
  readonly #database: DatabaseSync;
  readonly #codec: Codec;
  readonly #followers = new Followers();
  readonly #writer: GroupCommit | undefined;
  readonly #stream: StatementSync;
  readonly #log: StatementSync;
  readonly #end: StatementSync;

  constructor(database: DatabaseSync, codec: Codec, readOnly = false) {
    this.#database = database;
    this.#codec = codec;
    this.#writer = readOnly ? undefined : new GroupCommit(database, () => this.#followers.wake());
    this.#stream = database.prepare(`
      SELECT position AS place, name AS stream, revision, id, type, data, meta
      FROM streams JOIN events ON stream = number
      WHERE name = ? AND revision >= ? ORDER BY revision`);
    this.#log = database.prepare(`
      SELECT position AS place, name AS stream, revision, id, type, data, meta
      FROM events JOIN streams ON number = stream
      WHERE position > ? ORDER BY position LIMIT ?`);
    this.#end = database.prepare('SELECT coalesce(max(position), 0) AS place FROM events');
  }

  async read(stream: string, from: Revision = 0): Promise<readonly Recorded[]> {
    return this.#recorded(this.#stream, stream, from);
  }

  async append(stream: string, events: readonly Draft[], expected: Revision): Promise<Receipt> {
    this.#mustBeOpen();
    if (this.#writer === undefined) throw new Error('the event log was opened for reading only');
    return this.#writer.append(stream, events.map(this.#codec.encode), expected);
  }

  async *follow(position: Position, signal: AbortSignal): AsyncGenerator<readonly Recorded[]> {
    this.#mustBeOpen();
    if (placeOf(position) > Number(this.#end.get()?.place)) throw new Error(`the log ends before position ${position}`);
    const read = (after: Position, limit: number) => this.#recorded(this.#log, placeOf(after), limit);
    const looking = this.#writer === undefined ? this.#lookForNews() : undefined;
    try {
      yield* this.#followers.follow(read, position, signal);
    } finally {
      clearInterval(looking);
    }
  }

  async close(): Promise<void> {
    if (!this.#database.isOpen) return;
    this.#writer?.finish();
    this.#followers.end();
    this.#database.close();
  }

  #recorded(statement: StatementSync, ...where: [string | number, number]): Recorded[] {
    this.#mustBeOpen();
    let rows: Row[];
    try {
      rows = statement.all(...where) as unknown as Row[];
    } catch (error) {
      throw damaged(error) ? new CorruptEvent('the log', String(where[0]), String(error)) : unavailable(error);
    }
    return rows.map((row) => this.#codec.decode(row, row.stream, row.revision, positionOf(row.place)));
  }

  /** Wakes followers when another process has committed to the file. */
  #lookForNews(): NodeJS.Timeout {
    const version = this.#database.prepare('PRAGMA data_version');
    let seen = version.get()?.data_version;
    return setInterval(() => {
      if (!this.#database.isOpen || version.get()?.data_version === seen) return;
      seen = version.get()?.data_version;
      this.#followers.wake();
    }, LOOK_AGAIN);
  }

  #mustBeOpen(): void {
    if (!this.#database.isOpen) throw new StoreUnavailable('the event store is closed');
  }
}

/** Whether the bytes are to blame, and trying again is of no use. A number beyond 2^53 was never written by us. */
const damaged = (error: unknown): boolean =>
  error instanceof Error &&
  (('errcode' in error && DAMAGED.includes(error.errcode)) || ('code' in error && error.code === 'ERR_OUT_OF_RANGE'));
