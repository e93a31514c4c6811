import type { Table, Value } from '#kernel';
import type { RowChange, TableChanges } from '../merge-changes.ts';
import { sequenceOf } from '../read-store.ts';
import { arrayOf } from './arrays.ts';
import type { Session } from './connections.ts';
import { ARRAY_TYPES, listed, quoted } from './schema.ts';

/** Rows to one statement: few enough to stay small in memory, enough that a round trip does not count. */
const AT_A_TIME = 1_000;

type Valued = (column: string) => Value | undefined;

/** Writes the merged changes of one physical table, many rows to a statement. Within a transaction. */
export class TableWriter {
  readonly #session: Session;
  readonly #physical: string;
  readonly #table: Table;
  readonly #sequence: string | undefined;

  constructor(session: Session, physical: string, table: Table) {
    this.#session = session;
    this.#physical = quoted(physical);
    this.#table = table;
    this.#sequence = sequenceOf(table);
  }

  /** Numbers new rows on from `last`, and writes. Returns the last number given. */
  async write(changes: TableChanges, last: number): Promise<number> {
    const next = await this.#number(changes, last);
    const { put = [], patch = [], drop = [] } = Object.groupBy(changes.rows.values(), ({ action }) => action);
    // In any order: there is one change for each row, and rows do not depend on each other.
    await this.#put(put);
    for (const [shape, alike] of Map.groupBy(patch, ({ row }) => Object.keys(row).join())) {
      if (shape !== '') await this.#patch(alike, shape.split(','));
    }
    await this.#drop(drop);
    return next;
  }

  /** A row that the table holds keeps its number, unless it is created anew; every other row takes the next. */
  async #number({ newRows }: TableChanges, last: number): Promise<number> {
    const held = await this.#held(newRows.filter(({ certain }) => !certain).map(({ change }) => change));
    let next = last;
    for (const { change, certain } of newRows) {
      const kept = certain ? undefined : held.get(change);
      change.sequence = kept ?? (next += 1);
    }
    return next;
  }

  /** The numbers of those rows that the table holds. */
  async #held(changes: readonly RowChange[]): Promise<ReadonlyMap<RowChange, number>> {
    const found = new Map<RowChange, number>();
    if (this.#sequence === undefined) return found;
    const { key } = this.#table;
    // Each by the key: as a plain join, PostgreSQL reads the whole table as long as that looks small to it.
    const sql = `SELECT asked.nth - 1 AS nth, found.number
      FROM ${this.#unnested(key)} WITH ORDINALITY AS asked (${listed(key)}, nth), LATERAL (
        SELECT held.${quoted(this.#sequence)} AS number FROM ${this.#physical} AS held
        WHERE ${matching(key, 'held', 'asked')} LIMIT 1) AS found`;
    for (const some of inParts(changes)) {
      const { rows } = await this.#session.query<{ nth: number; number: number }>(sql, arrays(some, key, byKey));
      for (const { nth, number } of rows) {
        const change = some[nth];
        if (change) found.set(change, number);
      }
    }
    return found;
  }

  async #put(changes: readonly RowChange[]): Promise<void> {
    const { key, columns } = this.#table;
    const all = Object.keys(columns);
    const replaced = all.filter((column) => !key.includes(column));
    const set = replaced.map((column) => `${quoted(column)} = excluded.${quoted(column)}`).join(', ');
    const sql = `INSERT INTO ${this.#physical} (${listed(all)}) SELECT * FROM ${this.#unnested(all)}
      ON CONFLICT (${listed(key)}) DO ${replaced.length === 0 ? 'NOTHING' : `UPDATE SET ${set}`}`;
    const valued =
      (change: RowChange): Valued =>
      (column) =>
        column === this.#sequence ? change.sequence : change.row[column];
    for (const some of inParts(changes)) await this.#session.query(sql, arrays(some, all, valued));
  }

  /** Patches that set the same columns. */
  async #patch(changes: readonly RowChange[], shape: readonly string[]): Promise<void> {
    const { key } = this.#table;
    const set = shape.map((column) => `${quoted(column)} = new.${quoted(column)}`).join(', ');
    const columns = [...key, ...shape];
    const sql = `UPDATE ${this.#physical} AS held SET ${set}
      FROM ${this.#unnested(columns)} AS new (${listed(columns)}) WHERE ${matching(key, 'held', 'new')}`;
    const valued =
      (change: RowChange): Valued =>
      (column) =>
        key.includes(column) ? change.key[column] : change.row[column];
    for (const some of inParts(changes)) await this.#session.query(sql, arrays(some, columns, valued));
  }

  async #drop(changes: readonly RowChange[]): Promise<void> {
    const { key } = this.#table;
    const sql = `DELETE FROM ${this.#physical} AS held
      USING ${this.#unnested(key)} AS old (${listed(key)}) WHERE ${matching(key, 'held', 'old')}`;
    for (const some of inParts(changes)) await this.#session.query(sql, arrays(some, key, byKey));
  }

  #unnested(columns: readonly string[]): string {
    const { columns: types } = this.#table;
    return `unnest(${columns.map((column, i) => `$${i + 1}::${ARRAY_TYPES[types[column] ?? 'text']}`).join(', ')})`;
  }
}

const byKey =
  ({ key }: RowChange): Valued =>
  (column) =>
    key[column];

const matching = (key: readonly string[], a: string, b: string): string =>
  key.map((column) => `${a}.${quoted(column)} = ${b}.${quoted(column)}`).join(' AND ');

function* inParts(changes: readonly RowChange[]): Iterable<readonly RowChange[]> {
  for (let from = 0; from < changes.length; from += AT_A_TIME) yield changes.slice(from, from + AT_A_TIME);
}

/** One array for each column. */
const arrays = (
  changes: readonly RowChange[],
  columns: readonly string[],
  valued: (change: RowChange) => Valued,
): string[] => {
  const asked = changes.map(valued);
  return columns.map((column) => arrayOf(asked.map((value) => value(column))));
};
