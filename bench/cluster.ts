import pg from 'pg';
import { openPostgres } from '#read-store/postgres';
import { eventByEvent, foldedIntoOne, projectIntoPostgres } from './baseline/postgres-read-table.ts';
import { rawLog, rawReplay } from './baseline/raw-client.ts';
import type { Recorder, Size, Tell } from './plan.ts';
import { openRemote } from './remote.ts';
import type { RowId } from './row.ts';
import { purchases, renames } from './rows/commands.ts';
import { stateAtHand } from './rows/long-stream.ts';
import { readModels, type Projecting } from './rows/projections.ts';
import { replays } from './rows/replay.ts';
import { eventStoreServer, scratchDatabase, type EventStoreServer, type ScratchDatabase } from './servers.ts';
import { clearStage, setStage, type Stage } from './dataset.ts';

export const isOnEventStoreDb = (id: RowId): boolean => id.endsWith('-esdb');
export const isOnPostgres = (id: RowId): boolean => id.endsWith('-pg');

/**
 * The rows of the cluster mode; answers what is to be said below the table. Those whose server is not to be had are left
 * out, and a line says so.
 */
export const cluster = async (
  wanted: readonly RowId[],
  size: Size,
  record: Recorder,
  tell: Tell,
): Promise<string[]> => {
  tell(`making ${size.streams} streams of 20 events, and one of ${size.longest}`);
  const stage = await setStage(size.streams, size.longest);
  const had = async <S>(rows: string, server: Promise<S>): Promise<S | undefined> => {
    try {
      return await server;
    } catch (error) {
      tell(`skipped: the rows ${rows}. ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  try {
    const notes: string[] = [];
    if (wanted.some(isOnEventStoreDb)) {
      const server = await had('on EventStoreDB', eventStoreServer(stage.folder));
      if (server) notes.push(await onEventStoreDb(stage, server, size, record));
    }
    if (wanted.some(isOnPostgres)) {
      const database = await had('on PostgreSQL', scratchDatabase());
      if (database) notes.push(await onPostgres(stage, database, size, record));
    }
    return notes;
  } finally {
    await clearStage(stage);
  }
};

/** Those that leave the streams as they are come first. */
const onEventStoreDb = async (
  stage: Stage,
  server: EventStoreServer,
  size: Size,
  record: Recorder,
): Promise<string> => {
  const { rounds } = size;
  const { ids, longId, customerId, events } = stage;
  const remote = await openRemote(stage, server.url);
  const { store, handling, face, client, prefixes, from } = remote;
  const sides = { handling, face, customerId, ids, byHand: rawLog(client, prefixes.floors) };
  const longStream = { store, handling, face, longId, byHand: rawLog(client, prefixes.ours).read };
  const replay = () => rawReplay(client, { prefix: prefixes.ours, from: from.place, events });
  try {
    await record('W3-esdb', () => replays({ store, from: from.position, events, byHand: replay }, rounds));
    await record('W5-esdb', () => stateAtHand(longStream, { times: 1, rounds }));
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
  stage: Stage,
  database: ScratchDatabase,
  { rounds }: Size,
  record: Recorder,
): Promise<string> => {
  try {
    await record('W4-pg', () => readModels(intoPostgres(stage, database, eventByEvent), rounds));
    await record('W4f-pg', () => readModels(intoPostgres(stage, database, foldedIntoOne), rounds));
    return `PostgreSQL was ${database.what}.`;
  } finally {
    await database.remove();
  }
};

const intoPostgres = (
  { ledger, floor, events }: Stage,
  { url, empty }: ScratchDatabase,
  write: Parameters<typeof projectIntoPostgres>[2],
): Projecting => ({
  log: ledger.store,
  events,
  emptyStore: async () => {
    await empty();
    return openPostgres({ url });
  },
  byHand: async () => {
    await empty();
    const reads = new pg.Client({ connectionString: url, pipeline: true });
    await reads.connect();
    return { run: () => projectIntoPostgres(floor, reads, write), end: () => reads.end() };
  },
});
