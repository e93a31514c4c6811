import type { EventStore } from '#event-store';
import { START, type Instant, type Position, type Recorded } from '#kernel';
import { PATIENT, wait, waitBefore, type BackOff } from './back-off.ts';
import { Complaint } from './failure-log.ts';
import { silent, type Logger } from './logger.ts';
import type { Checkpoint, ReadStore } from './read-store.ts';
import { CheckpointBeyondLog, checkpointAfter, checkStanding } from './checkpoint.ts';
import { secondsBetween } from './status.ts';
import { Waiters, type Patience } from './condition-waiters.ts';

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
  /** Write down where it stands each time it is at the log's end: somebody elsewhere waits for it (`processPosition`). */
  readonly prompt?: boolean;
};

/** Up to where a process has written down that it is done, whichever process of the machine runs it. */
export const processPosition = async (store: ReadStore, name: string): Promise<Position> => {
  const kept = await store.setting(keyOf(name));
  return kept === undefined ? START : (JSON.parse(kept) as Checkpoint).position;
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

/** How many events it lets go by, none of them its business, before it writes down where it stands. */
const UNWRITTEN = 1_000;

/**
 * Follows the log with a checkpoint of its own and reacts to events: in order, at least once each, never passing one over.
 * What spans two aggregates is built on it.
 */
export class ProcessRunner {
  readonly #options: ProcessRunnerOptions;
  readonly #logger: Logger;
  readonly #complaint: Complaint;
  readonly #backOff: BackOff;
  readonly #handles: (event: Recorded) => boolean;
  readonly #stopping = new AbortController();
  readonly #waiters = new Waiters();
  /** Up to where it is done, and up to where that is written down. */
  #done: Checkpoint = { position: START, events: 0 };
  #kept: Checkpoint = this.#done;
  /** Whether it has reacted to something since it last wrote down where it stands. */
  #owing = false;
  #pending: readonly Recorded[] = [];
  #atEnd = false;
  #attempts = 0;
  #error: string | undefined;
  #running: Promise<void> | undefined;

  constructor(options: ProcessRunnerOptions) {
    const { handles, logger = silent, backOff = PATIENT } = options;
    this.#options = options;
    this.#logger = logger;
    this.#complaint = new Complaint(logger, `${options.name} stands still`);
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

  /** Lets the event at hand finish, and ends. Whoever waits is sent away. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#waiters.dismiss();
  }

  /** Whether every event up to `position` has been dealt with; waits for it as long as patience lasts. */
  reached(position: Position, patience?: Patience): Promise<boolean> {
    return this.#waiters.until(() => this.#done.position >= position, patience);
  }

  /**
   * Whether every event up to `position` has been dealt with and nothing is left to do, not even with the events that this
   * led to; waits for it as long as patience lasts.
   */
  idle(position: Position, patience?: Patience): Promise<boolean> {
    return this.#waiters.until(() => this.#atEnd && this.#done.position >= position, patience);
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
    const kept = await store.setting(this.#key);
    if (kept === undefined) return;
    const checkpoint = JSON.parse(kept) as Checkpoint;
    await checkStanding(log, name, checkpoint);
    this.#done = this.#kept = checkpoint;
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
    // What was let go by since: a courtesy to the next start, no more.
    await this.#keep().catch(() => undefined);
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopping;
    for await (const batch of this.#options.log.follow(this.#done.position, signal)) {
      await this.#work(batch);
      this.#waiters.look();
      if (signal.aborted) return;
      const unwritten = this.#done.events - this.#kept.events;
      const asked = this.#options.prompt === true && batch.length === 0 && unwritten > 0;
      if (this.#owing || asked || unwritten >= UNWRITTEN) await this.#keep();
      this.#atEnd = batch.length === 0;
      this.#recovered();
      this.#waiters.look();
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
      this.#owing = true;
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

  async #keep(): Promise<void> {
    if (this.#kept === this.#done) return;
    const done = this.#done;
    await this.#options.store.keep(this.#key, JSON.stringify(done));
    this.#kept = done;
    this.#owing = false;
  }

  #failed(error: unknown, event?: Recorded): void {
    const at = event && { stream: event.stream, position: event.position, type: event.type };
    this.#error = this.#complaint.about(error, { process: this.#options.name, ...at });
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
    this.#complaint.settled();
    this.#attempts = 0;
  }
}
