import type { Change, Row, Table, Value } from '#kernel';
import { sequenceOf, type Tables } from './read-store.ts';

/** What a batch does to one row, all its changes merged. */
export type RowChange = {
  action: 'put' | 'patch' | 'drop';
  /** The key columns; a put row itself. */
  key: Row;
  /** The whole row of a put; the columns to set of a patch. */
  row: Row;
  /** The `sequence` of a put row, once the adapter has numbered it. */
  sequence: number | undefined;
  /** Whether `row` was made here and may be written to. Rows that come with a change belong to the projection. */
  own: boolean;
};

/** A row that a batch creates: certainly, or only if the table does not hold it already. */
export type NewRow = { readonly change: RowChange; readonly certain: boolean };

/**
 * The changes of a batch to one table, at most one per row. Writing these leaves the table as writing every change in
 * order would: a batch in which one subscription changes fifty times costs one row.
 */
export class TableChanges {
  readonly rows = new Map<Value, RowChange>();
  /**
   * In order; empty where the table has no sequence. Each new row takes the next number, except one that is not certain and
   * that the table holds already: it keeps its own. The last entry of a row gives its number.
   */
  readonly newRows: NewRow[] = [];
  readonly #sequence: string | undefined;
  readonly #keyOf: (row: Row) => Value;

  constructor(table: Table) {
    this.#sequence = sequenceOf(table);
    this.#keyOf = rowKey(table.key);
  }

  put(row: Row): void {
    const key = this.#keyOf(row);
    let change = this.rows.get(key);
    // A row that is put again after a drop is a new row. One that is put first may or may not be there already.
    const newRow = change?.action === 'put' ? undefined : { certain: change?.action === 'drop' };
    if (change) {
      change.action = 'put';
      change.key = change.row = row;
      change.own = false;
    } else {
      change = { action: 'put', key: row, row, sequence: undefined, own: false };
      this.rows.set(key, change);
    }
    if (newRow && this.#sequence !== undefined) this.newRows.push({ change, certain: newRow.certain });
  }

  patch(where: Row, changes: Row): void {
    const key = this.#keyOf(where);
    const change = this.rows.get(key);
    if (!change) {
      this.rows.set(key, { action: 'patch', key: where, row: changes, sequence: undefined, own: false });
    } else if (change.action !== 'drop') {
      if (change.own) Object.assign(change.row, changes);
      else change.row = { ...change.row, ...changes };
      change.own = true;
    }
  }

  drop(where: Row): void {
    const key = this.#keyOf(where);
    const change = this.rows.get(key);
    if (!change) {
      this.rows.set(key, { action: 'drop', key: where, row: where, sequence: undefined, own: false });
      return;
    }
    change.action = 'drop';
    change.key = change.row = where;
    change.own = false;
  }
}

/** A value that names the row within its table. Checked rows only: a column holds one type, so `1` never meets `'1'`. */
const rowKey = (columns: readonly string[]): ((row: Row) => Value) => {
  const [first = '', ...more] = columns;
  if (more.length === 0) return (row) => row[first] ?? null;
  return (row) => {
    let key = '';
    for (const column of columns) {
      const part = String(row[column]);
      key += `${String(part.length)}:${part}`;
    }
    return key;
  };
};

/** Merges checked changes, by plain table name; only tables that change. */
export const mergeChanges = (tables: Tables, changes: readonly Change[]): ReadonlyMap<string, TableChanges> => {
  const byTable = new Map<string, TableChanges>();
  const changesOf = (name: string): TableChanges => {
    let found = byTable.get(name);
    if (!found) {
      const table = tables[name];
      if (!table) throw new Error(`there is no table ${name}`);
      byTable.set(name, (found = new TableChanges(table)));
    }
    return found;
  };
  for (const change of changes) {
    if ('put' in change) changesOf(change.into).put(change.put);
    else if ('patch' in change) changesOf(change.of).patch(change.where, change.patch);
    else changesOf(change.from).drop(change.drop);
  }
  return byTable;
};
