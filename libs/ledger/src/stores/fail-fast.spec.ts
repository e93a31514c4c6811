import { codec, StoreUnavailable } from '#event-store';
import { openMemory } from '#event-store/memory';
import { START } from '#kernel';
import { impatient } from './fail-fast.ts';

const SILENCE = 5;

/** A log with nothing in it, and what is said when it is asked whether it is there. */
const logThat = (ready: () => Promise<void>) => impatient(openMemory({ codec: codec({}) }), ready, SILENCE);
const away = () => Promise.reject(new StoreUnavailable('the event store does not answer'));

it('does not follow a log that is away from the beginning', async () => {
  const batches = logThat(away).follow(START, new AbortController().signal);
  await expect(batches[Symbol.asyncIterator]().next()).rejects.toThrow('does not answer');
});

it('follows a log for as long as it is there, and no longer', async () => {
  let asked = 0;
  const log = logThat(() => ((asked += 1) < 5 ? Promise.resolve() : away()));
  const batches = log.follow(START, new AbortController().signal)[Symbol.asyncIterator]();
  expect(await batches.next()).toEqual({ done: false, value: [] });
  await expect(batches.next()).rejects.toThrow(StoreUnavailable);
  expect(asked).toBe(5);
});

it('ends when it is called off', async () => {
  const stop = new AbortController();
  const log = logThat(() => Promise.resolve());
  const seen: number[] = [];
  for await (const batch of log.follow(START, stop.signal)) {
    seen.push(batch.length);
    stop.abort();
  }
  expect(seen).toEqual([0]);
});
