import { plus } from '#calendar';
import { refuse, type Event, type Instant } from '#kernel';
import { all, mustBeActive, policyOf, type Guard } from '../guards.ts';
import type { Existing } from '../state.ts';

/** It ends when its term does, and not before; switching auto-renew on takes that back (R49, R51, A3). */
export type CancellationScheduled = Event<
  'CancellationScheduled',
  { readonly reason: string; readonly comment: string | null; readonly endsWith: string }
>;

/** Once is enough: a second cancellation for the renewal changes nothing. */
const notScheduledYet: Guard = (state, { at }) =>
  state.cancelAtRenewal && !isImmediate(state, at)
    ? refuse('NOTHING_CHANGES', `the subscription ends with ${state.termEnd} already`)
    : undefined;

/** What never began can be given up, too: nothing was charged for it. */
const activeOrPending: Guard = (state, asking, surroundings) =>
  state.status === 'pending' ? undefined : mustBeActive(state, asking, surroundings);

export const guard = all(activeOrPending, notScheduledYet);

/** When the full refund is over: the first instant that is too late (A4). It counts from the order, trial or not (E54). */
export const fullRefundUntil = (state: Existing): Instant => {
  const policy = policyOf(state);
  const monthly =
    policy['isv.cancel.keyedOn'] === 'billingFrequency' ? state.billingCycle === 'monthly' : state.term === 'P1M';
  const fromTermStart = policy['isv.cancel.anchor'] === 'effectiveStart' || policy['isv.cancel.trialRestartsWindow'];
  const from = fromTermStart ? state.firstPaidAt : state.purchasedAt;
  return plus(from, policy[monthly ? 'isv.cancel.monthly' : 'isv.cancel.annual']);
};

/** At once, with all money back: while pending, during a trial (A14, D13, E26), strictly within the window (R48, R50, E6, E7). */
export const isImmediate = (state: Existing, at: Instant): boolean =>
  state.status === 'pending' || state.isTrial || at < fullRefundUntil(state);

/** Later than the window it ends with its term, without a credit (R49, R51). */
export const scheduled = (
  state: Existing,
  { reason, comment }: { readonly reason: string; readonly comment?: string },
  effectiveAt: Instant,
): CancellationScheduled => ({
  type: 'CancellationScheduled',
  data: { reason, comment: comment ?? null, endsWith: state.termEnd, effectiveAt },
});

export const evolve = (state: Existing): Existing => ({ ...state, autoRenew: false, cancelAtRenewal: true });
