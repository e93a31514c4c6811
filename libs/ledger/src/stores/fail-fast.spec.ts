import { codec, StoreUnavailable } from '#event-store';
import { openMemory } from '#event-store/memory';
import { START } from '#kernel';
import { failFast } from './fail-fast.ts';

const SILENCE = 5;

/** An empty log, with the error that it reports when it is checked. */
const logThat = (ready: () => Promise<void>) => failFast(openMemory({ codec: codec({}) }), ready, SILENCE);
const away = () => Promise.reject(new StoreUnavailable('the event store does not answer'));

it('a follower fails at once if the log is unavailable from the beginning', async () => {
  const batches = logThat(away).follow(START, new AbortController().signal);
  await expect(batches[Symbol.asyncIterator]().next()).rejects.toThrow('does not answer');
});

it('a follower fails as soon as the log becomes unavailable', async () => {
  let asked = 0;
  const log = logThat(() => ((asked += 1) < 5 ? Promise.resolve() : away()));
  const batches = log.follow(START, new AbortController().signal)[Symbol.asyncIterator]();
  expect(await batches.next()).toEqual({ done: false, value: [] });
  await expect(batches.next()).rejects.toThrow(StoreUnavailable);
  expect(asked).toBe(5);
});

it('a follower ends when it is aborted', async () => {
  const stop = new AbortController();
  const log = logThat(() => Promise.resolve());
  const seen: number[] = [];
  for await (const batch of log.follow(START, stop.signal)) {
    seen.push(batch.length);
    stop.abort();
  }
  expect(seen).toEqual([0]);
});
