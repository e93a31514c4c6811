import { LRUCache } from 'lru-cache';
import type { DatabaseSync } from 'node:sqlite';
import { NO_STREAM, type Revision } from '../event-store.ts';

/** How many streams are remembered. */
const REMEMBERED = 65_536;

/** Where a stream ends, and the number that its name has in the tables: none before its first event. */
export type Head = { number: number | undefined; revision: Revision };

/**
 * Where the streams, and the log, end: remembered, so that an append need not ask. Only valid inside of a write
 * transaction that began with `refresh`; to be forgotten when it is rolled back.
 */
export class Heads {
  /** The place of the log's last event; whoever writes counts it on. */
  place = 0;
  readonly #streams = new LRUCache<string, Head>({ max: REMEMBERED });
  readonly #version;
  readonly #lastPlace;
  readonly #stream;
  #seen: number | undefined;

  constructor(database: DatabaseSync) {
    this.#version = database.prepare('PRAGMA data_version');
    this.#lastPlace = database.prepare('SELECT coalesce(max(position), 0) AS place FROM events');
    this.#stream = database.prepare(`
      SELECT number, (SELECT max(revision) FROM events WHERE stream = number) AS revision
      FROM streams WHERE name = ?`);
  }

  /** Forgets everything if somebody else has written to the file since the last time. */
  refresh(): void {
    const seen = Number(this.#version.get()?.data_version);
    if (seen === this.#seen) return;
    this.#streams.clear();
    this.place = Number(this.#lastPlace.get()?.place);
    this.#seen = seen;
  }

  /** The head of a stream; whoever writes moves it. */
  of(stream: string): Head {
    const remembered = this.#streams.get(stream);
    if (remembered !== undefined) return remembered;
    const row = this.#stream.get(stream);
    const head =
      row === undefined
        ? { number: undefined, revision: NO_STREAM }
        : { number: Number(row.number), revision: Number(row.revision) };
    this.#streams.set(stream, head);
    return head;
  }

  /** What was counted on has not happened. */
  forget(): void {
    this.#streams.clear();
    this.#seen = undefined;
  }
}
