import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable } from '../event-store.ts';
import { messageOf } from './database.ts';

type Seen = { readonly path: string; readonly device: bigint; readonly inode: bigint };

/**
 * The files of an open log, in their place. What is moved, deleted or replaced while it is open can still be written, and would
 * swallow what is answered: a later start does not find it.
 */
export class OwnFiles {
  readonly #seen: readonly Seen[];

  /** A log in memory has none. What was committed last is in the write-ahead log beside the main file. */
  constructor(database: DatabaseSync) {
    const path = database.location();
    const paths = path === null ? [] : [path, `${path}-wal`];
    this.#seen = paths.map(look).filter((seen) => seen !== undefined);
  }

  /** What is wrong with them, if anything is. Two system calls of a microsecond. */
  fault(): StoreUnavailable | undefined {
    try {
      for (const { path, device, inode } of this.#seen) {
        const now = look(path);
        if (now?.inode !== inode || now.device !== device)
          return new StoreUnavailable(
            `the event log ${path} was moved, deleted or replaced while it is in use: put it back, or stop the ledger and restore it`,
          );
      }
      return undefined;
    } catch (error) {
      return new StoreUnavailable(`the event log cannot be found any more: ${messageOf(error)}`, { cause: error });
    }
  }
}

const look = (path: string): Seen | undefined => {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && { path, device: found.dev, inode: found.ino };
};
