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

/** The path is not a directory, cannot be created, or is not writable or lockable. */
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
 * Takes a data folder for this process exclusively, or throws `FolderInUse`; creates it if it is missing. The lock is the operating
 * system's, through a SQLite transaction that stays open: a killed process loses it at once, so the next start does not
 * wait. It names the owner early and for the whole folder; if this file is deleted or replaced, the `WriteLock` of each
 * database still keeps a second owner out. Returns a function that releases it. Throws `FolderUnusable`.
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
