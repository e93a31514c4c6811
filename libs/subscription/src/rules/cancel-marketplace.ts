import { plus } from '#calendar';
import { refuse, type Event, type Instant } from '#kernel';
import { all, mustBeActive, policyOf, type Guard } from '../guards.ts';
import type { Existing } from '../state.ts';

/** The subscription ends with its term; switching auto-renew on revokes that (R49, R51, A3). */
export type CancellationScheduled = Event<
  'CancellationScheduled',
  { readonly reason: string; readonly comment: string | null; readonly endsWith: string }
>;

/** A second cancellation for the renewal changes nothing. */
const notScheduledYet: Guard = (state, { at }) =>
  state.cancelAtRenewal && !isImmediate(state, at)
    ? refuse('NOTHING_CHANGES', `the subscription already ends with ${state.termEnd}`)
    : undefined;

/** A pending subscription can be cancelled, too: nothing was charged for it. */
const activeOrPending: Guard = (state, requestContext, context) =>
  state.status === 'pending' ? undefined : mustBeActive(state, requestContext, context);

export const guard = all(activeOrPending, notScheduledYet);

/** The end of the full refund: the first instant that is too late (A4). It counts from the order, trial or not (E54). */
export const fullRefundUntil = (state: Existing): Instant => {
  const policy = policyOf(state);
  const monthly =
    policy['isv.cancel.keyedOn'] === 'billingFrequency' ? state.billingCycle === 'monthly' : state.term === 'P1M';
  const fromTermStart = policy['isv.cancel.anchor'] === 'effectiveStart' || policy['isv.cancel.trialRestartsWindow'];
  const from = fromTermStart ? state.firstPaidAt : state.purchasedAt;
  return plus(from, policy[monthly ? 'isv.cancel.monthly' : 'isv.cancel.annual']);
};

/** At once, with a full refund: while pending, during a trial (A14, D13, E26), strictly within the window (R48, R50, E6, E7). */
export const isImmediate = (state: Existing, at: Instant): boolean =>
  state.status === 'pending' || state.isTrial || at < fullRefundUntil(state);

/** After the window it ends with its term, without a credit (R49, R51). */
export const scheduled = (
  state: Existing,
  { reason, comment }: { readonly reason: string; readonly comment?: string },
  effectiveAt: Instant,
): CancellationScheduled => ({
  type: 'CancellationScheduled',
  data: { reason, comment: comment ?? null, endsWith: state.termEnd, effectiveAt },
});

export const evolve = (state: Existing): Existing => ({ ...state, autoRenew: false, cancelAtRenewal: true });
