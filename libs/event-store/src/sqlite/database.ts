import { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable, StoreUnusable } from '../event-store.ts';
import { FolderInUse } from './folder-lock.ts';
import { closeDatabaseToOthers } from './private-files.ts';
import { messageOf } from './result-codes.ts';
import { makeDatabaseFile } from './write-lock.ts';

/** The number of the table layout below, kept in the file; raise it when the layout changes. */
const LAYOUT = 2;
/** The layout of the first versions: without checksums. */
const WITHOUT_CHECKSUMS = 1;
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
    meta TEXT NOT NULL,
    checksum INTEGER
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

const layoutOf = (database: DatabaseSync): number => Number(value(database, 'PRAGMA user_version'));

/** Whether the events of a log can have checksums. */
export const hasChecksums = (database: DatabaseSync): boolean => layoutOf(database) > WITHOUT_CHECKSUMS;

const ensureLayout = (database: DatabaseSync, path: string, readOnly: boolean): void => {
  const layout = layoutOf(database);
  const isLog = value(database, 'PRAGMA application_id') === APPLICATION;
  if (isLog && (layout === LAYOUT || (readOnly && layout === WITHOUT_CHECKSUMS))) return;
  if (isLog && layout === WITHOUT_CHECKSUMS) {
    database.exec(`
      BEGIN IMMEDIATE;
      ALTER TABLE events ADD COLUMN checksum INTEGER;
      PRAGMA user_version = ${LAYOUT};
      COMMIT;
    `);
    return;
  }
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
 * Opens the file of an event log, or creates it. Throws `StoreUnusable` when it is something else or of a newer layout,
 * `StoreUnavailable` when it cannot be opened, and `FolderInUse` when another process has it open under another name.
 */
export const openDatabase = (path: string, readOnly = false): DatabaseSync => {
  let database: DatabaseSync | undefined;
  try {
    if (!readOnly) makeDatabaseFile(path);
    database = new DatabaseSync(path, { readOnly, timeout: BUSY_TIMEOUT });
    if (!readOnly) makeDurable(database, path);
    database.exec(`PRAGMA mmap_size = ${MAPPED}`);
    ensureLayout(database, path, readOnly);
    if (!readOnly) closeDatabaseToOthers(path);
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof StoreUnusable || error instanceof FolderInUse ? error : unavailable(error, path);
  }
};

/** What SQLite complained about, as the port says it. */
export const unavailable = (error: unknown, path?: string): StoreUnavailable => {
  const log = path === undefined ? 'the event log' : `the event log ${path}`;
  return new StoreUnavailable(`${log} cannot be used: ${messageOf(error)}`, { cause: error });
};
