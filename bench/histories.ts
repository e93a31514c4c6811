import { addDays, dayOf } from '#calendar';
import type { Instant } from '#kernel';
import {
  AddSeats,
  PauseSubscription,
  RenameSubscription,
  ResumeSubscription,
  ScheduleChange,
  SetAutoRenew,
  subscription,
  type SubscriptionVerb,
} from '#subscription';
import { byClients } from './compare.ts';
import { accepted, metaAt, purchaseFor, type Scene } from './harness.ts';

/** How many events the streams have on which commands are measured. */
const STREAM = 20;

type Wish = (at: Instant, to: { readonly subscriptionId: string }, n: number) => SubscriptionVerb;

const addSeats: Wish = (at, to) => new AddSeats({ ...to, quantity: 1 }, metaAt(at));
const rename: Wish = (at, to, n) => new RenameSubscription({ ...to, friendlyName: `Basic, team ${n}` }, metaAt(at));
const autoRenew =
  (enabled: boolean): Wish =>
  (at, to) =>
    new SetAutoRenew({ ...to, enabled }, metaAt(at));
const scheduleFewer: Wish = (at, to) =>
  new ScheduleChange({ ...to, quantity: 8, newSubscriptionId: 'not needed' }, metaAt(at));
const pause: Wish = (at, to) => new PauseSubscription(to, metaAt(at));
const resume: Wish = (at, to) => new ResumeSubscription(to, metaAt(at));

/** A month of ordinary life after the purchase, up to the bench's present: 20 events, a charge cycle among them. */
const shortLife: readonly (readonly [at: Instant, wish: Wish])[] = [
  ['2021-05-11T09:00:00.000Z', addSeats],
  ['2021-05-12T09:00:00.000Z', rename],
  ['2021-05-13T09:00:00.000Z', autoRenew(false)],
  ['2021-05-14T09:00:00.000Z', autoRenew(true)],
  ['2021-05-17T09:00:00.000Z', scheduleFewer],
  ['2021-05-20T09:00:00.000Z', pause],
  ['2021-05-21T09:00:00.000Z', resume],
  ['2021-05-24T09:00:00.000Z', autoRenew(true)],
  ['2021-06-14T09:00:00.000Z', addSeats],
  ['2021-06-15T09:00:00.000Z', addSeats],
];

const PURCHASED: Instant = '2021-05-10T09:00:00.000Z';

const purchase = async ({ ledger, customerId }: Scene): Promise<string> => {
  const command = purchaseFor(customerId, PURCHASED);
  accepted(await ledger.commands.purchase(command));
  return command.data.subscriptionId;
};

const does = async ({ ledger }: Scene, id: string, verb: SubscriptionVerb): Promise<number> => {
  const decider = subscription(ledger.commands.surroundings());
  return accepted(await ledger.handling.handle(decider, id, verb)).revision;
};

/** So many subscriptions with 20 events each; answers their ids. */
export const shortLives = async (scene: Scene, count: number): Promise<readonly string[]> => {
  const ids: string[] = [];
  await byClients(64, count, async () => {
    const id = await purchase(scene);
    let revision = 1;
    for (const [at, wish] of shortLife) revision = await does(scene, id, wish(at, { subscriptionId: id }, revision));
    while (revision < STREAM - 1)
      revision = await does(scene, id, rename('2021-06-16T09:00:00.000Z', { subscriptionId: id }, revision));
    if (revision !== STREAM - 1) throw new Error(`a stream has ${revision + 1} events, not ${STREAM}`);
    ids.push(id);
  });
  return ids;
};

/** One subscription that something happens to twice a day for years: at least `events` events. Answers its id. */
export const longLife = async (scene: Scene, events: number): Promise<string> => {
  const id = await purchase(scene);
  const first = dayOf(PURCHASED);
  let revision = 1;
  for (let n = 2; revision < events - 1; n += 1) {
    const at = `${addDays(first, n >> 1)}T${n % 2 === 0 ? '09' : '10'}:00:00.000Z`;
    revision = await does(scene, id, wishOf(n)(at, { subscriptionId: id }, n));
  }
  return id;
};

/** Auto-renew is on again before the day ends, so that no term ends the subscription. */
const wishOf = (n: number): Wish => {
  if (n % 4 < 2) return autoRenew(n % 4 === 1);
  return n % 60 === 2 ? addSeats : rename;
};
