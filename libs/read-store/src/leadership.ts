import { performance } from 'node:perf_hooks';
import { wait } from './back-off.ts';
import { FailureLog } from './failure-log.ts';
import { LeaseLost, type Lease } from './lease.ts';
import { silent, type Logger } from './logger.ts';
import type { ReadStore } from './read-store.ts';

/** A duty that runs, until it is stopped: a `ProjectionRunner`, some `ProcessRunner`s, a scheduler's beat. */
export type Running = { readonly stop: () => Promise<void> };

export type LeadershipOptions = {
  /** What it is about; those who give the same name compete. */
  readonly name: string;
  /** Who this is: another one for each process and each of its starts. */
  readonly holder: string;
  readonly store: ReadStore;
  /**
   * Begins the duty. What it writes through this store counts only as long as no other process leads. Rejecting means: not
   * this time; it is called again, with another lease, after `ttlMs`.
   */
  readonly begin: (store: ReadStore) => Promise<Running>;
  readonly logger?: Logger;
  /** How long other processes wait before they take over from a silent leader: 4,000 ms when left out. */
  readonly ttlMs?: number;
};

/** How it stands with this process. */
export type LeadershipStatus = {
  readonly name: string;
  readonly state: 'leading' | 'standingBy';
  /** Why it could not ask for the lease, or not begin, in a sentence. It is tried again. */
  readonly error?: string;
};

/**
 * Of all processes that have one under the same name, one leads: it has the lease, and its duty runs. When nothing is heard
 * of it for `ttlMs`, another one leads. One that was paused, and does not know that it leads no more, writes nothing: the
 * store it was given knows.
 */
export class Leadership {
  readonly #options: LeadershipOptions;
  readonly #logger: Logger;
  readonly #failures: FailureLog;
  readonly #ttlMs: number;
  readonly #stopping = new AbortController();
  readonly #firstAttempt = Promise.withResolvers<undefined>();
  #leading = false;
  #error: string | undefined;
  #running: Promise<void> | undefined;

  constructor(options: LeadershipOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silent;
    this.#failures = new FailureLog(this.#logger, `cannot lead ${options.name}`);
    this.#ttlMs = options.ttlMs ?? 4_000;
  }

  /** Begins to stand by. Resolves when it is known for the first time whether this process leads; never rejects. */
  async start(): Promise<void> {
    this.#running ??= this.#run();
    await this.#firstAttempt.promise;
  }

  /** Ends the duty, if this process has it, and lets another one lead at once. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#firstAttempt.resolve(undefined);
    await this.#running;
  }

  status(): LeadershipStatus {
    return {
      name: this.#options.name,
      state: this.#leading ? 'leading' : 'standingBy',
      ...(this.#error !== undefined && { error: this.#error }),
    };
  }

  #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** How often the lease is renewed, and asked for. */
  get #interval(): number {
    return this.#ttlMs / 4;
  }

  async #run(): Promise<void> {
    while (!this.#stopped()) {
      const failed = await this.#attempt();
      this.#firstAttempt.resolve(undefined);
      if (!this.#stopped()) await wait(failed ? this.#ttlMs : this.#interval, this.#stopping.signal);
    }
  }

  /** Leads if it gets the lease. Returns whether that failed. */
  async #attempt(): Promise<boolean> {
    const { store, name, holder } = this.#options;
    try {
      const lease = await store.leases.acquire(name, holder, this.#ttlMs);
      if (lease) await this.#lead(lease);
      this.#recovered();
      return false;
    } catch (error) {
      this.#error = this.#failures.report(error, { duty: name });
      return true;
    }
  }

  #recovered(): void {
    this.#error = undefined;
    this.#failures.clear();
  }

  async #lead(lease: Lease): Promise<void> {
    const { store, name, begin } = this.#options;
    const over = new AbortController();
    const kept = this.#keep(lease, over);
    this.#logger.info({ duty: name, epoch: lease.epoch }, `leads ${name}`);
    this.#leading = true;
    try {
      const running = await begin(store.fencedBy(lease));
      this.#recovered();
      this.#firstAttempt.resolve(undefined);
      await until(AbortSignal.any([over.signal, this.#stopping.signal]));
      await running.stop();
    } finally {
      this.#leading = false;
      over.abort();
      // While the duty ended, the lease was still renewed: what it wrote last counts.
      if (await kept) await store.leases.release(lease).catch(() => undefined);
      this.#logger.info({ duty: name, epoch: lease.epoch }, `leads ${name} no more`);
    }
  }

  /** Renews the lease until it is over, or ends it when that fails for too long. Returns whether it was held to the end. */
  async #keep(lease: Lease, over: AbortController): Promise<boolean> {
    let heldUntil = performance.now() + this.#ttlMs;
    for (;;) {
      await wait(this.#interval, over.signal);
      if (over.signal.aborted) return true;
      const asked = performance.now();
      const renewed = await this.#renewed(lease);
      if (renewed === true) heldUntil = asked + this.#ttlMs;
      if (renewed === false || performance.now() > heldUntil) {
        this.#logger.warn({ duty: lease.name, epoch: lease.epoch }, new LeaseLost(lease).message);
        over.abort();
        return false;
      }
    }
  }

  /** `undefined` if the store is unavailable. */
  async #renewed(lease: Lease): Promise<boolean | undefined> {
    try {
      return await this.#options.store.leases.renew(lease, this.#ttlMs);
    } catch {
      return undefined;
    }
  }
}

const until = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });
