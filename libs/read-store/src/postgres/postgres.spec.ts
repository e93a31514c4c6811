import { describeOnPostgres, startPostgres, type Postgres } from '../../../../test/support/postgres.ts';
import { readStoreContract } from '../read-store.contract.ts';
import { openPostgres } from './index.ts';

describeOnPostgres('PostgreSQL', () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  }, 30_000);
  afterAll(() => server.stop());

  readStoreContract('PostgreSQL', async () => {
    const url = await server.database();
    return { open: () => openPostgres({ url }), remove: async () => undefined };
  });
});
