import type { Row, Table, Value } from '#kernel';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { NewRow, RowChange, TableChanges } from '../merge-changes.ts';
import { sequenceOf } from '../read-store.ts';
import { listed, quoted } from './schema.ts';

/** How many shapes of patch stay prepared for one table. Folding joins shapes, so there can be more than were declared. */
const KEPT_PATCHES = 256;

/** How many rows are written before others in this process may have a turn: about a millisecond's worth or two. */
const AT_A_TIME = 250;

/** Writes the merged changes of one physical table with prepared statements. Call it within a transaction. */
export class TableWriter {
  readonly #database: DatabaseSync;
  readonly #physical: string;
  readonly #key: readonly string[];
  readonly #columns: readonly string[];
  readonly #sequence: string | undefined;
  readonly #where: string;
  readonly #insert: StatementSync;
  readonly #put: StatementSync;
  readonly #drop: StatementSync;
  readonly #held: StatementSync | undefined;
  readonly #patches = new Map<string, { statement: StatementSync; columns: readonly string[] }>();

  constructor(database: DatabaseSync, physical: string, table: Table) {
    this.#database = database;
    this.#physical = quoted(physical);
    this.#key = table.key;
    this.#sequence = sequenceOf(table);
    // The sequence comes last among the values.
    const plain = Object.keys(table.columns).filter((column) => column !== this.#sequence);
    this.#columns = plain;
    const all = this.#sequence === undefined ? plain : [...plain, this.#sequence];
    this.#where = this.#key.map((column) => `${quoted(column)} = ?`).join(' AND ');
    const replaced = all.filter((column) => !this.#key.includes(column));
    const onConflict =
      replaced.length === 0
        ? 'NOTHING'
        : `UPDATE SET ${replaced.map((column) => `${quoted(column)} = excluded.${quoted(column)}`).join(', ')}`;
    const insert = `INSERT INTO ${this.#physical} (${listed(all)}) VALUES (${all.map(() => '?').join(', ')})
      ON CONFLICT (${listed(this.#key)}) DO`;
    this.#insert = database.prepare(`${insert} NOTHING`);
    this.#put = database.prepare(`${insert} ${onConflict}`);
    this.#drop = database.prepare(`DELETE FROM ${this.#physical} WHERE ${this.#where}`);
    this.#held =
      this.#sequence === undefined
        ? undefined
        : database.prepare(`SELECT ${quoted(this.#sequence)} AS held FROM ${this.#physical} WHERE ${this.#where}`);
  }

  /** Numbers new rows on from `last`, and writes, with a pause every few hundred rows. Returns the last number given. */
  *write({ newRows, rows }: TableChanges, last: number): Generator<void, number> {
    const written = new Set<RowChange>();
    let next = last;
    let count = 0;
    for (const newRow of newRows) {
      if (this.#create(newRow, next + 1, written)) next += 1;
      if ((count += 1) % AT_A_TIME === 0) yield;
    }
    // In any order: there is one change for each row, and rows do not depend on each other.
    for (const change of rows.values()) {
      if (written.has(change)) continue;
      if (change.action === 'put') this.#put.run(...this.#valuesOf(change));
      else if (change.action === 'patch') this.#writePatch(change);
      else this.#drop.run(...this.#keyOf(change.key));
      if ((count += 1) % AT_A_TIME === 0) yield;
    }
    return next;
  }

  /**
   * Gives the row its number: `next`, or the one it holds. Whether it is held shows when one tries to insert it, and then
   * mostly it is written already: cheaper than a query first. Returns whether `next` is taken.
   */
  #create({ change, certain }: NewRow, next: number, written: Set<RowChange>): boolean {
    change.sequence = next;
    // Created anew: what may have been written under its first number is overwritten.
    if (certain) {
      written.delete(change);
      return true;
    }
    if (change.action === 'put' && this.#insert.run(...this.#valuesOf(change)).changes === 1) {
      written.add(change);
      return true;
    }
    const held = this.#held?.get(...this.#keyOf(change.key))?.['held'] as number | undefined;
    change.sequence = held ?? next;
    return held === undefined;
  }

  #keyOf(row: Row): Value[] {
    return this.#key.map((column) => row[column] ?? null);
  }

  #valuesOf({ row, sequence }: RowChange): Value[] {
    const values: Value[] = [];
    for (const column of this.#columns) values.push(row[column] ?? null);
    if (sequence !== undefined) values.push(sequence);
    return values;
  }

  #writePatch({ key, row }: RowChange): void {
    const shape = Object.keys(row).join();
    if (shape === '') return;
    const { statement, columns } = this.#patches.get(shape) ?? this.#preparePatch(shape, Object.keys(row));
    const values: Value[] = [];
    for (const column of columns) values.push(row[column] ?? null);
    for (const column of this.#key) values.push(key[column] ?? null);
    statement.run(...values);
  }

  #preparePatch(shape: string, columns: readonly string[]) {
    const set = columns.map((column) => `${quoted(column)} = ?`).join(', ');
    const patch = {
      statement: this.#database.prepare(`UPDATE ${this.#physical} SET ${set} WHERE ${this.#where}`),
      columns,
    };
    const [oldest] = this.#patches.keys();
    if (this.#patches.size >= KEPT_PATCHES && oldest !== undefined) this.#patches.delete(oldest);
    this.#patches.set(shape, patch);
    return patch;
  }
}
