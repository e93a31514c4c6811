import type { EventStore } from '#event-store';
import type { Instant, Position, Recorded } from '#kernel';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { ActiveBuild } from './active-build.ts';
import { wait, waitBefore, type BackOff } from './back-off.ts';
import { FailureLog } from './failure-log.ts';
import { sentenceOf, type Logger } from './logger.ts';
import { RowRefused, type Checkpoint, type ReadStore } from './read-store.ts';
import { checkpointAfter } from './checkpoint.ts';
import type { Mutex } from './mutex.ts';
import { withPauses } from './with-pauses.ts';

/**
 * Events to one transaction while catching up. With random keys each row dirties pages of its own, which are written once
 * a transaction: 8,000 events are a third faster than 2,000. Beyond that, memory grows and nothing is won.
 */
const BATCH = 8_000;

/** For how long, in milliseconds, rows of a read model that is served may be staged and not written. */
const LONGEST_STAGED_MS = 250;

/** How far a reader may fall behind the log's end and still write each batch as it arrives. */
const NEAR = 1_000;

export type ProjectionReaderOptions = {
  readonly log: EventStore;
  readonly store: ReadStore;
  readonly logger: Logger;
  readonly backOff: BackOff;
  readonly mutex: Mutex;
  /** Stops the reader. */
  readonly signal: AbortSignal;
  /** Called after each transaction. */
  readonly moved: () => void;
  /** Whether this is not before the end of the log as it was last looked at, about a second ago at most. */
  readonly isEnd: (position: Position) => boolean;
  /** Called whenever the reader is at the log's end with everything written. */
  readonly atEnd: (reader: ProjectionReader) => Promise<void>;
  /** Resets the reader's builds to what the store holds, after a failure. */
  readonly reload: (reader: ProjectionReader) => Promise<void>;
};

/** Reads the log once for all builds that are at the same position, and writes each batch in one transaction. */
export class ProjectionReader {
  readonly builds: ActiveBuild[];
  checkpoint: Checkpoint;
  /** Whether it has been at the log's end, and not far from it since. */
  live = false;
  /** The last error, as a sentence. */
  failure: string | undefined;
  /** How many events it knows of that are not yet written, and when the oldest of them was recorded. */
  pending = 0;
  oldest: Instant | undefined;
  readonly #options: ProjectionReaderOptions;
  readonly #ending = new AbortController();
  readonly #signal: AbortSignal;
  readonly #failures: FailureLog;
  #staged: Recorded[] = [];
  #stagedSince = 0;
  #sinceEnd = 0;
  #attempt = 0;
  /** Of the log, and why it was broken off. */
  #reading = new AbortController();

  constructor(builds: readonly [ActiveBuild, ...ActiveBuild[]], options: ProjectionReaderOptions) {
    this.builds = [...builds];
    this.checkpoint = builds[0].build.checkpoint;
    this.#options = options;
    this.#failures = new FailureLog(options.logger, 'read models are not updated');
    this.#signal = AbortSignal.any([options.signal, this.#ending.signal]);
  }

  /** Whether nothing is staged, so that builds may be added or removed. */
  get idle(): boolean {
    return this.#staged.length === 0;
  }

  /** Ends the reader; other readers have taken over its builds. */
  end(): void {
    this.#ending.abort();
  }

  /** What was written is not all there any more: it is read again, from what the store holds. */
  startAgain(reason: Error): void {
    this.#reading.abort(reason);
  }

  /** Reads until it is stopped or left. Whatever fails is tried again, from what the store holds. */
  async run(): Promise<void> {
    while (!this.#stopped()) {
      try {
        if (this.failure !== undefined) await this.#startOver();
        await this.#follow();
        this.#reading.signal.throwIfAborted();
        if (!this.#stopped()) throw new Error('the log ended');
      } catch (error) {
        if (!this.#stopped()) await this.#backOff(error);
      }
    }
  }

  #stopped(): boolean {
    return this.#signal.aborted;
  }

  async #startOver(): Promise<void> {
    this.#staged = [];
    this.#sinceEnd = 0;
    await this.#options.reload(this);
  }

