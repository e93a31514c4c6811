import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BUSY, messageOf, resultCodeOf } from './database.ts';

/** Another process owns the data folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
  readonly folder: string;
  constructor(folder: string) {
    super(`the data folder ${folder} belongs to another running ledger`);
    this.folder = folder;
  }
}

/** A data folder is none, cannot be made, or lies where nothing can be written or locked. */
export class FolderUnusable extends Error {
  override readonly name = 'FolderUnusable';
  readonly folder: string;
  /** What the system says. */
  readonly reason: string;
  constructor(folder: string, cause: unknown) {
    const reason = messageOf(cause);
    super(`the data folder ${folder} cannot be used: ${reason}`, { cause });
    this.folder = folder;
    this.reason = reason;
  }
}

/** The file in the folder that is locked. */
const LOCK = 'lock';
/** How often the owner checks that its lock is still in the folder, in milliseconds. */
const CHECK_EVERY_MS = 200;

/**
 * Takes a data folder for this process alone, or throws `FolderInUse`; makes it (mode 0700) where there is none. The lock is
 * the operating system's, by way of a SQLite transaction that stays open: a killed process holds it no longer, so that the
 * next start waits for nothing. A lock file that is removed or replaced is locked again; where another process was faster,
 * `onLost` is called once: this process must not write any more. Returns how to let go. Throws `FolderUnusable`.
 */
export const lockFolder = (folder: string, onLost: () => void = () => undefined): (() => void) => {
  let lock = lockFile(folder);
  const timer = setInterval(() => {
    if (fileAt(folder) === lock.file) return;
    try {
      const again = lockFile(folder);
      lock.database.close();
      lock = again;
    } catch {
      clearInterval(timer);
      onLost();
    }
  }, CHECK_EVERY_MS).unref();
  return () => {
    clearInterval(timer);
    lock.database.close();
  };
};

type Lock = { readonly database: DatabaseSync; readonly file: string | undefined };

const lockFile = (folder: string): Lock => {
  let database: DatabaseSync | undefined;
  try {
    makeFolder(folder);
    database = new DatabaseSync(join(folder, LOCK));
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    chmodSync(join(folder, LOCK), 0o600);
    return { database, file: fileAt(folder) };
  } catch (error) {
    database?.close();
    throw resultCodeOf(error) === BUSY ? new FolderInUse(folder) : new FolderUnusable(folder, error);
  }
};

/** Which file is there under the lock's name, if any: another one has another number. */
const fileAt = (folder: string): string | undefined => {
  const found = statSync(join(folder, LOCK), { throwIfNoEntry: false });
  return found && `${found.dev}/${found.ino}`;
};

/** Step by step: `mkdir` of Node with `recursive` tries for ever where the system denies that there is a parent, as under /proc. */
const makeFolder = (folder: string): void => {
  if (isFolder(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder, 0o700);
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!isFolder(folder)) throw error;
  }
};

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
