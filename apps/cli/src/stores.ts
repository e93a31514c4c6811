import { FolderInUse } from '#event-store/sqlite';
import { type BesideStores, lookIntoStores, openStores, type Stores } from '#ledger';
import type { Codec } from '#event-store';
import { Failure } from './failure.ts';
import { ReadModelsInUse } from './read-models.ts';
import { places } from './settings.ts';

/** Reads a ledger beside whoever runs it. Nothing is made, nothing is locked. */
export const looking = async <T>(work: (stores: BesideStores) => Promise<T>, codec?: Codec): Promise<T> => {
  const stores = await lookIntoStores(places(), codec);
  try {
    // Somebody waits at the terminal: where a server would wait for a log that is away, this fails.
    await stores.ready();
    return await work(stores);
  } finally {
    await stores.close();
  }
};

/**
 * Opens a ledger for writing, for as long as the work lasts; what of it is in a data folder is taken. Where a running
 * ledger owns that, or the read models, says what to do `instead`.
 */
export const taking = async <T>(instead: string, work: (stores: Stores) => Promise<T>): Promise<T> => {
  try {
    const stores = await openStores(places(), { mustExist: true, atTerminal: true });
    try {
      await stores.ready();
      return await work(stores);
    } finally {
      await stores.close();
    }
  } catch (error) {
    throw orInstead(error, instead);
  }
};

/** What a running ledger has for itself, together with what to do instead; any other error as it is. */
export const orInstead = (error: unknown, instead: string): unknown =>
  error instanceof FolderInUse || error instanceof ReadModelsInUse
    ? new Failure(`${error.message}: ${instead}`)
    : error;
