import { setTimeout as pause } from 'node:timers/promises';
import type { EventStore } from '#event-store';
import type { EventStoreDb } from '#event-store/eventstoredb';
import type { Position, Recorded } from '#kernel';

/** How long nothing may come of a log before it is asked whether it is still there, in milliseconds. */
const SILENCE = 3_000;

type Batch = IteratorResult<readonly Recorded[], unknown>;

/**
 * A log for somebody who waits at a terminal: following it rejects with `StoreUnavailable` while it is away or denies
 * access, where a server would wait. It survives what is over within `silence` milliseconds.
 */
export const impatient = (log: EventStoreDb, silence = SILENCE): EventStore => ({
  read: (stream, from) => log.read(stream, from),
  append: (stream, events, expected) => log.append(stream, events, expected),
  follow: (position, signal) => following(log, silence, { position, signal }),
  close: () => log.close(),
});

async function* following(
  log: EventStoreDb,
  silence: number,
  { position, signal }: { readonly position: Position; readonly signal: AbortSignal },
): AsyncGenerator<readonly Recorded[]> {
  await log.ping();
  const left = new AbortController();
  const batches = log.follow(position, AbortSignal.any([signal, left.signal]))[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await orGone(batches.next(), () => log.ping(), silence);
      if (done) return;
      yield value;
    }
  } finally {
    left.abort();
  }
}

/** What comes next, however long that takes, as long as the log is there. */
const orGone = async (next: Promise<Batch>, ping: () => Promise<void>, silence: number): Promise<Batch> => {
  const over = new AbortController();
  const gone = async (): Promise<never> => {
    for (;;) {
      await pause(silence, undefined, { signal: over.signal });
      await ping();
    }
  };
  const watching = gone();
  // Called off, it is of no interest any more how it ended.
  watching.catch(() => undefined);
  next.catch(() => undefined);
  try {
    return await Promise.race([next, watching]);
  } finally {
    over.abort();
  }
};
