import pg from 'pg';
import { openPostgres } from '#read-store/postgres';
import { eventByEvent, foldedIntoOne, projectIntoPostgres } from './baseline/postgres-read-table.ts';
import { rawLog, rawReplay } from './baseline/raw-client.ts';
import type { Recorder, Size, OnProgress } from './plan.ts';
import { openRemote } from './remote.ts';
import type { RowId } from './row.ts';
import { purchases, renames } from './rows/commands.ts';
import { cachedState } from './rows/long-stream.ts';
import { readModels, type ProjectionWork } from './rows/projections.ts';
import { replays } from './rows/replay.ts';
import { eventStoreServer, scratchDatabase, type EventStoreServer, type ScratchDatabase } from './servers.ts';
import { removeDataset, createDataset, type Dataset } from './dataset.ts';

export const isOnEventStoreDb = (id: RowId): boolean => id.endsWith('-esdb');
export const isOnPostgres = (id: RowId): boolean => id.endsWith('-pg');

/**
 * The rows of the cluster mode; answers what is to be said below the table. Those whose server is not to be had are left
 * out, and a line says so.
 */
export const cluster = async (
  selected: readonly RowId[],
  size: Size,
  record: Recorder,
  onProgress: OnProgress,
): Promise<string[]> => {
  onProgress(`making ${size.streams} streams of 20 events, and one of ${size.longest}`);
  const dataset = await createDataset(size.streams, size.longest);
  const had = async <S>(rows: string, server: Promise<S>): Promise<S | undefined> => {
    try {
      return await server;
    } catch (error) {
      onProgress(`skipped: the rows ${rows}. ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  try {
    const notes: string[] = [];
    if (selected.some(isOnEventStoreDb)) {
      const server = await had('on EventStoreDB', eventStoreServer(dataset.folder));
      if (server) notes.push(await onEventStoreDb(dataset, server, size, record));
    }
    if (selected.some(isOnPostgres)) {
      const database = await had('on PostgreSQL', scratchDatabase());
      if (database) notes.push(await onPostgres(dataset, database, size, record));
    }
    return notes;
  } finally {
    await removeDataset(dataset);
  }
};

/** Those that leave the streams as they are come first. */
const onEventStoreDb = async (
  dataset: Dataset,
  server: EventStoreServer,
  size: Size,
  record: Recorder,
): Promise<string> => {
  const { rounds } = size;
  const { ids, longId, customerId, events } = dataset;
  const remote = await openRemote(dataset, server.url);
  const { store, handler, target, client, prefixes, from } = remote;
  const sides = { handler, target, customerId, ids, baselineLog: rawLog(client, prefixes.baseline) };
  const longStream = { store, handler, target, longId, readBaseline: rawLog(client, prefixes.ours).read };
  const replay = () => rawReplay(client, { prefix: prefixes.ours, from: from.driverPosition, events });
  try {
    await record('W3-esdb', () => replays({ store, from: from.position, events, replayBaseline: replay }, rounds));
    await record('W5-esdb', () => cachedState(longStream, { times: 1, rounds }));
    await record('W1s-esdb', () => renames(sides, { clients: 1, commands: size.single, rounds }));
    await record('W1c-esdb', () => renames(sides, { clients: 64, commands: size.concurrent, rounds }));
    await record('W2-esdb', () => purchases(sides, { clients: 64, commands: size.purchases, rounds }));
    return `EventStoreDB was ${server.what}.`;
  } finally {
    await remote.close();
    await server.stop();
  }
};

const onPostgres = async (
  dataset: Dataset,
  database: ScratchDatabase,
  { rounds }: Size,
  record: Recorder,
): Promise<string> => {
  try {
    await record('W4-pg', () => readModels(intoPostgres(dataset, database, eventByEvent), rounds));
    await record('W4f-pg', () => readModels(intoPostgres(dataset, database, foldedIntoOne), rounds));
    return `PostgreSQL was ${database.what}.`;
  } finally {
    await database.remove();
  }
};

const intoPostgres = (
  { ledger, baseline, events }: Dataset,
  { url, empty }: ScratchDatabase,
  write: Parameters<typeof projectIntoPostgres>[2],
): ProjectionWork => ({
  log: ledger.store,
  events,
  emptyStore: async () => {
    await empty();
    return openPostgres({ url });
  },
  startBaseline: async () => {
    await empty();
    const reads = new pg.Client({ connectionString: url, pipeline: true });
    await reads.connect();
    return { run: () => projectIntoPostgres(baseline, reads, write), end: () => reads.end() };
  },
});
