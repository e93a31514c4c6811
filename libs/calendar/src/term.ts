/* eslint max-params: ['error', 5] -- a cycle depends on its term, its place in it, and its rhythm */
import type { Day } from '#kernel';
import { addMonths, type Anchor } from './anchor.ts';
import { addDays, days, partsOf } from './day.ts';

/** How long a subscription is committed: one month, or one, two (marketplace) or three years. */
export type Term = 'P1M' | 'P1Y' | 'P2Y' | 'P3Y';

/** How often it is charged. A cycle is not longer than the term. */
export type BillingCycle = 'monthly' | 'annual' | 'triennial';

/** A range of dates, both included. */
export type Period = { readonly start: Day; readonly end: Day };

/** A charge cycle. `cycleDays` counts the whole cycle, also where the term's end cuts it short: the N of rule-book.md §2.3. */
export type Cycle = Period & { readonly cycleDays: number };

const termMonths: Readonly<Record<Term, number>> = { P1M: 1, P1Y: 12, P2Y: 24, P3Y: 36 };
const cycleMonths: Readonly<Record<BillingCycle, number>> = { monthly: 1, annual: 12, triennial: 36 };

export const terms = Object.keys(termMonths) as readonly Term[];
export const billingCycles = Object.keys(cycleMonths) as readonly BillingCycle[];

export const monthsOf = (term: Term): number => termMonths[term];

export const cycleMonthsOf = (billingCycle: BillingCycle): number => cycleMonths[billingCycle];

/** The term that begins on `start`; it ends the day before the anchor's next one (W14, W47, E1, E2). */
export const termFrom = (start: Day, term: Term, anchor: Anchor): Period => ({
  start,
  end: addDays(addMonths(start, monthsOf(term), anchor), -1),
});

const cycleStart = (termStart: Day, k: number, billingCycle: BillingCycle, anchor: Anchor): Day =>
  k === 0 ? termStart : addMonths(termStart, k * cycleMonthsOf(billingCycle), anchor);

/**
 * The k-th charge cycle of a term, from 0, cut at the term's end. Always counted from the term's start and its anchor,
 * never from the cycle before, or a 31st would drift to the 28th permanently (W15, E3). Its days are the actual ones (E4).
 */
export const cycleAt = (termStart: Day, termEnd: Day, k: number, billingCycle: BillingCycle, anchor: Anchor): Cycle => {
  const start = cycleStart(termStart, k, billingCycle, anchor);
  const wholeEnd = addDays(cycleStart(termStart, k + 1, billingCycle, anchor), -1);
  return { start, end: wholeEnd < termEnd ? wholeEnd : termEnd, cycleDays: days(start, wholeEnd) };
};

/** Which cycle of the term a day falls in, from 0. A day before the term belongs to the first, one after it to the last. */
export const cycleIndexOn = (
  termStart: Day,
  termEnd: Day,
  day: Day,
  billingCycle: BillingCycle,
  anchor: Anchor,
): number => {
  const within = day < termEnd ? day : termEnd;
  if (within <= termStart) return 0;
  const [from, to] = [partsOf(termStart), partsOf(within)];
  const months = (to.year - from.year) * 12 + to.month - from.month;
  const k = Math.floor(months / cycleMonthsOf(billingCycle));
  // Within its month, the day may still be before the cycle's first day.
  return k > 0 && within < cycleStart(termStart, k, billingCycle, anchor) ? k - 1 : k;
};
