import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Recorded } from '#kernel';
import { lockFolder, openSqlite as openEvents } from '#event-store/sqlite';
import type { EventStore } from '#event-store';
import { CheckpointBeyondLog, assertSameLog } from '#read-store';
import { rawCodec } from './raw-codec.ts';
import { batchesOf } from './batches.ts';
import { eventsIn, readsIn } from './data-folder.ts';
import { whereReadsAre, whereLogIs, type StoreLocations } from './locations.ts';
import { openReadModels, openRemoteLog } from './stores.ts';

/** The ledger already has a history, or the read store has read models of one. */
export class LedgerNotEmpty extends Error {
  override readonly name = 'LedgerNotEmpty';
  /** The place, for a person. */
  readonly where: string;
  constructor(what: string, where: string) {
    super(`${what} ${where} is not empty`);
    this.where = where;
  }
}

/**
 * How a log gets a history: `present` are the events of an earlier attempt that failed midway; `append` continues after
 * them. Returns a result of the caller's choice.
 */
export type ImportWork<T> = (log: EventStore, present: AsyncIterable<readonly Recorded[]>) => Promise<T>;

/**
 * Gives a ledger without a history one: `fill` appends it, with events as written. Rejects with `LedgerNotEmpty`, also if
 * there are read models of another log, which would be wrong for the new one.
 *
 * In a data folder the whole history takes the log's place at once; if `fill` throws, or the process dies, the folder is
 * unchanged. A missing folder is created (`FolderInUse` when another process owns it). A remote log takes event by
 * event; the next attempt after a failed one finds its events in `present`, and must reject unless they are the
 * beginning of the same history. Rejects with `StoreUnavailable` if that log is unavailable.
 */
export const importIntoEmpty = async <T>(locations: StoreLocations, work: ImportWork<T>): Promise<T> => {
  const { eventStoreUrl } = locations;
  return eventStoreUrl === undefined
    ? importIntoFolder(locations, work)
    : importElsewhere(locations, eventStoreUrl, work);
};

const importElsewhere = async <T>(locations: StoreLocations, url: string, work: ImportWork<T>): Promise<T> => {
  const { events: log, ready } = await openRemoteLog(url, rawCodec, { atTerminal: true });
  try {
    await ready();
    await readModelsMustFit(log, locations);
    return await work(log, batchesOf(log));
  } finally {
    await log.close();
  }
};

const importIntoFolder = async <T>(locations: StoreLocations, work: ImportWork<T>): Promise<T> => {
  const { dataFolder: folder, databaseUrl } = locations;
  const unlock = lockFolder(folder);
  const target = eventsIn(folder);
  const temporary = `${target}.new`;
  try {
    if (!(await isEmpty(target))) throw new LedgerNotEmpty('the ledger', whereLogIs(locations));
    // Left by a process that died.
    await removeDatabase(temporary);
    const log = openEvents({ path: temporary, codec: rawCodec });
    const filled = await (async () => {
      if (databaseUrl !== undefined) await readModelsMustFit(log, locations);
      return work(log, batchesOf(log));
    })().finally(() => log.close());
    // Read models of an empty log are of no use; of another log, they would be wrong.
    await removeDatabase(readsIn(folder));
    await removeDatabase(target);
    await rename(temporary, target);
    return filled;
  } finally {
    await removeDatabase(temporary);
    unlock();
  }
};

const removeDatabase = async (path: string): Promise<void> => {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) await rm(file, { force: true });
};

const isEmpty = async (path: string): Promise<boolean> => {
  if (!existsSync(path)) return true;
  const log = openEvents({ path, codec: rawCodec });
  try {
    for await (const _ of batchesOf(log)) return false;
    return true;
  } finally {
    await log.close();
  }
};

/** Databases are not cleared without a request, nor are the read models of a folder that is not being filled. */
const readModelsMustFit = async (log: EventStore, locations: StoreLocations): Promise<void> => {
  const { dataFolder, databaseUrl } = locations;
  const inFolder = databaseUrl === undefined;
  if (inFolder && !existsSync(readsIn(dataFolder))) return;
  const unlock = inFolder ? lockFolder(dataFolder) : () => undefined;
  try {
    const reads = await openReadModels(locations);
    await assertSameLog(log, reads).finally(() => reads.close());
  } catch (error) {
    throw error instanceof CheckpointBeyondLog ? new LedgerNotEmpty('the read store', whereReadsAre(locations)) : error;
  } finally {
    unlock();
  }
};
