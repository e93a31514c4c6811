import type { EventStore } from '#event-store';
import { isRefusal, START, type Recorded } from '#kernel';
import { projections } from '#projections';
import { ProcessRunner, ProjectionRunner, type ReadStore } from '#read-store';
import { openSqlite } from '#read-store/sqlite';
import {
  dying,
  memory,
  ordered,
  processOf,
  stocked,
  cartLine,
  writeSide,
  type WriteSide,
} from '../fixtures.testing.ts';

const lines = [cartLine('BASIC'), cartLine('SINGLE'), cartLine('NOWHERE'), cartLine('SINGLE')];

let reads: ReadStore;
let tables: ProjectionRunner;
beforeEach(async () => {
  reads = await openSqlite({ path: ':memory:' });
  // Empty read models: every holder of seats here has claimed them.
  tables = new ProjectionRunner({ log: memory(), store: reads, projections });
  await tables.start();
  // They are used only after they have reached the end of the log.
  await tables.caughtUp();
});
afterEach(async () => {
  await tables.stop();
  await reads.close();
});

/** The whole log. */
const logOf = async (store: EventStore): Promise<readonly Recorded[]> => {
  const all: Recorded[] = [];
  for await (const batch of store.follow(START, AbortSignal.timeout(120_000))) {
    if (batch.length === 0) break;
    all.push(...batch);
  }
  return all;
};

/** The events that must be neither lost nor duplicated, stream by stream. */
const counted = async (store: EventStore) => {
  const log = await logOf(store);
  const of = (type: string) => log.filter((event) => event.type === type);
  const live = new Set(
    of('OfferSlotClaimed').map(({ data }) => (data as unknown as { subscriptionId: string }).subscriptionId),
  );
  for (const { data } of of('OfferSlotReleased'))
    live.delete((data as unknown as { subscriptionId: string }).subscriptionId);
  return {
    placed: of('OrderPlaced').length,
    created: of('SubscriptionCreated')
      .map(({ stream }) => stream)
      .sort(),
    charged: of('ChargesPosted').length,
    results: log
      .filter(({ type }) => type === 'OrderLineFulfilled' || type === 'OrderLineRefused')
      .map(({ type, data }) => [type, (data as unknown as { line: number }).line]),
    completed: of('OrderCompleted').map(({ data }) => (data as unknown as { status: string }).status),
    slots: live.size,
  };
};

const expected = {
  placed: 1,
  created: [expect.any(String), expect.any(String)],
  charged: 2,
  results: [
    ['OrderLineFulfilled', 0],
    ['OrderLineFulfilled', 1],
    ['OrderLineRefused', 2],
    ['OrderLineRefused', 3],
  ],
  completed: ['partialSuccess'],
  slots: 1,
};

/** A ledger with a cart that was bought, and whose order has not been processed. */
const waiting = async () => {
  const store = memory();
  const side = await writeSide(store, reads);
  await stocked(side);
  return { store, side, event: await ordered(side, 'k1', ...lines) };
};

describe('the process that fulfils orders', () => {
  it('buys line by line, and keeps the result of each', async () => {
    const { store, side, event } = await waiting();
    await side.orders.fulfil(event);
    expect(await counted(store)).toEqual(expected);
  });

  it('does nothing for a cart that was processed already, by this process or another', async () => {
    const { store, side, event } = await waiting();
    await side.orders.fulfil(event);
    const before = await logOf(store);
    await side.orders.fulfil(event);
    await (await writeSide(store, reads)).orders.fulfil(event);
    expect(await logOf(store)).toEqual(before);
  });

  it('buys as of the checkout, in the name of the buyer, however late it runs', async () => {
    const { store, side, event } = await waiting();
    side.clock.set('2021-06-21T00:00:00.000Z');
    await side.orders.fulfil(event);
    const log = await logOf(store);
    const created = log.find(({ type }) => type === 'SubscriptionCreated');
    expect(created).toMatchObject({
      data: { termStart: '2021-06-18', effectiveAt: '2021-06-18T09:00:00.000Z', orderId: event.data.orderId },
      meta: { actor: { id: 'a-user', role: 'sales-agent' }, $causationId: event.id, $correlationId: 'out-k1' },
    });
    expect(log.find(({ type }) => type === 'OrderPlaced')).toMatchObject({
      data: { effectiveAt: '2021-06-18T09:00:00.000Z' },
      meta: { recordedAt: '2021-06-21T00:00:00.000Z', actor: { role: 'system' }, $causationId: event.id },
    });
  });

  // Placed; bought; recorded; claimed, bought, recorded; refused twice: eight appends.
  const steps = Array.from({ length: 8 }, (_, i) => i + 1);

  it.each(steps.flatMap((n) => [[n, 'before'] as const, [n, 'after'] as const]))(
    'killed at append %i, %s it is written: no line is bought twice, and none is lost',
    async (n, when) => {
      const { store, event } = await waiting();
      const doomed = await writeSide(dying(store, n, when), reads);
      await expect(doomed.orders.fulfil(event)).rejects.toThrow('killed');
      await (await writeSide(store, reads)).orders.fulfil(event);
      expect(await counted(store)).toEqual(expected);
    },
  );

  it('has no ninth step', async () => {
    const { store, event } = await waiting();
    const side = await writeSide(dying(store, 9, 'before'), reads);
    await expect(side.orders.fulfil(event)).resolves.toBeUndefined();
  });

  it('completes even if it is killed at every step, one after the other', async () => {
    const { store, event } = await waiting();
    let killed = 0;
    for (let when: 'before' | 'after' = 'before'; ; when = when === 'before' ? 'after' : 'before') {
      const doomed = await writeSide(dying(store, 1, when), reads);
      const ended = await doomed.orders.fulfil(event).then(
        () => true,
        () => false,
      );
      if (ended) break;
      killed += 1;
    }
    expect(killed).toBe(16);
    expect(await counted(store)).toEqual(expected);
  });

  it('tolerates another one that does the same at the same time', async () => {
    const { store, side, event } = await waiting();
    const other = await writeSide(store, reads);
    await Promise.all([side, other].map(({ orders }) => orders.fulfil(event)));
    expect(await counted(store)).toMatchObject({ placed: 1, charged: 2, completed: ['partialSuccess'], slots: 1 });
  });
});

