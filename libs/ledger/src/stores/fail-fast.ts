import { setTimeout as delay } from 'node:timers/promises';
import type { EventStore } from '#event-store';
import type { Recorded } from '#kernel';

/** How long a log may be silent before it is checked, in milliseconds. */
const SILENCE = 3_000;

type Batch = IteratorResult<readonly Recorded[], unknown>;

/**
 * A log for a person at a terminal: following it rejects, as `ready` does, while it is unavailable or denies access,
 * where a server would wait. Interruptions shorter than `silence` milliseconds are ignored.
 */
export const failFast = (log: EventStore, ready: () => Promise<void>, silence = SILENCE): EventStore => ({
  read: (...of) => log.read(...of),
  append: (stream, events, expected) => log.append(stream, events, expected),
  follow: (position, signal, categories) =>
    followWithProbe((stop) => log.follow(position, stop, categories), signal, { ready, silence }),
  logEnd: () => log.logEnd(),
  close: () => log.close(),
});

type Probe = { readonly ready: () => Promise<void>; readonly silence: number };

async function* followWithProbe(
  follow: (signal: AbortSignal) => AsyncIterable<readonly Recorded[]>,
  signal: AbortSignal,
  probe: Probe,
): AsyncGenerator<readonly Recorded[]> {
  await probe.ready();
  const left = new AbortController();
  const batches = follow(AbortSignal.any([signal, left.signal]))[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await orGone(batches.next(), probe);
      if (done) return;
      yield value;
    }
  } finally {
    left.abort();
  }
}

/** The next batch, however long that takes, as long as the log is available. */
const orGone = async (next: Promise<Batch>, { ready, silence }: Probe): Promise<Batch> => {
  const over = new AbortController();
  const gone = async (): Promise<never> => {
    for (;;) {
      await delay(silence, undefined, { signal: over.signal });
      await ready();
    }
  };
  const watching = gone();
  // After the abort, its result does not matter.
  watching.catch(() => undefined);
  next.catch(() => undefined);
  try {
    return await Promise.race([next, watching]);
  } finally {
    over.abort();
  }
};
