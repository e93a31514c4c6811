import { Kysely, SqliteDialect, type Dialect, type SqliteStatement } from 'kysely';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Mutex } from '../mutex.ts';
import { toPortError } from './connection.ts';

/** How many compiled queries stay prepared. Queries are few; a list with optional filters has a few dozen shapes. */
const KEPT = 200;

/**
 * Kysely over a connection of `node:sqlite`, which stays its owner's to close. When the owner writes with it as well, each
 * query, and each transaction, waits for the mutex.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- see the port
export const kyselyOver = (database: DatabaseSync, mutex?: Mutex): Kysely<any> => {
  const prepared = new Map<string, SqliteStatement>();
  const prepare = (sql: string): SqliteStatement => {
    const found = prepared.get(sql);
    if (found) return found;
    const statement = withPortErrors(() => adapt(database, sql));
    const [oldest] = prepared.keys();
    if (prepared.size >= KEPT && oldest !== undefined) prepared.delete(oldest);
    prepared.set(sql, statement);
    return statement;
  };
  const dialect = new SqliteDialect({ database: { prepare, close: () => undefined } });
  return new Kysely({ dialect: mutex ? serialised(dialect, mutex) : dialect });
};

/** The same dialect, holding the mutex for as long as it holds the connection. */
const serialised = (dialect: Dialect, mutex: Mutex): Dialect => ({
  createAdapter: () => dialect.createAdapter(),
  createIntrospector: (db) => dialect.createIntrospector(db),
  createQueryCompiler: () => dialect.createQueryCompiler(),
  createDriver: () => {
    const driver = dialect.createDriver();
    const acquire = driver.acquireConnection.bind(driver);
    // One at a time: the dialect's own lock sees to that.
    let release = (): void => undefined;
    driver.acquireConnection = (options) =>
      new Promise((resolve, reject) => {
        void mutex.run(() => {
          acquire(options).then(resolve, reject);
          return new Promise<void>((done) => (release = done));
        });
      });
    driver.releaseConnection = async () => {
      release();
    };
    return driver;
  },
});

/** A statement as Kysely wants it: parameters in a list. */
const adapt = (database: DatabaseSync, sql: string): SqliteStatement => {
  const statement = database.prepare(sql);
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => withPortErrors(() => statement.all(...(parameters as SQLInputValue[]))),
    run: (parameters) => withPortErrors(() => statement.run(...(parameters as SQLInputValue[]))),
    iterate: (parameters) => withPortErrors(() => statement.iterate(...(parameters as SQLInputValue[]))),
  };
};

const withPortErrors = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw toPortError(error);
  }
};
