import * as activate from './verbs/activate.ts';
import type * as addOnEvents from './add-on-events.ts';
import * as addOnStatus from './verbs/add-on-status.ts';
import * as addSeats from './verbs/add-seats.ts';
import type * as adjust from './verbs/adjust.ts';
import * as autoRenew from './verbs/auto-renew.ts';
import type * as autoRenewOff from './time/auto-renew-off.ts';
import * as cancel from './verbs/cancel.ts';
import * as cancelMarketplace from './rules/cancel-marketplace.ts';
import * as changePlan from './verbs/change-plan.ts';
import * as charges from './charges/charges.ts';
import * as conversion from './time/conversion.ts';
import * as created from './created.ts';
import * as endTerm from './time/end-term.ts';
import * as invalidate from './time/revoke-scheduled-change.ts';
import * as pause from './verbs/pause.ts';
import * as reactivate from './verbs/reactivate.ts';
import * as receiveUpgrade from './transfer/receive-upgrade.ts';
import * as recordUsage from './verbs/record-usage.ts';
import * as removeSeats from './verbs/remove-seats.ts';
import * as rename from './verbs/rename.ts';
import * as renew from './time/renew.ts';
import * as resume from './verbs/resume.ts';
import * as scheduledChange from './time/scheduled-change.ts';
import * as setAddOns from './verbs/set-add-ons.ts';
import * as startCycle from './time/start-cycle.ts';
import * as suspend from './verbs/suspend.ts';
import * as transfer from './transfer/transfer.ts';
import * as upgrade from './verbs/upgrade.ts';
import type { Existing, Subscription } from './state.ts';

/** Everything that can happen to a subscription. */
export type SubscriptionEvent =
  | created.SubscriptionCreated
  | charges.ChargesPosted
  | addSeats.SeatsAdded
  | removeSeats.SeatsRemoved
  | pause.SubscriptionPaused
  | resume.SubscriptionResumed
  | suspend.SubscriptionSuspended
  | reactivate.SubscriptionReactivated
  | cancel.SubscriptionCancelled
  | autoRenew.AutoRenewEnabled
  | autoRenewOff.AutoRenewDisabled
  | autoRenew.CancellationRevoked
  | cancelMarketplace.CancellationScheduled
  | addOnEvents.AddOnAdded
  | setAddOns.AddOnQuantityChanged
  | addOnEvents.AddOnEnded
  | addOnEvents.AddOnSuspended
  | addOnEvents.AddOnReactivated
  | activate.SubscriptionActivated
  | recordUsage.UsageRecorded
  | scheduledChange.ChangeScheduled
  | invalidate.ScheduledChangeRemoved
  | renew.ScheduledChangeFailed
  | changePlan.PlanChangeScheduled
  | changePlan.PlanChangeRevoked
  | changePlan.TermChanged
  | conversion.TrialConverted
  | upgrade.SubscriptionUpgraded
  | transfer.UpgradeStarted
  | transfer.UpgradeCompleted
  | transfer.UpgradeReturned
  | receiveUpgrade.SeatsReceived
  | rename.SubscriptionRenamed
  | adjust.ChargesAdjusted
  | startCycle.ChargeCycleStarted
  | renew.SubscriptionRenewed
  | endTerm.SubscriptionExpired
  | endTerm.SubscriptionDisabled
  | endTerm.SubscriptionDeleted;

/** Folds an event into the state; an event that presupposes a subscription changes nothing where there is none. */
export const evolve = (state: Subscription, event: SubscriptionEvent): Subscription => {
  if (event.type === 'SubscriptionCreated') return created.evolve(state, event);
  if (state.status === 'none') return state;
  if (event.type === 'ChargesAdjusted') return counted(state, state, event); // its ChargesPosted tells the rest
  return counted(state, evolveExisting(state, event), event);
};

/** Remembers when the stream's last event took effect, and how often something was changed in the running term. */
const counted = (before: Existing, state: Existing, event: SubscriptionEvent): Existing => {
  const { effectiveAt } = event.data;
  const updates = opensTerm(event) ? 0 : before.updates + (isUpdate(event) ? 1 : 0) - (isTakenBack(event) ? 1 : 0);
  const lastEffectiveAt = effectiveAt > before.lastEffectiveAt ? effectiveAt : before.lastEffectiveAt;
  // What one command led to takes effect together: after its first event there is nothing to remember.
  if (state.updates === updates && state.lastEffectiveAt === lastEffectiveAt) return state;
  return { ...state, updates, lastEffectiveAt };
};

/** With each term the count begins anew. */
const opensTerm = ({ type }: SubscriptionEvent): boolean =>
  type === 'SubscriptionRenewed' || type === 'TermChanged' || type === 'TrialConverted';

