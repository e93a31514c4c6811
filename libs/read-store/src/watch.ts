import type { Position } from '#kernel';
import { wait } from './back-off.ts';
import type { ReadStore } from './read-store.ts';
import { Waiters, type Patience } from './condition-waiters.ts';

/** How often the store is asked while somebody waits, in milliseconds. */
const INTERVAL = 20;

/**
 * For a process that answers queries while another one keeps the projections: waits until what is served has come far enough.
 * However many wait, the store is asked once at a time, and not at all while nobody does.
 */
export class CheckpointWatch {
  readonly #store: Pick<ReadStore, 'builds'>;
  readonly #waiters = new Waiters();
  readonly #stopping = new AbortController();
  /** Up to where each projection that is served has come, as last seen. */
  #served: ReadonlyMap<string, Position> = new Map();
  #waiting = 0;
  #asking: Promise<void> | undefined;

  constructor(store: Pick<ReadStore, 'builds'>) {
    this.#store = store;
  }

  /**
   * Whether the served tables of the projections named reflect the log at least up to `position`; waits for it as long as
   * patience lasts. `false` as well when the store cannot be asked until then.
   */
  async reached(position: Position, of: readonly string[], patience: Patience = {}): Promise<boolean> {
    const isSo = () => of.every((name) => (this.#served.get(name) ?? '') >= position);
    if (isSo() || this.#stopping.signal.aborted) return isSo();
    this.#waiting += 1;
    this.#asking ??= this.#ask();
    try {
      return await this.#waiters.until(isSo, patience);
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Sends everybody away. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#waiters.dismiss();
    await this.#asking;
  }

  async #ask(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#waiting > 0 && !signal.aborted) {
      await this.#look();
      if (this.#waiting > 0) await wait(INTERVAL, signal);
    }
    this.#asking = undefined;
  }

  async #look(): Promise<void> {
    try {
      const builds = await this.#store.builds();
      const served = builds.filter((build) => build.served);
      this.#served = new Map(served.map(({ projection, checkpoint }) => [projection, checkpoint.position]));
      this.#waiters.look();
    } catch {
      // Away: asked again in a moment, and patience runs out for those who wait.
    }
  }
}
