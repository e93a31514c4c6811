import type { Instant } from '#kernel';
import * as addSeats from './add-seats.ts';
import type * as adjust from './adjust.ts';
import * as autoRenew from './auto-renew.ts';
import * as cancel from './cancel.ts';
import * as changePlan from './change-plan.ts';
import * as charges from './charges.ts';
import * as convert from './convert.ts';
import * as endTerm from './end-term.ts';
import * as invalidate from './invalidate.ts';
import * as pause from './pause.ts';
import * as purchase from './purchase.ts';
import * as reactivate from './reactivate.ts';
import * as receiveUpgrade from './receive-upgrade.ts';
import * as removeSeats from './remove-seats.ts';
import * as rename from './rename.ts';
import * as renew from './renew.ts';
import * as resume from './resume.ts';
import * as scheduleChange from './schedule-change.ts';
import * as suspend from './suspend.ts';
import * as transfer from './transfer.ts';
import * as upgrade from './upgrade.ts';
import type { Existing, Subscription } from './state.ts';

/** Everything that can happen to a subscription. */
export type SubscriptionEvent =
  | purchase.SubscriptionCreated
  | charges.ChargesPosted
  | addSeats.SeatsAdded
  | removeSeats.SeatsRemoved
  | pause.SubscriptionPaused
  | resume.SubscriptionResumed
  | suspend.SubscriptionSuspended
  | reactivate.SubscriptionReactivated
  | cancel.SubscriptionCancelled
  | autoRenew.AutoRenewEnabled
  | autoRenew.AutoRenewDisabled
  | scheduleChange.ChangeScheduled
  | invalidate.ScheduledChangeRemoved
  | renew.ScheduledChangeFailed
  | changePlan.PlanChangeScheduled
  | changePlan.TermChanged
  | convert.TrialConverted
  | upgrade.SubscriptionUpgraded
  | transfer.UpgradeStarted
  | transfer.UpgradeCompleted
  | transfer.UpgradeReturned
  | receiveUpgrade.SeatsReceived
  | rename.SubscriptionRenamed
  | adjust.ChargesAdjusted
  | renew.ChargeCycleStarted
  | renew.SubscriptionRenewed
  | endTerm.SubscriptionExpired
  | endTerm.SubscriptionDisabled
  | endTerm.SubscriptionDeleted;

/** Folds an event into the state; an event that presupposes a subscription changes nothing where there is none. */
export const evolve = (state: Subscription, event: SubscriptionEvent): Subscription => {
  if (event.type === 'SubscriptionCreated') return purchase.evolve(state, event);
  if (state.status === 'none') return state;
  return counted(state, evolveExisting(state, event), event.data.effectiveAt);
};

/** Remembers when the stream's last event took effect. */
const counted = (before: Existing, state: Existing, effectiveAt: Instant): Existing => ({
  ...state,
  lastEffectiveAt: effectiveAt > before.lastEffectiveAt ? effectiveAt : before.lastEffectiveAt,
});

const evolveExisting = (state: Existing, event: Exclude<SubscriptionEvent, purchase.SubscriptionCreated>): Existing => {
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
      return autoRenew.evolve(state, event);
    case 'ChangeScheduled':
      return scheduleChange.evolve(state, event);
    case 'ScheduledChangeRemoved':
      return invalidate.evolve(state);
    case 'ScheduledChangeFailed':
      return renew.evolve(state, event);
    case 'PlanChangeScheduled':
    case 'TermChanged':
      return changePlan.evolve(state, event);
    case 'TrialConverted':
      return convert.evolve(state, event);
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
    case 'ChargeCycleStarted':
    case 'SubscriptionRenewed':
      return renew.evolve(state, event);
    case 'SubscriptionExpired':
    case 'SubscriptionDisabled':
    case 'SubscriptionDeleted':
      return endTerm.evolve(state, event);
    case 'ChargesAdjusted':
      return state;
  }
};
