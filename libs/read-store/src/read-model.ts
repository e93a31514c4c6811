import { START, type Instant, type Position } from '#kernel';
import { ActiveBuild } from './active-build.ts';
import type { AnyProjection } from './check.ts';
import type { Lane } from './lane.ts';
import type { Build, Quarantined } from './read-store.ts';

/** How far a rebuild has come, in events read. `total` grows while commands keep coming; 0 when nobody knows it yet. */
export type RebuildProgress = { readonly events: number; readonly total: number };

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

type Waiting = {
  readonly onProgress: ((progress: RebuildProgress) => void) | undefined;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
};

/** A projection and its builds: what the plain names show, and what is being built beside that. */
export class ReadModel {
  readonly projection: AnyProjection;
  /** An `ActiveBuild` is kept up with the log. A mere `Build` is of another version, and serves as it is until replaced. */
  shown: ActiveBuild | Build | undefined;
  beside: ActiveBuild | undefined;
  #waiting: Waiting[] = [];

  constructor(projection: AnyProjection) {
    this.projection = projection;
  }

  /** Up to where queries see the log. */
  get position(): Position {
    return this.#shownBuild?.checkpoint.position ?? START;
  }

  get events(): number {
    return this.#shownBuild?.checkpoint.events ?? 0;
  }

  get #shownBuild(): Build | undefined {
    return this.shown instanceof ActiveBuild ? this.shown.build : this.shown;
  }

  /** Resolves when what is being built is served. */
  rebuilt(onProgress?: (progress: RebuildProgress) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ onProgress, resolve, reject });
    });
  }

  tellProgress(total: number): void {
    if (!this.beside) return;
    const { events } = this.beside.build.checkpoint;
    for (const { onProgress } of this.#waiting) onProgress?.({ events, total: Math.max(total, events) });
  }

  /** What was built beside is served from now on. Answers what it replaced. */
  swap(): ActiveBuild | Build | undefined {
    const replaced = this.shown;
    this.beside?.serve();
    this.shown = this.beside;
    this.beside = undefined;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
    return replaced;
  }

  giveUp(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  /** `known`: how many events the log is known to hold. `laneOf` tells who leads a build. */
  status(known: number, now: Instant, laneOf: (build: ActiveBuild) => Lane | undefined): ProjectionStatus {
    const { shown, beside } = this;
    const lane = shown instanceof ActiveBuild ? laneOf(shown) : undefined;
    const building = beside && laneOf(beside);
    const error = lane?.failure ?? building?.failure;
    const stuck = lane ? lane.failure !== undefined : error !== undefined;
    const lagEvents = Math.max(0, known - this.events);
    const since = lane?.oldest ?? (lane?.live || (!lane && lagEvents === 0) ? undefined : this.#lastRecordedAt);
    return {
      name: this.projection.name,
      version: this.#shownBuild?.version ?? this.projection.version,
      position: this.position,
      state: stuck ? 'failed' : beside ? 'rebuilding' : lane?.live ? 'live' : 'catchingUp',
      lagEvents,
      lagSeconds: since === undefined ? 0 : Math.max(0, (Date.parse(now) - Date.parse(since)) / 1000),
      quarantined: shown instanceof ActiveBuild ? shown.quarantined : (shown?.quarantined ?? []),
      ...(error !== undefined && { error }),
      ...(beside && { rebuild: progressOf(beside, known) }),
    };
  }

  get #lastRecordedAt(): Instant | undefined {
    return this.#shownBuild?.checkpoint.event?.recordedAt;
  }
}

const progressOf = ({ build: { version, checkpoint } }: ActiveBuild, known: number) => ({
  version,
  events: checkpoint.events,
  total: Math.max(known, checkpoint.events),
});
