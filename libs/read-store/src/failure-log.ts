import { StoreUnavailable } from '#event-store';
import { sentenceOf, type Logger } from './logger.ts';
import { ReadStoreUnavailable } from './read-store.ts';

/** Whether an error says that the store is unavailable, full or denies access. It is about the store, not about the caller. */
const isStoreAway = (error: unknown): error is Error =>
  error instanceof StoreUnavailable || error instanceof ReadStoreUnavailable;

/**
 * How many reasons are logged before it works again. Thousands of streams that fail, each for a reason of its own, must not
 * be a line each.
 */
const MOST_REASONS = 20;

/**
 * Says why something that is tried again and again does not work: each reason once until it works again, since a store that
 * is away for an hour is not a thousand lines.
 */
export class FailureLog {
  readonly #logger: Logger;
  readonly #what: string;
  readonly #reported = new Set<string>();

  constructor(logger: Logger, what: string) {
    this.#logger = logger;
    this.#what = what;
  }

  /** Logs the error unless its reason was logged already. Returns the reason as a sentence. */
  report(error: unknown, facts: object = {}): string {
    const reason = sentenceOf(error);
    // Calls that fail differently because one store is away are one outage; where in the code it was noticed says nothing.
    const isAway = isStoreAway(error);
    const cause = isAway ? error.name : reason;
    if (!this.#reported.has(cause) && this.#reported.size < MOST_REASONS)
      this.#logger.error(isAway ? facts : { err: error, ...facts }, `${this.#what}: ${reason}`);
    this.#reported.add(cause);
    return reason;
  }

  /** It works again: later failures are logged anew. */
  clear(): void {
    this.#reported.clear();
  }
}
