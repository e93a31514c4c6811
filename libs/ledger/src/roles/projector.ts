import type { EventStore } from '#event-store';
import type { Instant, Position } from '#kernel';
import { PROJECTOR_LEASE } from '../stores/index.ts';
import { projections } from '#projections';
import {
  CheckpointWatch,
  Leadership,
  assertSameLog,
  ProjectionRunner,
  type LeadershipStatus,
  type Logger,
  type WaitOptions,
  type ProjectionStatus,
  type ReadStore,
  type Running,
} from '#read-store';

const all: readonly string[] = projections.map(({ name }) => name);

type ProjectorRoleDeps = {
  readonly store: EventStore;
  readonly reads: ReadStore;
  readonly logger: Logger;
  readonly now: () => Instant;
  /** The name of this process among those that share the stores. */
  readonly holder: string;
};

/**
 * The role of a projector: of all processes that have it, one updates the read models, the others stand by. Every process
 * can ask how far the read models have come.
 */
export class ProjectorRole {
  readonly #deps: ProjectorRoleDeps;
  readonly #leadership: Leadership;
  readonly #watch: CheckpointWatch;
  /** Set while this process updates the read models. */
  #keeping: { readonly runner: ProjectionRunner; readonly over: AbortSignal } | undefined;

  constructor(deps: ProjectorRoleDeps) {
    this.#deps = deps;
    const { reads, holder, logger } = deps;
    this.#watch = new CheckpointWatch(reads);
    this.#leadership = new Leadership({
      name: PROJECTOR_LEASE,
      holder,
      store: reads,
      logger,
      begin: (store) => this.#begin(store),
    });
  }

  /**
   * Begins to update the read models, or to stand by. Rejects with `CheckpointBeyondLog` if they were built from another
   * log, and with `StoreUnavailable` or `ReadStoreUnavailable` if that cannot be determined.
   */
  async start(): Promise<void> {
    await assertSameLog(this.#deps.store, this.#deps.reads);
    await this.#leadership.start();
  }

  async stop(): Promise<void> {
    await this.#leadership.stop();
    await this.#watch.stop();
  }

  async #begin(store: ReadStore): Promise<Running> {
    const { store: log, logger, now } = this.#deps;
    const runner = new ProjectionRunner({ log, store, projections, logger, now });
    await runner.start();
    const over = new AbortController();
    this.#keeping = { runner, over: over.signal };
    const stop = async () => {
      this.#keeping = undefined;
      over.abort();
      await runner.stop();
    };
    return { stop };
  }

  /**
   * Whether what queries read reflects the log at least up to `position`; waits for it until the time limit. `of` names
   * the projections that matter; all, when left out.
   */
  async reached(
    position: Position,
    { of = all, timeoutMs, signal }: WaitOptions & { readonly of?: readonly string[] } = {},
  ): Promise<boolean> {
    const began = performance.now();
    if (this.#keeping !== undefined) {
      const { runner, over } = this.#keeping;
      const either = signal === undefined ? over : AbortSignal.any([signal, over]);
      const so = await runner.reached(position, { of, signal: either, ...(timeoutMs !== undefined && { timeoutMs }) });
      if (so || !over.aborted) return so;
    }
    // Another process updates them, or has just taken over.
    const left = timeoutMs === undefined ? undefined : Math.max(0, timeoutMs - (performance.now() - began));
    return this.#watch.reached(position, of, {
      ...(signal && { signal }),
      ...(left !== undefined && { timeoutMs: left }),
    });
  }

  /**
   * Whether what queries read reflects the log as it was at the call; waits for it as `reached` does. Rejects with
   * `StoreUnavailable` if the end of the log cannot be read.
   */
  async caughtUp(patience: WaitOptions & { readonly of?: readonly string[] } = {}): Promise<boolean> {
    const { position } = await this.#deps.store.logEnd();
    return this.reached(position, patience);
  }

  /** The state of each projection; empty in a process that does not update them. */
  statuses(): readonly ProjectionStatus[] {
    return this.#keeping?.runner.statuses() ?? [];
  }

  /** The names of all projections. */
  readonly names = all;

  /** Whether this process updates the read models, or stands by. */
  status(): LeadershipStatus {
    return this.#leadership.status();
  }
}
