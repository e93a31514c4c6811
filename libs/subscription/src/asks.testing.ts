import { AddSeats } from './add-seats.ts';
import { AdjustCharges } from './adjust.ts';
import { SetAutoRenew } from './auto-renew.ts';
import { CancelSubscription } from './cancel.ts';
import { ChangePlan } from './change-plan.ts';
import { ConvertTrial } from './convert.ts';
import { PauseSubscription } from './pause.ts';
import { ReactivateSubscription } from './reactivate.ts';
import { RemoveScheduledChange } from './remove-scheduled-change.ts';
import { RemoveSeats } from './remove-seats.ts';
import { RenameSubscription } from './rename.ts';
import { ResumeSubscription } from './resume.ts';
import { ScheduleChange } from './schedule-change.ts';
import { SuspendSubscription } from './suspend.ts';
import type { Ask } from './subscription.testing.ts';
import { UpgradeSubscription } from './upgrade.ts';

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
  (offerId: string, quantity: number, existing?: string): Ask =>
  (m) =>
    new UpgradeSubscription(
      {
        offerId,
        skuId: '0001',
        quantity,
        target: existing === undefined ? 'new' : { subscriptionId: existing },
        newSubscriptionId: 's-child',
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
