import type { EventStore } from '#event-store';
import type { Instant, Position } from '#kernel';
import { DEFAULT_BACK_OFF, wait, waitBefore, type BackOff } from './back-off.ts';
import { checkDeclarations, type AnyProjection } from './check.ts';
import { FailureLog } from './failure-log.ts';
import { ProjectionCoordinator } from './projection-coordinator.ts';
import { silent, type Logger } from './logger.ts';
import { ReadModel, type RebuildProgress } from './projection-state.ts';
import type { ReadStore } from './read-store.ts';
import { CheckpointBeyondLog } from './checkpoint.ts';
import { statusOf, type ProjectionStatus } from './status.ts';
import { ConditionWaiters, type WaitOptions } from './condition-waiters.ts';

/** How often the store is asked whether it still holds what was written, in milliseconds. */
const CHECK_EVERY_MS = 1_000;

export type ProjectionRunnerOptions = {
  readonly log: EventStore;
  readonly store: ReadStore;
  readonly projections: readonly AnyProjection[];
  readonly logger?: Logger;
  /** The ledger's clock: lag in seconds is measured with it. */
  readonly now?: () => Instant;
  /** How to try again when log or store fails. */
  readonly backOff?: BackOff;
  /** Called whenever every projection is at the log's end. */
  readonly onCaughtUp?: () => void;
};

/**
 * Keeps read models up with the log. A batch of events and the checkpoint go in one transaction, so each event counts
 * exactly once. An event that cannot be applied puts its stream in quarantine for that projection; everything else goes
 * on. A raised version, or `rebuild`, builds new tables beside those that are served, and swaps when they have caught up.
 */
export class ProjectionRunner {
  readonly #failures: FailureLog;
  readonly #now: () => Instant;
  readonly #backOff: BackOff;
  readonly #models: ReadonlyMap<string, ReadModel>;
  readonly #coordinator: ProjectionCoordinator;
  readonly #waiters = new ConditionWaiters();
  readonly #stopping = new AbortController();
  readonly #onCaughtUp: () => void;
  #opening: Promise<void> | undefined;
  #checking: Promise<void> | undefined;
  /** Why it could not begin, in a sentence. */
  #failure: string | undefined;

  /** Throws when the projections cannot live together in one store. */
  constructor({
    log,
    store,
    projections,
    logger = silent,
    now,
    backOff = DEFAULT_BACK_OFF,
    onCaughtUp,
  }: ProjectionRunnerOptions) {
    checkDeclarations(projections);
    this.#failures = new FailureLog(logger, 'read models cannot start');
    this.#backOff = backOff;
    this.#now = now ?? (() => new Date().toISOString());
    this.#onCaughtUp = onCaughtUp ?? (() => undefined);
    this.#models = new Map(projections.map((projection) => [projection.name, new ReadModel(projection)]));
    this.#coordinator = new ProjectionCoordinator([...this.#models.values()], {
      log,
      store,
      logger,
      backOff,
      signal: this.#stopping.signal,
      moved: () => {
        this.#moved();
      },
    });
  }

  /**
   * Makes the tables that are missing, and begins to read. Rejects with `CheckpointBeyondLog` when the log is not the one
   * that was read before. While log or store is away it goes on trying in the background.
   */
  async start(): Promise<void> {
    try {
      await this.#coordinator.open();
    } catch (error) {
      if (error instanceof CheckpointBeyondLog) throw error;
      this.#opening = this.#openLater(error);
    }
    this.#checking = this.#check();
  }

  async #openLater(first: unknown): Promise<void> {
    this.#failure = this.#failures.report(first);
    for (let attempt = 1; ; attempt += 1) {
      await wait(waitBefore(this.#backOff, attempt), this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      try {
        await this.#coordinator.open();
        this.#failure = undefined;
        return;
      } catch (error) {
        this.#failure = this.#failures.report(error);
      }
    }
  }

  async #check(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      await wait(CHECK_EVERY_MS, signal);
      if (signal.aborted) return;
      // A store that is away is asked again. Who writes to it says so.
      await this.#coordinator.check().catch(() => undefined);
    }
  }

  /** Finishes the current batch, then stops. Pending waits resolve to false; a running rebuild continues at the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#opening;
    await this.#checking;
    await this.#coordinator.ended();
    this.#waiters.cancelAll();
    for (const model of this.#models.values()) {
      model.giveUp(new Error(`stopped before ${model.projection.name} was rebuilt; the next start goes on with it`));
    }
  }

  /**
   * Whether everything that queries read reflects the log at least up to `position`; waits as long as the options
   * say. `of` names the projections that matter; all, when left out.
   */
  async reached(
    position: Position,
    { of, ...waitOptions }: WaitOptions & { readonly of?: readonly string[] } = {},
  ): Promise<boolean> {
    const models = of ? of.map((name) => this.#model(name)) : [...this.#models.values()];
    const hasReached = (model: ReadModel) => model.served !== undefined && model.position >= position;
    return this.#waiters.until(() => models.every(hasReached), waitOptions);
  }

  /** Resolves to `true` once every projection is at the log's end, none being rebuilt; to `false` if the wait ends first. */
  caughtUp(waitOptions?: WaitOptions): Promise<boolean> {
    return this.#waiters.until(() => this.#coordinator.caughtUp, waitOptions);
  }

  /** How each projection fares. */
  statuses(): readonly ProjectionStatus[] {
    const readerOf = this.#coordinator.readerOf.bind(this.#coordinator);
    const behindSeconds = this.#coordinator.behindSeconds.bind(this.#coordinator);
    const context = { known: this.#coordinator.known, now: this.#now(), readerOf, behindSeconds };
    return [...this.#models.values()].map((model) => {
      const status = statusOf(model, context);
      return this.#failure === undefined ? status : { ...status, state: 'failed', error: this.#failure };
    });
  }

  /**
   * Builds a projection's tables anew beside those that are served, which go on being kept up, and swaps when the new
   * ones have caught up; then resolves. Joins a rebuild that is under way. Rejects when the runner is stopped meanwhile.
   */
  async rebuild(name: string, onProgress?: (progress: RebuildProgress) => void): Promise<void> {
    const model = this.#model(name);
    const done = model.rebuilt(onProgress);
    try {
      await this.#coordinator.rebuild(model);
    } catch (error) {
      model.giveUp(error instanceof Error ? error : new Error(String(error)));
    }
    await done;
  }

  #model(name: string): ReadModel {
    const model = this.#models.get(name);
    if (!model) throw new Error(`there is no projection ${name}`);
    return model;
  }

  #moved(): void {
    for (const model of this.#models.values()) model.tellProgress(this.#coordinator.known);
    this.#waiters.check();
    if (this.#coordinator.caughtUp) this.#onCaughtUp();
  }
}
