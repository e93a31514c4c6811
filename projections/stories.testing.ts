import {
  ActivateSubscription,
  AddSeats,
  AdjustCharges,
  CancelSubscription,
  ChangePlan,
  ConvertTrial,
  DeprovisionSubscription,
  PauseSubscription,
  ReactivateAddOn,
  ReactivateSubscription,
  RecordUsage,
  RemoveScheduledChange,
  RemoveSeats,
  RenameSubscription,
  ResumeSubscription,
  ScheduleChange,
  SetAddOns,
  SetAutoRenew,
  SuspendAddOn,
  SuspendSubscription,
  UpgradeSubscription,
  type UpgradeTarget,
} from '#subscription';
import { uuid, WrittenLog, type Ask } from './testing.ts';

export const addSeats =
  (quantity: number): Ask =>
  (m, to) =>
    new AddSeats({ ...to, quantity }, m);
export const removeSeats =
  (quantity: number): Ask =>
  (m, to) =>
    new RemoveSeats({ ...to, quantity }, m);
export const pause: Ask = (m, to) => new PauseSubscription(to, m);
export const resume: Ask = (m, to) => new ResumeSubscription(to, m);
export const suspend: Ask = (m, to) => new SuspendSubscription({ ...to, reason: 'fraud', comment: 'stolen card' }, m);
export const reactivate: Ask = (m, to) => new ReactivateSubscription(to, m);
export const cancel: Ask = (m, to) => new CancelSubscription({ ...to, reason: 'nonPayment' }, m);
export const autoRenew =
  (enabled: boolean): Ask =>
  (m, to) =>
    new SetAutoRenew({ ...to, enabled }, m);
export const schedule =
  (change: object): Ask =>
  (m, to) =>
    new ScheduleChange({ ...to, ...change, newSubscriptionId: uuid(41) }, m);
export const unschedule: Ask = (m, to) => new RemoveScheduledChange(to, m);
export const changePlan =
  (plan: ChangePlan['data']): Ask =>
  (m, to) =>
    new ChangePlan({ ...to, ...plan }, m);
export const convert: Ask = (m, to) => new ConvertTrial(to, m);
/** An upgrade to BETTER; `child` is the id of the subscription that a partial one opens. */
export const upgrade =
  (quantity: number, target: UpgradeTarget = 'new', child = uuid(51)): Ask =>
  (m, to) =>
    new UpgradeSubscription({ ...to, offerId: 'BETTER', skuId: '0001', quantity, target, newSubscriptionId: child }, m);
export const rename =
  (friendlyName: string): Ask =>
  (m, to) =>
    new RenameSubscription({ ...to, friendlyName }, m);
export const adjust =
  (amount: string): Ask =>
  (m, to) =>
    new AdjustCharges({ ...to, amount, reason: 'courtesy', reference: 'ticket 4711' }, m);

export const activate: Ask = (m, to) => new ActivateSubscription(to, m);
const addOn = { offerId: 'LEGACY', skuId: '0002' };
export const setAddOns =
  (...quantities: readonly number[]): Ask =>
  (m, to) =>
    new SetAddOns({ ...to, addOns: quantities.map((quantity) => ({ ...addOn, quantity })) }, m);
export const suspendAddOn: Ask = (m, to) => new SuspendAddOn({ ...to, ...addOn, reason: 'nonPayment' }, m);
export const reactivateAddOn: Ask = (m, to) => new ReactivateAddOn({ ...to, ...addOn }, m);
export const deprovision: Ask = (m, to) => new DeprovisionSubscription(to, m);
export const use =
  (quantity: string, usageId: string): Ask =>
  (m, to) =>
    new RecordUsage({ ...to, meter: 'calls', quantity, unitPrice: '0.013', usedAt: m.at, usageId }, m);

const [one, other] = [uuid(1), uuid(2)];
const day = (date: string, time = '10:00'): string => `${date}T${time}:00.000Z`;
const bought = day('2021-06-18', '09:00');
const toOther = { subscriptionId: other };
const two: Ask = (m, to) => new SetAddOns({ ...to, addOns: [{ offerId: 'BASIC', skuId: '0002', quantity: 2 }] }, m);
const extended = (term: 'P1M' | 'P3Y') =>
  new WrittenLog('docs-2022-03').buys(one, bought, { term }).does(one, bought, two);
const upgraded = (log: WrittenLog, seats = 4, target: UpgradeTarget = 'new') =>
  log.does(one, day('2021-06-25'), upgrade(seats, target)).delivers(one, day('2021-06-25', '10:01'));
const yearly = () => extended('P3Y').does(one, day('2021-06-20'), changePlan({ billingCycle: 'annual' }));

const legacy = (term: 'P1M' | 'P1Y' = 'P1M') => new WrittenLog().buys(one, bought, { offerId: 'LEGACY', term });

