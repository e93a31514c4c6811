import type { Position, Recorded } from '#kernel';
import type { Codec } from '../codec.ts';
import type { Feed } from './feed.ts';
import { decoded, type Record } from './mapping.ts';

/** How many events a batch holds at most. */
const BATCH = 500;

/** The batches of `EventStore.follow`. The end is reported only after every event known to be `written` was delivered. */
export async function* batches(
  feed: Feed,
  codec: Codec,
  written: () => Position,
  stop: AbortSignal,
): AsyncGenerator<readonly Recorded[]> {
  let atEnd = false;
  while (!stop.aborted) {
    const records = feed.take(BATCH);
    if (records.length > 0) {
      atEnd = false;
      yield* readable(records, codec);
    } else if (feed.failure !== undefined) {
      throw feed.failure;
    } else if (!atEnd && feed.isDry(written())) {
      atEnd = true;
      yield [];
    } else {
      await feed.change();
    }
  }
}

/** A batch of events; where one cannot be read, those before it, and then what is wrong with it. */
function* readable(records: readonly Record[], codec: Codec): Generator<readonly Recorded[]> {
  const events: Recorded[] = [];
  try {
    for (const record of records) events.push(decoded(codec, record));
  } catch (error) {
    if (events.length > 0) yield events;
    throw error;
  }
  yield events;
}
