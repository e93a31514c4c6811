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
import type { Role } from '#policy';

/** Every verb in short form, so that a test shows only what matters. */
export const addSeats =
  (quantity: number): Ask =>
  (m, to) =>
    new AddSeats({ ...to, quantity }, m);

export const removeSeats =
  (quantity: number): Ask =>
  (m, to) =>
    new RemoveSeats({ ...to, quantity }, m);

export const pause =
  (data: PauseSubscription['data'] = {}): Ask =>
  (m, to) =>
    new PauseSubscription({ ...to, ...data }, m);

export const resume: Ask = (m, to) => new ResumeSubscription(to, m);

export const suspend: Ask = (m, to) => new SuspendSubscription({ ...to, reason: 'fraud' }, m);

export const reactivate: Ask = (m, to) => new ReactivateSubscription(to, m);

export const cancel: Ask = (m, to) => new CancelSubscription({ ...to, reason: 'customerRequest' }, m);

export const autoRenew =
  (enabled: boolean): Ask =>
  (m, to) =>
    new SetAutoRenew({ ...to, enabled }, m);

type Change = Omit<ScheduleChange['data'], 'newSubscriptionId'>;

export const schedule =
  (change: Change, newSubscriptionId = 's-scheduled'): Ask =>
  (m, to) =>
    new ScheduleChange({ ...to, ...change, newSubscriptionId }, m);

export const removeSchedule: Ask = (m, to) => new RemoveScheduledChange(to, m);

export const changePlan =
  (data: ChangePlan['data']): Ask =>
  (m, to) =>
    new ChangePlan({ ...to, ...data }, m);

export const convert =
  (data: ConvertTrial['data'] = {}): Ask =>
  (m, to) =>
    new ConvertTrial({ ...to, ...data }, m);

/** To a new subscription, unless the id of an existing one is given. */
export const upgrade =
  (offerId: string, quantity: number, existing?: string, newSubscriptionId = 's-child'): Ask =>
  (m, to) =>
    new UpgradeSubscription(
      {
        ...to,
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
  (m, to) =>
    new RenameSubscription({ ...to, friendlyName }, m);

export const adjust =
  (amount: string): Ask =>
  (m, to) =>
    new AdjustCharges({ ...to, amount, reason: 'outage' }, m);

/** Each verb by its name in `allowedActions`, with a typical command, and a role that may send it. */
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
