import { START, type Position } from '#kernel';
import { ActiveBuild } from './active-build.ts';
import type { AnyProjection } from './check.ts';
import type { Build } from './read-store.ts';

/** How far a rebuild has come, in events read. `total` grows while commands keep coming; 0 when nobody knows it yet. */
export type RebuildProgress = { readonly events: number; readonly total: number };

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
    return this.shownBuild?.checkpoint.position ?? START;
  }

  /** The version that is served; the declared one before anything is. */
  get version(): number {
    return this.shownBuild?.version ?? this.projection.version;
  }

  get events(): number {
    return this.shownBuild?.checkpoint.events ?? 0;
  }

  /** The build that the plain names show. */
  get shownBuild(): Build | undefined {
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
}
