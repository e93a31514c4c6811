import type { Change, ColumnType, Projection, Row, Table, Value } from '#kernel';
import type { Tables } from './read-store.ts';

/** A projection of whatever events; which ones is its own business. */
export type AnyProjection = Omit<Projection, 'on'> & { readonly on: object };

const NAME = /^[a-z][a-z0-9_]*$/;

/**
 * Throws, saying what is wrong, when projections cannot live in one store: names that are no names or are used twice,
 * keys and indexes over columns that do not exist, two sequences in a table.
 */
export const checkDeclarations = (projections: readonly AnyProjection[]): void => {
  const projectionNames = new Set<string>();
  const tableNames = new Set<string>();
  for (const { name, version, tables } of projections) {
    if (projectionNames.has(name)) throw new Error(`two projections are named ${name}`);
    projectionNames.add(name);
    if (!Number.isSafeInteger(version) || version < 1) throw new Error(`the version of ${name} is not 1, 2, 3 …`);
    for (const [tableName, table] of Object.entries(tables)) {
      if (tableNames.has(tableName)) throw new Error(`two projections have a table ${tableName}`);
      tableNames.add(tableName);
      checkTable(tableName, table);
    }
  }
};

const checkTable = (name: string, { key, columns, indexes = [] }: Table): void => {
  const columnNames = Object.keys(columns);
  for (const word of [name, ...columnNames]) if (!NAME.test(word)) throw new Error(`"${word}" is no name for ${name}`);
  if (key.length === 0) throw new Error(`${name} has no key`);
  for (const column of [...key, ...indexes.flat()]) {
    if (!(column in columns)) throw new Error(`${name} has no column ${column}`);
  }
  const sequences = columnNames.filter((column) => columns[column] === 'sequence');
  if (sequences.length > 1) throw new Error(`${name} has two sequences`);
  if (sequences.some((column) => key.includes(column))) throw new Error(`the key of ${name} holds its sequence`);
};

/**
 * Throws, saying what is wrong, when a change does not fit the declaration. Every store then refuses the same changes,
 * and the event that made it is known before a batch is written.
 */
export const checkChange = (tables: Tables, change: Change): void => {
  if ('put' in change) {
    const table = tableOf(tables, change.into);
    checkKey(change.into, table, change.put);
    checkValues(change.into, table, change.put);
  } else if ('patch' in change) {
    const table = tableOf(tables, change.of);
    checkOnlyKey(change.of, table, change.where);
    checkValues(change.of, table, change.patch);
    for (const column of table.key) {
      if (column in change.patch) throw new Error(`a patch of ${change.of} sets its key column ${column}`);
    }
  } else {
    checkOnlyKey(change.from, tableOf(tables, change.from), change.drop);
  }
};

const tableOf = (tables: Tables, name: string): Table => {
  const table = tables[name];
  if (!table) throw new Error(`the projection has no table ${name}`);
  return table;
};

const checkKey = (name: string, { key }: Table, row: Row): void => {
  for (const column of key) {
    if (row[column] === undefined || row[column] === null) throw new Error(`a row of ${name} lacks its ${column}`);
  }
};

const checkOnlyKey = (name: string, table: Table, where: Row): void => {
  checkKey(name, table, where);
  checkValues(name, table, where);
  for (const column in where) if (!table.key.includes(column)) throw new Error(`${column} is no key column of ${name}`);
};

const checkValues = (name: string, { columns }: Table, row: Row): void => {
  for (const column in row) {
    const type = columns[column];
    if (type === undefined) throw new Error(`${name} has no column ${column}`);
    if (!fits(type, row[column])) throw new Error(`${column} of ${name} is ${type}, not ${String(row[column])}`);
  }
};

const fits = (type: ColumnType, value: Value | undefined): boolean => {
  if (type === 'sequence') return false;
  if (value === null) return true;
  if (type === 'text' || type === 'json') return typeof value === 'string';
  return type === 'flag' ? value === 0 || value === 1 : Number.isSafeInteger(value);
};
