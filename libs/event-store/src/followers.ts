import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Position, Recorded } from '#kernel';

/** How many events a batch holds at most. */
const BATCH = 500;

/** At most `limit` events after a position, oldest first. Answers at once. */
export type ReadAfter = (position: Position, limit: number) => readonly Recorded[];

/** What was appended just now after a position, for those who stand there: they need not read it back. */
export type Fresh = { readonly after: Position; readonly read: (limit: number) => readonly Recorded[] };

/** What is left of the batches of a follower that wants the streams of some categories only. */
export async function* onlyOf(
  batches: AsyncIterable<readonly Recorded[]>,
  categories: readonly string[] | undefined,
): AsyncGenerator<readonly Recorded[]> {
  const prefixes = categories?.map((category) => `${category}-`);
  for await (const batch of batches) {
    const wanted = prefixes
      ? batch.filter(({ stream }) => prefixes.some((prefix) => stream.startsWith(prefix)))
      : batch;
    // An empty batch means the end of the log, which this one was not.
    if (wanted.length > 0 || batch.length === 0) yield wanted;
  }
}

/** Those who follow a log that lives in this process: woken by what is appended, not by looking again and again. */
export class Followers {
  readonly #waiting = new Set<() => void>();
  /** The batch that was read last: until the log grows, it serves every follower at the same position. */
  #lately: { readonly after: Position; readonly batch: readonly Recorded[] } | undefined;
  #fresh: Fresh | undefined;
  #ended = false;

  /** Notifies all waiting followers that the log has grown. */
  wake(fresh?: Fresh): void {
    // Only for those: a later follower has to read what the storage holds.
    this.#fresh = this.#waiting.size > 0 ? fresh : undefined;
    this.#lately = undefined;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const goOn of waiting) goOn();
  }

  /** Ends every iteration, now and later. */
  end(): void {
    this.#ended = true;
    this.wake();
  }

  /** The batches of `EventStore.follow`. */
  async *follow(read: ReadAfter, position: Position, signal: AbortSignal): AsyncGenerator<readonly Recorded[]> {
    let after = position;
    let atEnd = false;
    while (!this.#ended && !signal.aborted) {
      const batch = this.#next(read, after);
      const last = batch.at(-1);
      if (last !== undefined) {
        after = last.position;
        atEnd = false;
        yield batch;
        // A long replay must not keep the process from taking and recording commands.
        await yieldToEventLoop();
      } else if (!atEnd) {
        atEnd = true;
        yield batch;
      } else {
        // Nothing can have been appended since the read above: it did not wait, and neither does getting in line.
        await this.#growth(signal);
      }
    }
  }

  /** Those who wait at the end are woken together: one reads for all. */
  #next(read: ReadAfter, after: Position): readonly Recorded[] {
    if (this.#lately?.after === after) return this.#lately.batch;
    const batch = this.#fresh?.after === after ? this.#fresh.read(BATCH) : read(after, BATCH);
    this.#lately = { after, batch };
    return batch;
  }

  #growth(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const goOn = () => {
        this.#waiting.delete(goOn);
        signal.removeEventListener('abort', goOn);
        resolve();
      };
      this.#waiting.add(goOn);
      signal.addEventListener('abort', goOn);
    });
  }
}
