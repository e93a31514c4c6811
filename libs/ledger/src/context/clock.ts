import type { Instant } from '#kernel';

/** What time it is for the ledger. Read once a command, at the edge; the core gets it with the command. */
export interface Clock {
  now(): Instant;
}

/** The machine's clock. */
export class SystemClock implements Clock {
  now(): Instant {
    return new Date().toISOString();
  }
}

/** Stands still until it is moved, and never goes back (http-api.md §4.8). */
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
