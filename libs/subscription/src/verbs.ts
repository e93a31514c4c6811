import type { Command, CommandOptions, Instant, Meta } from '#kernel';
import * as activate from './verbs/activate.ts';
import * as addOnStatus from './verbs/add-on-status.ts';
import * as addSeats from './verbs/add-seats.ts';
import * as adjust from './verbs/adjust.ts';
import * as autoRenew from './verbs/auto-renew.ts';
import * as cancel from './verbs/cancel.ts';
import * as changePlan from './verbs/change-plan.ts';
import * as convert from './verbs/convert.ts';
import * as deprovision from './verbs/deprovision.ts';
import type { SubscriptionEvent } from './events.ts';
import type { Asking, Guard } from './guards.ts';
import * as pause from './verbs/pause.ts';
import * as reactivate from './verbs/reactivate.ts';
import * as recordUsage from './verbs/record-usage.ts';
import * as removeScheduledChange from './verbs/remove-scheduled-change.ts';
import * as removeSeats from './verbs/remove-seats.ts';
import * as rename from './verbs/rename.ts';
import * as resume from './verbs/resume.ts';
import * as scheduleChange from './verbs/schedule-change.ts';
import * as setAddOns from './verbs/set-add-ons.ts';
import type { Existing } from './state.ts';
import type { Surroundings } from './context.ts';
import * as suspend from './verbs/suspend.ts';
import * as upgrade from './verbs/upgrade.ts';
import type { Decision, Refusal } from './refusals.ts';

/** A verb: its name among the actions of a subscription, whether it may be tried, and what comes of it. */
export type Verb<C extends Command = Command> = {
  /** The class of its command, by which a command bus finds who carries it out. */
  readonly command: new (given: never, meta: Meta, options?: CommandOptions) => C;
  /** Null: an action of an add-on, and not of the subscription. */
  readonly action: string | null;
  /** Where the guard lets it be tried: the name that it has at an instant, or why no body of the command would do. */
  readonly actionNow?: ((state: Existing, at: Instant, surroundings: Surroundings) => string | Refusal) | undefined;
  readonly guard: Guard;
  readonly decide: (
    command: C,
    state: Existing,
    asking: Asking,
    surroundings: Surroundings,
  ) => Decision<SubscriptionEvent>;
};

const verb = <C extends Command>(
  command: Verb<C>['command'],
  action: Verb<C>['action'] | readonly [action: string, now: Verb<C>['actionNow']],
  guard: Guard,
  decide: Verb<C>['decide'],
): Verb<C> => {
  const [name, actionNow] = typeof action === 'string' || action === null ? [action] : action;
  return { command, action: name, actionNow, guard, decide };
};

/** Everything that one can ask of a subscription that exists, by the type of the command: the one list of verbs. */
export const verbs = {
  AddSeats: verb(addSeats.AddSeats, 'add-seats', addSeats.guard, addSeats.decide),
  RemoveSeats: verb(removeSeats.RemoveSeats, 'remove-seats', removeSeats.guard, removeSeats.decide),
  RenameSubscription: verb(rename.RenameSubscription, 'rename', rename.guard, rename.decide),
  ConvertTrial: verb(convert.ConvertTrial, ['convert', convert.actionNow], convert.guard, convert.decide),
  ChangePlan: verb(changePlan.ChangePlan, 'plan', changePlan.guard, changePlan.decide),
  SuspendSubscription: verb(suspend.SuspendSubscription, 'suspend', suspend.guard, suspend.decide),
  ReactivateSubscription: verb(reactivate.ReactivateSubscription, 'reactivate', reactivate.guard, reactivate.decide),
  PauseSubscription: verb(pause.PauseSubscription, 'pause', pause.guard, pause.decide),
  ResumeSubscription: verb(resume.ResumeSubscription, 'resume', resume.guard, resume.decide),
  CancelSubscription: verb(cancel.CancelSubscription, ['cancel', cancel.actionNow], cancel.guard, cancel.decide),
  SetAutoRenew: verb(autoRenew.SetAutoRenew, 'auto-renew', autoRenew.guard, autoRenew.decide),
  ScheduleChange: verb(scheduleChange.ScheduleChange, 'scheduled-change', scheduleChange.guard, scheduleChange.decide),
  RemoveScheduledChange: verb(
    removeScheduledChange.RemoveScheduledChange,
    'remove-scheduled-change',
    removeScheduledChange.guard,
    removeScheduledChange.decide,
  ),
  SetAddOns: verb(setAddOns.SetAddOns, ['add-ons', setAddOns.actionNow], setAddOns.guard, setAddOns.decide),
  SuspendAddOn: verb(addOnStatus.SuspendAddOn, null, addOnStatus.suspendGuard, addOnStatus.decideSuspension),
  ReactivateAddOn: verb(addOnStatus.ReactivateAddOn, null, addOnStatus.reactivateGuard, addOnStatus.decideReactivation),
  ActivateSubscription: verb(activate.ActivateSubscription, 'activate', activate.guard, activate.decide),
  DeprovisionSubscription: verb(
    deprovision.DeprovisionSubscription,
    'deprovision',
    deprovision.guard,
    deprovision.decide,
  ),
  RecordUsage: verb(recordUsage.RecordUsage, 'usage', recordUsage.guard, recordUsage.decide),
  UpgradeSubscription: verb(upgrade.UpgradeSubscription, ['upgrade', upgrade.actionNow], upgrade.guard, upgrade.decide),
  AdjustCharges: verb(adjust.AdjustCharges, 'adjustments', adjust.guard, adjust.decide),
};

/** A command to a subscription that exists. */
export type SubscriptionVerb = {
  [Type in keyof typeof verbs]: (typeof verbs)[Type] extends Verb<infer C> ? C : never;
}[keyof typeof verbs];
