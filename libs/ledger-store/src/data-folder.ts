import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { codec, type Codec, type EventStore } from '#event-store';
import { lockFolder, openSqlite as openEvents } from '#event-store/sqlite';
import type { ReadStore } from '#read-store';
import { openSqlite as openReads } from '#read-store/sqlite';
import { history } from './history.ts';

/** Where a data folder keeps its log, and its read models. */
export const eventsIn = (folder: string): string => join(folder, 'events.sqlite');
export const readsIn = (folder: string): string => join(folder, 'read.sqlite');

/** A data folder with both of its stores open. */
export type DataFolder = {
  readonly path: string;
  readonly events: EventStore;
  readonly reads: ReadStore;
  /** The log's own: what `Handling` needs besides it. */
  readonly codec: Codec;
  /** Lets go of the stores, then of the folder. */
  close(): Promise<void>;
};

/** What can be seen of a data folder from beside: no read models where nobody has built any yet. */
export type BesideDataFolder = Omit<DataFolder, 'reads'> & { readonly reads: ReadStore | undefined };

/** There is no ledger in this folder. */
export class NoLedgerHere extends Error {
  override readonly name = 'NoLedgerHere';
  readonly folder: string;
  constructor(folder: string) {
    super(`there is no ledger in ${folder}`);
    this.folder = folder;
  }
}

/**
 * Takes a data folder for this process alone and opens it; makes what is not there, unless a ledger `mustExist`: then it
 * rejects with `NoLedgerHere`. Rejects with `FolderInUse` when another process owns it.
 */
export const openDataFolder = async (
  path: string,
  { mustExist = false }: { readonly mustExist?: boolean } = {},
): Promise<DataFolder> => {
  if (mustExist && !existsSync(eventsIn(path))) throw new NoLedgerHere(path);
  const unlock = lockFolder(path);
  try {
    const shapes = codec(history);
    const events = openEvents({ path: eventsIn(path), codec: shapes });
    const reads = await openReads({ path: readsIn(path) });
    const close = async () => {
      await events.close();
      await reads.close();
      unlock();
    };
    return { path, events, reads, codec: shapes, close };
  } catch (error) {
    unlock();
    throw error;
  }
};

/**
 * Looks into a data folder without taking it: whoever owns it goes on meanwhile, and what it writes is seen. Makes
 * nothing. Rejects with `NoLedgerHere` where there is no log.
 */
export const lookIntoDataFolder = async (path: string, shapes: Codec = codec(history)): Promise<BesideDataFolder> => {
  if (!existsSync(eventsIn(path))) throw new NoLedgerHere(path);
  const events = openEvents({ path: eventsIn(path), codec: shapes, readOnly: true });
  try {
    const reads = existsSync(readsIn(path)) ? await openReads({ path: readsIn(path), readOnly: true }) : undefined;
    const close = async () => {
      await events.close();
      await reads?.close();
    };
    return { path, events, reads, codec: shapes, close };
  } catch (error) {
    await events.close();
    throw error;
  }
};
