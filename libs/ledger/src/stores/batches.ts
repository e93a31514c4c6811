import { CorruptEvent, type EventStore } from '#event-store';
import type { Verification } from '#event-store/sqlite';
import { START, type Position, type Recorded } from '#kernel';

/** The events after a position, in batches, up to the end of the log when the reader reaches it. */
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

/** Reads a log up to its end, or to the first event that cannot be read. */
export const verifyByReading = async (log: EventStore): Promise<Verification> => {
  let events = 0;
  const found = (damages: readonly CorruptEvent[]) => ({ events, unchecked: events, damages });
  try {
    for await (const batch of batchesOf(log)) events += batch.length;
    return found([]);
  } catch (error) {
    if (error instanceof CorruptEvent) return found([error]);
    throw error;
  }
};
