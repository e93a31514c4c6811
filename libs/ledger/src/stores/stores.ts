import { existsSync } from 'node:fs';
import { codec, WriteWatch, type Codec, type EventStore } from '#event-store';
import { lockFolder, openSqlite as openEvents, type Verification } from '#event-store/sqlite';
import type { Logger, ReadStore } from '#read-store';
import { openSqlite as openReads } from '#read-store/sqlite';
import { verifyByReading } from './batches.ts';
import { eventsIn, NoLedgerHere, readsIn } from './data-folder.ts';
import { categories, history } from './upcasters.ts';
import { failFast } from './fail-fast.ts';
import { usesFolder, InvalidStoreUrl, type StoreLocations } from './locations.ts';

/** Both stores of a ledger, open. */
export type Stores = {
  readonly locations: StoreLocations;
  readonly events: EventStore;
  readonly reads: ReadStore;
  /** The log's codec, which `CommandHandler` needs too. */
  readonly codec: Codec;
  /**
   * Resolves when the log responds; rejects with `StoreUnavailable` when it does not, with `StoreUnusable` when waiting will
   * not help.
   */
  ready(): Promise<void>;
  /** Rejects with the reason, a `StoreUnavailable`, while nothing can be appended to the log. */
  writable(): Promise<void>;
  /** Closes the stores, then releases the folder. */
  close(): Promise<void>;
};

/** A ledger's stores for a reader beside its owner; the read models may not exist yet. */
export type ReadOnlyStores = Omit<Stores, 'reads' | 'writable'> & {
  readonly reads: ReadStore | undefined;
  /** Reads every event of the log and checks it. One elsewhere has no checksums of ours, and is read up to the first damage. */
  verify(): Promise<Verification>;
};

export type OpenOptions = {
  /** Reject with `NoLedgerHere` rather than make a data folder. */
  readonly mustExist?: boolean;
  /** Logs when a remote store becomes unavailable, and when it is back. */
  readonly logger?: Logger;
  /** Fail soon when a remote log is unavailable (`impatient`), because a person waits at a terminal. */
  readonly atTerminal?: boolean;
};

/**
 * Opens the stores of a ledger for writing. A missing data folder is created; it belongs to this
 * process exclusively: rejects with `FolderInUse` when another one owns it. Remote stores are shared, and connected to when
 * they are first used. Rejects with `WrongPlace` if a URL is invalid.
 */
export const openStores = async (locations: StoreLocations, options: OpenOptions = {}): Promise<Stores> => {
  const { dataFolder, eventStoreUrl } = locations;
  const { mustExist = false, logger, atTerminal = false } = options;
  if (mustExist && eventStoreUrl === undefined && !existsSync(eventsIn(dataFolder))) throw new NoLedgerHere(dataFolder);
  const held = new AsyncDisposableStack();
  try {
    if (usesFolder(locations)) held.defer(lockFolder(dataFolder));
    const shapes = codec(history);
    const log =
      eventStoreUrl === undefined
        ? openLogIn(dataFolder, shapes)
        : await openRemoteLog(eventStoreUrl, shapes, { logger, atTerminal });
    held.defer(() => log.events.close());
    const { events, writable } = watched(log, logger);
    const reads = await openReadModels(locations);
    held.defer(() => reads.close());
    const { ready } = log;
    return { locations, events, reads, codec: shapes, ready, writable, close: () => held.disposeAsync() };
  } catch (error) {
    await held.disposeAsync();
    throw error;
  }
};

/**
 * Reads a ledger without owning it: its owner goes on meanwhile, and what it writes is seen. Creates nothing in
 * the data folder. A remote log is `impatient`. Rejects with `NoLedgerHere` if there is no log.
 */
