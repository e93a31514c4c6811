import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { START, type Actor, type Recorded } from '#kernel';
import type { Ledger } from '#ledger';
import { History, ndjson, serverSent } from './history.ts';

const at = (place: number): string => (place === 0 ? START : String(place).padStart(16, '0'));

/** An event at a position of the log; one in a thousand belongs to the small partner. */
const event = (place: number): Recorded =>
  ({
    ...{ id: `e${place}`, stream: 'customer-1', revision: place, position: at(place), type: 'CustomerRegistered' },
    data: { name: 'x'.repeat(200), effectiveAt: '2021-06-18T09:00:00.000Z' },
    meta: { actor: { id: 'a', role: 'support', partnerId: place % 1_000 === 0 ? 'small' : 'large' }, schema: 1 },
  }) as unknown as Recorded;

const LOG = 20_000;
let read: number;
let followers: number;

const log = {
  async *follow(position: string, signal: AbortSignal) {
    followers += 1;
    try {
      let place = Number(position);
      if (Number.isNaN(place)) throw new Error('the log ends before it');
      for (; place < LOG && !signal.aborted; place += 500) {
        const batch = Array.from({ length: Math.min(500, LOG - place) }, (_, i) => event(place + i + 1));
        read += batch.length;
        yield batch;
        await yieldToEventLoop();
      }
      if (signal.aborted) return;
      yield [];
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
    } finally {
      followers -= 1;
    }
  },
};

const small: Actor = { id: 'key', role: 'auditor', partnerId: 'small' };
const large: Actor = { ...small, partnerId: 'large' };
const never = new AbortController().signal;
let history: History;

beforeEach(() => {
  [read, followers] = [0, 0];
  history = new History({ store: log, access: { revocationOf: () => undefined } } as unknown as Ledger);
});

it("after the first reading, a page of a partner's events costs no more than the partner's own events", async () => {
  const all = await history.page('small', START, 50, never);
  expect(all.items.map(({ position }) => Number(position) / 1_000)).toEqual(
    Array.from({ length: 20 }, (_, i) => i + 1),
  );
  expect(read).toBe(LOG);
  read = 0;
  const page = await history.page('small', at(3_000), 2, never);
  expect(page.items.map(({ position }) => Number(position))).toEqual([4_000, 5_000]);
  // A batch for each event, and one that shows that there are more.
  expect(read).toBeLessThanOrEqual(3 * 500);
  read = 0;
  expect(await history.page('small', at(20_000), 50, never)).toEqual({ items: [], nextCursor: null });
  expect(await history.page('small', START, 50, never)).toEqual(all);
  expect(read).toBeLessThanOrEqual(20 * 500);
});

it('a search ends when its caller has disconnected', async () => {
  const gone = new AbortController();
  const searching = history.page('unregistered', START, 50, gone.signal);
  await yieldToEventLoop();
  gone.abort();
  await searching;
  expect(read).toBeLessThan(LOG / 2);
  expect(followers).toBe(0);
});

it('a stream waits for its reader, and leaves no listeners behind', async () => {
  const stream = await history.stream(large, START, ndjson);
  await yieldToEventLoop();
  expect(read).toBeLessThan(2_000);
  let lines = 0;
  for await (const chunk of stream) {
    lines += String(chunk).split('\n').length - 1;
    expect(stream.listenerCount('close')).toBeLessThan(5);
  }
  expect(lines).toBe(LOG - 20);
});

it('an event is serialised once for all live streams', () => {
  const one = event(1);
  expect(serverSent.write(one)).toBe(serverSent.write(one));
  let looked = 0;
  const watched = new Proxy(one, { get: (of, name) => ((looked += 1), Reflect.get(of, name) as unknown) });
  serverSent.write(watched);
  const once = looked;
  serverSent.write(watched);
  expect(looked).toBe(once);
});

it('a key has a limited number of concurrent streams, and may open another when one is closed', async () => {
  const streams = [];
  for (let i = 0; i < 16; i += 1) streams.push(await history.stream(small, at(LOG), serverSent));
  await expect(history.stream(small, at(LOG), serverSent)).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
  streams.push(await history.stream({ ...small, id: 'another' }, at(LOG), serverSent));
  streams[0]?.destroy();
  await yieldToEventLoop();
  streams.push(await history.stream(small, at(LOG), serverSent));
  for (const stream of streams) stream.destroy();
  await yieldToEventLoop();
  expect(followers).toBe(0);
});

it('a stream that is refused leaves nothing behind', async () => {
  for (let i = 0; i < 20; i += 1)
    await expect(history.stream(small, 'nowhere', serverSent)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  const stream = await history.stream(small, at(LOG), serverSent);
  stream.destroy();
  expect(followers).toBe(1);
  await yieldToEventLoop();
  expect(followers).toBe(0);
});