const updates: ReadonlySet<SubscriptionEvent['type']> = new Set([
  'SeatsAdded',
  'SeatsRemoved',
  'SubscriptionResumed',
  'AutoRenewEnabled',
  'ChangeScheduled',
  'ScheduledChangeRemoved',
  'PlanChangeScheduled',
  'PlanChangeRevoked',
  'SubscriptionUpgraded',
  'UpgradeStarted',
]);

/**
 * What counts towards `nce.updates.max`: what was asked for, not what followed from it or fell due. Stopping is not counted:
 * pausing, cancelling, and switching auto-renew off.
 */
const isUpdate = ({ type, data }: SubscriptionEvent): boolean =>
  updates.has(type) && !('cause' in data && data.cause !== 'command') && !('atRenewal' in data && data.atRenewal);

/** An upgrade whose seats came back in mid-term counts as if it had never been asked for. */
const isTakenBack = (event: SubscriptionEvent): boolean =>
  event.type === 'UpgradeReturned' && event.data.atRenewal === false;
/* eslint-disable max-lines-per-function -- a line or two for each event: a table, read at a glance */
const evolveExisting = (
  state: Existing,
  event: Exclude<SubscriptionEvent, created.SubscriptionCreated | adjust.ChargesAdjusted>,
): Existing => {
  switch (event.type) {
    case 'ChargesPosted':
      return charges.evolve(state, event);
    case 'SeatsAdded':
      return addSeats.evolve(state, event);
    case 'SeatsRemoved':
      return removeSeats.evolve(state, event);
    case 'SubscriptionPaused':
      return pause.evolve(state);
    case 'SubscriptionResumed':
      return resume.evolve(state);
    case 'SubscriptionSuspended':
      return suspend.evolve(state, event);
    case 'SubscriptionReactivated':
      return reactivate.evolve(state);
    case 'SubscriptionCancelled':
      return cancel.evolve(state);
    case 'AutoRenewEnabled':
    case 'AutoRenewDisabled':
    case 'CancellationRevoked':
      return autoRenew.evolve(state, event);
    case 'CancellationScheduled':
      return cancelMarketplace.evolve(state);
    case 'AddOnAdded':
    case 'AddOnQuantityChanged':
    case 'AddOnEnded':
      return setAddOns.evolve(state, event);
    case 'AddOnSuspended':
    case 'AddOnReactivated':
      return addOnStatus.evolve(state, event);
    case 'SubscriptionActivated':
      return activate.evolve(state, event);
    case 'UsageRecorded':
      return recordUsage.evolve(state, event);
    case 'ChangeScheduled':
      return scheduledChange.evolve(state, event);
    case 'ScheduledChangeRemoved':
      return invalidate.evolve(state);
    case 'SubscriptionUpgraded':
      return upgrade.evolve(state, event);
    case 'UpgradeStarted':
    case 'UpgradeCompleted':
    case 'UpgradeReturned':
      return transfer.evolve(state, event);
    case 'SeatsReceived':
      return receiveUpgrade.evolve(state, event);
    case 'SubscriptionRenamed':
      return rename.evolve(state, event);
    case 'PlanChangeScheduled':
    case 'PlanChangeRevoked':
    case 'TermChanged':
    case 'TrialConverted':
    case 'ChargeCycleStarted':
    case 'SubscriptionRenewed':
    case 'ScheduledChangeFailed':
    case 'SubscriptionExpired':
    case 'SubscriptionDisabled':
    case 'SubscriptionDeleted':
      return evolveTerm(state, event);
  }
};
/* eslint-enable max-lines-per-function */

type TermEvent =
  | changePlan.PlanChangeScheduled
  | changePlan.PlanChangeRevoked
  | changePlan.TermChanged
  | conversion.TrialConverted
  | startCycle.ChargeCycleStarted
  | renew.SubscriptionRenewed
  | renew.ScheduledChangeFailed
  | endTerm.TermEnd;

/** What makes of the running term and its cycles something else. */
const evolveTerm = (state: Existing, event: TermEvent): Existing => {
  switch (event.type) {
    case 'PlanChangeScheduled':
    case 'PlanChangeRevoked':
    case 'TermChanged':
      return changePlan.evolve(state, event);
    case 'TrialConverted':
      return conversion.evolve(state, event);
    case 'ChargeCycleStarted':
      return startCycle.evolve(state, event);
    case 'SubscriptionRenewed':
    case 'ScheduledChangeFailed':
      return renew.evolve(state, event);
    case 'SubscriptionExpired':
    case 'SubscriptionDisabled':
    case 'SubscriptionDeleted':
      return endTerm.evolve(state, event);
  }
};
