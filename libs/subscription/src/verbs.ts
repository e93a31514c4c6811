import { activate } from './verbs/activate.ts';
import { reactivateAddOn, suspendAddOn } from './verbs/add-on-status.ts';
import { addSeats } from './verbs/add-seats.ts';
import { adjust } from './verbs/adjust.ts';
import { autoRenew } from './verbs/auto-renew.ts';
import { cancel } from './verbs/cancel.ts';
import { changePlan } from './verbs/change-plan.ts';
import { convert } from './verbs/convert.ts';
import { deprovision } from './verbs/deprovision.ts';
import { pause } from './verbs/pause.ts';
import { reactivate } from './verbs/reactivate.ts';
import { recordUsage } from './verbs/record-usage.ts';
import { removeScheduledChange } from './verbs/remove-scheduled-change.ts';
import { removeSeats } from './verbs/remove-seats.ts';
import { rename } from './verbs/rename.ts';
import { resume } from './verbs/resume.ts';
import { scheduleChange } from './verbs/schedule-change.ts';
import { setAddOns } from './verbs/set-add-ons.ts';
import { suspend } from './verbs/suspend.ts';
import { upgrade } from './verbs/upgrade.ts';
import type { PartnerMeta } from '#policy';

/** Every command that an existing subscription handles, by type: the only list of verbs. */
export const verbs = {
  AddSeats: addSeats,
  RemoveSeats: removeSeats,
  RenameSubscription: rename,
  ConvertTrial: convert,
  ChangePlan: changePlan,
  SuspendSubscription: suspend,
  ReactivateSubscription: reactivate,
  PauseSubscription: pause,
  ResumeSubscription: resume,
  CancelSubscription: cancel,
  SetAutoRenew: autoRenew,
  ScheduleChange: scheduleChange,
  RemoveScheduledChange: removeScheduledChange,
  SetAddOns: setAddOns,
  SuspendAddOn: suspendAddOn,
  ReactivateAddOn: reactivateAddOn,
  ActivateSubscription: activate,
  DeprovisionSubscription: deprovision,
  RecordUsage: recordUsage,
  UpgradeSubscription: upgrade,
  AdjustCharges: adjust,
};

type CommandOf<V> = V extends { readonly command: new (given: never, meta: PartnerMeta) => infer C } ? C : never;
type AnyVerb = (typeof verbs)[keyof typeof verbs];

/** A command to an existing subscription. */
export type SubscriptionVerb = CommandOf<AnyVerb>;

/** What verbs decide. */
export type VerbEvent = Extract<ReturnType<AnyVerb['decide']>, readonly unknown[]>[number];
