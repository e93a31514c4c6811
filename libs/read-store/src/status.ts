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
  /** `failed`: what is served does not move, see `error`. `rebuilding`: other tables are being built as a candidate. */
  readonly state: 'catchingUp' | 'live' | 'rebuilding' | 'failed';
  /** How many events are known to be in the log that are not yet applied; there may be more that nobody has read yet. */
  readonly lagEvents: number;
  /** How long ago, by the ledger's clock, the oldest unapplied event was recorded; while none is known, the last applied. */
  readonly lagSeconds: number;
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
};

/** How a projection fares. */
export const statusOf = (model: ReadModel, { known, now, readerOf }: StatusContext): ProjectionStatus => {
  const { served, candidate } = model;
  // Tables of another version have no reader: they are not written any more.
  const reader = served instanceof ActiveBuild ? readerOf(served) : undefined;
  const building = candidate && readerOf(candidate);
  const error = reader?.failure ?? building?.failure;
  const lagEvents = Math.max(0, known - model.events);
  return {
    name: model.projection.name,
    version: model.version,
    position: model.position,
    state: stateOf(reader, building),
    lagEvents,
    lagSeconds: secondsBetween(reader ? waitingSince(reader) : lastRecorded(model, lagEvents), now),
    quarantined: served?.quarantined ?? [],
    ...(error !== undefined && { error }),
    ...(candidate && { rebuild: progressOf(candidate, known) }),
  };
};

const stateOf = (
  reader: ProjectionReader | undefined,
  building: ProjectionReader | undefined,
): ProjectionStatus['state'] => {
  if ((reader ?? building)?.failure !== undefined) return 'failed';
  if (building) return 'rebuilding';
  return reader?.live ? 'live' : 'catchingUp';
};

/** When the oldest event was recorded that is not applied; the last applied one while catching up and none is at hand. */
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
