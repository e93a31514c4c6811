import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { START } from '#kernel';
import { lockFolder, openSqlite as openEvents } from '#event-store/sqlite';
import type { EventStore } from '#event-store';
import { asWritten } from './as-written.ts';
import { eventsIn, readsIn } from './data-folder.ts';

/** The ledger of this folder has a history already. */
export class LedgerNotEmpty extends Error {
  override readonly name = 'LedgerNotEmpty';
  readonly folder: string;
  constructor(folder: string) {
    super(`the ledger in ${folder} is not empty`);
    this.folder = folder;
  }
}

const removeDatabase = async (path: string): Promise<void> => {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) await rm(file, { force: true });
};

const isEmpty = async (path: string): Promise<boolean> => {
  if (!existsSync(path)) return true;
  const log = openEvents({ path, codec: asWritten });
  try {
    for await (const batch of log.follow(START, new AbortController().signal)) return batch.length === 0;
    return true;
  } finally {
    await log.close();
  }
};

/**
 * Gives a data folder that has no history one: `fill` appends it, events as written. The whole history takes the log's
 * place at once; if `fill` throws, or the process dies, the folder is as it was. Makes the folder if it is not there.
 * Rejects with `LedgerNotEmpty`, and with `FolderInUse` when another process owns the folder.
 */
export const fillEmptyLedger = async <T>(folder: string, fill: (log: EventStore) => Promise<T>): Promise<T> => {
  const unlock = lockFolder(folder);
  const target = eventsIn(folder);
  const beside = `${target}.new`;
  try {
    if (!(await isEmpty(target))) throw new LedgerNotEmpty(folder);
    // Left by one that died.
    await removeDatabase(beside);
    const log = openEvents({ path: beside, codec: asWritten });
    const filled = await fill(log).finally(() => log.close());
    // Read models of an empty log are of no use; of another log, they would be wrong.
    await removeDatabase(readsIn(folder));
    await removeDatabase(target);
    await rename(beside, target);
    return filled;
  } finally {
    await removeDatabase(beside);
    unlock();
  }
};
