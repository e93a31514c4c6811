import type { Position } from '#kernel';
import { wait } from './back-off.ts';
import type { ReadStore } from './read-store.ts';
import { ConditionWaiters, type WaitOptions } from './condition-waiters.ts';

/** How often the store is asked while a caller waits, in milliseconds. */
const INTERVAL = 20;

/**
 * For a process that answers queries while another one updates the projections: waits until the served build has come far enough.
 * However many callers wait, the store is asked once at a time, and not at all without any.
 */
export class CheckpointWatch {
  readonly #store: Pick<ReadStore, 'builds'>;
  readonly #waiters = new ConditionWaiters();
  readonly #stopping = new AbortController();
  /** Up to where each projection that is served has come, as last seen. */
  #served: ReadonlyMap<string, Position> = new Map();
  #waiting = 0;
  #polling: Promise<void> | undefined;

  constructor(store: Pick<ReadStore, 'builds'>) {
    this.#store = store;
  }

  /**
   * Whether the served tables of the projections named reflect the log at least up to `position`; waits as long as
   * `waitOptions` say. `false` as well when the store cannot be asked until then.
   */
  async reached(position: Position, of: readonly string[], waitOptions: WaitOptions = {}): Promise<boolean> {
    const condition = () => of.every((name) => isAt(this.#served.get(name), position));
    if (condition() || this.#stopping.signal.aborted) return condition();
    this.#waiting += 1;
    this.#polling ??= this.#poll();
    try {
      return await this.#waiters.until(condition, waitOptions);
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Stops polling and resolves all waiters to their current condition. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#waiters.cancelAll();
    await this.#polling;
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#waiting > 0 && !signal.aborted) {
      await this.#check();
      if (this.#waiting > 0) await wait(INTERVAL, signal);
    }
    this.#polling = undefined;
  }

  async #check(): Promise<void> {
    try {
      const builds = await this.#store.builds();
      const served = builds.filter((build) => build.served);
      this.#served = new Map(served.map(({ projection, checkpoint }) => [projection, checkpoint.position]));
      this.#waiters.check();
    } catch {
      // The store is unavailable: asked again after the interval; waiters time out.
    }
  }
}

/** What is not served has reached no position, not even the first. */
const isAt = (served: Position | undefined, position: Position): boolean => served !== undefined && served >= position;
