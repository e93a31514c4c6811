import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely';
import type { Connections } from './connections.ts';

/** Kysely over the connections that cannot write. They stay their owner's to close. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- see the port
export const kyselyOver = (connections: Connections): Kysely<any> =>
  new Kysely({
    dialect: new PostgresDialect({
      pool: { connect: () => borrowed(connections), end: async () => undefined, options: {} },
    }),
  });

const borrowed = async (connections: Connections): Promise<PostgresPoolClient> => {
  const connection = await connections.reader();
  const query = (sql: string, parameters: readonly unknown[]) => connection.query(sql, parameters);
  const release = () => {
    connection.giveBack();
  };
  return { query: query as PostgresPoolClient['query'], release };
};
