import type { ColumnType, Table } from '#kernel';

/** The store's own tables. Their names begin with `_`, which no projection's table may. */
export const OWN_TABLES = `
  CREATE TABLE IF NOT EXISTS _builds (
    projection TEXT NOT NULL, version INTEGER NOT NULL, generation INTEGER NOT NULL,
    tables TEXT NOT NULL, served INTEGER NOT NULL, position TEXT NOT NULL, events INTEGER NOT NULL, event TEXT,
    sequences TEXT NOT NULL, PRIMARY KEY (projection, version, generation)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS _quarantined (
    projection TEXT NOT NULL, version INTEGER NOT NULL, generation INTEGER NOT NULL,
    stream TEXT NOT NULL, position TEXT NOT NULL, type TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (projection, version, generation, stream)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS _settings (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS _snapshots (
    stream TEXT NOT NULL PRIMARY KEY, schema INTEGER NOT NULL, revision INTEGER NOT NULL, position TEXT NOT NULL,
    event_id TEXT NOT NULL, body TEXT NOT NULL
  ) STRICT;`;

const SQL_TYPES: Record<ColumnType, string> = {
  text: 'TEXT',
  json: 'TEXT',
  integer: 'INTEGER',
  flag: 'INTEGER',
  sequence: 'INTEGER PRIMARY KEY',
};

export const quoted = (name: string): string => `"${name}"`;
export const listed = (names: readonly string[]): string => names.map(quoted).join(', ');

/**
 * Makes a table, without its indexes: they are made when its rows are there (`createIndexes`). `STRICT`, so that a column refuses what PostgreSQL would refuse. With row ids even
 * though there is a key: rows are wide, keys random, and moving whole rows about in the tree of a random key halves the
 * rows a second. A `sequence` is the row id itself: it costs no index, and every index ends with it anyway.
 */
export const createTable = (physical: string, { key, columns }: Table): string => {
  const definitions = Object.entries(columns).map(
    ([name, type]) => `${quoted(name)} ${SQL_TYPES[type]}${key.includes(name) ? ' NOT NULL' : ''}`,
  );
  return `CREATE TABLE ${quoted(physical)} (${definitions.join(', ')}, UNIQUE (${listed(key)})) STRICT;`;
};

/**
 * Makes the indexes of a table that are missing; one statement each. Sorting all rows once is several times faster than
 * keeping an index with each row, since rows come in an order that is random to it.
 */
export const createIndexes = (physical: string, { columns, indexes = [] }: Table): readonly string[] =>
  indexes.flatMap((of) => {
    const needed = columns[of.at(-1) ?? ''] === 'sequence' ? of.slice(0, -1) : of;
    if (needed.length === 0) return [];
    // Named by its columns: a number would make the second index of `charges_v1` the table of its second generation.
    const name = quoted(`${physical}_by_${of.join('_')}`);
    return [`CREATE INDEX IF NOT EXISTS ${name} ON ${quoted(physical)} (${listed(needed)});`];
  });

export const dropTable = (physical: string): string => `DROP TABLE IF EXISTS ${quoted(physical)};`;

/** A view of the plain name. The columns are named, so that the view says what it holds. */
export const createView = (name: string, physical: string, { columns }: Table): string =>
  `CREATE VIEW ${quoted(name)} AS SELECT ${listed(Object.keys(columns))} FROM ${quoted(physical)};`;

export const dropView = (name: string): string => `DROP VIEW IF EXISTS ${quoted(name)};`;
