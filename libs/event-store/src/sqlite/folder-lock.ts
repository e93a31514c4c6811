import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { closeDatabaseToOthers, makePrivateFile, makePrivateFolder } from './private-files.ts';
import { BUSY, messageOf, resultCodeOf } from './result-codes.ts';

/** Another process owns the data folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
  readonly folder: string;
  /** `file` is what the other process has locked, unless it is the lock of the folder. */
  constructor(folder: string, file?: string) {
    const held = file === undefined ? '' : `: ${basename(file)} in it is locked`;
    super(`the data folder ${folder} belongs to another running ledger${held}`);
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

/**
 * Takes a data folder for this process alone, or throws `FolderInUse`; makes it where there is none. The lock is the operating
 * system's, by way of a SQLite transaction that stays open: a killed process holds it no longer, so that the next start waits
 * for nothing. It names the owner early and for the whole folder; what keeps a second one out where this file was deleted or
 * replaced is the `WriteLock` of each database. Returns how to let go of it. Throws `FolderUnusable`.
 */
export const lockFolder = (folder: string): (() => void) => {
  const path = join(folder, 'lock');
  let lock: DatabaseSync | undefined;
  try {
    makePrivateFolder(folder);
    makePrivateFile(path);
    lock = new DatabaseSync(path);
    closeDatabaseToOthers(path);
    lock.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    throw resultCodeOf(error) === BUSY ? new FolderInUse(folder) : new FolderUnusable(folder, error);
  }
  const held = lock;
  return () => {
    held.close();
  };
};
