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
import { accepted, metaAt, purchaseFor, type Harness } from './harness.ts';

/** How many events the streams have on which commands are measured. */
const STREAM_LENGTH = 20;

type CommandAt = (at: Instant, to: { readonly subscriptionId: string }, n: number) => SubscriptionVerb;

const addSeats: CommandAt = (at, to) => new AddSeats({ ...to, quantity: 1 }, metaAt(at));
const rename: CommandAt = (at, to, n) =>
  new RenameSubscription({ ...to, friendlyName: `Basic, team ${n}` }, metaAt(at));
const autoRenew =
  (enabled: boolean): CommandAt =>
  (at, to) =>
    new SetAutoRenew({ ...to, enabled }, metaAt(at));
const scheduleFewer: CommandAt = (at, to) =>
  new ScheduleChange({ ...to, quantity: 8, newSubscriptionId: 'not needed' }, metaAt(at));
const pause: CommandAt = (at, to) => new PauseSubscription(to, metaAt(at));
const resume: CommandAt = (at, to) => new ResumeSubscription(to, metaAt(at));

/** A month of ordinary life after the purchase, up to the bench's present: 20 events, a charge cycle among them. */
const shortHistory: readonly (readonly [at: Instant, command: CommandAt])[] = [
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

const purchase = async ({ ledger, customerId }: Harness): Promise<string> => {
  const command = purchaseFor(customerId, PURCHASED);
  accepted(await ledger.commands.purchase(command));
  return command.data.subscriptionId;
};

const handle = async ({ ledger }: Harness, id: string, verb: SubscriptionVerb): Promise<number> => {
  const decider = subscription(ledger.commands.context());
  return accepted(await ledger.handler.handle(decider, id, verb)).revision;
};

/** So many subscriptions with 20 events each; answers their ids. */
export const shortHistories = async (harness: Harness, count: number): Promise<readonly string[]> => {
  const ids: string[] = [];
  await byClients(64, count, async () => {
    const id = await purchase(harness);
    let revision = 1;
    for (const [at, command] of shortHistory)
      revision = await handle(harness, id, command(at, { subscriptionId: id }, revision));
    while (revision < STREAM_LENGTH - 1)
      revision = await handle(harness, id, rename('2021-06-16T09:00:00.000Z', { subscriptionId: id }, revision));
    if (revision !== STREAM_LENGTH - 1) throw new Error(`a stream has ${revision + 1} events, not ${STREAM_LENGTH}`);
    ids.push(id);
  });
  return ids;
};

/** One subscription that something happens to twice a day for years: at least `events` events. Answers its id. */
export const longHistory = async (harness: Harness, events: number): Promise<string> => {
  const id = await purchase(harness);
  const first = dayOf(PURCHASED);
  let revision = 1;
  for (let n = 2; revision < events - 1; n += 1) {
    const at = `${addDays(first, n >> 1)}T${n % 2 === 0 ? '09' : '10'}:00:00.000Z`;
    revision = await handle(harness, id, commandOf(n)(at, { subscriptionId: id }, n));
  }
  return id;
};

/** Auto-renew is on again before the day ends, so that no term ends the subscription. */
const commandOf = (n: number): CommandAt => {
  if (n % 4 < 2) return autoRenew(n % 4 === 1);
  return n % 60 === 2 ? addSeats : rename;
};
