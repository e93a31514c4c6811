import { FolderInUse } from '#event-store/sqlite';
import { type ReadOnlyStores, openStoresReadOnly, openStores, type Stores } from '#ledger';
import type { Codec } from '#event-store';
import { Failure } from './failure.ts';
import { ReadModelsInUse } from './read-models.ts';
import { locations } from './settings.ts';

/** Reads a ledger while another process may run it. Creates nothing, locks nothing. */
export const withStores = async <T>(work: (stores: ReadOnlyStores) => Promise<T>, codec?: Codec): Promise<T> => {
  const stores = await openStoresReadOnly(locations(), codec);
  try {
    // A person waits at the terminal: where a server would wait for an unavailable log, this fails.
    await stores.ready();
    return await work(stores);
  } finally {
    await stores.close();
  }
};

/**
 * Opens a ledger for writing while the work lasts; takes the lock of its data folder, if it has one. If a running
 * ledger owns the folder, or the read models, the error says what to do `instead`.
 */
export const withExclusiveStores = async <T>(instead: string, work: (stores: Stores) => Promise<T>): Promise<T> => {
  try {
    const stores = await openStores(locations(), { mustExist: true, atTerminal: true });
    try {
      await stores.ready();
      return await work(stores);
    } finally {
      await stores.close();
    }
  } catch (error) {
    throw withAdvice(error, instead);
  }
};

/** Adds what to do instead to an error about a running ledger; other errors stay. */
export const withAdvice = (error: unknown, instead: string): unknown =>
  error instanceof FolderInUse || error instanceof ReadModelsInUse
    ? new Failure(`${error.message}: ${instead}`)
    : error;
