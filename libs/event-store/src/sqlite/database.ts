import { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable, StoreUnusable } from '../event-store.ts';

/** The number of the table layout below, kept in the file; raise it when the layout changes. */
const LAYOUT = 1;
/** Says in the file's header that it is an event log and not some other database: "ledg". */
const APPLICATION = 0x6c656467;

/** How long another process may hold the file, in milliseconds: a backup, or a reader that recovers it. */
const BUSY_TIMEOUT = 2_000;
/** How much of the file is read without a system call, in bytes. */
const MAPPED = 1 << 30;
/** When the write-ahead log is folded back into the file, in pages of 4 KiB. */
const CHECKPOINT = 4_000;

/**
 * Names of streams are written once and then referred to by number: the index by stream and revision then has a fifth
 * of the size, and a commit that touches 64 streams writes a few of its pages instead of 64.
 */
const TABLES = `
  CREATE TABLE streams (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL REFERENCES streams (number),
    revision INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    meta TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX events_by_stream ON events (stream, revision);
`;

/** The value of a pragma, or of any other statement that answers with one value. */
const value = (database: DatabaseSync, sql: string): unknown => Object.values(database.prepare(sql).get() ?? {})[0];

/** Makes an answered append survive a power cut, and sees to it that this is so. */
const makeDurable = (database: DatabaseSync, path: string): void => {
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = ${CHECKPOINT};
  `);
  // Some builds of SQLite quietly keep WAL at NORMAL, where a commit is not yet on the disk.
  if (value(database, 'PRAGMA synchronous') !== 2) throw new StoreUnusable(`${path} cannot be written durably`);
};

const ensureLayout = (database: DatabaseSync, path: string, readOnly: boolean): void => {
  const layout = Number(value(database, 'PRAGMA user_version'));
  const isLog = value(database, 'PRAGMA application_id') === APPLICATION;
  if (isLog && layout === LAYOUT) return;
  if (isLog && layout > LAYOUT)
    throw new StoreUnusable(
      `${path} has table layout ${layout}, this version knows ${LAYOUT}: a newer one wrote it, use that`,
    );
  if (readOnly || value(database, 'SELECT count(*) FROM sqlite_schema') !== 0)
    throw new StoreUnusable(`${path} is not an event log`);
  database.exec(`
    BEGIN IMMEDIATE;
    ${TABLES}
    PRAGMA application_id = ${APPLICATION};
    PRAGMA user_version = ${LAYOUT};
    COMMIT;
  `);
};

/**
 * Opens the file of an event log, or creates it. Throws `StoreUnusable` when it is something else or of a newer layout, and
 * `StoreUnavailable` when it cannot be opened.
 */
export const openDatabase = (path: string, readOnly = false): DatabaseSync => {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly, timeout: BUSY_TIMEOUT });
    if (!readOnly) makeDurable(database, path);
    database.exec(`PRAGMA mmap_size = ${MAPPED}`);
    ensureLayout(database, path, readOnly);
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof StoreUnusable ? error : unavailable(error, path);
  }
};

/** Result codes of SQLite, https://sqlite.org/rescode.html. */
export const BUSY = 5;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/** A property of whatever was thrown. It need not be one of our realm's `Error`s, so it is not asked for its class. */
const propertyOf = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;

/** The primary result code with which SQLite failed. */
export const resultCodeOf = (error: unknown): number => Number(propertyOf(error, 'errcode')) & 0xff;

/** Whether the bytes are to blame, so that trying again is of no use. Nobody ever wrote a number beyond 2^53. */
export const isDamage = (error: unknown): boolean =>
  [CORRUPT, NOT_A_DATABASE].includes(resultCodeOf(error)) || propertyOf(error, 'code') === 'ERR_OUT_OF_RANGE';

/** What SQLite complained about, as the port says it. */
export const unavailable = (error: unknown, path?: string): StoreUnavailable => {
  const log = path === undefined ? 'the event log' : `the event log ${path}`;
  return new StoreUnavailable(`${log} cannot be used: ${messageOf(error)}`, { cause: error });
};

export const messageOf = (error: unknown): string => String(propertyOf(error, 'message') ?? error);
