import { WriteLock } from '#event-store/sqlite';
import { START, type Table } from '#kernel';
import type { Kysely } from 'kysely';
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { mergeChanges } from '../merge-changes.ts';
import { LeaseLost, OwnLeases, type Lease } from '../lease.ts';
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
import { Mutex } from '../mutex.ts';
import { BuildRegistry } from './build-registry.ts';
import { BULK_CACHE, CACHE, connect, toPortError, transaction } from './connection.ts';
import { kyselyOver } from './kysely.ts';
import { createIndexes, createTable, createView, dropTable, dropView } from './schema.ts';
import { SqliteSnapshots } from './snapshots.ts';
import { TableWriter } from './table-writer.ts';
import { fencedStore } from './fenced-by.ts';

/**
 * `path` of the database file, or `:memory:` for specs, where queries and writes wait for each other. Read-only, several
 * processes may look while one writes; the file is then not made if it is not there.
 */
export type SqliteOptions = { readonly path: string; readonly readOnly?: boolean };

/**
 * Opens the read store in a SQLite file, and makes it if it is not there. Rejects with `ReadStoreUnavailable`, and with
 * `FolderInUse` when another process writes to it.
 */
export const openSqlite = async ({ path, readOnly = false }: SqliteOptions): Promise<ReadStore> =>
  new SqliteReadStore(path, readOnly);

class SqliteReadStore implements ReadStore {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see the port
  readonly db: Kysely<any>;
  /** One process owns the file, so its leases are its own business. */
  readonly leases = new OwnLeases();
  readonly snapshots: SqliteSnapshots;
  readonly #database: DatabaseSync;
  /** Only where it was not opened for reading. */
  readonly #lock: WriteLock | undefined;
  /** Queries have their own connection: none can write, and a query's transaction never meets the runner's. */
  readonly #reader: DatabaseSync;
  readonly #registry: BuildRegistry;
  /** One write at a time: a batch that yields to the event loop is still one transaction. */
  readonly #mutex = new Mutex();
  readonly #writers = new Map<string, TableWriter>();

  constructor(path: string, readOnly: boolean) {
    this.#database = connect(path, readOnly);
    try {
      this.#lock = readOnly ? undefined : new WriteLock(this.#database);
      this.#lock?.take();
      this.#registry = new BuildRegistry(this.#database, readOnly);
      this.#lock?.commit();
      this.#reader = readOnly || path === ':memory:' ? this.#database : connect(path, true);
    } catch (error) {
      this.#database.close();
      throw toPortError(error);
    }
    this.snapshots = new SqliteSnapshots(this.#reader, this.#database, (work) => this.#write(work));
    this.db = kyselyOver(this.#reader, this.#reader === this.#database ? this.#mutex : undefined);
  }

  fencedBy(lease: Lease): ReadStore {
    return fencedStore(this, () => {
      if (!this.leases.holds(lease)) throw new LeaseLost(lease);
    });
  }

  async builds(): Promise<readonly Build[]> {
    return this.#read(() => this.#registry.builds());
  }

  async create(id: BuildId, tables: Tables): Promise<Build> {
    const build: Build = { ...id, tables, served: false, checkpoint: { position: START, events: 0 }, quarantined: [] };
    await this.#write(() => {
      this.#mustNotBeServed(id);
      this.#remove(id, this.#registry.find(id)?.tables ?? tables);
      for (const [name, table] of Object.entries(tables)) {
        this.#database.exec(createTable(physicalName(name, id), table));
      }
      this.#registry.open(build);
    });
    this.#database.exec(`PRAGMA cache_size = ${BULK_CACHE}`);
    return build;
  }

  async apply(steps: readonly Step[]): Promise<void> {
    await this.#writeInParts(() => this.#applyAll(steps));
  }