  async #backOff(error: unknown): Promise<void> {
    const projections = this.builds.map(({ projection }) => projection.name);
    this.failure = this.#failures.report(error, { projections });
    this.live = false;
    await wait(waitBefore(this.#options.backOff, (this.#attempt += 1)), this.#signal);
  }

  async #follow(): Promise<void> {
    this.#reading = new AbortController();
    const signal = AbortSignal.any([this.#signal, this.#reading.signal]);
    const { log } = this.#options;
    const open = (stop: AbortSignal) => log.follow(this.checkpoint.position, stop);
    for await (const batch of withPauses(open, signal, LONGEST_STAGED_MS)) {
      if (batch !== undefined) this.#stage(batch);
      const arrived = batch?.length === 0 || this.#hasReachedEnd();
      if (arrived || this.#mustCommit()) await this.#commit();
      if (arrived) await this.#arrive();
      // Catching up must not block the event loop.
      else if (!this.live) await yieldToEventLoop();
      if (signal.aborted) return;
    }
  }

  /** While commands keep coming, the end of the log is always ahead: where it was a moment ago will do. */
  #hasReachedEnd(): boolean {
    const last = this.#staged.at(-1);
    return !this.live && last !== undefined && this.#options.isEnd(last.position);
  }

  #mustCommit(): boolean {
    if (this.live || this.#staged.length >= BATCH) return true;
    return performance.now() - this.#stagedSince >= LONGEST_STAGED_MS && this.builds.some(({ build }) => build.served);
  }

  #stage(batch: readonly Recorded[]): void {
    if (batch.length === 0) return;
    if (this.#staged.length === 0) {
      this.#stagedSince = performance.now();
      this.oldest = batch[0]?.meta.recordedAt;
      this.pending = 0;
    }
    this.pending += batch.length;
    for (const event of batch) this.#staged.push(event);
    for (const build of this.builds) build.stage(batch);
    this.#sinceEnd += batch.length;
    if (this.#sinceEnd > NEAR) this.live = false;
  }

  async #arrive(): Promise<void> {
    this.#sinceEnd = 0;
    this.live = true;
    this.#recovered();
    await this.#options.atEnd(this);
  }

  #recovered(): void {
    if (this.failure !== undefined)
      this.#options.logger.info({ position: this.checkpoint.position }, 'read models move again');
    this.failure = undefined;
    this.#failures.clear();
    this.#attempt = 0;
    this.oldest = undefined;
    this.pending = 0;
  }

  async #commit(): Promise<void> {
    const { store, mutex, moved } = this.#options;
    const last = this.#staged.at(-1);
    if (!last) return;
    const to = checkpointAfter(this.checkpoint, this.#staged.length, last);
    await mutex.run(async () => {
      // Composed within the mutex: a build may have been replaced while we waited.
      const builds = [...this.builds];
      try {
        await store.apply(builds.map((build) => build.stepTo(to)));
        for (const build of builds) build.arrived(to);
      } catch (error) {
        if (!(error instanceof RowRefused)) throw error;
        for (const build of builds) await this.#commitAlone(build, to);
      }
    });
    this.checkpoint = to;
    this.#staged = [];
    this.#recovered();
    moved();
  }

  /** The whole batch for one build; event by event when a row is refused, to find out whose row it is. */
  async #commitAlone(build: ActiveBuild, to: Checkpoint): Promise<void> {
    const { store } = this.#options;
    try {
      await store.apply([build.stepTo(to)]);
      build.arrived(to);
    } catch (error) {
      if (!(error instanceof RowRefused)) throw error;
      build.unstage();
      for (const event of this.#staged) await this.#commitEvent(build, event);
    }
  }

  async #commitEvent(build: ActiveBuild, event: Recorded): Promise<void> {
    const { store } = this.#options;
    const to = checkpointAfter(build.build.checkpoint, 1, event);
    build.stage([event]);
    try {
      await store.apply([build.stepTo(to)]);
    } catch (error) {
      if (!(error instanceof RowRefused)) throw error;
      build.unstage();
      build.quarantine(event, sentenceOf(error));
      await store.apply([build.stepTo(to)]);
    }
    build.arrived(to);
  }
}
