import type { Snapshots } from '#event-store';
import type { Change, Instant, Position, Projection } from '#kernel';
import type { Kysely } from 'kysely';
import type { Lease, Leases } from './lease.ts';

/** The tables of a projection, by plain name. */
export type Tables = Projection['tables'];

/**
 * Which set of physical tables: a projection's version, and which building of that version it is (1, 2, 3 …), so that a
 * version can be rebuilt beside itself.
 */
export type BuildId = { readonly projection: string; readonly version: number; readonly generation: number };

/** How far a reader of the log has come. */
export type Checkpoint = {
  readonly position: Position;
  /** How many events it has read up to there, relevant or not. */
  readonly events: number;
  /** The event at `position`; undefined at `START`. A log that was wiped or replaced no longer has it. */
  readonly event?: {
    readonly stream: string;
    readonly revision: number;
    readonly id: string;
    readonly recordedAt: Instant;
  };
};

/** A stream that a projection no longer follows, and the event on which it could not go on. */
export type Quarantined = {
  readonly stream: string;
  readonly position: Position;
  /** The event's type. */
  readonly type: string;
  /** One sentence: what went wrong. */
  readonly reason: string;
};

/** What the store knows of a set of physical tables. */
export type Build = BuildId & {
  readonly tables: Tables;
  /** Whether the plain names show these tables. At most one build of a projection is served. */
  readonly served: boolean;
  readonly checkpoint: Checkpoint;
  /** In the order of the log. */
  readonly quarantined: readonly Quarantined[];
};

/** What a batch of events does to one build. */
export type Step = {
  readonly build: BuildId & { readonly tables: Tables };
  /** The position that the build must be at; else another runner has moved it (fencing). */
  readonly after: Position;
  /** The checkpoint after this step. */
  readonly checkpoint: Checkpoint;
  /** In order. The adapter may write less than is said here, as long as the tables come out the same. */
  readonly changes: readonly Change[];
  /** Streams to put in quarantine. */
  readonly quarantined: readonly Quarantined[];
};

/**
 * Where read models lie. Rows and checkpoint change in one transaction, so each event counts exactly once whatever dies
 * when. An adapter is right when it passes `readStoreContract`. Every method rejects with `ReadStoreUnavailable` when
 * the store is away, full or closed.
 */
export interface ReadStore {
  /**
   * For queries: one view for each table of each projection, under its plain name. Never write with it. Give it its
   * shape where it is used: `db: Kysely<{ charges: ChargeRow }>`.
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- only the caller, who declares the tables, knows their shape
  readonly db: Kysely<any>;

  /** Every build there is, in no particular order. */
  builds(): Promise<readonly Build[]>;

  /** Makes the tables of a build, empty, at `START`; not served. What lies there under these names is replaced. */
  create(build: BuildId, tables: Tables): Promise<Build>;

  /**
   * Applies all steps in one transaction, or none. A `sequence` column gets its number here. Rejects with `RowRefused`
   * when the database will not have a row, with `CheckpointMoved` when a build is not at the step's `after`.
   */
  apply(steps: readonly Step[]): Promise<void>;

  /**
   * Makes the indexes of this build's tables, which `create` leaves out; then makes the plain names show it, in one
   * transaction; then drops the projection's other builds.
   */
  activate(build: BuildId): Promise<void>;

  /** Drops the tables of a build that is not served, and all that is known of it. */
  discard(build: BuildId): Promise<void>;

  /** Who may do alone what only one process may do. */
  readonly leases: Leases;

  /**
   * The same store for the holder of a lease: each of its writes rejects with `LeaseLost`, and writes nothing, once
   * another process has taken the lease. Closing it closes the store.
   */
  fencedBy(lease: Lease): ReadStore;

  /** The value stored under this key, or `undefined`. */
  getSetting(key: string): Promise<string | undefined>;

  /** Folded states of streams, written down; they may be thrown away at any time. */
  readonly snapshots: Snapshots;

  /** Stores a small value durably under this key, replacing the previous one. */
  putSetting(key: string, value: string): Promise<void>;

  /** Finishes what is being written and lets go of the storage. A second call does nothing. */
  close(): Promise<void>;
}

/** The read store is away, full, locked or closed. Nothing was half written. */
export class ReadStoreUnavailable extends Error {
  override readonly name: string = 'ReadStoreUnavailable';
}

/**
 * A table is asked for that is not there yet: its projection is being built, and is not served before it has been at the
 * log's end. It will be.
 */
export class ReadModelNotBuilt extends ReadStoreUnavailable {
  override readonly name = 'ReadModelNotBuilt';
}

/**
 * The database responds, but denies access: wrong user or password, no such database, too old. Waiting does not help;
 * the operator has to act.
 */
export class ReadStoreUnusable extends ReadStoreUnavailable {
  override readonly name = 'ReadStoreUnusable';
}

/** A row that the database will not have. Nothing of the call was written. */
export class RowRefused extends Error {
  override readonly name = 'RowRefused';
}

/** Another runner works on the same build: it is no longer at the position where this one left it. */
export class CheckpointMoved extends Error {
  override readonly name = 'CheckpointMoved';
}

/** A build's name for a person: `billing v2`, `billing v2 (2)`. */
export const nameOf = ({ projection, version, generation }: BuildId): string =>
  `${projection} v${String(version)}${generation === 1 ? '' : ` (${String(generation)})`}`;

/** The physical name of a table: `charges_v1`, `charges_v1_2`. */
export const physicalName = (table: string, { version, generation }: BuildId): string =>
  `${table}_v${String(version)}${generation === 1 ? '' : `_${String(generation)}`}`;

/** Whether two ids mean the same build. */
export const sameBuild = (a: BuildId, b: BuildId): boolean =>
  a.projection === b.projection && a.version === b.version && a.generation === b.generation;

/** The name of the table's `sequence` column, if it has one. */
export const sequenceOf = (table: Tables[string]): string | undefined =>
  Object.keys(table.columns).find((column) => table.columns[column] === 'sequence');
