import { START, type Table } from '#kernel';
import type { Kysely } from 'kysely';
import { mergeChanges } from '../merge-changes.ts';
import type { Lease } from '../lease.ts';
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
import { BuildRegistry } from './build-registry.ts';
import { Connections, type Session } from './connections.ts';
import { kyselyOver } from './kysely.ts';
import { assertHeld, PostgresLeases } from './leases.ts';
import { createIndexes, createTable, createView, dropTable, dropView } from './schema.ts';
import { PostgresSnapshots } from './snapshots.ts';
import { TableWriter } from './table-writer.ts';

export type PostgresOptions = {
  /** `postgresql://user:password@host:5432/database`, with `?sslmode=…` and the like as `pg` takes them. */
  readonly url: string;
  /** How many queries may run at once; 10 when left out. */
  readonly readers?: number;
};

/**
 * A swap waits no longer than this, in milliseconds, for those who read what is swapped: while it waits, new readers wait
 * for it. Shorter than the second after which PostgreSQL looks for deadlocks, so that it never costs a reader its query.
 */
const SWAP_TIMEOUT = 500;

/**
 * The read store in a PostgreSQL database. Throws if the URL is invalid. Connects on first use, and creates its own tables
 * then. If the database is unreachable, followers retry.
 */
export const openPostgres = async ({ url, readers = 10 }: PostgresOptions): Promise<ReadStore> =>
  new PostgresReadStore(new Connections(url, readers));

class PostgresReadStore implements ReadStore {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see the port
  readonly db: Kysely<any>;
  readonly leases: PostgresLeases;
  readonly snapshots: PostgresSnapshots;
  readonly #connections: Connections;
  readonly #lease: Lease | undefined;
  readonly #open: { closed: boolean };

  constructor(connections: Connections, lease?: Lease, open = { closed: false }) {
    this.#connections = connections;
    this.#lease = lease;
    this.#open = open;
    this.leases = new PostgresLeases(connections);
    this.db = kyselyOver(connections);
    this.snapshots = new PostgresSnapshots((work) => this.#transaction(work, { durable: false }));
  }

  fencedBy(lease: Lease): ReadStore {
    return new PostgresReadStore(this.#connections, lease, this.#open);
  }

  async builds(): Promise<readonly Build[]> {
    return this.#transaction((session) => new BuildRegistry(session).builds());
  }

  async create(id: BuildId, tables: Tables): Promise<Build> {
    const build: Build = { ...id, tables, served: false, checkpoint: { position: START, events: 0 }, quarantined: [] };
    await this.#write(async (session) => {
      const registry = new BuildRegistry(session);
      const lying = await registry.find(id);
      mustNotBeServed(id, lying);
      await remove(session, id, lying?.tables ?? tables);
      for (const [name, table] of Object.entries(tables)) {
        await session.query(createTable(physicalName(name, id), table));
      }
      await registry.open(build);
    });
    return build;
  }

  async apply(steps: readonly Step[]): Promise<void> {
    await this.#write(
      async (session) => {
        for (const step of steps) await applyOne(session, step);
      },
      // The log is what must be durable. A crash of the server may take back the last batches, which are then read again.
      { durable: false },
    );
  }

  async activate(id: BuildId): Promise<void> {
    await this.#createIndexes(id);
    const others = await this.#write((session) => swap(session, id));
    // Not part of the swap; a runner that starts drops what is left.
    for (const other of others) await this.discard(other);
  }

  /** Each in a transaction of its own, before the swap: the table is not read yet, and a created index stays. */
  async #createIndexes(id: BuildId): Promise<void> {
    const build = (await this.builds()).find((one) => nameOf(one) === nameOf(id));
    for (const [name, table] of Object.entries(build?.tables ?? {})) {
      for (const statement of createIndexes(physicalName(name, id), table))
        await this.#write((session) => session.longQuery(statement));
    }
  }

  async discard(id: BuildId): Promise<void> {
    await this.#write(async (session) => {
      const build = await new BuildRegistry(session).find(id);
      mustNotBeServed(id, build);
      if (build) await remove(session, id, build.tables);
    });
  }

  async getSetting(key: string): Promise<string | undefined> {
    return this.#transaction((session) => new BuildRegistry(session).getSetting(key));
  }

  async putSetting(key: string, value: string): Promise<void> {
    await this.#write((session) => new BuildRegistry(session).putSetting(key, value));
  }

  async close(): Promise<void> {
    this.#open.closed = true;
    await this.#connections.close();
  }

  #write<T>(work: (session: Session) => Promise<T>, how?: { readonly durable: boolean }): Promise<T> {
    return this.#transaction(async (session) => {
      if (this.#lease) await assertHeld(session, this.#lease);
      return work(session);
    }, how);
  }

  async #transaction<T>(work: (session: Session) => Promise<T>, how?: { readonly durable: boolean }): Promise<T> {
    if (this.#open.closed) throw new ReadStoreUnavailable('the read store is closed');
    return this.#connections.transaction(work, how);
  }
}

const applyOne = async (session: Session, { build, after, checkpoint, changes, quarantined }: Step): Promise<void> => {
  const registry = new BuildRegistry(session);
  // First: a second runner must be fenced off before it writes.
  const sequences = await registry.advance(build, after, checkpoint);
  for (const stream of quarantined) await registry.quarantine(build, stream);
  let counted = false;
  for (const [name, merged] of mergeChanges(build.tables, changes)) {
    const writer = new TableWriter(session, physicalName(name, build), build.tables[name] as Table);
    const last = sequences[name] ?? 0;
    const next = await writer.write(merged, last);
    if (next === last) continue;
    sequences[name] = next;
    counted = true;
  }
  if (counted) await registry.count(build, sequences);
};

/** Points the views at a build. Returns the projection's other builds. */
const swap = async (session: Session, id: BuildId): Promise<readonly Build[]> => {
  await session.query(`SET LOCAL lock_timeout = ${String(SWAP_TIMEOUT)}`);
  const registry = new BuildRegistry(session);
  const builds = (await registry.builds()).filter(({ projection }) => projection === id.projection);
  const build = builds.find((one) => nameOf(one) === nameOf(id));
  if (!build) throw new Error(`there are no tables of ${nameOf(id)}`);
  // Names that the new build no longer has go with the swap.
  const oldNames = builds.filter(({ served }) => served).flatMap(({ tables }) => Object.keys(tables));
  for (const name of new Set([...oldNames, ...Object.keys(build.tables)])) await session.query(dropView(name));
  for (const [name, table] of Object.entries(build.tables)) {
    await session.query(createView(name, physicalName(name, id), table));
  }
  await registry.serve(id);
  return builds.filter((one) => one !== build);
};

const remove = async (session: Session, id: BuildId, tables: Tables): Promise<void> => {
  for (const name of Object.keys(tables)) await session.query(dropTable(physicalName(name, id)));
  await new BuildRegistry(session).close(id);
};

const mustNotBeServed = (id: BuildId, build: Build | undefined): void => {
  if (build?.served) throw new Error(`${nameOf(id)} is being served`);
};
