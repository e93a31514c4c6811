import { START, type Table } from '#kernel';
import type { Kysely } from 'kysely';
import type { DatabaseSync } from 'node:sqlite';
import { fold, type TableChanges } from '../fold.ts';
import {
  nameOf,
  physicalName,
  ReadStoreUnavailable,
  type Build,
  type BuildId,
  type ReadStore,
  type Step,
  type Tables,
} from '../read-store.ts';
import { Books } from './books.ts';
import { asOurs, connect, transaction } from './connection.ts';
import { kyselyOver } from './kysely.ts';
import { createTable, createView, dropTable, dropView } from './schema.ts';
import { TableWriter } from './table-writer.ts';

/** `path` of the database file, or `:memory:`. Read-only, several processes may look while one writes. */
export type SqliteOptions = { readonly path: string; readonly readOnly?: boolean };

/** Opens the read store in a SQLite file, and makes it if it is not there. Rejects with `ReadStoreUnavailable`. */
export const openSqlite = async ({ path, readOnly = false }: SqliteOptions): Promise<ReadStore> =>
  new SqliteReadStore(path, readOnly);

class SqliteReadStore implements ReadStore {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see the port
  readonly db: Kysely<any>;
  readonly #database: DatabaseSync;
  /** Queries have their own connection: none can write, and a query's transaction never meets the runner's. */
  readonly #reader: DatabaseSync;
  readonly #books: Books;
  readonly #writers = new Map<string, TableWriter>();

  constructor(path: string, readOnly: boolean) {
    this.#database = connect(path, readOnly);
    try {
      this.#books = new Books(this.#database, readOnly);
      this.#reader = readOnly || path === ':memory:' ? this.#database : connect(path, true);
    } catch (error) {
      this.#database.close();
      throw asOurs(error);
    }
    this.db = kyselyOver(this.#reader);
  }

  async builds(): Promise<readonly Build[]> {
    return this.#do(() => this.#books.builds());
  }

  async create(id: BuildId, tables: Tables): Promise<Build> {
    const build: Build = { ...id, tables, served: false, checkpoint: { position: START, events: 0 }, quarantined: [] };
    this.#write(() => {
      this.#remove(id, tables);
      for (const [name, table] of Object.entries(tables))
        this.#database.exec(createTable(physicalName(name, id), table));
      this.#books.open(build);
    });
    return build;
  }

  async apply(steps: readonly Step[]): Promise<void> {
    this.#write(() => {
      for (const step of steps) this.#applyOne(step);
    });
  }

  #applyOne({ build, after, checkpoint, changes, quarantined }: Step): void {
    const sequences = this.#books.standing(build, after);
    for (const [name, folded] of fold(build.tables, changes)) {
      const last = sequences[name] ?? 0;
      const next = this.#writeTable(build, name, folded, last);
      if (next > last) sequences[name] = next;
    }
    this.#books.advance(build, checkpoint, sequences);
    for (const stream of quarantined) this.#books.quarantine(build, stream);
  }

  #writeTable(build: Step['build'], name: string, folded: TableChanges, last: number): number {
    const physical = physicalName(name, build);
    let writer = this.#writers.get(physical);
    if (!writer) {
      writer = new TableWriter(this.#database, physical, build.tables[name] as Table);
      this.#writers.set(physical, writer);
    }
    return writer.write(folded, last);
  }

  async publish(id: BuildId): Promise<void> {
    const others = this.#write(() => {
      const { tables } = this.#books.need(id);
      const others = this.#books.builds().filter(({ projection }) => projection === id.projection);
      // Names that the new build no longer has go with the swap.
      const oldNames = others.filter(({ served }) => served).flatMap((build) => Object.keys(build.tables));
      for (const name of new Set([...oldNames, ...Object.keys(tables)])) this.#database.exec(dropView(name));
      for (const [name, table] of Object.entries(tables)) {
        this.#database.exec(createView(name, physicalName(name, id), table));
      }
      this.#books.serve(id);
      return others;
    });
    // Dropping a large table takes its time, so it is not part of the swap; a runner that starts drops what is left.
    for (const other of others) if (nameOf(other) !== nameOf(id)) await this.discard(other);
  }

  async discard(id: BuildId): Promise<void> {
    this.#write(() => {
      const build = this.#books.find(id);
      if (build?.served) throw new Error(`${nameOf(id)} is being served`);
      if (build) this.#remove(id, build.tables);
    });
  }

  #remove(id: BuildId, tables: Tables): void {
    for (const name of Object.keys(tables)) {
      this.#database.exec(dropTable(physicalName(name, id)));
      this.#writers.delete(physicalName(name, id));
    }
    this.#books.close(id);
  }

  async setting(key: string): Promise<string | undefined> {
    return this.#do(() => this.#books.setting(key));
  }

  async keep(key: string, value: string): Promise<void> {
    this.#write(() => {
      this.#books.keep(key, value);
    });
  }

  async close(): Promise<void> {
    await this.db.destroy();
    if (this.#reader.isOpen) this.#reader.close();
    if (this.#database.isOpen) this.#database.close();
  }

  #write<T>(work: () => T): T {
    if (!this.#database.isOpen) throw new ReadStoreUnavailable('the read store is closed');
    return transaction(this.#database, work);
  }

  #do<T>(work: () => T): T {
    if (!this.#database.isOpen) throw new ReadStoreUnavailable('the read store is closed');
    try {
      return work();
    } catch (error) {
      throw asOurs(error);
    }
  }
}
