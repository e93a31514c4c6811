import { WrongPlace, type Places } from '#ledger-store';
import { ConfigurationError, type Configuration } from './configuration.ts';

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown } | undefined)?.code;
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What the system says of a folder that is none, or not ours. */
const FOLDER = ['EEXIST', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENAMETOOLONG', 'ELOOP'];

/** An error of opening the stores, as one of the variable that says where they are; any other one as it is. */
export const aboutStores = (error: unknown, { dataFolder: folder }: Places): unknown => {
  if (error instanceof WrongPlace) return new ConfigurationError(error.variable, error.fault);
  const inUse = error instanceof Error && error.name === 'FolderInUse';
  if (!inUse && !FOLDER.includes(String(codeOf(error)))) return error;
  return new ConfigurationError('SUBLEDGER_DATA', `names ${folder}, which cannot be used: ${messageOf(error)}`);
};

/** An error of listening, as one of the variable that it comes from; any other one as it is. */
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
      return new ConfigurationError('HOST', `is ${host}, which is no address of this machine`);
    default:
      return error;
  }
};