const runner = (side: WriteSide, log: EventStore, store: ReadStore) =>
  (['orders', 'purchases'] as const).map((name) => new ProcessRunner({ ...processOf(side, name), log, store }));

describe('a process that follows the log', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'and dies at append %i is replaced by one that continues, beside the process that completes purchases',
    async (n) => {
      const { store, event } = await waiting();
      const first = runner(await writeSide(dying(store, n, 'after'), reads), store, reads);
      await Promise.all(first.map((process) => process.start()));
      await expect(first[0]!.reached(event.position, { timeoutMs: 20 })).resolves.toBe(false);
      await Promise.all(first.map((process) => process.stop()));

      const next = runner(await writeSide(store, reads), store, reads);
      await Promise.all(next.map((process) => process.start()));
      await expect(next[0]!.reached(event.position)).resolves.toBe(true);
      const end = (await logOf(store)).at(-1)!.position;
      await Promise.all(next.map((process) => process.idle(end)));
      await Promise.all(next.map((process) => process.stop()));
      expect(await counted(store)).toEqual(expected);
    },
  );

  it('starts over when its checkpoint is lost, and records nothing more', async () => {
    const { store, side, event } = await waiting();
    await side.orders.fulfil(event);
    const before = await logOf(store);
    const processes = runner(await writeSide(store, reads), store, reads);
    await Promise.all(processes.map((process) => process.start()));
    await Promise.all(processes.map((process) => process.idle(before.at(-1)!.position)));
    await Promise.all(processes.map((process) => process.stop()));
    expect(await logOf(store)).toEqual(before);
  });

  it('E25: two carts for the only place of an offer are fulfilled by two processes at once: one cart gets it', async () => {
    const store = memory();
    const [one, two] = [await writeSide(store, reads), await writeSide(store, reads)];
    await stocked(one);
    await two.catalogCache.refresh();
    const events = [await ordered(one, 'k1', cartLine('SINGLE')), await ordered(two, 'k2', cartLine('SINGLE'))];
    await Promise.all([one.orders.fulfil(events[0]!), two.orders.fulfil(events[1]!)]);
    const { created, completed, slots } = await counted(store);
    expect([created.length, [...completed].sort(), slots]).toEqual([1, ['completed', 'refused'], 1]);
  });
});

describe('a wait for an order', () => {
  it('ends when every line has its result', async () => {
    const { store, event } = await waiting();
    const side = await writeSide(store, reads, 5_000);
    const waited = side.orders.completion(event);
    await side.orders.fulfil(event);
    const done = await waited;
    if (isRefusal(done)) throw new Error(done.because);
    expect(done.order.status).toBe('partialSuccess');
    expect(done.events.map(({ type }) => type)).toEqual([
      'OrderPlaced',
      'OrderLineFulfilled',
      'OrderLineFulfilled',
      'OrderLineRefused',
      'OrderLineRefused',
      'OrderCompleted',
      'SubscriptionCreated',
      'ChargesPosted',
      'SubscriptionCreated',
      'ChargesPosted',
    ]);
  });

  it('is given up after a while; a repeated call returns the result', async () => {
    const { side, event } = await waiting();
    expect(await side.orders.completion(event)).toMatchObject({ refused: 'PROCESS_PENDING' });
    await side.orders.fulfil(event);
    expect(await side.orders.completion(event)).toMatchObject({ order: { status: 'partialSuccess' } });
  });
});
