import { existsSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable } from '../event-store.ts';
import { messageOf } from './database.ts';

type Seen = { readonly path: string; readonly device: bigint; readonly inode: bigint };

/**
 * The files of an open log, in their place. What is moved, deleted or replaced while it is open can still be written, and would
 * swallow what is answered: a later start does not find it.
 */
export class OwnFiles {
  readonly #main: Seen | undefined;
  readonly #beside: string | undefined;

  /** A log in memory has none. What was committed last is in the write-ahead log beside the main file. */
  constructor(database: DatabaseSync) {
    const path = database.location();
    if (path === null) return;
    this.#main = look(path);
    if (existsSync(`${path}-wal`)) this.#beside = `${path}-wal`;
  }

  /**
   * What is wrong with them, if anything is. Two system calls, 4 µs. The write-ahead log is only asked for, not
   * looked at: where a file's times are as fine as they are asked for (Linux since 6.13), a stat between two writes makes the
   * next commit 40 µs longer.
   */
  fault(): StoreUnavailable | undefined {
    if (this.#main === undefined) return undefined;
    const { path, device, inode } = this.#main;
    try {
      const now = look(path);
      const isThere = now?.inode === inode && now.device === device;
      if (isThere && (this.#beside === undefined || existsSync(this.#beside))) return undefined;
      const gone = isThere ? this.#beside : path;
      return new StoreUnavailable(
        `the event log ${gone} was moved, deleted or replaced while it is in use: put it back, or stop the ledger and restore it`,
      );
    } catch (error) {
      return new StoreUnavailable(`the event log cannot be found any more: ${messageOf(error)}`, { cause: error });
    }
  }
}

const look = (path: string): Seen | undefined => {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && { path, device: found.dev, inode: found.ino };
};
