import { DatabaseSync } from 'node:sqlite';
import { closeDatabaseToOthers, FolderInUse, makeDatabaseFile, type WriteLock } from '#event-store/sqlite';
import { sentenceOf } from '../logger.ts';
import { ReadModelNotBuilt, ReadStoreUnavailable, RowRefused } from '../read-store.ts';

/** Result codes of SQLite that speak of the row, not of the store: too big, constraint, mismatch, range. */
const ABOUT_THE_ROW = new Set([18, 19, 20, 25]);

/** Result codes that speak of the statement, not of the store: error, misuse. Those are our own mistakes, and stay as they are. */
const ABOUT_THE_STATEMENT = new Set([1, 21]);

/** What SQLite says of a view that has not been made: the read model is on its way. It has no code of its own. */
const NO_SUCH_TABLE = /^no such table: /;

/** How long to wait for another process's lock while a file is opened, or read, in milliseconds: it blocks this process. */
const BUSY_TIMEOUT = 250;

/** How much of the file is kept in memory, as SQLite counts it: negative, in KiB. */
export const CACHE = -65_536;
/** While read models are built: the index of a random key is touched all over, and must fit as long as it can. */
export const BULK_CACHE = -262_144;

/**
 * Opens a database file, or a database in memory for `:memory:`. Throws `ReadStoreUnavailable`, and `FolderInUse` when another
 * process writes to it.
 */
export const connect = (path: string, readOnly: boolean): DatabaseSync => {
  try {
    if (!readOnly) makeDatabaseFile(path);
    const database = new DatabaseSync(path, { readOnly, timeout: BUSY_TIMEOUT });
    // Readers never wait for the writer in WAL. NORMAL survives a killed process; a power cut may take back the last
    // transactions, rows and checkpoint together, and the runner reads on from there: the log is what must be durable.
    if (!readOnly) database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    // Checkpointing the WAL every 64 MB instead of every 4 MB writes a page that changes often once instead of
    // sixteen times: half as much again in rows a second.
    database.exec(
      `PRAGMA wal_autocheckpoint = 16384; PRAGMA journal_size_limit = 134217728;
       PRAGMA cache_size = ${CACHE}; PRAGMA mmap_size = 268435456; PRAGMA temp_store = memory`,
    );
    if (!readOnly) closeDatabaseToOthers(path);
    return database;
  } catch (error) {
    throw error instanceof FolderInUse ? error : unavailable(error, path);
  }
};

/**
 * Runs `work` in one transaction; nothing of it stays when it throws. Whenever `work` yields, `pause` gives others in this
 * process a turn; they must not use this connection.
 */
export const transaction = async <T>(
  lock: WriteLock,
  work: () => Generator<void, T>,
  yieldToEventLoop: () => Promise<void>,
): Promise<T> => {
  try {
    if (!lock.take()) throw new ReadStoreUnavailable('the read store is locked: another process writes to it');
    const parts = work();
    let part = parts.next();
    for (; !part.done; part = parts.next()) await yieldToEventLoop();
    lock.commit();
    return part.value;
  } catch (error) {
    rollBack(lock);
    throw toPortError(error);
  }
};

const rollBack = (lock: WriteLock): void => {
  try {
    lock.rollBack();
  } catch {
    // The error that led here is the one to report.
  }
};

/** What the port promises instead of what SQLite throws. Errors that are ours already stay as they are. */
export const toPortError = (error: unknown): unknown => {
  if (typeof error !== 'object' || error === null || !('code' in error)) return error;
  if (error.code === 'ERR_SQLITE_ERROR' && 'errcode' in error) {
    // The low byte is the primary code.
    const code = Number(error.errcode) & 0xff;
    if (ABOUT_THE_ROW.has(code)) return new RowRefused(sentenceOf(error), { cause: error });
    if (NO_SUCH_TABLE.test(sentenceOf(error))) return notBuilt(error);
    return ABOUT_THE_STATEMENT.has(code) ? error : unavailable(error);
  }
  // A value that node:sqlite cannot bind.
  if (error.code === 'ERR_INVALID_ARG_TYPE') return new RowRefused(sentenceOf(error), { cause: error });
  return error.code === 'ERR_INVALID_STATE' ? unavailable(error) : error;
};

const notBuilt = (error: unknown): ReadModelNotBuilt =>
  new ReadModelNotBuilt(`the read models have not all been built yet: ${sentenceOf(error)}`, { cause: error });

const unavailable = (error: unknown, path = 'in SQLite'): ReadStoreUnavailable =>
  new ReadStoreUnavailable(`the read store ${path} cannot be used: ${sentenceOf(error)}`, { cause: error });
