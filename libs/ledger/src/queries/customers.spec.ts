import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { projections } from '#projections';
import { ProjectionRunner, type ReadStore } from '#read-store';
import { openSqlite } from '#read-store/sqlite';
import { PurchaseSubscription } from '#subscription';
import { memory, metaOf, stocked, cartLine, writeSide, type WriteSide } from '../fixtures.testing.ts';

let reads: ReadStore;
let projectorRole: ProjectionRunner;
let side: WriteSide;

beforeEach(async () => {
  const log = memory();
  reads = await openSqlite({ path: ':memory:' });
  projectorRole = new ProjectionRunner({ log, store: reads, projections });
  side = await writeSide(log, reads);
  await stocked(side);
});
afterEach(async () => {
  await projectorRole.stop();
  await reads.close();
});

const buy = async (subscriptionId: string, at: string): Promise<void> => {
  const ids = { subscriptionId, orderId: subscriptionId, customerId: 'c1' };
  const purchase = new PurchaseSubscription({ ...ids, ...cartLine('BASIC') }, { ...metaOf(subscriptionId), at });
  await side.commands.purchase(purchase);
};

it('a term may be aligned with every subscription of a customer, however many there are', async () => {
  for (let i = 1; i <= 500; i += 1) await buy(`s${i}`, '2021-06-18T09:00:00.000Z');
  await buy('s501', '2021-06-20T09:00:00.000Z');
  await projectorRole.start();
  await projectorRole.caughtUp();
  const now = '2021-06-20T09:00:00.000Z';
  let turns = 0;
  const done = new AbortController();
  const others = (async () => {
    for (; !done.signal.aborted; turns += 1) await yieldToEventLoop();
  })();
  const alignable = await side.customers.alignable('p1', 'c1', now);
  done.abort();
  await others;
  expect(alignable).toHaveLength(501);
  expect(alignable.at(-1)).toMatchObject({ subscriptionId: 's501', termEnd: '2021-07-19' });
  // Other requests are processed between its parts.
  expect(turns).toBeGreaterThan(4);
});
