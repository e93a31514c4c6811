import { dayOf, monthsOf } from '#calendar';
import { commandClass, isRefusal, refuse, type Decision, type Event, type Refusal } from '#kernel';
import { charge, post, type ChargesPosted } from '../charges/charges.ts';
import { windowStart } from '../verbs/cancel-new-commerce.ts';
import { policyOf, quantityRefusal, windowOpen, type Asking } from '../guards.ts';
import { skuAt } from '../product.ts';
import type { SubscriptionCreated } from '../verbs/purchase.ts';
import type { Existing, None } from '../state.ts';
import type { Surroundings } from '../context.ts';
import type { UpgradeStarted } from './transfer.ts';

/** Take in the seats of an upgrade, as a new subscription or on top of one's own (R97). Sent by the upgrade process. */
export class ReceiveUpgrade extends commandClass('ReceiveUpgrade')<{
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
  }
>;

/** A new subscription opens as the source prepared it; its first line is the rest of the source's cycle (A12, W10). */
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

/** An existing subscription takes the seats (R97) at its own price, for the rest of its own cycle (rule-book.md §2.5). */
export const decideJoining = (
  { data: { started } }: ReceiveUpgrade,
  state: Existing,
  { at }: Asking,
  surroundings: Surroundings,
): Decision<SeatsReceived | ChargesPosted> => {
  const { transitionId, moved } = started;
  const no = targetRefusal(state, started, at) ?? overfull(state, moved, at, surroundings);
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
        effectiveAt: at,
      },
    },
    post(state, transitionId, at, [charge('moveQuantity', { ...state, quantity: moved }, dayOf(at))]),
  ];
};

/** The same words for one that is not there and for one of another customer: nobody learns what others have. */
const noTarget = ({ targetSubscriptionId }: UpgradeStarted['data']): Refusal =>
  refuse('TARGET_NOT_FOUND', `the customer has no subscription ${targetSubscriptionId}`);

/** E42, and the later rules' conditions (`nce.upgrade.existingTarget`). */
const targetRefusal = (state: Existing, started: UpgradeStarted['data'], at: string): Refusal | undefined => {
  const { target, source, opening, targetSubscriptionId } = started;
  if (opening !== null) return refuse('SUBSCRIPTION_EXISTS', `a subscription ${targetSubscriptionId} exists already`);
  if (state.partnerId !== source.partnerId || state.customerId !== source.customerId) return noTarget(started);
  if (state.status !== 'active' || state.isTrial)
    return refuse('TARGET_NOT_ACTIVE', `the target is ${state.isTrial ? 'a trial' : state.status}`);
  if (state.offerId !== target.offerId || state.skuId !== target.skuId)
    return refuse('TARGET_OTHER_SKU', `the target is on ${state.offerId}/${state.skuId}`);
  return laterRefusal(state, source, at);
};

const laterRefusal = (state: Existing, source: UpgradeStarted['data']['source'], at: string): Refusal | undefined => {
  const policy = policyOf(state);
  const rules = policy['nce.upgrade.existingTarget'];
  if (
    rules.includes('notInCancellationWindow') &&
    windowOpen(windowStart(state), policy['nce.cancel.proratedWindow'], at)
  )
    return refuse('TARGET_IN_CANCELLATION_WINDOW', 'the target can still be cancelled');
  if (rules.includes('termNotShorter') && monthsOf(state.term) < monthsOf(source.term))
    return refuse('TARGET_TERM_SHORTER', `the target runs ${state.term}`);
  return rules.includes('endNotEarlier') && state.termEnd < source.termEnd
    ? refuse('TARGET_ENDS_EARLIER', `the target ends with ${state.termEnd}, the source with ${source.termEnd}`)
    : undefined;
};

const overfull = (state: Existing, moved: number, at: string, surroundings: Surroundings): Refusal | undefined => {
  const found = skuAt(surroundings, state, at);
  return isRefusal(found) ? undefined : quantityRefusal(state.quantity + moved, found.sku);
};

export const evolve = (state: Existing, { data }: SeatsReceived): Existing => ({
  ...state,
  quantity: data.quantity,
  lots: [...state.lots, { quantity: data.received, since: data.effectiveAt }],
});
