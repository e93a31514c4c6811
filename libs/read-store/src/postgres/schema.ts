import type { ColumnType, Table } from '#kernel';

/** The store's own tables. Their names begin with `_`, which no projection's table may. */
export const OWN_TABLES: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS _builds (
    projection text NOT NULL, version integer NOT NULL, generation integer NOT NULL,
    tables text NOT NULL, served boolean NOT NULL, position text COLLATE "C" NOT NULL, events bigint NOT NULL, event text,
    sequences text NOT NULL, PRIMARY KEY (projection, version, generation)
  )`,
  `CREATE TABLE IF NOT EXISTS _quarantined (
    projection text NOT NULL, version integer NOT NULL, generation integer NOT NULL,
    stream text NOT NULL, position text COLLATE "C" NOT NULL, type text NOT NULL, reason text NOT NULL,
    PRIMARY KEY (projection, version, generation, stream)
  )`,
  `CREATE TABLE IF NOT EXISTS _settings (key text NOT NULL PRIMARY KEY, value text NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS _snapshots (
    stream text NOT NULL PRIMARY KEY, schema integer NOT NULL, revision bigint NOT NULL, position text NOT NULL,
    event_id text NOT NULL, body text NOT NULL
  )`,
  // A write under a lease locks its key (FOR KEY SHARE). Since the epoch is part of a key, taking the lease over waits for
  // such writes and they for it, while renewing it, which changes no key, waits for no other transaction.
  `CREATE TABLE IF NOT EXISTS _leases (
    name text NOT NULL PRIMARY KEY, epoch bigint NOT NULL, holder text NOT NULL, expires_at timestamptz NOT NULL,
    UNIQUE (name, epoch)
  )`,
];

/** Text is compared by code point, as SQLite does, so that both page alike. JSON stays the text that it was: digests see it. */
const SQL_TYPES: Record<ColumnType, string> = {
  text: 'text COLLATE "C"',
  json: 'text COLLATE "C"',
  integer: 'bigint',
  flag: 'smallint',
  sequence: 'bigint',
};

/** What arrays of a column's values are cast to. */
export const ARRAY_TYPES: Record<ColumnType, string> = {
  text: 'text[]',
  json: 'text[]',
  integer: 'bigint[]',
  flag: 'smallint[]',
  sequence: 'bigint[]',
};

export const quoted = (name: string): string => `"${name}"`;
export const listed = (names: readonly string[]): string => names.map(quoted).join(', ');

/** Makes a table, without its indexes: they are made when its rows are there (`createIndexes`). */
export const createTable = (physical: string, { key, columns }: Table): string => {
  const definitions = Object.entries(columns).map(
    ([name, type]) =>
      `${quoted(name)} ${SQL_TYPES[type]}${key.includes(name) || type === 'sequence' ? ' NOT NULL' : ''}` +
      // In ledger order: lists go by it.
      (type === 'sequence' ? ' UNIQUE' : ''),
  );
  return `CREATE TABLE ${quoted(physical)} (${definitions.join(', ')}, PRIMARY KEY (${listed(key)}))`;
};

/**
 * Makes the indexes of a table that are missing; one statement each. Sorting all rows once is faster than keeping an index
 * with each row.
 */
export const createIndexes = (physical: string, { columns, indexes = [] }: Table): readonly string[] =>
  indexes
    .filter((of) => of.length > 1 || columns[of[0] ?? ''] !== 'sequence')
    // Numbered: the names of its columns would exceed the 63 letters of a name in PostgreSQL.
    .map(
      (of, i) =>
        `CREATE INDEX IF NOT EXISTS ${quoted(`${physical}_index_${i + 1}`)} ON ${quoted(physical)} (${listed(of)})`,
    );

export const dropTable = (physical: string): string => `DROP TABLE IF EXISTS ${quoted(physical)}`;

/** A view of the plain name. The columns are named, so that the view says what it holds. */
export const createView = (name: string, physical: string, { columns }: Table): string =>
  `CREATE VIEW ${quoted(name)} AS SELECT ${listed(Object.keys(columns))} FROM ${quoted(physical)}`;

export const dropView = (name: string): string => `DROP VIEW IF EXISTS ${quoted(name)}`;
