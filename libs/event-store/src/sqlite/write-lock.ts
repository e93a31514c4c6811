import { existsSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { FolderInUse } from './folder-lock.ts';
import { makePrivateFile } from './private-files.ts';
import { BUSY, resultCodeOf } from './result-codes.ts';

/** How often a lock that went to another process is tried for, in milliseconds. */
const RETRY_MS = 250;

/**
 * The right to write to a database file: SQLite's own write lock, which is held between transactions, too. So the file has
 * one owner even where the data folder's lock file was deleted, or the file is reached by another path. Readers are not
 * held up (WAL), and the lock ends with the process.
 */
export class WriteLock {
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  /** A database in memory has one connection only, which others use between transactions. */
  readonly #isShared: boolean;
  #timer: NodeJS.Timeout | undefined;

  /** Takes it at once, or throws `FolderInUse`. From then on, this connection waits for no lock of another process. */
  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    this.#rollback = database.prepare('ROLLBACK');
    database.exec('PRAGMA busy_timeout = 0');
    const path = database.location();
    this.#isShared = path !== null;
    if (path !== null && !this.take()) throw new FolderInUse(dirname(path), path);
  }

  /** Begins a transaction unless one is open. Returns whether one is: `false` while another process writes. Throws what SQLite throws. */
  take(): boolean {
    if (this.#database.isTransaction) return true;
    try {
      this.#begin.run();
      return true;
    } catch (error) {
      if (resultCodeOf(error) !== BUSY) throw error;
      return false;
    }
  }

  /** Commits, and begins the next transaction at once. */
  commit(): void {
    this.#commit.run();
    this.#keep();
  }

  /** Takes back what was written since the last commit, and begins the next transaction at once. */
  rollBack(): void {
    try {
      // When the disk is full or fails, SQLite has sometimes rolled back by itself.
      if (this.#database.isTransaction) this.#rollback.run();
    } finally {
      this.#keep();
    }
  }

  /** Gives it back; what is not committed is gone. Call it before the database is closed. */
  release(): void {
    clearTimeout(this.#timer);
    if (this.#database.isOpen && this.#database.isTransaction) this.#rollback.run();
  }

  /** Another process may be faster between two transactions; then it is tried for until it is back. */
  #keep(): void {
    if (!this.#isShared || !this.#database.isOpen || this.#isTaken()) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#keep();
    }, RETRY_MS).unref();
  }

  /** Why it cannot be taken, the next one that writes reports. */
  #isTaken(): boolean {
    try {
      return this.take();
    } catch {
      return false;
    }
  }
}

/**
 * Makes the file of a database for writing, readable by this user alone, unless it is there. Throws `FolderInUse` where another
 * process has it open under another name, by a hard link or a mount: its write-ahead log is elsewhere then, and a lock on
 * it not seen.
 */
export const makeDatabaseFile = (path: string): void => {
  if (path === ':memory:') return;
  makePrivateFile(path);
  if (isOpenUnderAnotherName(path)) throw new FolderInUse(dirname(path), path);
};

const isOpenUnderAnotherName = (path: string): boolean => {
  const probe = new DatabaseSync(path);
  try {
    // In this mode it needs the file for itself alone; the others, however they found it, hold a part of it.
    probe.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch (error) {
    return resultCodeOf(error) === BUSY && !existsSync(`${realpathSync(path)}-shm`);
  } finally {
    probe.close();
  }
};
