import { hidden, isRefusal, refuse, type Actor, type Decider } from '#kernel';
import { allowedActions, isOutright, refusalOf, underWay } from './allowed-actions.ts';
import { evolve, type SubscriptionEvent } from './events.ts';
import type { RequestContext } from './guards.ts';
import * as purchase from './verbs/purchase.ts';
import * as receiveUpgrade from './transfer/receive-upgrade.ts';
import { SCHEDULER, advanceTo, type AdvanceTime } from './time/advance.ts';
import { snapshots } from './snapshot.ts';
import { none, type Existing, type Subscription } from './state.ts';
import type { DecisionContext } from './context.ts';
import * as returnUpgrade from './transfer/return-upgrade.ts';
import * as transfer from './transfer/transfer.ts';
import type { Verb } from './verb.ts';
import { verbs, type SubscriptionVerb } from './verbs.ts';
import type { Decision, Refusal, RefusalCode } from './refusals.ts';
import type { PartnerMeta } from '#policy';

/** Every command that a subscription handles. */
export type SubscriptionCommand =
  | SubscriptionVerb
  | purchase.PurchaseSubscription
  | receiveUpgrade.ReceiveUpgrade
  | transfer.CompleteUpgrade
  | returnUpgrade.ReturnUpgrade
  | AdvanceTime;

/** The aggregate, with the catalogs and rules that it judges by. */
export const subscription = (
  context: DecisionContext,
): Decider<SubscriptionCommand, SubscriptionEvent, Subscription, RefusalCode> => ({
  category: 'subscription',
  initial: none,
  decide: (command, state) => decide(command, state, context),
  evolve,
  pinned,
  snapshots,
  neverRepeats,
});

/** The scheduler sends each `Settle` under a new id. */
const neverRepeats = ({ id, role }: Actor): boolean => role === 'system' && id === SCHEDULER;

/** The preset and the catalog under which a subscription's events were decided. */
const pinned = (state: Subscription) =>
  state.status === 'none' ? {} : { policy: state.policy.preset, catalogVersion: state.catalogVersion };

const decide = (
  command: SubscriptionCommand,
  state: Subscription,
  context: DecisionContext,
): Decision<SubscriptionEvent> => {
  if (command.type === 'PurchaseSubscription') return purchase.decide(command, state, context);
  if (command.type === 'ReceiveUpgrade')
    return state.status === 'none' ? receiveUpgrade.decideOpening(command, state) : joining(command, state, context);
  if (state.status === 'none' || state.partnerId !== command.meta.actor.partnerId)
    return hidden(refuse('SUBSCRIPTION_NOT_FOUND', 'there is no such subscription'));
  switch (command.type) {
    case 'CompleteUpgrade':
      return transfer.decideCompletion(command, state);
    case 'ReturnUpgrade':
      return returnUpgrade.decideReturn(command, state);
    case 'Settle':
      return advanceTo(state, command.meta.at, context).events;
    default:
      return decideVerb(command, state, context);
  }
};

/** When a command takes effect: at its own instant, but never before the stream's last event (E13). */
const requestContextOf = ({ at, actor, partner }: PartnerMeta, { lastEffectiveAt }: Existing): RequestContext => ({
  at: at < lastEffectiveAt ? lastEffectiveAt : at,
  actor,
  partner,
});

/** Settles first, so that no command sees a stale term; then the verb's guard, then the verb. */
const decideVerb = (
  command: SubscriptionVerb,
  before: Existing,
  context: DecisionContext,
): Decision<SubscriptionEvent> => {
  const { events, state } = advanceTo(before, command.meta.at, context);
  const who = requestContextOf(command.meta, state);
  const verb = verbs[command.type] as Verb<SubscriptionVerb, SubscriptionEvent>;
  const no = refusalOf(verb, state, who, context);
  if (no !== undefined && isOutright(no)) return no;
  const decision = no ?? verb.decide(command, state, who, context);
  return isRefusal(decision) ? withWayOut(decision, state, who, context) : [...events, ...decision];
};

/** A refusal lists the actions that are allowed. */
const withWayOut = (refusal: Refusal, state: Existing, who: RequestContext, context: DecisionContext): Refusal => ({
  ...refusal,
  facts: { ...refusal.facts, allowedActions: allowedActions(state, who, context) },
});

/**
 * The target of an upgrade settles to the source's time, or to its own last event if that is later (http-api.md §4.3). While seats
 * of its own are in transit it refuses with PROCESS_PENDING; the process then waits for them.
 */
const joining = (
  command: receiveUpgrade.ReceiveUpgrade,
  before: Existing,
  context: DecisionContext,
): Decision<SubscriptionEvent> => {
  const { effectiveAt } = command.data.started;
  const { events, state } = advanceTo(before, effectiveAt, context);
  if (state.inTransit !== null) return underWay(state.inTransit);
  const decision = receiveUpgrade.decideJoining(
    command,
    state,
    requestContextOf({ ...command.meta, at: effectiveAt }, state),
    context,
  );
  return isRefusal(decision) ? decision : [...events, ...decision];
};
