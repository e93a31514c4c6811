import { mkdirSync, statSync } from 'node:fs';
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

/**
 * Takes a data folder for this process alone, or throws `FolderInUse`; makes it where there is none. The lock is the operating
 * system's, by way of a SQLite transaction that stays open: a killed process holds it no longer, so that the next start waits
 * for nothing. Returns how to let go of it. Throws `FolderUnusable`.
 */
export const lockFolder = (folder: string): (() => void) => {
  let lock: DatabaseSync | undefined;
  try {
    makeFolder(folder);
    lock = new DatabaseSync(join(folder, 'lock'));
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    throw resultCodeOf(error) === BUSY ? new FolderInUse(folder) : new FolderUnusable(folder, error);
  }
  const held = lock;
  return () => {
    held.close();
  };
};

/** Step by step: `mkdir` of Node with `recursive` tries for ever where the system denies that there is a parent, as under /proc. */
const makeFolder = (folder: string): void => {
  if (isFolder(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!isFolder(folder)) throw error;
  }
};

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
