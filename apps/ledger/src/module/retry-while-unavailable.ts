import { setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailable, StoreUnusable } from '#event-store';
import { type Ledger, whereLogIs, whereReadsAre } from '#ledger';
import { ReadStoreUnavailable, ReadStoreUnusable } from '#read-store';
import { ConfigurationError } from '../config/configuration-error.ts';

/** The wait before the next attempt, in milliseconds: the first, and the longest. */
const WAIT = { first: 100, most: 2_000 };

/**
 * Runs a step that needs the stores, and repeats it while a remote store is unavailable; each new reason is reported once.
 * Rejects when waiting does not help, or when the ledger is closed meanwhile.
 */
export const retryWhileUnavailable = async <T>(
  ledger: Ledger,
  work: () => Promise<T>,
  tell: (reason: string) => void,
): Promise<T> => {
  const told = new Set<string>();
  for (let wait = WAIT.first; ; wait = Math.min(wait * 2, WAIT.most)) {
    try {
      return await work();
    } catch (error) {
      const reason = reasonToWait(error, ledger);
      if (reason === undefined || ledger.closing.aborted) throw error;
      if (!told.has(reason)) tell(reason);
      told.add(reason);
      await delay(wait, undefined, { signal: ledger.closing });
    }
  }
};

/** Undefined for errors that waiting does not solve. An error in a store's address is reported as one of its option. */
const reasonToWait = (error: unknown, { locations }: Ledger): string | undefined => {
  if (error instanceof StoreUnusable)
    throw new ConfigurationError('eventStoreUrl', `names the store ${whereLogIs(locations)}, but ${error.message}`);
  if (error instanceof ReadStoreUnusable)
    throw new ConfigurationError('databaseUrl', `names the database ${whereReadsAre(locations)}, but ${error.message}`);
  const isAway =
    (error instanceof StoreUnavailable && locations.eventStoreUrl !== undefined) ||
    (error instanceof ReadStoreUnavailable && locations.databaseUrl !== undefined);
  return isAway ? error.message : undefined;
};
