import type { Decision, Instant } from '#kernel';
import * as activate from './activate.ts';
import * as addOnStatus from './add-on-status.ts';
import * as addSeats from './add-seats.ts';
import * as adjust from './adjust.ts';
import * as autoRenew from './auto-renew.ts';
import * as cancel from './cancel.ts';
import * as changePlan from './change-plan.ts';
import * as convert from './convert.ts';
import * as deprovision from './deprovision.ts';
import type { SubscriptionEvent } from './events.ts';
import type { Asking, Guard } from './guards.ts';
import * as pause from './pause.ts';
import * as reactivate from './reactivate.ts';
import * as recordUsage from './record-usage.ts';
import * as removeScheduledChange from './remove-scheduled-change.ts';
import * as removeSeats from './remove-seats.ts';
import * as rename from './rename.ts';
import * as resume from './resume.ts';
import * as scheduleChange from './schedule-change.ts';
import * as setAddOns from './set-add-ons.ts';
import type { Existing } from './state.ts';
import type { Surroundings } from './surroundings.ts';
import * as suspend from './suspend.ts';
import * as upgrade from './upgrade.ts';

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
  /** Null: an add-on's affair, and not an action of the subscription. */
  readonly action: string | null | ((state: Existing, at: Instant) => string);
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
  AddSeats: { action: 'add-seats', ...addSeats },
  RemoveSeats: { action: 'remove-seats', ...removeSeats },
  RenameSubscription: { action: 'rename', ...rename },
  ConvertTrial: { action: 'convert', ...convert },
  ChangePlan: { action: 'plan', ...changePlan },
  SuspendSubscription: { action: 'suspend', ...suspend },
  ReactivateSubscription: { action: 'reactivate', ...reactivate },
  PauseSubscription: { action: 'pause', ...pause },
  ResumeSubscription: { action: 'resume', ...resume },
  CancelSubscription: cancel,
  SetAutoRenew: { action: 'auto-renew', ...autoRenew },
  ScheduleChange: { action: 'scheduled-change', ...scheduleChange },
  RemoveScheduledChange: { action: 'remove-scheduled-change', ...removeScheduledChange },
  SetAddOns: { action: 'add-ons', ...setAddOns },
  SuspendAddOn: { action: null, guard: addOnStatus.suspendGuard, decide: addOnStatus.decideSuspension },
  ReactivateAddOn: { action: null, guard: addOnStatus.reactivateGuard, decide: addOnStatus.decideReactivation },
  ActivateSubscription: { action: 'activate', ...activate },
  DeprovisionSubscription: { action: 'deprovision', ...deprovision },
  RecordUsage: { action: 'usage', ...recordUsage },
  UpgradeSubscription: { action: 'upgrade', ...upgrade },
  AdjustCharges: { action: 'adjustments', ...adjust },
};
