import { addDays, dayOf, durationMs, elapsedMs, plus } from '#calendar';
import { refuse, type Instant } from '#kernel';
import { chargedParts } from '../add-on.ts';
import type { ChargeLine } from '../charges/charge-line.ts';
import { capped, credit, linesBack } from '../charges/charges.ts';
import { all, policyOf, windowOpen, type Guard } from '../guards.ts';
import type { Existing } from '../state.ts';

/** A trial's status cannot change under the later rules: auto-renew off lets it end (A16, D1). */
const trialMayEnd: Guard = (state) =>
  state.isTrial && !policyOf(state)['nce.trial'].cancel
    ? refuse('TRIAL_LOCKED', 'a trial cannot be cancelled: switch auto-renew off and let it end', { rule: 'A16' })
    : undefined;

/** Active, paused or suspended (E56). */
const cancellable: Guard = ({ status }) =>
  status === 'active' || status === 'paused' || status === 'suspended'
    ? undefined
    : refuse('NOT_ACTIVE', `the subscription is ${status}`);

/** R65 wins over R59 (A1): after the window, a subscription cannot be cancelled. */
const withinWindow: Guard = (state, { at }) => {
  const window = policyOf(state)['nce.cancel.proratedWindow'];
  const opened = windowStart(state);
  return isWithin(state, opened, window, at)
    ? undefined
    : refuse('CANCELLATION_WINDOW_PASSED', `it could be cancelled until ${plus(opened, window)} (R65)`, {
        window,
        until: plus(opened, window),
      });
};

export const guard = all(cancellable, trialMayEnd, withinWindow);

/** Where the windows start: with the subscription, or with the running term (A2, E15). */
export const windowStart = (state: Existing): Instant =>
  policyOf(state)['nce.cancel.anchor'] === 'subscriptionStart' ? state.startedAt : state.termStartedAt;

/** "Within" includes the last instant (A4, E5, E8), and compares instants, not dates (E9); unless the preset says otherwise. */
const isWithin = (state: Existing, from: Instant, window: string, at: Instant): boolean =>
  policyOf(state)['nce.cancel.boundary'] === 'inclusive' ? windowOpen(from, window, at) : at < plus(from, window);

/** What cancelling refunds: everything within 24 hours (R63), the unused days within the longer window (R64). */
export const refundOf = (
  state: Existing,
  at: Instant,
): { readonly refund: 'full' | 'prorated'; readonly lines: readonly ChargeLine[] } =>
  isWithin(state, windowStart(state), policyOf(state)['nce.cancel.fullRefund'], at)
    ? { refund: 'full', lines: linesBack(state, windowStart(state)) }
    : { refund: 'prorated', lines: proratedRefund(state, at) };

/** The unused days of the running cycle (E14), for the seats there are now (E16); a trial refunds its zero (rule-book.md §2.6, E26). */
const proratedRefund = (state: Existing, at: Instant): readonly ChargeLine[] => {
  const from = addDays(state.cycle.start, usedDays(state, at));
  if (from > state.cycle.end) return [];
  return capped(
    chargedParts(state).map((part) => credit('cancelImmediate', part, from)),
    state,
  );
};

/**
 * Days used of the running cycle: UTC dates passed, without the day of cancelling; or whole 24-hour blocks (A20,
 * E10). Paused days count like any other (E56).
 */
const usedDays = (state: Existing, at: Instant): number => {
  const { cycle, termStartedAt } = state;
  const dates = daysBetween(cycle.start, dayOf(at));
  // Only a term's first cycle begins in the middle of a day: everywhere else the two counts are the same.
  if (policyOf(state)['nce.refund.dayCount'] === 'utcCalendarDay' || dayOf(termStartedAt) !== cycle.start) return dates;
  return Math.floor(elapsedMs(termStartedAt, at) / durationMs('PT24H'));
};

const daysBetween = (from: string, to: string): number =>
  elapsedMs(`${from}T00:00:00.000Z`, `${to}T00:00:00.000Z`) / 86_400_000;
