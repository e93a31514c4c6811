import type { Role } from '#kernel';
import { AddSeats } from './verbs/add-seats.ts';
import { AdjustCharges } from './verbs/adjust.ts';
import { SetAutoRenew } from './verbs/auto-renew.ts';
import { CancelSubscription } from './verbs/cancel.ts';
import { ChangePlan } from './verbs/change-plan.ts';
import { ConvertTrial } from './verbs/convert.ts';
import { PauseSubscription } from './verbs/pause.ts';
import { ReactivateSubscription } from './verbs/reactivate.ts';
import { RemoveScheduledChange } from './verbs/remove-scheduled-change.ts';
import { RemoveSeats } from './verbs/remove-seats.ts';
import { RenameSubscription } from './verbs/rename.ts';
import { ResumeSubscription } from './verbs/resume.ts';
import { ScheduleChange } from './verbs/schedule-change.ts';
import { SuspendSubscription } from './verbs/suspend.ts';
import type { Ask } from './subscription.testing.ts';
import { UpgradeSubscription } from './verbs/upgrade.ts';

/** Every verb in a few characters: what a test varies is what it writes. */
export const addSeats =
  (quantity: number): Ask =>
  (m) =>
    new AddSeats({ quantity }, m);

export const removeSeats =
  (quantity: number): Ask =>
  (m) =>
    new RemoveSeats({ quantity }, m);

export const pause =
  (data: PauseSubscription['data'] = {}): Ask =>
  (m) =>
    new PauseSubscription(data, m);

export const resume: Ask = (m) => new ResumeSubscription({}, m);

export const suspend: Ask = (m) => new SuspendSubscription({ reason: 'fraud' }, m);

export const reactivate: Ask = (m) => new ReactivateSubscription({}, m);

export const cancel: Ask = (m) => new CancelSubscription({ reason: 'customerRequest' }, m);

export const autoRenew =
  (enabled: boolean): Ask =>
  (m) =>
    new SetAutoRenew({ enabled }, m);

type Change = Omit<ScheduleChange['data'], 'newSubscriptionId'>;

export const schedule =
  (change: Change, newSubscriptionId = 's-scheduled'): Ask =>
  (m) =>
    new ScheduleChange({ ...change, newSubscriptionId }, m);

export const removeSchedule: Ask = (m) => new RemoveScheduledChange({}, m);

export const changePlan =
  (data: ChangePlan['data']): Ask =>
  (m) =>
    new ChangePlan(data, m);

export const convert =
  (data: ConvertTrial['data'] = {}): Ask =>
  (m) =>
    new ConvertTrial(data, m);

/** To a new subscription, unless the id of an existing one is named. */
export const upgrade =
  (offerId: string, quantity: number, existing?: string, newSubscriptionId = 's-child'): Ask =>
  (m) =>
    new UpgradeSubscription(
      {
        offerId,
        skuId: '0001',
        quantity,
        target: existing === undefined ? 'new' : { subscriptionId: existing },
        newSubscriptionId,
      },
      m,
    );

export const rename =
  (friendlyName: string): Ask =>
  (m) =>
    new RenameSubscription({ friendlyName }, m);

export const adjust =
  (amount: string): Ask =>
  (m) =>
    new AdjustCharges({ amount, reason: 'outage' }, m);

/** Each verb as `allowedActions` names it, with a typical command, and a role that may send it. */
export const everyVerb: readonly (readonly [action: string, ask: Ask, role: Role])[] = [
  ['add-seats', addSeats(1), 'global-admin'],
  ['remove-seats', removeSeats(1), 'global-admin'],
  ['rename', rename('Another'), 'global-admin'],
  ['convert', convert(), 'global-admin'],
  ['plan', changePlan({ term: 'P3Y' }), 'global-admin'],
  ['suspend', suspend, 'support'],
  ['reactivate', reactivate, 'support'],
  ['pause', pause(), 'global-admin'],
  ['resume', resume, 'global-admin'],
  ['cancel', cancel, 'global-admin'],
  ['auto-renew', autoRenew(true), 'global-admin'],
  ['scheduled-change', schedule({ term: 'P3Y' }), 'global-admin'],
  ['remove-scheduled-change', removeSchedule, 'global-admin'],
  ['upgrade', upgrade('STANDARD', 1), 'global-admin'],
  ['adjustments', adjust('-1.00'), 'global-admin'],
];
