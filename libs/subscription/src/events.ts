import * as cancelMarketplace from './rules/cancel-marketplace.ts';
import * as charges from './charges/charges.ts';
import * as conversion from './time/conversion.ts';
import * as created from './created.ts';
import * as endTerm from './time/end-term.ts';
import * as receiveUpgrade from './transfer/receive-upgrade.ts';
import * as removedChange from './time/revoke-scheduled-change.ts';
import * as renew from './time/renew.ts';
import * as scheduledChange from './time/scheduled-change.ts';
import * as startCycle from './time/start-cycle.ts';
import type { Existing, Subscription } from './state.ts';
import * as transfer from './transfer/transfer.ts';
import type { Evolvers } from './verb.ts';
import { verbs, type VerbEvent } from './verbs.ts';

/** What falls due, follows from another event, or comes from another subscription: no verb's own. */
type OtherEvent =
  | charges.ChargesPosted
  | cancelMarketplace.CancellationScheduled
  | scheduledChange.ChangeScheduled
  | removedChange.ScheduledChangeRemoved
  | conversion.TrialConverted
  | transfer.UpgradeStarted
  | transfer.UpgradeCompleted
  | transfer.UpgradeReturned
  | receiveUpgrade.SeatsReceived
  | startCycle.ChargeCycleStarted
  | renew.SubscriptionRenewed
  | renew.ScheduledChangeFailed
  | endTerm.TermEnd;

type ExistingEvent = VerbEvent | OtherEvent;

/** Everything that can happen to a subscription. */
export type SubscriptionEvent = created.SubscriptionCreated | ExistingEvent;

const others: Evolvers<OtherEvent> = {
  ChargesPosted: charges.evolve,
  CancellationScheduled: cancelMarketplace.evolve,
  ChangeScheduled: scheduledChange.evolve,
  ScheduledChangeRemoved: removedChange.evolve,
  TrialConverted: conversion.evolve,
  UpgradeStarted: transfer.evolve,
  UpgradeCompleted: transfer.evolve,
  UpgradeReturned: transfer.evolve,
  SeatsReceived: receiveUpgrade.evolve,
  ChargeCycleStarted: startCycle.evolve,
  SubscriptionRenewed: renew.evolve,
  ScheduledChangeFailed: renew.evolve,
  SubscriptionExpired: endTerm.evolve,
  SubscriptionDisabled: endTerm.evolve,
  SubscriptionDeleted: endTerm.evolve,
};

type AnyVerb = (typeof verbs)[keyof typeof verbs];
type KeyOf<Table> = Table extends unknown ? keyof Table : never;
type VerbEvolvers = Pick<Evolvers<VerbEvent>, KeyOf<AnyVerb['evolve']>>;

/** Of every event type but the first. It does not compile while a verb decides an event that nothing evolves. */
const evolvers: Evolvers<ExistingEvent> = {
  ...others,
  ...(Object.assign({}, ...Object.values(verbs).map(({ evolve: own }) => own)) as VerbEvolvers),
};

/** Folds an event into the state. Without a subscription, only the event that creates one changes anything. */
export const evolve = (state: Subscription, event: SubscriptionEvent): Subscription => {
  if (event.type === 'SubscriptionCreated') return created.evolve(state, event);
  if (state.status === 'none') return state;
  // The table has each type under its own name; the compiler cannot see that the two belong together.
  const evolveExisting = evolvers[event.type] as (state: Existing, event: SubscriptionEvent) => Existing;
  return counted(state, evolveExisting(state, event), event);
};

/** Notes when the stream's last event took effect, and counts the updates of the running term. */
const counted = (before: Existing, state: Existing, event: SubscriptionEvent): Existing => {
  const { effectiveAt } = event.data;
  const updates = opensTerm(event) ? 0 : before.updates + (isUpdate(event) ? 1 : 0) - (isTakenBack(event) ? 1 : 0);
  const lastEffectiveAt = effectiveAt > before.lastEffectiveAt ? effectiveAt : before.lastEffectiveAt;
  // All events of one command take effect together: after the first one there is nothing new to note.
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
 * What counts towards `nce.updates.max`: commands, not their consequences or what fell due. Stopping is not counted:
 * pausing, cancelling, and switching auto-renew off.
 */
const isUpdate = ({ type, data }: SubscriptionEvent): boolean =>
  updates.has(type) && !('cause' in data && data.cause !== 'command') && !('atRenewal' in data && data.atRenewal);

/** An upgrade whose seats came back in mid-term does not count. */
const isTakenBack = (event: SubscriptionEvent): boolean =>
  event.type === 'UpgradeReturned' && event.data.atRenewal === false;
