import {
  addDays,
  cycleAt,
  cycleIndexOn,
  startOf,
  termFrom,
  type Anchor,
  type BillingCycle,
  type Term,
} from '#calendar';
import type { Day, Instant } from '#kernel';
import type { Cycle, Existing } from '../state.ts';

/** A term with its first charge cycle. */
export type OpenedTerm = {
  readonly anchor: Anchor;
  readonly termStart: Day;
  readonly termEnd: Day;
  readonly cycle: Cycle;
  readonly cyclesFrom: Day;
};

/** The term that starts on a day, and its first cycle (rule-book.md §2.2). */
export const openTerm = (start: Day, term: Term, billingCycle: BillingCycle, anchor: Anchor): OpenedTerm => {
  const { end } = termFrom(start, term, anchor);
  return {
    anchor,
    termStart: start,
    termEnd: end,
    cycle: cycleOf(start, end, 0, { billingCycle, anchor }),
    cyclesFrom: start,
  };
};

/** A term that ends on a day before its natural end; its cycles are cut there (rule-book.md §2.2). */
export const openAligned = (term: OpenedTerm, termEnd: Day, billingCycle: BillingCycle): OpenedTerm => ({
  ...term,
  termEnd,
  cycle: cycleOf(term.termStart, termEnd, 0, { billingCycle, anchor: term.anchor }),
});

/** Usage has no term (R75): its cycles follow one another month by month without end. */
const openEnded = (start: Day, _: Term, __: BillingCycle, anchor: Anchor): OpenedTerm => ({
  anchor,
  termStart: start,
  termEnd: NEVER,
  cycle: cycleOf(start, NEVER, 0, { billingCycle: 'monthly', anchor }),
  cyclesFrom: start,
});

/** How a term opens, by kind: licensed subscriptions have one, metered ones do not (R6). */
export const openTermOf = (kind: Existing['kind']) => (kind === 'usage' ? openEnded : openTerm);

/** The last day of a subscription without a term. */
const NEVER: Day = '9999-12-31';

/** A trial of n days ends with its n-th day (E27), and is one cycle. */
export const openTrial = (start: Day, days: number, anchor: Anchor): OpenedTerm => {
  const end = addDays(start, days - 1);
  return { anchor, termStart: start, termEnd: end, cycle: { start, end, days }, cyclesFrom: start };
};

type Rhythm = { readonly billingCycle: BillingCycle; readonly anchor: Anchor };

const cycleOf = (from: Day, termEnd: Day, index: number, { billingCycle, anchor }: Rhythm): Cycle => {
  const { start, end, cycleDays } = cycleAt(from, termEnd, index, billingCycle, anchor);
  return { start, end, days: cycleDays };
};

/** The cycle after the running one, within the same term; always counted from the cycles' first day. */
export const nextCycle = (state: Existing): Cycle => {
  const { cyclesFrom, termEnd, cycle, billingCycle, anchor } = state;
  return cycleOf(
    cyclesFrom,
    termEnd,
    cycleIndexOn(cyclesFrom, termEnd, addDays(cycle.end, 1), billingCycle, anchor),
    state,
  );
};

/** The first cycle under another billing plan, from the day after the running cycle (`nce.billingFrequency.midTerm`). */
export const firstCycleOfPlan = (state: Existing, billingCycle: BillingCycle): Cycle =>
  cycleOf(addDays(state.cycle.end, 1), state.termEnd, 0, { billingCycle, anchor: state.anchor });

/** 00:00Z of the day after an inclusive last day: when the following period takes effect (rule-book.md §2.1). */
export const instantAfter = (lastDay: Day): Instant => startOf(addDays(lastDay, 1));
