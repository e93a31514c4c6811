import type { EventStore } from '#event-store';
import { START, type Instant, type Position, type Recorded } from '#kernel';
import { DEFAULT_BACK_OFF, wait, waitBefore, type BackOff } from './back-off.ts';
import { FailureLog } from './failure-log.ts';
import { silent, type Logger } from './logger.ts';
import type { Checkpoint, ReadStore } from './read-store.ts';
import { CheckpointBeyondLog, checkpointAfter, assertCheckpointInLog } from './checkpoint.ts';
import { secondsBetween } from './status.ts';
import { ConditionWaiters, type WaitOptions } from './condition-waiters.ts';

export type ProcessRunnerOptions = {
  /** Its checkpoint is kept under this name: change it, and the process sees the whole log again. */
  readonly name: string;
  readonly log: EventStore;
  readonly store: ReadStore;
  /** The types of the events it reacts to, or a test for them. */
  readonly handles: readonly string[] | ((event: Recorded) => boolean);
  /** May run more than once for an event: what it does must be idempotent. Rejecting means: try again. */
  readonly react: (event: Recorded) => Promise<void>;
  readonly logger?: Logger;
  readonly now?: () => Instant;
  readonly backOff?: BackOff;
  /** Save the checkpoint each time it is at the log's end: another process waits for it (`processPosition`). */
  readonly prompt?: boolean;
};

/** The saved position of a process, whichever operating-system process runs it. */
export const processPosition = async (store: ReadStore, name: string): Promise<Position> => {
  const saved = await store.getSetting(keyOf(name));
  return saved === undefined ? START : (JSON.parse(saved) as Checkpoint).position;
};

const keyOf = (name: string): string => `process:${name}`;

/** How a process fares. */
export type ProcessStatus = {
  readonly name: string;
  readonly position: Position;
  /** `retrying`: an event, log or store fails, see `error`; nothing is passed over. */
  readonly state: 'catchingUp' | 'live' | 'retrying';
  readonly lagEvents: number;
  readonly lagSeconds: number;
  readonly error?: string;
  /** How often it has failed in a row. */
  readonly attempts: number;
};

/** How many events, none of which it handles, may pass before the checkpoint is saved. */
const UNWRITTEN = 1_000;

/**
 * Follows the log with a checkpoint of its own and reacts to events: in order, at least once each, never passing one over.
 * What spans two aggregates is built on it.
 */
export class ProcessRunner {
  readonly #options: ProcessRunnerOptions;
  readonly #logger: Logger;
  readonly #failures: FailureLog;
  readonly #backOff: BackOff;
  readonly #handles: (event: Recorded) => boolean;
  readonly #stopping = new AbortController();
  readonly #waiters = new ConditionWaiters();
  /** The checkpoint reached, and the one saved last. */
  #done: Checkpoint = { position: START, events: 0 };
  #saved: Checkpoint = this.#done;
  /** Whether it has reacted to an event since the checkpoint was saved. */
  #reactedSinceSave = false;
  #pending: readonly Recorded[] = [];
  #atEnd = false;
  #attempts = 0;
  #error: string | undefined;
  #running: Promise<void> | undefined;

  constructor(options: ProcessRunnerOptions) {
    const { handles, logger = silent, backOff = DEFAULT_BACK_OFF } = options;
    this.#options = options;
    this.#logger = logger;
    this.#failures = new FailureLog(logger, `${options.name} makes no progress`);
    this.#backOff = backOff;
    const types = typeof handles === 'function' ? undefined : new Set(handles);
    this.#handles = typeof handles === 'function' ? handles : ({ type }) => types?.has(type) === true;
  }

  /**
   * Reads where it stood, and begins. Rejects with `CheckpointBeyondLog` when the log is not the one that was read
   * before. While log or store is away it goes on trying in the background.
   */
  async start(): Promise<void> {
    try {
      await this.#open();
      this.#running = this.#run(true);
    } catch (error) {
      if (error instanceof CheckpointBeyondLog) throw error;
      this.#failed(error);
      this.#running = wait(waitBefore(this.#backOff, 1), this.#stopping.signal).then(() => this.#run(false));
    }
  }

  /** Finishes the current event, then stops. Pending waits resolve to false. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#waiters.cancelAll();
  }

  /** Whether every event up to `position` has been dealt with; waits as long as `waitOptions` say. */
  reached(position: Position, waitOptions?: WaitOptions): Promise<boolean> {
    return this.#waiters.until(() => this.#done.position >= position, waitOptions);
  }

