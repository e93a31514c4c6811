import { StoreUnavailable, type EventStore } from '#event-store';
import { isRefusal } from '#kernel';
import { projections } from '#projections';
import { ProjectionRunner, type ReadStore } from '#read-store';
import { openSqlite } from '#read-store/sqlite';
import { PurchaseSubscription } from '#subscription';
import { Scheduler } from './scheduler.ts';
import { memory, metaOf, stocked, cartLine, writeSide, type WriteSide } from '../fixtures.testing.ts';

let log: EventStore;
let away: boolean;
let reads: ReadStore;
let side: WriteSide;
let projectorRole: ProjectionRunner;
let said: string[];
let scheduler: Scheduler;
/** How often an append was tried since the purchases. */
let attempts: number;
/** A stream that rejects every append. */
let failing: string | undefined;
/** Whether the read models wait for a command to catch up. */
let isBehind: boolean;
let refresh: PromiseWithResolvers<undefined>;

const unlessAway = async (): Promise<void> => {
  if (away) throw new StoreUnavailable('the log is away');
};

beforeEach(async () => {
  away = false;
  said = [];
  failing = undefined;
  isBehind = false;
  refresh = Promise.withResolvers();
  log = memory();
  const store: EventStore = {
    read: (...of) => unlessAway().then(() => log.read(...of)),
    append: async (stream, events, expected) => {
      attempts += 1;
      if (stream === failing) throw new Error('a damaged stream');
      await unlessAway();
      return log.append(stream, events, expected);
    },
    follow: (position, signal) => log.follow(position, signal),
    logEnd: () => log.logEnd(),
    close: () => log.close(),
  };
  reads = await openSqlite({ path: ':memory:' });
  projectorRole = new ProjectionRunner({ log, store: reads, projections });
  await projectorRole.start();
  side = await writeSide(store, reads);
  await stocked(side);
  const hear = (_: object, sentence: string) => void said.push(sentence);
  scheduler = new Scheduler({
    ...side,
    reads,
    projectorRole: {
      reached: (...until) => projectorRole.reached(...until),
      caughtUp: async (patience) => {
        if (isBehind) await refresh.promise;
        return projectorRole.reached((await log.logEnd()).position, patience);
      },
    },
    refresh: () => undefined,
    logger: { info: hear, warn: hear, error: hear },
  });
});
afterEach(async () => {
  await projectorRole.stop();
  await reads.close();
});

/** Buys two monthly subscriptions, and waits until the read models have their due times. */
const buyTwo = async (): Promise<void> => {
  for (const subscriptionId of ['s1', 's2']) {
    const facts = { ...cartLine('BASIC'), subscriptionId, orderId: `order-of-${subscriptionId}`, customerId: 'c1' };
    const bought = await side.commands.purchase(new PurchaseSubscription(facts, metaOf(`buy-${subscriptionId}`)));
    if (isRefusal(bought)) throw new Error(bought.because);
    await projectorRole.reached(bought.position);
  }
  attempts = 0;
};

/** Settles what is due at this instant; returns what is still to be settled afterwards. */
const settle = async (now: string): Promise<{ readonly overdue: number; readonly failing: number }> => {
  side.clock.set(now);
  await scheduler.settleDue(now, AbortSignal.timeout(120_000));
  return scheduler.status();
};
const renewals = async (id: string): Promise<number> =>
  (await log.read(`subscription-${id}`)).filter(({ type }) => type === 'SubscriptionRenewed').length;

it('the scheduler records due events, one subscription after the other', async () => {
  await buyTwo();
  expect(await settle('2021-07-17T23:59:59.999Z')).toEqual({ overdue: 0, failing: 0 });
  expect([await renewals('s1'), await renewals('s2')]).toEqual([0, 0]);
  expect(await settle('2021-08-18T00:00:00.000Z')).toEqual({ overdue: 0, failing: 0 });
  expect([await renewals('s1'), await renewals('s2')]).toEqual([2, 2]);
});

it('the scheduler settles nothing from a list that has not reached the end of the log', async () => {
  await buyTwo();
  let settled = false;
  isBehind = true;
  side.clock.set('2021-08-18T00:00:00.000Z');
  const settling = scheduler.settleDue(side.clock.now(), AbortSignal.timeout(120_000)).then(() => (settled = true));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([settled, attempts]).toEqual([false, 0]);
  refresh.resolve(undefined);
  await settling;
  expect([await renewals('s1'), await renewals('s2')]).toEqual([2, 2]);
});

it('the scheduler tries each due subscription once per round, however many fail, and however often it is asked', async () => {
  await buyTwo();
  failing = 'subscription-s1';
  side.clock.set('2021-08-18T00:00:00.000Z');
  const rounds = [1, 2].map(() => scheduler.settleDue(side.clock.now(), AbortSignal.timeout(120_000)));
  expect(await Promise.all(rounds)).toEqual([{ recorded: 1 }, { recorded: 0 }]);
  // The failing one twice, the other one once.
  expect(attempts).toBe(3);
  expect(await scheduler.status()).toEqual({ overdue: 1, failing: 1 });
});

it('the scheduler logs once why a subscription could not be settled, however often it tries, until it succeeds', async () => {
  await buyTwo();
  const sentence = 'what fell due could not be settled: the log is away';
  for (const now of ['2021-07-18T00:00:00.000Z', '2021-08-18T00:00:00.000Z']) {
    away = true;
    expect(await settle(now)).toEqual({ overdue: 2, failing: 2 });
    expect(await settle(now)).toEqual({ overdue: 2, failing: 2 });
    expect(said.splice(0)).toEqual([sentence]);
    away = false;
    expect(await settle(now)).toEqual({ overdue: 0, failing: 0 });
    expect(said).toEqual([]);
  }
});
