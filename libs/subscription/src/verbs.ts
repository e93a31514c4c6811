import type { Decision, Instant } from '#kernel';
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

/** What one can ask of a subscription that exists. */
export type SubscriptionVerb =
  | activate.ActivateSubscription
  | addOnStatus.SuspendAddOn
  | addOnStatus.ReactivateAddOn
  | addSeats.AddSeats
  | adjust.AdjustCharges
  | autoRenew.SetAutoRenew
  | cancel.CancelSubscription
  | changePlan.ChangePlan
  | convert.ConvertTrial
  | deprovision.DeprovisionSubscription
  | pause.PauseSubscription
  | reactivate.ReactivateSubscription
  | recordUsage.RecordUsage
  | removeScheduledChange.RemoveScheduledChange
  | removeSeats.RemoveSeats
  | rename.RenameSubscription
  | resume.ResumeSubscription
  | scheduleChange.ScheduleChange
  | setAddOns.SetAddOns
  | suspend.SuspendSubscription
  | upgrade.UpgradeSubscription;

/** A verb: its name in `allowedActions`, whether it may be tried, and what comes of it. */
export type Verb<C> = {
  /** Null: an add-on's affair, and not an action of the subscription; or one that no body could do at this instant. */
  readonly action: string | null | ((state: Existing, at: Instant, surroundings: Surroundings) => string | null);
  readonly guard: Guard;
  readonly decide: (
    command: C,
    state: Existing,
    asking: Asking,
    surroundings: Surroundings,
  ) => Decision<SubscriptionEvent>;
};

/** The repertoire. A verb that is missing here does not compile. */
export const verbs: { readonly [C in SubscriptionVerb as C['type']]: Verb<C> } = {
  AddSeats: { action: 'add-seats', guard: addSeats.guard, decide: addSeats.decide },
  RemoveSeats: { action: 'remove-seats', guard: removeSeats.guard, decide: removeSeats.decide },
  RenameSubscription: { action: 'rename', guard: rename.guard, decide: rename.decide },
  ConvertTrial: { action: convert.action, guard: convert.guard, decide: convert.decide },
  ChangePlan: { action: 'plan', guard: changePlan.guard, decide: changePlan.decide },
  SuspendSubscription: { action: 'suspend', guard: suspend.guard, decide: suspend.decide },
  ReactivateSubscription: { action: 'reactivate', guard: reactivate.guard, decide: reactivate.decide },
  PauseSubscription: { action: 'pause', guard: pause.guard, decide: pause.decide },
  ResumeSubscription: { action: 'resume', guard: resume.guard, decide: resume.decide },
  CancelSubscription: { action: cancel.action, guard: cancel.guard, decide: cancel.decide },
  SetAutoRenew: { action: 'auto-renew', guard: autoRenew.guard, decide: autoRenew.decide },
  ScheduleChange: { action: 'scheduled-change', guard: scheduleChange.guard, decide: scheduleChange.decide },
  RemoveScheduledChange: {
    action: 'remove-scheduled-change',
    guard: removeScheduledChange.guard,
    decide: removeScheduledChange.decide,
  },
  SetAddOns: { action: setAddOns.action, guard: setAddOns.guard, decide: setAddOns.decide },
  SuspendAddOn: { action: null, guard: addOnStatus.suspendGuard, decide: addOnStatus.decideSuspension },
  ReactivateAddOn: { action: null, guard: addOnStatus.reactivateGuard, decide: addOnStatus.decideReactivation },
  ActivateSubscription: { action: 'activate', guard: activate.guard, decide: activate.decide },
  DeprovisionSubscription: { action: 'deprovision', guard: deprovision.guard, decide: deprovision.decide },
  RecordUsage: { action: 'usage', guard: recordUsage.guard, decide: recordUsage.decide },
  UpgradeSubscription: { action: upgrade.action, guard: upgrade.guard, decide: upgrade.decide },
  AdjustCharges: { action: 'adjustments', guard: adjust.guard, decide: adjust.decide },
};
