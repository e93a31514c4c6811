import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { START, type Recorded } from '#kernel';
import { lockFolder, openSqlite as openEvents } from '#event-store/sqlite';
import type { EventStore } from '#event-store';
import { asWritten } from './as-written.ts';
import { eventsIn, readsIn } from './data-folder.ts';
import { whereReadsAre, whereLogIs, type Places } from './places.ts';
import { openReadModels, openRemoteLog } from './stores.ts';

/** The ledger has a history already, or the read store has read models of one. */
export class LedgerNotEmpty extends Error {
  override readonly name = 'LedgerNotEmpty';
  /** Where, for a person. */
  readonly where: string;
  constructor(what: string, where: string) {
    super(`${what} ${where} is not empty`);
    this.where = where;
  }
}

/**
 * How a log gets a history: `present` are the events that are there already, because an earlier attempt broke off; `append`
 * takes up where they end. Answers what it has made of it.
 */
export type Fill<T> = (log: EventStore, present: AsyncIterable<readonly Recorded[]>) => Promise<T>;

/**
 * Gives a ledger that has no history one: `fill` appends it, events as written. Rejects with `LedgerNotEmpty`.
 *
 * In a data folder the whole history takes the log's place at once; if `fill` throws, or the process dies, the folder is as
 * it was, and it is made if it is not there (`FolderInUse` when another process owns it). A log elsewhere takes event by
 * event; what an attempt that broke off has left there, the next one finds in `present`, and must reject unless it is the
 * beginning of the same history.
 */
export const fillEmptyLedger = async <T>(places: Places, fill: Fill<T>): Promise<T> => {
  const { dataFolder, eventStoreUrl, databaseUrl } = places;
  if (databaseUrl !== undefined) await readModelsMustBeMissing(places);
  if (eventStoreUrl !== undefined) return fillElsewhere(eventStoreUrl, fill);
  return fillFolder(dataFolder, whereLogIs(places), fill);
};

const fillElsewhere = async <T>(url: string, fill: Fill<T>): Promise<T> => {
  const { events: log, ready } = await openRemoteLog(url, asWritten);
  try {
    await ready();
    return await fill(log, presentIn(log));
  } finally {
    await log.close();
  }
};

const fillFolder = async <T>(folder: string, where: string, fill: Fill<T>): Promise<T> => {
  const unlock = lockFolder(folder);
  const target = eventsIn(folder);
  const beside = `${target}.new`;
  try {
    if (!(await isEmpty(target))) throw new LedgerNotEmpty('the ledger', where);
    // Left by one that died.
    await removeDatabase(beside);
    const log = openEvents({ path: beside, codec: asWritten });
    const filled = await fill(log, presentIn(log)).finally(() => log.close());
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

const removeDatabase = async (path: string): Promise<void> => {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) await rm(file, { force: true });
};

const isEmpty = async (path: string): Promise<boolean> => {
  if (!existsSync(path)) return true;
  const log = openEvents({ path, codec: asWritten });
  try {
    for await (const _ of presentIn(log)) return false;
    return true;
  } finally {
    await log.close();
  }
};

async function* presentIn(log: EventStore): AsyncGenerator<readonly Recorded[]> {
  const reading = new AbortController();
  try {
    for await (const batch of log.follow(START, reading.signal)) {
      if (batch.length === 0) return;
      yield batch;
    }
  } finally {
    reading.abort();
  }
}

/** Those of another log would be wrong, and a database is nothing that is cleared unasked. */
const readModelsMustBeMissing = async (places: Places): Promise<void> => {
  const reads = await openReadModels(places);
  try {
    const used = (await reads.builds()).some(({ checkpoint }) => checkpoint.position !== START);
    if (used) throw new LedgerNotEmpty('the read store', whereReadsAre(places));
  } finally {
    await reads.close();
  }
};
