import { Kysely, SqliteDialect, type SqliteStatement } from 'kysely';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { asOurs } from './connection.ts';

/** How many compiled queries stay prepared. Queries are few; a list with optional filters has a few dozen shapes. */
const KEPT = 200;

/** Kysely over a connection of `node:sqlite`. The connection stays its owner's to close. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- see the port
export const kyselyOver = (database: DatabaseSync): Kysely<any> => {
  const prepared = new Map<string, SqliteStatement>();
  const prepare = (sql: string): SqliteStatement => {
    const found = prepared.get(sql);
    if (found) return found;
    const statement = told(() => adapt(database, sql));
    const [oldest] = prepared.keys();
    if (prepared.size >= KEPT && oldest !== undefined) prepared.delete(oldest);
    prepared.set(sql, statement);
    return statement;
  };
  return new Kysely({ dialect: new SqliteDialect({ database: { prepare, close: () => undefined } }) });
};

/** A statement as Kysely wants it: parameters in a list. */
const adapt = (database: DatabaseSync, sql: string): SqliteStatement => {
  const statement = database.prepare(sql);
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => told(() => statement.all(...(parameters as SQLInputValue[]))),
    run: (parameters) => told(() => statement.run(...(parameters as SQLInputValue[]))),
    iterate: (parameters) => told(() => statement.iterate(...(parameters as SQLInputValue[]))),
  };
};

const told = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw asOurs(error);
  }
};