/** Stories of subscriptions that together contain every event type. */
export const stories: Readonly<Record<string, () => WrittenLog>> = {
  'grows, shrinks, is renamed and adjusted manually': () =>
    new WrittenLog('docs-2022-03')
      .buys(one, bought)
      .does(one, day('2021-06-20'), addSeats(2))
      .does(one, day('2021-06-20', '11:00'), removeSeats(4))
      .does(one, day('2021-06-21'), rename('Front desk'))
      .does(one, day('2021-06-22'), adjust('-12.50')),
  'is paused, resumed and renews no more until that is switched on again': () =>
    new WrittenLog()
      .buys(one, bought)
      .does(one, day('2021-06-20'), schedule({ quantity: 4 }))
      .does(one, day('2021-06-21'), pause)
      .does(one, day('2021-06-22'), resume)
      .does(one, day('2021-06-23'), autoRenew(true))
      .settles(one, day('2021-07-18', '00:00')),
  'is suspended and reactivated by support, and cancelled': () =>
    new WrittenLog()
      .buys(one, bought)
      .does(one, day('2021-06-20'), suspend, 'support')
      .does(one, day('2021-06-21'), reactivate, 'support')
      .does(one, day('2021-06-22'), cancel),
  'ends with its term': () =>
    new WrittenLog()
      .buys(one, bought, { term: 'P1Y' })
      .does(one, day('2021-06-20'), autoRenew(false))
      .settles(one, day('2022-06-18')),
  'ends in stages': () =>
    new WrittenLog('docs-2022-03')
      .buys(one, bought)
      .does(one, day('2021-06-20'), autoRenew(false))
      .settles(one, day('2021-07-18'))
      .settles(one, day('2021-08-17'))
      .settles(one, day('2021-11-15')),
  'renews with the change that was saved last': () =>
    new WrittenLog()
      .buys(one, bought)
      .does(one, day('2021-06-20'), schedule({ quantity: 4 }))
      .does(one, day('2021-06-21'), unschedule)
      .does(one, day('2021-06-22'), schedule({ offerId: 'BETTER', skuId: '0001' }))
      .settles(one, day('2021-07-18')),
  'renews unchanged where the change is no longer sold': () =>
    new WrittenLog()
      .buys(one, day('2021-12-18'))
      .does(one, day('2021-12-20'), schedule({ offerId: 'BETTER', skuId: '0001' }))
      .settles(one, day('2022-01-18')),
  'parts at renewal': () =>
    new WrittenLog()
      .buys(one, bought)
      .does(one, day('2021-06-20'), schedule({ offerId: 'BETTER', skuId: '0001', upgradeQuantity: 3 }))
      .settles(one, day('2021-07-18'))
      .delivers(one, day('2021-07-18', '10:01')),
  'pays by the year from the next cycle on': () => yearly().settles(one, day('2021-07-18')),
  'goes on paying by the month after all': () =>
    yearly().does(one, day('2021-06-21'), changePlan({ billingCycle: 'monthly' })),
  'takes a longer term': () => extended('P1M').does(one, day('2021-06-20'), changePlan({ term: 'P1Y' })),
  'is tried and converts by itself': () =>
    new WrittenLog().buys(one, bought, { offerId: 'TRIAL', quantity: 25 }).settles(one, day('2021-07-18')),
  'is tried and converted': () =>
    new WrittenLog().buys(one, bought, { offerId: 'TRIAL', quantity: 25 }).does(one, day('2021-06-20'), convert),
  'is upgraded as a whole': () => new WrittenLog().buys(one, bought).does(one, day('2021-06-25'), upgrade(10)),
  'is upgraded in part': () => upgraded(new WrittenLog().buys(one, bought)),
  'takes the plan that waits along to another': () =>
    yearly().does(one, day('2021-06-25'), upgrade(4)).delivers(one, day('2021-06-25', '10:01')),
  'moves all its seats to another': () =>
    upgraded(new WrittenLog().buys(one, bought).buys(other, bought, { offerId: 'BETTER' }), 10, toOther),
  'gets its seats back from one that is full': () =>
    new WrittenLog()
      .buys(one, bought)
      .buys(other, bought, { offerId: 'BETTER', quantity: 35 })
      .does(one, day('2021-06-20'), schedule({ quantity: 4 }))
      .does(one, day('2021-06-25'), upgrade(10, toOther))
      .delivers(one, day('2021-06-25', '10:01')),
  'is legacy, with an add-on that comes, grows, rests and goes': () =>
    legacy()
      .does(one, day('2021-06-20'), setAddOns(3))
      .does(one, day('2021-06-21'), setAddOns(5))
      .does(one, day('2021-06-22'), suspendAddOn)
      .does(one, day('2021-06-23'), reactivateAddOn)
      .settles(one, day('2021-07-18'))
      .does(one, day('2021-07-20'), setAddOns()),
  'is legacy, renews with an add-on that rests, and loses it when its time is up': () =>
    legacy()
      .does(one, day('2021-06-20'), setAddOns(3))
      .does(one, day('2021-06-22'), suspendAddOn)
      .settles(one, day('2021-10-20')),
  'is legacy, suspended with its add-on and back with it': () =>
    legacy()
      .does(one, day('2021-06-20'), setAddOns(3))
      .does(one, day('2021-06-21'), suspend)
      .does(one, day('2021-07-01'), reactivate),
  'is legacy, suspended until its data is gone': () =>
    legacy('P1Y').does(one, day('2021-06-21'), suspend).settles(one, day('2021-10-20')),
  'waits for its publisher': () =>
    new WrittenLog('docs-2022-03').buys(one, bought, { offerId: 'MARKET' }).does(one, day('2021-06-20'), activate),
  'is cancelled for the renewal, which is taken back': () =>
    new WrittenLog()
      .buys(one, bought, { offerId: 'MARKET', term: 'P1Y' })
      .does(one, day('2021-08-01'), cancel)
      .does(one, day('2021-08-02'), autoRenew(true))
      .does(one, day('2021-08-03'), cancel)
      .settles(one, day('2022-06-18')),
  'is used, billed by the month and ended': () =>
    new WrittenLog()
      .buys(one, bought, { offerId: 'METER' })
      .does(one, day('2021-06-20'), use('250.5', 'u1'))
      .settles(one, day('2021-07-18'))
      .does(one, day('2021-07-20'), use('120', 'u2'))
      .does(one, day('2021-07-21'), deprovision),
};
