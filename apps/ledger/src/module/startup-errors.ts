import { StoreUnavailable } from '#event-store';
import { FolderInUse, FolderUnusable } from '#event-store/sqlite';
import { type StoreLocations, InvalidStoreUrl } from '#ledger';
import { ReadStoreUnavailable } from '#read-store';
import { ConfigurationError, type Configuration } from '../config/configuration.ts';

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown } | undefined)?.code;
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Turns an error of opening the stores into one about the option that names them; other errors stay. */
export const aboutStores = (error: unknown, { dataFolder }: StoreLocations): unknown => {
  if (error instanceof InvalidStoreUrl)
    return new ConfigurationError(error.variable === 'DATABASE_URL' ? 'databaseUrl' : 'eventStoreUrl', error.fault);
  // Remote stores are not contacted before they are used, so it was one in the folder.
  const isOfFolder = [FolderInUse, FolderUnusable, StoreUnavailable, ReadStoreUnavailable].some(
    (known) => error instanceof known,
  );
  if (!isOfFolder) return error;
  const reason = error instanceof FolderUnusable ? error.reason : messageOf(error);
  return new ConfigurationError('dataFolder', `names ${dataFolder}, which cannot be used: ${reason}`);
};

/** Turns an error of listening into one about its variable; other errors stay. */
export const aboutAddress = (error: unknown, { host, port }: Pick<Configuration, 'host' | 'port'>): unknown => {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new ConfigurationError('PORT', `is ${port}, on which another program listens already`);
    case 'EACCES':
      return new ConfigurationError('PORT', `is ${port}, on which this user may not listen`);
    case 'ENOTFOUND':
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
    case 'EAI_AGAIN':
      return new ConfigurationError('HOST', `is ${host}, which is not an address of this machine`);
    default:
      return error;
  }
};
