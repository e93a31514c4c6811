import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Names, prices and the digests of keys are read by the user of the ledger alone. */
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
const OWNER = 0o700;

/** What a data folder holds: its lock, and databases with the files beside them. */
const OF_A_LEDGER = /^lock$|\.sqlite(\.new)?(-wal|-shm|-journal)?$/;

/**
 * Makes a folder that only this user may enter, unless it is there. One that is there is closed to others if it holds
 * nothing but a ledger: in any other folder, only the files are ours to close. Throws what the system throws.
 */
export const makePrivateFolder = (folder: string): void => {
  makeFolder(folder);
  if (readdirSync(folder).every((name) => OF_A_LEDGER.test(name))) closeToOthers(folder);
};

/** One by one: `mkdir` of Node with `recursive` never returns where the system denies that there is a parent, as under /proc. */
const makeFolder = (folder: string): void => {
  if (isFolder(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder, PRIVATE_FOLDER);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder(folder)) throw error;
  }
};

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/**
 * Makes the file of a database, readable by this user alone, unless it is there. SQLite would make it readable by all, and
 * gives the files beside it the same mode. Throws what the system throws.
 */
export const makePrivateFile = (path: string): void => {
  try {
    closeSync(openSync(path, 'wx', PRIVATE_FILE));
  } catch (error) {
    // One that is there must not even be opened: closing it would release the locks that this process has on it.
    if (!isThere(error)) throw error;
  }
};

const isThere = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EEXIST';

/** Closes a database and the files beside it to other users: an earlier version made them readable by all. */
export const closeDatabaseToOthers = (path: string): void => {
  if (path === ':memory:') return;
  for (const file of [path, `${path}-wal`, `${path}-shm`]) closeToOthers(file);
};

const closeToOthers = (path: string): void => {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  if (mode === undefined || (mode & 0o777) === (mode & OWNER)) return;
  try {
    chmodSync(path, mode & OWNER);
  } catch (error) {
    // It belongs to another user, as a mounted volume may; who else may read it is decided there.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
};
