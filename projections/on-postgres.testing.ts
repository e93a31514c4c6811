// Set up for the specs of the projections, which then run once more, unchanged: this time on PostgreSQL.
import { openPostgres } from '#read-store/postgres';
import type { ReadStore } from '#read-store';
import { startPostgres, type Postgres } from '../test/support/postgres.ts';
import { OPENER, type Opener } from './store.testing.ts';

let server: Postgres;
const opened: ReadStore[] = [];

const open: Opener = async () => {
  const store = await openPostgres({ url: await server.database(), readers: 4 });
  opened.push(store);
  return store;
};
(globalThis as Record<symbol, unknown>)[OPENER] = open;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  for (const store of opened) await store.close();
  await server.stop();
});
