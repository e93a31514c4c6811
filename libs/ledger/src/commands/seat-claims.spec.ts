import { customer } from '#customer';
import type { EventStore } from '#event-store';
import { isRefusal, START, type Recorded } from '#kernel';
import { projections } from '#projections';
import { ProjectionRunner, type ReadStore } from '#read-store';
import { openSqlite } from '#read-store/sqlite';
import { AddSeats, PauseSubscription, PurchaseSubscription, RenameSubscription } from '#subscription';
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

const buy = (on: WriteSide, subscriptionId: string, quantity: number) =>
  on.commands.purchase(
    new PurchaseSubscription(
      { ...cartLine('CAPPED'), quantity, subscriptionId, orderId: `order-of-${subscriptionId}`, customerId: 'c1' },
      metaOf(`buy-${subscriptionId}`),
    ),
  );
const add = (on: WriteSide, quantity: number, key = 'add', subscriptionId = 's1') =>
  on.commands.send(new AddSeats({ subscriptionId, quantity }, metaOf(key)));

const logOf = async (): Promise<readonly Recorded[]> => {
  const all: Recorded[] = [];
  for await (const batch of store.follow(START, AbortSignal.timeout(120_000))) {
    if (batch.length === 0) break;
    all.push(...batch);
  }
  return all;
};
const types = async (stream: string) => (await store.read(stream)).map(({ type }) => type);

/** The reaction of a process that sees all claims, from the beginning of the log. */
const finish = async (on: WriteSide): Promise<void> => {
  for (const event of await logOf()) {
    await processOf(on, 'purchases').react(event);
    await processOf(on, 'increases').react(event);
  }
};
const codeOf = (answer: unknown) => (isRefusal(answer) ? answer.refused : 'yes');
const claims = async () => {
  const { state } = await side.handler.load(customer, 'c1');
  return state.customerId === null ? undefined : state.slots['s1']?.claims;
};

const bought = ['SubscriptionCreated', 'ChargesPosted'];
const added = ['SeatsAdded', 'ChargesPosted'];

describe('an increase of a capped SKU', () => {
  // Claimed; added: two appends.
  it.each([
    [1, 'before', 0],
    [1, 'after', 1],
    [2, 'before', 1],
    [2, 'after', 1],
  ] as const)('killed at append %i, %s it is written: is there %i times', async (n, when, times) => {
    await buy(side, 's1', 5);
    const doomed = await writeSide(dying(store, n, when), reads);
    await expect(add(doomed, 3)).rejects.toThrow('killed');

    const next = await writeSide(store, reads);
    await finish(next);
    await finish(next);
    expect(await types('subscription-s1')).toEqual([...bought, ...(times === 0 ? [] : added)]);
    expect(codeOf(await add(next, times === 0 ? 6 : 3, 'other'))).toBe('OFFER_LIMIT');
    expect(codeOf(await add(next, times === 0 ? 5 : 2, 'another'))).toBe('yes');
  });

  it('is completed as of its claim, in the name of its sender', async () => {
    await buy(side, 's1', 5);
    const doomed = await writeSide(dying(store, 1, 'after'), reads);
    await expect(add(doomed, 3)).rejects.toThrow('killed');
    side.clock.set('2021-06-21T00:00:00.000Z');
    await finish(side);
    expect((await store.read('subscription-s1', 2))[0]).toMatchObject({
      type: 'SeatsAdded',
      data: { added: 3, quantity: 8, effectiveAt: '2021-06-18T09:00:00.000Z' },
      meta: { commandId: 'add', actor: { id: 'a-user', role: 'sales-agent' } },
    });
    const again = await add(side, 3);
    expect(isRefusal(again) ? again : again.replayed).toBe(true);
  });

  it('that is refused at its completion releases its seats', async () => {
    await buy(side, 's1', 5);
    const doomed = await writeSide(dying(store, 1, 'after'), reads);
    await expect(add(doomed, 3)).rejects.toThrow('killed');
    expect(codeOf(await buy(side, 's2', 3))).toBe('OFFER_LIMIT');
    await side.commands.send(new PauseSubscription({ subscriptionId: 's1' }, metaOf('pause')));
    await finish(side);
    await finish(side);
    expect((await types('customer-c1')).slice(2)).toEqual(['SeatsClaimed', 'SeatsReleased']);
    expect(await claims()).toEqual({});
    expect(codeOf(await buy(side, 's2', 5))).toBe('yes');
  });

  it('for one revision is not completed at another', async () => {
    await buy(side, 's1', 5);
    const doomed = await writeSide(dying(store, 1, 'after'), reads);
    const command = new AddSeats({ subscriptionId: 's1', quantity: 3 }, metaOf('add'), { expectedRevision: 1 });
    await expect(doomed.commands.send(command)).rejects.toThrow('killed');
    await side.commands.send(new RenameSubscription({ subscriptionId: 's1', friendlyName: 'ours' }, metaOf('rename')));
    await finish(side);
    expect(await types('subscription-s1')).toEqual([...bought, 'SubscriptionRenamed']);
    expect(await claims()).toEqual({});
  });
});

describe('two processes over one store', () => {
  it('never sell more than the cap, and sell it down to the last seat', async () => {
    const other = await writeSide(store, reads);
    await buy(side, 's1', 2);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => add(n % 2 === 0 ? side : other, 1, `add-${n}`)),
    );
    expect(answers.filter((answer) => !isRefusal(answer))).toHaveLength(8);
    expect(codeOf(await add(side, 1, 'one more'))).toBe('OFFER_LIMIT');
    const quantities = (await store.read('subscription-s1')).flatMap((event) =>
      event.type === 'SeatsAdded' ? [(event.data as unknown as { quantity: number }).quantity] : [],
    );
    expect(quantities).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('do no harm when both complete the same claims', async () => {
    const other = await writeSide(store, reads);
    await buy(side, 's1', 2);
    const asked = Array.from({ length: 8 }, (_, n) => add(side, 1, `add-${n}`));
    await Promise.all([...asked, finish(other), finish(side)]);
    await finish(other);
    expect((await types('subscription-s1')).filter((type) => type === 'SeatsAdded')).toHaveLength(8);
    expect((await types('customer-c1')).filter((type) => type === 'SeatsReleased')).toEqual([]);
  });
});
