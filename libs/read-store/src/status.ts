import type { Instant, Position } from '#kernel';
import { ActiveBuild } from './active-build.ts';
import type { ProjectionReader } from './projection-reader.ts';
import type { ReadModel, RebuildProgress } from './projection-state.ts';
import type { Quarantined } from './read-store.ts';

/** How a projection fares. */
export type ProjectionStatus = {
  readonly name: string;
  /** The version that is served, which is not yet the declared one while that is being built. */
  readonly version: number;
  readonly position: Position;
  /**
   * `building`: it has not been at the log's end since it was made, and is not served before. `rebuilding`: other tables are
   * being built as a candidate. `failed`: what is served does not move, see `error`.
   */
  readonly state: 'building' | 'catchingUp' | 'live' | 'rebuilding' | 'failed';
  /**
   * How many events of the log are not applied yet. If the store does not know the length of the log: of those that are known.
   */
  readonly lagEvents: number;
  /** How long ago, by the ledger's clock, the oldest unapplied event was recorded; while none is known, the last applied. */
  readonly lagSeconds: number;
  /** For how many seconds, in real time, it has not reached the log's end; 0 while it keeps up. */
  readonly behindSeconds: number;
  readonly quarantined: readonly Quarantined[];
  /** Why log or store cannot be used, in a sentence. It is being tried again. */
  readonly error?: string;
  readonly rebuild?: RebuildProgress & { readonly version: number };
};

/** What a status is computed from. */
export type StatusContext = {
  /** How many events the log is known to hold. */
  readonly known: number;
  readonly now: Instant;
  readonly readerOf: (build: ActiveBuild) => ProjectionReader | undefined;
  readonly behindSeconds: (model: ReadModel) => number;
};

/** How a projection fares. */
export const statusOf = (
  model: ReadModel,
  { known, now, readerOf, behindSeconds }: StatusContext,
): ProjectionStatus => {
  const { served, candidate } = model;
  // Tables of another version have no reader: they are not written any more.
  const reader = served instanceof ActiveBuild ? readerOf(served) : undefined;
  const building = candidate && readerOf(candidate);
  const error = reader?.failure ?? building?.failure;
  const isServed = served !== undefined;
  const lagEvents = lagOf(model, known);
  return {
    name: model.projection.name,
    version: model.version,
    position: model.position,
    state: stateOf(reader, building, isServed),
    lagEvents,
    lagSeconds: secondsBetween(reader ? waitingSince(reader) : lastRecorded(model, lagEvents), now),
    behindSeconds: behindSeconds(model),
    quarantined: served?.quarantined ?? [],
    ...(error !== undefined && { error }),
    ...(candidate && { rebuild: progressOf(candidate, known) }),
  };
};

/** Until it is served, something is missing, if only its indexes. */
const lagOf = ({ served, applied }: ReadModel, known: number): number =>
  Math.max(served !== undefined || known === 0 ? 0 : 1, known - applied);

const stateOf = (
  reader: ProjectionReader | undefined,
  building: ProjectionReader | undefined,
  isServed: boolean,
): ProjectionStatus['state'] => {
  if ((reader ?? building)?.failure !== undefined) return 'failed';
  if (!isServed) return 'building';
  if (building) return 'rebuilding';
  return reader?.live ? 'live' : 'catchingUp';
};

/** When the oldest event was recorded that is not applied; while catching up without one at its disposal, the last applied one. */
const waitingSince = (reader: ProjectionReader): Instant | undefined =>
  reader.oldest ?? (reader.live ? undefined : reader.checkpoint.event?.recordedAt);

const lastRecorded = ({ servedBuild }: ReadModel, lagEvents: number): Instant | undefined =>
  lagEvents === 0 ? undefined : servedBuild?.checkpoint.event?.recordedAt;

/** Seconds, never negative; 0 without a beginning. */
export const secondsBetween = (from: Instant | undefined, to: Instant): number =>
  from === undefined ? 0 : Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);

const progressOf = ({ build: { version, checkpoint } }: ActiveBuild, known: number) => ({
  version,
  events: checkpoint.events,
  total: Math.max(known, checkpoint.events),
});
