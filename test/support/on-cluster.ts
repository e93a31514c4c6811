// Setup for running the scenarios a second time, unchanged, with their events in EventStoreDB (the stand-in)
// and their read models in PostgreSQL.
import { startServer, type Running } from '../eventstoredb-stand-in/server.ts';
import { startPostgres, type Postgres } from './postgres.ts';
import { STORES, type StoresOf } from './stores-of.ts';

let postgres: Postgres;
const logs: Running[] = [];
const known = new Map<string, Readonly<Record<string, string>>>();

const stores: StoresOf = async (data) => {
  const before = data === undefined ? undefined : known.get(data);
  if (before !== undefined) return before;
  const log = await startServer({ port: 0 });
  logs.push(log);
  const { host, port } = log.address();
  const env = { EVENTSTORE_URL: `esdb://${host}:${String(port)}?tls=false`, DATABASE_URL: await postgres.database() };
  if (data !== undefined) known.set(data, env);
  return env;
};
(globalThis as Record<symbol, unknown>)[STORES] = stores;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  for (const log of logs) await log.end(0);
  await postgres.stop();
});
