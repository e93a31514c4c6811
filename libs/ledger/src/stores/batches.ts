import type { EventStore } from '#event-store';
import { START, type Position, type Recorded } from '#kernel';

/** The events after a position, in batches, up to where the log ends when the reader gets there. */
export async function* batchesOf(log: EventStore, after: Position = START): AsyncGenerator<readonly Recorded[]> {
  const reading = new AbortController();
  try {
    for await (const batch of log.follow(after, reading.signal)) {
      if (batch.length === 0) return;
      yield batch;
    }
  } finally {
    reading.abort();
  }
}
