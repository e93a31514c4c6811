import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** An event as a baseline writes it: ready texts. */
export type Line = { readonly id: string; readonly type: string; readonly data: string; readonly meta: string };

type Append = {
  readonly stream: string;
  readonly lines: readonly Line[];
  readonly after: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/** A table of events as one would write it written manually: prepared statements, group commit, and nothing else. */
export class EventTable {
  readonly #begin: StatementSync;
  readonly #insert: StatementSync;
  readonly #commit: StatementSync;
  #waiting: Append[] = [];

  constructor(database: DatabaseSync) {
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#insert = database.prepare(
      'INSERT INTO events (stream, revision, id, type, data, meta) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#commit = database.prepare('COMMIT');
  }

  /** Durable when it resolves. Rejects when the stream has a revision after `after` already. */
  append(stream: string, lines: readonly Line[], after: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ stream, lines, after, resolve, reject }) === 1) setImmediate(this.#flush);
    });
  }

  readonly #flush = (): void => {
    const group = this.#waiting;
    this.#waiting = [];
    this.#begin.run();
    const failures = group.map((append) => this.#write(append));
    this.#commit.run();
    group.forEach(({ resolve, reject }, i) => {
      const failure = failures[i];
      if (failure === undefined) resolve();
      else reject(failure);
    });
  };

  #write({ stream, lines, after }: Append): unknown {
    let revision = after;
    try {
      for (const { id, type, data, meta } of lines) this.#insert.run(stream, ++revision, id, type, data, meta);
      return undefined;
    } catch (error) {
      return error;
    }
  }
}