  *#applyAll(steps: readonly Step[]): Generator<void> {
    for (const step of steps) yield* this.#applyOne(step);
  }

  *#applyOne({ build, after, checkpoint, changes, quarantined }: Step): Generator<void> {
    // First: a second runner must be fenced off before it writes.
    this.#registry.advance(build, after, checkpoint);
    for (const stream of quarantined) this.#registry.quarantine(build, stream);
    if (changes.length === 0) return;
    const sequences = this.#registry.sequences(build);
    let counted = false;
    for (const [name, merged] of mergeChanges(build.tables, changes)) {
      const last = sequences[name] ?? 0;
      const next = yield* this.#writerOf(build, name).write(merged, last);
      if (next === last) continue;
      sequences[name] = next;
      counted = true;
    }
    if (counted) this.#registry.count(build, sequences);
  }

  #writerOf(build: Step['build'], name: string): TableWriter {
    const physical = physicalName(name, build);
    const known = this.#writers.get(physical);
    if (known) return known;
    const writer = new TableWriter(this.#database, physical, build.tables[name] as Table);
    this.#writers.set(physical, writer);
    return writer;
  }

  async activate(id: BuildId): Promise<void> {
    // Before the swap and in parts: what is served is read, and commands are taken, while rows are sorted.
    await this.#writeInParts(() => this.#createIndexes(id));
    this.#database.exec(`PRAGMA cache_size = ${CACHE}; PRAGMA shrink_memory`);
    const others = await this.#write(() => {
      const { tables } = this.#registry.need(id);
      const others = this.#registry.builds().filter(({ projection }) => projection === id.projection);
      // Names that the new build no longer has go with the swap.
      const oldNames = others.filter(({ served }) => served).flatMap((build) => Object.keys(build.tables));
      for (const name of new Set([...oldNames, ...Object.keys(tables)])) this.#database.exec(dropView(name));
      for (const [name, table] of Object.entries(tables)) {
        this.#database.exec(createView(name, physicalName(name, id), table));
      }
      this.#registry.serve(id);
      return others;
    });
    // Dropping a large table takes its time, so it is not part of the swap; a runner that starts drops what is left.
    for (const other of others) if (nameOf(other) !== nameOf(id)) await this.discard(other);
  }

  *#createIndexes(id: BuildId): Generator<void> {
    for (const [name, table] of Object.entries(this.#registry.need(id).tables)) {
      for (const statement of createIndexes(physicalName(name, id), table)) {
        this.#database.exec(statement);
        yield;
      }
    }
  }

  async discard(id: BuildId): Promise<void> {
    await this.#write(() => {
      this.#mustNotBeServed(id);
      const build = this.#registry.find(id);
      if (build) this.#remove(id, build.tables);
    });
  }

  #mustNotBeServed(id: BuildId): void {
    if (this.#registry.find(id)?.served) throw new Error(`${nameOf(id)} is being served`);
  }

  #remove(id: BuildId, tables: Tables): void {
    for (const name of Object.keys(tables)) {
      this.#database.exec(dropTable(physicalName(name, id)));
      this.#writers.delete(physicalName(name, id));
    }
    this.#registry.close(id);
  }

  async getSetting(key: string): Promise<string | undefined> {
    return this.#read(() => this.#registry.getSetting(key));
  }

  async putSetting(key: string, value: string): Promise<void> {
    await this.#write(() => {
      this.#registry.putSetting(key, value);
    });
  }

  async close(): Promise<void> {
    await this.#mutex.run(async () => {
      await this.db.destroy();
      if (this.#reader.isOpen) this.#reader.close();
      this.#lock?.release();
      if (this.#database.isOpen) this.#database.close();
    });
  }

  #write<T>(work: () => T): Promise<T> {
    return this.#writeInParts(function* () {
      return work();
    });
  }

  #writeInParts<T>(work: () => Generator<void, T>): Promise<T> {
    return this.#mutex.run(() => {
      this.#mustBeOpen();
      if (this.#lock === undefined) throw new ReadStoreUnavailable('the read store was opened for reading only');
      return transaction(this.#lock, work, yieldToEventLoop);
    });
  }

  /** Within the mutex as well: it must not see half a batch. */
  #read<T>(work: () => T): Promise<T> {
    return this.#mutex.run(async () => {
      this.#mustBeOpen();
      try {
        return work();
      } catch (error) {
        throw toPortError(error);
      }
    });
  }

  #mustBeOpen(): void {
    if (!this.#database.isOpen) throw new ReadStoreUnavailable('the read store is closed');
  }
}