export const openStoresReadOnly = async (
  locations: StoreLocations,
  shapes: Codec = codec(history),
): Promise<ReadOnlyStores> => {
  const { dataFolder, eventStoreUrl, databaseUrl } = locations;
  if (eventStoreUrl === undefined && !existsSync(eventsIn(dataFolder))) throw new NoLedgerHere(dataFolder);
  const held = new AsyncDisposableStack();
  try {
    const log =
      eventStoreUrl === undefined
        ? lookIntoLogIn(dataFolder, shapes)
        : await openRemoteLog(eventStoreUrl, shapes, { atTerminal: true });
    const { events, ready, verify = () => verifyByReading(events) } = log;
    held.defer(() => events.close());
    const none = databaseUrl === undefined && !existsSync(readsIn(dataFolder));
    const reads = none ? undefined : await openReadModels(locations, true);
    if (reads !== undefined) held.defer(() => reads.close());
    return { locations, events, reads, codec: shapes, ready, verify, close: () => held.disposeAsync() };
  } catch (error) {
    await held.disposeAsync();
    throw error;
  }
};

type Log = Pick<Stores, 'events' | 'ready'> & {
  /** Tests a write without recording anything, if that is possible. */
  readonly attempt?: () => Promise<void>;
  readonly verify?: () => Promise<Verification>;
};

/** A stream that does not exist. */
const ABSENT_STREAM = 'catalog-nowhere';

const lookIntoLogIn = (folder: string, shapes: Codec): Log => {
  const events = openEvents({ path: eventsIn(folder), codec: shapes, readOnly: true });
  return { events, ready: answering(events), verify: async () => events.verify() };
};

const openLogIn = (folder: string, shapes: Codec): Log => {
  const events = openEvents({ path: eventsIn(folder), codec: shapes });
  return { events, ready: answering(events), attempt: () => events.attempt() };
};

const answering = (events: EventStore) => async (): Promise<void> => {
  await events.read(ABSENT_STREAM);
};

/** For how long after a failed append a remote log is not trusted, in milliseconds: it answers, but cannot be written as a test. */
const QUIET_MS = 5_000;

/** A log whose appends are watched. If it does not respond at all, its followers report that. */
const watched = ({ events, ready, attempt }: Log, logger?: Logger): Pick<Stores, 'events' | 'writable'> => {
  const warn = (sentence: string) => logger?.warn({}, sentence);
  const watch =
    attempt === undefined
      ? new WriteWatch({
          attempt: ready,
          quietMs: QUIET_MS,
          warn: (sentence) =>
            void ready().then(
              () => warn(sentence),
              () => undefined,
            ),
        })
      : new WriteWatch({ attempt, warn });
  return { events: watch.over(events), writable: () => watch.writable() };
};

type RemoteOptions = { readonly logger?: Logger | undefined; readonly atTerminal?: boolean };

/** The log of a cluster. Rejects with `WrongPlace` if the connection string is invalid. */
export const openRemoteLog = async (
  url: string,
  shapes: Codec,
  { logger, atTerminal = false }: RemoteOptions,
): Promise<Log> => {
  // Loaded on demand: a ledger in one folder starts without the driver.
  const { openEventStoreDb } = await import('#event-store/eventstoredb');
  const told = logger && { warn: (sentence: string) => logger.warn({}, sentence) };
  try {
    const events = openEventStoreDb({ url, codec: shapes, categories, ...(told && { logger: told }) });
    const ready = () => events.ping();
    return { events: atTerminal ? failFast(events, ready) : events, ready };
  } catch (error) {
    // The driver's message may quote a part of a password.
    const why = (error instanceof Error ? error.message : String(error)).replace(/^Unexpected ".*" at/s, 'at');
    throw new InvalidStoreUrl('EVENTSTORE_URL', `is not a valid connection string: ${why}`);
  }
};

/** Opens the read models, in the folder or remote. */
export const openReadModels = async (
  { dataFolder, databaseUrl }: StoreLocations,
  readOnly = false,
): Promise<ReadStore> => {
  if (databaseUrl === undefined) return openReads({ path: readsIn(dataFolder), readOnly });
  const { openPostgres } = await import('#read-store/postgres');
  return openPostgres({ url: databaseUrl });
};
