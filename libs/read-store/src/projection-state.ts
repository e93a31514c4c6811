import { START, type Position } from '#kernel';
import { ActiveBuild } from './active-build.ts';
import type { AnyProjection } from './check.ts';
import type { Build } from './read-store.ts';

/** How far a rebuild has come, in events read. `total` grows while commands keep coming; 0 while unknown. */
export type RebuildProgress = { readonly events: number; readonly total: number };

type Waiting = {
  readonly onProgress: ((progress: RebuildProgress) => void) | undefined;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
};

/** A projection and its builds: the served one, and the candidate that is being built. */
export class ReadModel {
  readonly projection: AnyProjection;
  /** An `ActiveBuild` is kept up with the log. A mere `Build` is of another version, and serves as it is until replaced. */
  served: ActiveBuild | Build | undefined;
  candidate: ActiveBuild | undefined;
  #waiting: Waiting[] = [];

  constructor(projection: AnyProjection) {
    this.projection = projection;
  }

  /** Up to where queries see the log. */
  get position(): Position {
    return this.servedBuild?.checkpoint.position ?? START;
  }

  /** The version that is served; the declared one before anything is. */
  get version(): number {
    return this.servedBuild?.version ?? this.projection.version;
  }

  get events(): number {
    return this.servedBuild?.checkpoint.events ?? 0;
  }

  /**
   * Of how many events there are rows: those of the candidate while nothing has been served yet, since a read model is only
   * served once it has been at the log's end.
   */
  get applied(): number {
    return this.served === undefined ? (this.candidate?.build.checkpoint.events ?? 0) : this.events;
  }

  /** The build that the plain names show. */
  get servedBuild(): Build | undefined {
    return this.served instanceof ActiveBuild ? this.served.build : this.served;
  }

  /** Resolves when what is being built is served. */
  rebuilt(onProgress?: (progress: RebuildProgress) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ onProgress, resolve, reject });
    });
  }

  tellProgress(total: number): void {
    if (!this.candidate) return;
    const { events } = this.candidate.build.checkpoint;
    for (const { onProgress } of this.#waiting) onProgress?.({ events, total: Math.max(total, events) });
  }

  /** Makes the candidate the served build. Returns the build that it replaced. */
  swap(): ActiveBuild | Build | undefined {
    const replaced = this.served;
    this.candidate?.serve();
    this.served = this.candidate;
    this.candidate = undefined;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
    return replaced;
  }

  giveUp(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
