import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BUSY, resultCodeOf } from './database.ts';

/** Another process owns the data folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
  readonly folder: string;
  constructor(folder: string) {
    super(`the data folder ${folder} belongs to another running ledger`);
    this.folder = folder;
  }
}

/**
 * Takes a data folder for this process alone, or throws `FolderInUse`. The lock is the operating system's, by way of a
 * SQLite transaction that stays open: a killed process holds it no longer, so that the next start waits for nothing.
 * Returns how to let go of it.
 */
export const lockFolder = (folder: string): (() => void) => {
  mkdirSync(folder, { recursive: true });
  const lock = new DatabaseSync(join(folder, 'lock'));
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (resultCodeOf(error) === BUSY) throw new FolderInUse(folder);
    throw error;
  }
  return () => {
    lock.close();
  };
};
