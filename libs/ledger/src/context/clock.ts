import type { Instant } from '#kernel';

/** The time of the ledger. Read once a command, outside the core, which gets it with the command. */
export interface Clock {
  now(): Instant;
}

/** The machine's clock. */
export class SystemClock implements Clock {
  now(): Instant {
    return new Date().toISOString();
  }
}

/** Moves only by command, and never back (http-api.md §4.8). */
export class SimulatedClock implements Clock {
  #now: Instant;

  constructor(now: Instant) {
    this.#now = now;
  }

  now(): Instant {
    return this.#now;
  }

  set(now: Instant): void {
    if (now > this.#now) this.#now = now;
  }
}
