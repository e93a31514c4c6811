import { sentenceOf, type Logger } from '#read-store';

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

  about(error: unknown, facts: object = {}): void {
    const reason = sentenceOf(error);
    if (this.#said.has(reason)) return;
    this.#said.add(reason);
    this.#logger.error({ err: error, ...facts }, `${this.#what}: ${reason}`);
  }

  settled(): void {
    this.#said.clear();
  }
}
