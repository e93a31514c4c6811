import { LRUCache } from 'lru-cache';
import type { DatabaseSync } from 'node:sqlite';
import { NO_STREAM, type Revision } from '../event-store.ts';

/** How many streams are remembered. */
const REMEMBERED = 65_536;

/** The last revision of a stream, and the number of its name in the tables (undefined before its first event). */
export type Head = { number: number | undefined; revision: Revision };

/**
 * The ends of the streams and of the log, cached so that an append needs no query. Only valid inside a write
 * transaction that began with `refresh`; call `forget` when it is rolled back.
 */
export class StreamHeads {
  /** The offset of the log's last event; the writer increments it. */
  lastOffset = 0;
  readonly #streams = new LRUCache<string, Head>({ max: REMEMBERED });
  readonly #version;
  readonly #maxOffset;
  readonly #stream;
  #seen: number | undefined;

  constructor(database: DatabaseSync) {
    this.#version = database.prepare('PRAGMA data_version');
    this.#maxOffset = database.prepare('SELECT coalesce(max(position), 0) AS last FROM events');
    this.#stream = database.prepare(`
      SELECT number, (SELECT max(revision) FROM events WHERE stream = number) AS revision
      FROM streams WHERE name = ?`);
  }

  /** Clears the cache if another process has written to the file since the last call. */
  refresh(): void {
    const seen = Number(this.#version.get()?.data_version);
    if (seen === this.#seen) return;
    this.#streams.clear();
    this.lastOffset = Number(this.#maxOffset.get()?.last);
    this.#seen = seen;
  }

  /** The head of a stream; the writer moves it. */
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

  /** Clears the cache after a rollback. */
  forget(): void {
    this.#streams.clear();
    this.#seen = undefined;
  }
}
