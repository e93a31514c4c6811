import { StoreUnavailable, type EventStore } from './event-store.ts';

export type WriteWatchOptions = {
  /** Writes to the log without recording anything. Rejects with `StoreUnavailable` when it cannot be written. */
  readonly attempt: () => Promise<void>;
  /** Gets one sentence for each outage. */
  readonly warn: (sentence: string) => void;
  /** For how long after a failed append an attempt proves nothing, in milliseconds; 0 when left out. */
  readonly quietMs?: number;
};

/**
 * Watches whether a log can be written. One that is full, locked or read-only can still be read: without this, only those
 * who send commands would notice.
 */
export class WriteWatch {
  readonly #options: WriteWatchOptions;
  #fault: StoreUnavailable | undefined;
  #failedAt = 0;
  #isClosed = false;

  constructor(options: WriteWatchOptions) {
    this.#options = options;
  }

  /** The same log, whose appends are watched. */
  over(log: EventStore): EventStore {
    return {
      read: (...of) => log.read(...of),
      append: async (...of) => {
        try {
          const receipt = await log.append(...of);
          this.#fault = undefined;
          return receipt;
        } catch (error) {
          if (error instanceof StoreUnavailable) this.#failed(error);
          throw error;
        }
      },
      follow: (...of) => log.follow(...of),
      logEnd: () => log.logEnd(),
      close: () => {
        this.#isClosed = true;
        return log.close();
      },
    };
  }

  /**
   * Rejects with the reason, a `StoreUnavailable`, from a failed append on until an append or an attempt succeeds. It makes an
   * attempt: a process that is not well gets no commands, so that no append would end the outage.
   */
  async writable(): Promise<void> {
    if (this.#fault === undefined) return;
    const { attempt, quietMs = 0 } = this.#options;
    if (performance.now() - this.#failedAt < quietMs) throw this.#fault;
    await attempt();
    this.#fault = undefined;
  }

  #failed(error: StoreUnavailable): void {
    const isNew = this.#fault === undefined && !this.#isClosed;
    this.#fault = error;
    this.#failedAt = performance.now();
    if (isNew) this.#options.warn(`commands are not accepted: ${error.message}`);
  }
}
