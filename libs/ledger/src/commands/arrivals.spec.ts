import type { EventStore } from '#event-store';
import { isRefusal, START } from '#kernel';
import { projections } from '#projections';
import { ProjectionRunner, type ReadStore } from '#read-store';
import { openSqlite } from '#read-store/sqlite';
import { PurchaseSubscription, RemoveScheduledChange, ScheduleChange, UpgradeSubscription } from '#subscription';
import { dying, memory, metaOf, processOf, stocked, cartLine, writeSide, type WriteSide } from '../fixtures.testing.ts';

let reads: ReadStore;
let store: EventStore;
let side: WriteSide;
let readModels: ProjectionRunner;

beforeEach(async () => {
  reads = await openSqlite({ path: ':memory:' });
  store = memory();
  readModels = new ProjectionRunner({ log: store, store: reads, projections });
  await readModels.start();
  // They are used only after they have reached the end of the log.
  await readModels.caughtUp();
  side = await writeSide(store, reads);
  await stocked(side);
});
afterEach(async () => {
  await readModels.stop();
  await reads.close();
});

const buy = (subscriptionId: string, offerId = 'BASIC', quantity = 6) =>
  side.commands.purchase(
    new PurchaseSubscription(
      { ...cartLine(offerId), quantity, subscriptionId, orderId: `order-of-${subscriptionId}`, customerId: 'c1' },
      metaOf(`buy-${subscriptionId}`),
    ),
  );
const upgrade = (on: WriteSide, subscriptionId: string, offerId: string, quantity = 6) =>
  on.commands.send(
    new UpgradeSubscription(
      { subscriptionId, offerId, skuId: '1', quantity, target: 'new', newSubscriptionId: `new-${subscriptionId}` },
      metaOf(`upgrade-${subscriptionId}`),
    ),
  );
const schedule = (subscriptionId: string, offerId: string) =>
  side.commands.send(
    new ScheduleChange(
      { subscriptionId, offerId, skuId: '1', newSubscriptionId: 'n' },
      metaOf(`schedule-${subscriptionId}`),
    ),
  );
const codeOf = (answer: unknown) => (isRefusal(answer) ? answer.refused : 'yes');
const types = async (stream: string) => (await store.read(stream)).map(({ type }) => type);

/** The reaction of a process that sees all claims, from the beginning of the log. */
const finish = async (on: WriteSide): Promise<void> => {
  for await (const batch of store.follow(START, AbortSignal.timeout(120_000))) {
    if (batch.length === 0) break;
    for (const event of batch) await processOf(on, 'increases').react(event);
  }
};

describe('seats that enter a limited offer', () => {
  it('count together with purchases and scheduled changes', async () => {
    for (const id of ['a', 'b', 'c']) await buy(id);
    expect(codeOf(await schedule('a', 'SINGLE'))).toBe('yes');
    expect(codeOf(await schedule('b', 'SINGLE'))).toBe('ALREADY_OWNED_SINGLE');
    expect(codeOf(await upgrade(side, 'c', 'SINGLE'))).toBe('ALREADY_OWNED_SINGLE');
    expect(codeOf(await buy('d', 'SINGLE'))).toBe('ALREADY_OWNED_SINGLE');
    // Scheduling it again takes no second place; removing it makes the place available again.
    const again = new ScheduleChange(
      { subscriptionId: 'a', offerId: 'SINGLE', skuId: '1', quantity: 5, newSubscriptionId: 'n' },
      metaOf('2'),
    );
    expect(codeOf(await side.commands.send(again))).toBe('yes');
    expect(codeOf(await side.commands.send(new RemoveScheduledChange({ subscriptionId: 'a' }, metaOf('3'))))).toBe(
      'yes',
    );
    expect(codeOf(await upgrade(side, 'c', 'SINGLE'))).toBe('yes');
    expect(codeOf(await buy('e', 'SINGLE'))).toBe('ALREADY_OWNED_SINGLE');
  });

  it('at the same moment, in two processes, get the only place once', async () => {
    const ids = Array.from({ length: 6 }, (_, n) => `s${n}`);
    for (const id of ids) await buy(id);
    const other = await writeSide(store, reads);
    const answers = await Promise.all([
      ...ids.map((id, n) => upgrade(n % 2 === 0 ? side : other, id, 'SINGLE')),
      buy('bought', 'SINGLE'),
    ]);
    expect(answers.filter((answer) => !isRefusal(answer))).toHaveLength(1);
  });
});

describe('seats that enter a capped SKU', () => {
  it('count together with scheduled changes', async () => {
    for (const id of ['a', 'b']) await buy(id);
    expect(codeOf(await schedule('a', 'CAPPED'))).toBe('yes');
    expect(codeOf(await schedule('b', 'CAPPED'))).toBe('OFFER_LIMIT');
    expect(codeOf(await buy('c', 'CAPPED', 5))).toBe('OFFER_LIMIT');
    expect(codeOf(await buy('c', 'CAPPED', 4))).toBe('yes');
  });

  it('at the same moment, in two processes, never exceed the cap', async () => {
    const ids = Array.from({ length: 6 }, (_, n) => `s${n}`);
    for (const id of ids) await buy(id);
    const other = await writeSide(store, reads);
    const answers = await Promise.all(ids.map((id, n) => upgrade(n % 2 === 0 ? side : other, id, 'CAPPED')));
    expect(answers.filter((answer) => !isRefusal(answer))).toHaveLength(1);
  });
});

describe('an upgrade whose place was claimed', () => {
  it.each([
    [1, 'before', false],
    [1, 'after', true],
    [2, 'before', true],
    [2, 'after', true],
  ] as const)('killed at append %i, %s it is written: is there: %s', async (n, when, there) => {
    await buy('a');
    const doomed = await writeSide(dying(store, n, when), reads);
    await expect(upgrade(doomed, 'a', 'SINGLE')).rejects.toThrow('killed');
    const next = await writeSide(store, reads);
    await finish(next);
    await finish(next);
    expect((await types('subscription-a')).filter((type) => type === 'SubscriptionUpgraded')).toHaveLength(
      there ? 1 : 0,
    );
    expect(codeOf(await buy('b', 'SINGLE'))).toBe(there ? 'ALREADY_OWNED_SINGLE' : 'yes');
  });
});
