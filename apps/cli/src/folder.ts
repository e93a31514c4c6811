import { FolderInUse } from '#event-store/sqlite';
import { lookIntoDataFolder, openDataFolder, type BesideDataFolder, type DataFolder } from '#ledger-store';
import type { Codec } from '#event-store';
import { Failure } from './failure.ts';
import { dataFolder } from './settings.ts';

/** Reads the data folder beside whoever owns it. Nothing is made, nothing is locked. */
export const looking = async <T>(work: (folder: BesideDataFolder) => Promise<T>, codec?: Codec): Promise<T> => {
  const folder = await lookIntoDataFolder(dataFolder(), codec);
  try {
    return await work(folder);
  } finally {
    await folder.close();
  }
};

/** Takes the data folder for as long as the work lasts. Where a running ledger owns it, says what to do `instead`. */
export const taking = async <T>(instead: string, work: (folder: DataFolder) => Promise<T>): Promise<T> => {
  const folder = await openDataFolder(dataFolder(), { mustExist: true }).catch((error: unknown) => {
    throw orInstead(error, instead);
  });
  try {
    return await work(folder);
  } finally {
    await folder.close();
  }
};

/** A folder that is taken, together with what to do instead; any other error as it is. */
export const orInstead = (error: unknown, instead: string): unknown =>
  error instanceof FolderInUse ? new Failure(`${error.message}: ${instead}`) : error;
