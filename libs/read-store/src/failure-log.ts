import { sentenceOf, type Logger } from './logger.ts';

/**
 * Says why something that is tried again and again does not work: each reason once until it works again, since a store that
 * is away for an hour is not a thousand lines.
 */
export class Complaint {
  readonly #logger: Logger;
  readonly #what: string;
  readonly #said = new Set<string>();

  constructor(logger: Logger, what: string) {
    this.#logger = logger;
    this.#what = what;
  }

  /** Answers the reason, in a sentence. */
  about(error: unknown, facts: object = {}): string {
    const reason = sentenceOf(error);
    if (!this.#said.has(reason)) this.#logger.error({ err: error, ...facts }, `${this.#what}: ${reason}`);
    this.#said.add(reason);
    return reason;
  }

  /** It works again: what is wrong from now on is said anew. */
  settled(): void {
    this.#said.clear();
  }
}
