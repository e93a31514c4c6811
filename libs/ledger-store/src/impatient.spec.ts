import { codec, StoreUnavailable } from '#event-store';
import { openMemory } from '#event-store/memory';
import { START } from '#kernel';
import { impatient } from './impatient.ts';

const SILENCE = 5;

/** A log with nothing in it, and what its server says when it is asked whether it is there. */
const logThat = (ping: () => Promise<void>) => {
  const log = openMemory({ codec: codec({}) });
  return {
    read: () => Promise.resolve([]),
    append: log.append.bind(log),
    follow: log.follow.bind(log),
    close: log.close.bind(log),
    mustReach: () => Promise.resolve(),
    ping,
  };
};
const away = () => Promise.reject(new StoreUnavailable('the event store does not answer'));

it('does not follow a log that is away from the beginning', async () => {
  const batches = impatient(logThat(away), SILENCE).follow(START, new AbortController().signal);
  await expect(batches[Symbol.asyncIterator]().next()).rejects.toThrow('does not answer');
});

it('follows a log for as long as it is there, and no longer', async () => {
  let asked = 0;
  const log = impatient(
    logThat(() => ((asked += 1) < 5 ? Promise.resolve() : away())),
    SILENCE,
  );
  const batches = log.follow(START, new AbortController().signal)[Symbol.asyncIterator]();
  expect(await batches.next()).toEqual({ done: false, value: [] });
  await expect(batches.next()).rejects.toThrow(StoreUnavailable);
  expect(asked).toBe(5);
});

it('ends when it is called off', async () => {
  const stop = new AbortController();
  const log = impatient(
    logThat(() => Promise.resolve()),
    SILENCE,
  );
  const seen: number[] = [];
  for await (const batch of log.follow(START, stop.signal)) {
    seen.push(batch.length);
    stop.abort();
  }
  expect(seen).toEqual([0]);
});
