import { dayOf, monthsOf } from '#calendar';
import { hidden, isRefusal, refuse, type Event, type Instant } from '#kernel';
import { charge, post, type ChargesPosted } from '../charges/charges.ts';
import { windowStart } from '../rules/cancel-new-commerce.ts';
import { policyOf, quantityRefusal, windowOpen, type RequestContext } from '../guards.ts';
import { skuAt } from '../product.ts';
import type { SubscriptionCreated } from '../created.ts';
import type { Existing, None, SeatLot, Subscription } from '../state.ts';
import { invalidated, type ScheduledChangeRemoved } from '../time/revoke-scheduled-change.ts';
import type { DecisionContext } from '../context.ts';
import type { UpgradeStarted } from './transfer.ts';
import type { Decision, Refusal } from '../refusals.ts';
import { commandTo } from '../command.ts';

/** Take in the seats of an upgrade, as a new subscription or in an existing one (R97). Sent by the upgrade process. */
export class ReceiveUpgrade extends commandTo('ReceiveUpgrade')<{
  readonly started: UpgradeStarted['data'];
}> {}

/** Seats of another subscription joined this one, which keeps its term and its plan. */
export type SeatsReceived = Event<
  'SeatsReceived',
  {
    readonly transitionId: string;
    readonly fromSubscriptionId: string;
    readonly received: number;
    readonly quantity: number;
    /** The lots of the seats, with their dates; absent: one, of this instant. */
    readonly lots?: readonly SeatLot[];
  }
>;

/** Creates the subscription as the source prepared it; its first line is the rest of the source's cycle (A12, W10). */
export const decideOpening = (
  { data: { started } }: ReceiveUpgrade,
  _: None,
): Decision<SubscriptionCreated | ChargesPosted> => {
  const { opening, transitionId } = started;
  if (opening === null) return noTarget(started);
  return [
    { type: 'SubscriptionCreated', data: opening },
    post(opening, transitionId, opening.effectiveAt, [charge('convert', opening)]),
  ];
};

/**
 * An existing subscription takes the seats (R97) at its own price, for the rest of its own cycle (rule-book.md §2.5). Its own saved change
 * is dropped as with any change of its seats (R88, A5).
 */
export const decideJoining = (
  { data: { started } }: ReceiveUpgrade,
  state: Existing,
  { at }: RequestContext,
  context: DecisionContext,
): Decision<SeatsReceived | ChargesPosted | ScheduledChangeRemoved> => {
  const { transitionId, moved, movedLots: lots } = started;
  if (started.opening !== null)
    return hidden(refuse('SUBSCRIPTION_EXISTS', `a subscription ${started.targetSubscriptionId} exists already`));
  const no = targetRefusal(state, started, at, context);
  if (no !== undefined) return no;
  const quantity = state.quantity + moved;
  return [
    {
      type: 'SeatsReceived',
      data: {
        transitionId,
        fromSubscriptionId: started.source.subscriptionId,
        received: moved,
        quantity,
        ...(lots === undefined ? {} : { lots }),
        effectiveAt: at,
      },
    },
    post(state, transitionId, at, [charge('moveQuantity', { ...state, quantity: moved }, dayOf(at))]),
    ...invalidated(state, 'quantityChange', at),
  ];
};

/** Seats that go, or will go, to a subscription: their SKU there, and their source. */
export type Arriving = Pick<
  UpgradeStarted['data'],
  'targetSubscriptionId' | 'target' | 'source' | 'moved' | 'atRenewal' | 'effectiveAt'
>;

/** The same sentence for a missing subscription and for one of another customer: callers learn nothing of others' data. */
const noTarget = ({ targetSubscriptionId }: Pick<Arriving, 'targetSubscriptionId'>): Refusal =>
  refuse('TARGET_NOT_FOUND', `the customer has no subscription ${targetSubscriptionId}`);

/**
 * Why an existing subscription cannot take seats (E42, and the later rules' `nce.upgrade.existingTarget`). The same when
 * they arrive as when the upgrade is scheduled (E49).
 */
export const targetRefusal = (
  target: Subscription,
  seats: Arriving,
  at: Instant,
  context: DecisionContext,
): Refusal | undefined => {
  const { source } = seats;
  if (target.status === 'none' || target.partnerId !== source.partnerId || target.customerId !== source.customerId)
    return noTarget(seats);
  if (target.status !== 'active' || target.isTrial)
    return refuse('TARGET_NOT_ACTIVE', `the target is ${target.isTrial ? 'a trial' : target.status}`);
  if (target.offerId !== seats.target.offerId || target.skuId !== seats.target.skuId)
    return refuse('TARGET_OTHER_SKU', `the target is on ${target.offerId}/${target.skuId}`);
  return laterRefusal(target, seats, at) ?? overfull(target, seats.moved, at, context);
};

const laterRefusal = (state: Existing, seats: Arriving, at: Instant): Refusal | undefined => {
  const policy = policyOf(state);
  const rules = policy['nce.upgrade.existingTarget'];
  const { source } = seats;
  if (
    rules.includes('notInCancellationWindow') &&
    windowOpen(windowStart(state), policy['nce.cancel.proratedWindow'], at) &&
    !justRenewed(state, seats)
  )
    return refuse('TARGET_IN_CANCELLATION_WINDOW', 'the target can still be cancelled');
  if (rules.includes('termNotShorter') && monthsOf(state.term) < monthsOf(source.term))
    return refuse('TARGET_TERM_SHORTER', `the target runs ${state.term}`);
  return rules.includes('endNotEarlier') && state.termEnd < source.termEnd
    ? refuse('TARGET_ENDS_EARLIER', `the target ends with ${state.termEnd}, the source with ${source.termEnd}`)
    : undefined;
};

/** Both renewed at one instant: the window that opened with it must not keep out the seats that moved at the same instant. */
const justRenewed = (state: Existing, { atRenewal, effectiveAt }: Arriving): boolean =>
  atRenewal && windowStart(state) === effectiveAt;

const overfull = (state: Existing, moved: number, at: Instant, context: DecisionContext): Refusal | undefined => {
  const found = skuAt(context, state, at);
  return isRefusal(found) ? undefined : quantityRefusal(state.quantity + moved, found.sku);
};

export const evolve = (state: Existing, { data }: SeatsReceived): Existing => ({
  ...state,
  quantity: data.quantity,
  lots: [...state.lots, ...(data.lots ?? [{ quantity: data.received, since: data.effectiveAt }])],
});
