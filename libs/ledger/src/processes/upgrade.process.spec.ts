import type { EventStore } from '#event-store';
import { isRefusal, START, type Recorded } from '#kernel';
import type { ReadStore } from '#read-store';
import { openSqlite } from '#read-store/sqlite';
import {
  PurchaseSubscription,
  ScheduleChange,
  subscription,
  UpgradeSubscription,
  type UpgradeStarted,
} from '#subscription';
import { memory, metaOf, processOf, stocked, cartLine, writeSide, type WriteSide } from '../fixtures.testing.ts';

let reads: ReadStore;
let store: EventStore;
let side: WriteSide;
let stop: AbortController;

beforeEach(async () => {
  reads = await openSqlite({ path: ':memory:' });
  store = memory();
  side = await writeSide(store, reads);
  await stocked(side);
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await reads.close();
});

const buys = async (subscriptionId: string, offerId: string): Promise<void> => {
  const ids = { subscriptionId, orderId: `order-of-${subscriptionId}`, customerId: 'c1' };
  await side.commands.purchase(
    new PurchaseSubscription({ ...cartLine(offerId), ...ids }, metaOf(`buy-${subscriptionId}`)),
  );
};
const toPlus = {
  subscriptionId: 'a',
  offerId: 'PLUS',
  skuId: '1',
  quantity: 1,
  target: { subscriptionId: 'b' },
  newSubscriptionId: 'new-a',
};
const toBasic = {
  subscriptionId: 'b',
  offerId: 'BASIC',
  skuId: '1',
  quantity: 1,
  target: { subscriptionId: 'a' },
  newSubscriptionId: 'new-b',
};
const fromA = () => new UpgradeSubscription(toPlus, metaOf('from-a'));
const fromB = () => new UpgradeSubscription(toBasic, metaOf('from-b'));

/** Only the source's part of an upgrade: its seats are in transit. */
const leaves = async (subscriptionId: string, command: UpgradeSubscription): Promise<Recorded<UpgradeStarted>> => {
  const outcome = await side.handler.handle(subscription(side.context()), subscriptionId, command);
  if (isRefusal(outcome)) throw new Error(outcome.because);
  const started = outcome.events.find((event) => event.type === 'UpgradeStarted');
  if (started === undefined) throw new Error('no seats left');
  return started;
};
const types = async (id: string) => (await store.read(`subscription-${id}`)).map(({ type }) => type).slice(2);
const seatsOf = async (id: string) => {
  const { state } = await side.handler.load(subscription(side.context()), id);
  return state.status === 'none' ? 0 : state.quantity;
};

/** The process, as it follows the log. */
const follows = (): void => {
  const upgrades = processOf(side, 'upgrades');
  void (async () => {
    for await (const batch of store.follow(START, stop.signal)) for (const event of batch) await upgrades.react(event);
  })();
};

describe('an upgrade into a subscription whose own seats are in transit', () => {
  it('waits until they have arrived, or come back', async () => {
    await buys('a', 'BASIC');
    await buys('b', 'PLUS');
    await buys('c', 'BASIC');
    await leaves('b', new UpgradeSubscription({ ...toBasic, target: { subscriptionId: 'c' } }, metaOf('from-b')));
    await side.upgrades.deliver(await leaves('a', new UpgradeSubscription(toPlus, metaOf('from-a'))));
    expect(await Promise.all(['a', 'b', 'c'].map(seatsOf))).toEqual([2, 3, 4]);
    expect(await types('a')).toEqual(['UpgradeStarted', 'ChargesPosted', 'UpgradeCompleted']);
  });

  it('does not begin before they have arrived', async () => {
    await buys('a', 'BASIC');
    await buys('b', 'PLUS');
    await leaves('b', new UpgradeSubscription({ ...toBasic, target: 'new' }, metaOf('from-b')));
    const asked = side.commands.send(fromA());
    follows();
    expect(isRefusal(await asked)).toBe(false);
    expect(await types('a')).toEqual(['UpgradeStarted', 'ChargesPosted', 'UpgradeCompleted']);
  });
});

describe('two upgrades that wait for each other', () => {
  it('do not block each other: one of them gives way, always the same one', async () => {
    for (const [a, b, first] of [
      ['a', 'b', 'a'],
      ['a2', 'b2', 'b2'],
    ] as const) {
      await buys(a, 'BASIC');
      await buys(b, 'PLUS');
      const started = {
        [a]: await leaves(
          a,
          new UpgradeSubscription({ ...toPlus, subscriptionId: a, target: { subscriptionId: b } }, metaOf(`from-${a}`)),
        ),
        [b]: await leaves(
          b,
          new UpgradeSubscription(
            { ...toBasic, subscriptionId: b, target: { subscriptionId: a } },
            metaOf(`from-${b}`),
          ),
        ),
      };
      await side.upgrades.deliver(started[first]!);
      await side.upgrades.deliver(started[a]!);
      expect(await types(b)).toEqual(
        expect.arrayContaining([
          'UpgradeStarted',
          'ChargesPosted',
          'UpgradeReturned',
          'ChargesPosted',
          'SeatsReceived',
        ]),
      );
      expect([await seatsOf(a), await seatsOf(b)]).toEqual([2, 4]);
    }
  });

  it('are both carried out, and no scheduled change is lost by the wait', async () => {
    await buys('a', 'BASIC');
    await buys('b', 'PLUS');
    const [asA, asB] = [fromA(), fromB()];
    const both = [await leaves('a', asA), await leaves('b', asB)];
    await side.upgrades.deliver(both[0]!);
    follows();
    // The one that gave way: its key may be sent again, and then it is carried out.
    const answers = [await side.commands.send(asA), await side.commands.send(asB)];
    expect(answers.map((answer) => isRefusal(answer))).toEqual([false, false]);
    expect([await seatsOf('a'), await seatsOf('b')]).toEqual([3, 3]);
    const again = await side.commands.send(asB);
    expect(isRefusal(again) ? again : again.replayed).toBe(true);
  });
});

describe('an upgrade that its target refused in the end', () => {
  it('leaves no effect: the scheduled change remains, and the key may be sent again (http-api.md §2)', async () => {
    await buys('a', 'BASIC');
    const save = new ScheduleChange({ subscriptionId: 'a', quantity: 2, newSubscriptionId: 'n' }, metaOf('save'));
    expect(isRefusal(await side.commands.send(save))).toBe(false);
    await side.upgrades.deliver(await leaves('a', fromA()));
    const { state } = await side.handler.load(subscription(side.context()), 'a');
    expect(state).toMatchObject({ quantity: 3, scheduledChange: { quantity: 2 }, inTransit: null });
    const refused = await side.commands.send(fromA());
    expect(isRefusal(refused) ? refused.refused : 'yes').toBe('TARGET_NOT_FOUND');
    await buys('b', 'PLUS');
    follows();
    expect(isRefusal(await side.commands.send(fromA()))).toBe(false);
    expect(await seatsOf('b')).toBe(4);
  });
});
