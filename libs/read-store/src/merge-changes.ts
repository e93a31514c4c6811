import type { Change, Row, Table, Value } from '#kernel';
import { sequenceOf, type Tables } from './read-store.ts';

/** What becomes of one row in a batch, all its changes taken together. */
export type Fate = {
  does: 'put' | 'patch' | 'drop';
  /** The key columns; a put row itself. */
  key: Row;
  /** The whole row of a put; the columns to set of a patch. */
  row: Row;
  /** The `sequence` of a put row, once the adapter has numbered it. */
  sequence: number | undefined;
  /** Whether `row` was made here and may be written to. Rows that come with a change belong to the projection. */
  own: boolean;
};

/** A place where a row comes into being: for sure, or only if the table does not hold it already. */
export type Birth = { readonly fate: Fate; readonly certain: boolean };

/**
 * The changes of a batch to one table, at most one per row. Writing these leaves the table as writing every change in
 * order would: a batch in which one subscription changes fifty times costs one row.
 */
export class TableChanges {
  readonly fates = new Map<Value, Fate>();
  /**
   * In order; none where the table has no sequence. Each birth takes the next number, but for one that is not certain and
   * whose row the table holds: that keeps its own. The last birth of a row tells its number.
   */
  readonly births: Birth[] = [];
  readonly #sequence: string | undefined;
  readonly #keyOf: (row: Row) => Value;

  constructor(table: Table) {
    this.#sequence = sequenceOf(table);
    this.#keyOf = rowKey(table.key);
  }

  put(row: Row): void {
    const key = this.#keyOf(row);
    let fate = this.fates.get(key);
    // A row that is put again after a drop is a new row. One that is put first may or may not be there already.
    const birth = fate?.does === 'put' ? undefined : { certain: fate?.does === 'drop' };
    if (fate) {
      fate.does = 'put';
      fate.key = fate.row = row;
      fate.own = false;
    } else {
      fate = { does: 'put', key: row, row, sequence: undefined, own: false };
      this.fates.set(key, fate);
    }
    if (birth && this.#sequence !== undefined) this.births.push({ fate, certain: birth.certain });
  }

  patch(where: Row, changes: Row): void {
    const key = this.#keyOf(where);
    const fate = this.fates.get(key);
    if (!fate) {
      this.fates.set(key, { does: 'patch', key: where, row: changes, sequence: undefined, own: false });
    } else if (fate.does !== 'drop') {
      if (fate.own) Object.assign(fate.row, changes);
      else fate.row = { ...fate.row, ...changes };
      fate.own = true;
    }
  }

  drop(where: Row): void {
    const key = this.#keyOf(where);
    const fate = this.fates.get(key);
    if (!fate) {
      this.fates.set(key, { does: 'drop', key: where, row: where, sequence: undefined, own: false });
      return;
    }
    fate.does = 'drop';
    fate.key = fate.row = where;
    fate.own = false;
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

/** Folds checked changes, by plain table name; only tables that change. */
export const fold = (tables: Tables, changes: readonly Change[]): ReadonlyMap<string, TableChanges> => {
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
