import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** How many names are remembered. */
const REMEMBERED = 100_000;

/** The names of streams by their numbers: remembered, so that the log is read without looking up each. */
export class StreamNames {
  readonly #known = new Map<number, string>();
  readonly #ask: StatementSync;

  constructor(database: DatabaseSync) {
    this.#ask = database.prepare('SELECT number, name FROM streams WHERE number IN (SELECT value FROM json_each(?))');
  }

  /** The name of a stream, if it has one. One that is not known is asked for together with its neighbours. */
  of(number: number, neighbours: () => readonly number[]): string | undefined {
    return this.#known.get(number) ?? this.#learn(neighbours()).get(number);
  }

  #learn(numbers: readonly number[]): ReadonlyMap<number, string> {
    if (this.#known.size > REMEMBERED) this.#known.clear();
    const unknown = numbers.filter((number) => !this.#known.has(number));
    for (const { number, name } of this.#ask.all(JSON.stringify(unknown)))
      this.#known.set(Number(number), String(name));
    return this.#known;
  }
}