  /**
   * Whether every event up to `position` has been dealt with and nothing is left to do, not even with the events that this
   * led to; waits as long as `waitOptions` say.
   */
  idle(position: Position, waitOptions?: WaitOptions): Promise<boolean> {
    return this.#waiters.until(() => this.#atEnd && this.#done.position >= position, waitOptions);
  }

  status(): ProcessStatus {
    const now = this.#options.now?.() ?? new Date().toISOString();
    const oldest = this.#pending[0]?.meta.recordedAt;
    const since = oldest ?? (this.#atEnd ? undefined : this.#done.event?.recordedAt);
    return {
      name: this.#options.name,
      position: this.#done.position,
      state: this.#error !== undefined ? 'retrying' : this.#atEnd ? 'live' : 'catchingUp',
      lagEvents: this.#pending.length,
      lagSeconds: secondsBetween(since, now),
      attempts: this.#attempts,
      ...(this.#error !== undefined && { error: this.#error }),
    };
  }

  #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  get #key(): string {
    return keyOf(this.#options.name);
  }

  async #open(): Promise<void> {
    const { store, log, name } = this.#options;
    const saved = await store.getSetting(this.#key);
    if (saved === undefined) return;
    const checkpoint = JSON.parse(saved) as Checkpoint;
    await assertCheckpointInLog(log, name, checkpoint);
    this.#done = this.#saved = checkpoint;
  }

  async #run(opened: boolean): Promise<void> {
    let open = opened;
    while (!this.#stopped()) {
      try {
        if (!open) await this.#open();
        open = true;
        await this.#follow();
        if (!this.#stopped()) throw new Error('the log ended');
      } catch (error) {
        if (!this.#stopped()) await this.#failedSoWait(error);
      }
    }
    // Saves the next start from reading the events since once more.
    await this.#saveCheckpoint().catch(() => undefined);
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopping;
    for await (const batch of this.#options.log.follow(this.#done.position, signal)) {
      await this.#work(batch);
      this.#waiters.check();
      if (signal.aborted) return;
      const unwritten = this.#done.events - this.#saved.events;
      const asked = this.#options.prompt === true && batch.length === 0 && unwritten > 0;
      if (this.#reactedSinceSave || asked || unwritten >= UNWRITTEN) await this.#saveCheckpoint();
      this.#atEnd = batch.length === 0;
      this.#recovered();
      this.#waiters.check();
    }
  }

  /** Deals with a batch, event by event. */
  async #work(batch: readonly Recorded[]): Promise<void> {
    const last = batch.at(-1);
    if (!last) return;
    const before = this.#done;
    this.#pending = batch;
    this.#atEnd = false;
    for (const [i, event] of batch.entries()) {
      if (!this.#handles(event)) continue;
      this.#reactedSinceSave = true;
      await this.#reactUntilDone(event);
      if (this.#stopped()) return;
      this.#done = checkpointAfter(before, i + 1, event);
      this.#pending = batch.slice(i + 1);
    }
    this.#done = checkpointAfter(before, batch.length, last);
    this.#pending = [];
  }

  async #reactUntilDone(event: Recorded): Promise<void> {
    while (!this.#stopped()) {
      try {
        await this.#options.react(event);
        this.#recovered();
        return;
      } catch (error) {
        await this.#failedSoWait(error, event);
      }
    }
  }

  async #saveCheckpoint(): Promise<void> {
    if (this.#saved === this.#done) return;
    const done = this.#done;
    await this.#options.store.putSetting(this.#key, JSON.stringify(done));
    this.#saved = done;
    this.#reactedSinceSave = false;
  }

  #failed(error: unknown, event?: Recorded): void {
    const at = event && { stream: event.stream, position: event.position, type: event.type };
    this.#error = this.#failures.report(error, { process: this.#options.name, ...at });
    this.#attempts += 1;
  }

  async #failedSoWait(error: unknown, event?: Recorded): Promise<void> {
    this.#failed(error, event);
    await wait(waitBefore(this.#backOff, this.#attempts), this.#stopping.signal);
  }

  #recovered(): void {
    if (this.#error !== undefined)
      this.#logger.info({ process: this.#options.name }, `${this.#options.name} moves again`);
    this.#error = undefined;
    this.#failures.clear();
    this.#attempts = 0;
  }
}
