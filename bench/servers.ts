import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { codec } from '#event-store';
import { openEventStoreDb } from '#event-store/eventstoredb';
import { storeLocationsFrom } from '#ledger';
import { startPostgres } from '../test/support/postgres.ts';

/** A server that the ledger's log can be in. */
export type EventStoreServer = {
  readonly url: string;
  /** For a person. */
  readonly what: string;
  readonly stop: () => Promise<void>;
};

/**
 * That of `EVENTSTORE_URL`, or else the stand-in, in a process of its own, with its journal in this folder. Rejects when it
 * does not answer.
 */
export const eventStoreServer = async (folder: string): Promise<EventStoreServer> => {
  const { eventStoreUrl: url } = storeLocationsFrom(process.env);
  if (url !== undefined) {
    await mustAnswer(url);
    return { url, what: 'the server of EVENTSTORE_URL', stop: async () => undefined };
  }
  const main = join(import.meta.dirname, '../test/eventstoredb-stand-in/main.ts');
  const standIn = fork(main, ['--port', '0', '--data', join(folder, 'journal'), '--durable'], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const ended = once(standIn, 'exit');
  const [message] = (await Promise.race([once(standIn, 'message'), ended])) as [{ readonly port: number } | number];
  if (typeof message !== 'object') throw new Error('the stand-in for EventStoreDB did not start');
  return {
    url: `esdb://127.0.0.1:${message.port}?tls=false`,
    what: 'its stand-in, with a journal that is synced at each append',
    stop: async () => {
      standIn.kill('SIGKILL');
      await ended;
    },
  };
};

const mustAnswer = async (url: string): Promise<void> => {
  const store = openEventStoreDb({ url, codec: codec({}), categories: [] });
  try {
    await store.ping();
  } finally {
    await store.close();
  }
};

/** A database of the benchmarks' own. */
export type ScratchDatabase = {
  readonly url: string;
  /** For a person. */
  readonly what: string;
  /** Removes all that is in it. */
  readonly empty: () => Promise<void>;
  /** Removes it. */
  readonly remove: () => Promise<void>;
};

/** One beside that of `DATABASE_URL`, on the same server, or else in a PostgreSQL that is started for it. Rejects when none is to be had. */
export const scratchDatabase = async (): Promise<ScratchDatabase> => {
  const { databaseUrl } = storeLocationsFrom(process.env);
  const { url, what, remove } = databaseUrl === undefined ? await ownServer() : await besideDatabase(databaseUrl);
  const empty = () => asked(url, 'DROP SCHEMA public CASCADE', 'CREATE SCHEMA public');
  return { url, what, empty, remove };
};

const ownServer = async () => {
  const server = await startPostgres();
  const what = 'one that was started for this, without fsync';
  return { url: await server.database(), what, remove: () => server.stop() };
};

/** What lies in that database is not touched: it is only where one connects to make the other, and to drop it. */
const besideDatabase = async (theirs: string) => {
  const name = `subledger_bench_${randomBytes(4).toString('hex')}`;
  await asked(theirs, `CREATE DATABASE ${name}`);
  const url = new URL(theirs);
  url.pathname = `/${name}`;
  const remove = () => asked(theirs, `DROP DATABASE ${name} WITH (FORCE)`);
  return { url: url.href, what: 'the server of DATABASE_URL', remove };
};

const asked = async (url: string, ...statements: readonly string[]): Promise<void> => {
  const client = new pg.Client(url);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
};
