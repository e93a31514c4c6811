import type { Instant, Position } from '#kernel';
import { ActiveBuild } from './active-build.ts';
import type { Lane } from './projection-reader.ts';
import type { ReadModel, RebuildProgress } from './projection-state.ts';
import type { Quarantined } from './read-store.ts';

/** How a projection fares. */
export type ProjectionStatus = {
  readonly name: string;
  /** The version that is served, which is not yet the declared one while that is being built. */
  readonly version: number;
  readonly position: Position;
  /** `failed`: what is served does not move, see `error`. `rebuilding`: other tables are being built beside it. */
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

/** What is known when statuses are asked for. */
export type Surroundings = {
  /** How many events the log is known to hold. */
  readonly known: number;
  readonly now: Instant;
  readonly laneOf: (build: ActiveBuild) => Lane | undefined;
};

/** How a projection fares. */
export const statusOf = (model: ReadModel, { known, now, laneOf }: Surroundings): ProjectionStatus => {
  const { shown, beside } = model;
  // Tables of another version have no lane: nobody writes them any more.
  const lane = shown instanceof ActiveBuild ? laneOf(shown) : undefined;
  const building = beside && laneOf(beside);
  const error = lane?.failure ?? building?.failure;
  const lagEvents = Math.max(0, known - model.events);
  return {
    name: model.projection.name,
    version: model.version,
    position: model.position,
    state: stateOf(lane, building),
    lagEvents,
    lagSeconds: secondsBetween(lane ? waitingSince(lane) : lastRecorded(model, lagEvents), now),
    quarantined: shown?.quarantined ?? [],
    ...(error !== undefined && { error }),
    ...(beside && { rebuild: progressOf(beside, known) }),
  };
};

const stateOf = (lane: Lane | undefined, building: Lane | undefined): ProjectionStatus['state'] => {
  if ((lane ?? building)?.failure !== undefined) return 'failed';
  if (building) return 'rebuilding';
  return lane?.live ? 'live' : 'catchingUp';
};

/** When the oldest event was recorded that is not applied; the last applied one while catching up and none is at hand. */
const waitingSince = (lane: Lane): Instant | undefined =>
  lane.oldest ?? (lane.live ? undefined : lane.checkpoint.event?.recordedAt);

const lastRecorded = ({ shownBuild }: ReadModel, lagEvents: number): Instant | undefined =>
  lagEvents === 0 ? undefined : shownBuild?.checkpoint.event?.recordedAt;

/** Seconds, never negative; 0 without a beginning. */
export const secondsBetween = (from: Instant | undefined, to: Instant): number =>
  from === undefined ? 0 : Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);

const progressOf = ({ build: { version, checkpoint } }: ActiveBuild, known: number) => ({
  version,
  events: checkpoint.events,
  total: Math.max(known, checkpoint.events),
});
