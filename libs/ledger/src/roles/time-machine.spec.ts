import { StoreUnavailable, type EventStore } from '#event-store';
import { isRefusal } from '#kernel';
import { projections } from '#projections';
import { ProjectionRunner, type ReadStore } from '#read-store';
import { openSqlite } from '#read-store/sqlite';
import { PurchaseSubscription } from '#subscription';
import { Scheduler } from './scheduler.ts';
import { TimeMachine } from './time-machine.ts';
import { memory, metaOf, stocked, cartLine, writeSide, type WriteSide } from '../fixtures.testing.ts';
import type { PartnerMeta } from '#policy';

/** Why a stream currently rejects appends. */
let failing: Map<string, Error>;
let log: EventStore;
let reads: ReadStore;
let runner: ProjectionRunner;
let side: WriteSide;
let timeMachine: TimeMachine;

/** Whether the read models catch up only when their progress is queried, and no cached progress exists. */
let lazy: boolean;
let asked: PromiseWithResolvers<undefined>;

beforeEach(async () => {
  failing = new Map();
  lazy = false;
  asked = Promise.withResolvers();
  log = memory();
  const store: EventStore = {
    read: (...of) => log.read(...of),
    append: async (stream, events, expected) => {
      const why = failing.get(stream);
      if (why !== undefined) throw why;
      return log.append(stream, events, expected);
    },
    follow: (position, signal) => log.follow(position, signal),
    logEnd: () => log.logEnd(),
    close: () => log.close(),
  };
  reads = await openSqlite({ path: ':memory:' });
  runner = new ProjectionRunner({ log: { ...store, follow: followLazily }, store: reads, projections });
  await runner.start();
  side = await writeSide(store, reads);
  await stocked(side);
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const reached: ProjectionRunner['reached'] = async (...until) => lazy || runner.reached(...until);
  const projectorRole = {
    reached,
    caughtUp: async (patience = {}) => reached((await log.logEnd()).position, patience),
  };
  const builds = async () => {
    const known = await reads.builds();
    asked.resolve(undefined);
    return known;
  };
  const looked = Object.assign(Object.create(reads) as ReadStore, { db: reads.db, builds });
  const deps = { ...side, store, reads: looked, projectorRole, logger };
  timeMachine = new TimeMachine({
    ...deps,
    scheduler: new Scheduler({ ...deps, refresh: () => undefined }),
    schedulerRole: { reached: async () => true },
    closing: new AbortController().signal,
  });
});
async function* followLazily(...[position, signal]: Parameters<EventStore['follow']>) {
  const over = Promise.withResolvers<undefined>();
  signal.addEventListener('abort', () => over.resolve(undefined));
  for await (const batch of log.follow(position, signal)) {
    if (lazy) await Promise.race([asked.promise, over.promise]);
    asked = Promise.withResolvers();
    if (!signal.aborted) yield batch;
  }
}
afterEach(async () => {
  await runner.stop();
  await reads.close();
});

/** Monthly subscriptions, each bought a day after the previous one; the first on 18 June. */
const buy = async (...ids: readonly string[]): Promise<void> => {
  for (const [day, subscriptionId] of ids.entries()) {
    const facts = { ...cartLine('BASIC'), subscriptionId, orderId: `order-of-${subscriptionId}`, customerId: 'c1' };
    const meta = { ...metaOf(`buy-${subscriptionId}`), at: `2021-06-${String(18 + day)}T09:00:00.000Z` };
    const bought = await side.commands.purchase(new PurchaseSubscription(facts, meta));
    if (isRefusal(bought)) throw new Error(bought.because);
    await runner.reached(bought.position);
  }
};

const move = (now: string) => {
  const meta: PartnerMeta = {
    ...metaOf(`move to ${now}`),
    actor: { id: 'ada', role: 'global-admin', partnerId: 'p1' },
  };
  return timeMachine.moveTo(now, meta);
};
/** When its renewals were recorded. */
const renewed = async (id: string): Promise<readonly string[]> =>
  (await log.read(`subscription-${id}`))
    .filter(({ type }) => type === 'SubscriptionRenewed')
    .map(({ meta }) => meta.recordedAt);

it('the clock passes no instant at which the log was unavailable: a second request continues from there', async () => {
  await buy('s1', 's2');
  failing.set('subscription-s1', new StoreUnavailable('the log is away'));
  await expect(move('2021-08-31T00:00:00.000Z')).rejects.toThrow('the log is away');
  expect(side.clock.now()).toBe('2021-07-18T00:00:00.000Z');
  failing.clear();
  expect(await move('2021-08-31T00:00:00.000Z')).toBeUndefined();
  expect(await renewed('s1')).toEqual(['2021-07-18T00:00:00.000Z', '2021-08-18T00:00:00.000Z']);
  expect(await renewed('s2')).toEqual(['2021-07-19T00:00:00.000Z', '2021-08-19T00:00:00.000Z']);
  expect(side.clock.now()).toBe('2021-08-31T00:00:00.000Z');
});

it('the clock moves from instant to instant for all other streams when one cannot be settled', async () => {
  await buy('s1', 's2');
  failing.set('subscription-s1', new Error('a damaged stream'));
  expect(await move('2021-08-31T00:00:00.000Z')).toBeUndefined();
  expect(await renewed('s1')).toEqual([]);
  expect(await renewed('s2')).toEqual(['2021-07-19T00:00:00.000Z', '2021-08-19T00:00:00.000Z']);
});

it("the clock uses the read models' current progress, not a cached one", async () => {
  await buy('s1', 's2');
  // As cached by a process that saw them further ahead, before their database lost its latest writes.
  lazy = true;
  expect(await move('2021-08-31T00:00:00.000Z')).toBeUndefined();
  expect(await renewed('s1')).toEqual(['2021-07-18T00:00:00.000Z', '2021-08-18T00:00:00.000Z']);
  expect(await renewed('s2')).toEqual(['2021-07-19T00:00:00.000Z', '2021-08-19T00:00:00.000Z']);
});
