import { cotermEnd, latestMonthEnd, monthOf, addDays, dayOf, termFrom, type Anchor, type Term } from '#calendar';
import { refuse, type Day, type Instant } from '#kernel';
import type { Policy } from '#policy';
import type { AlignableSubscription } from '../context.ts';
import type { Refusal } from '../refusals.ts';

/** A day on which a first term may end, and what it is then aligned with. */
export type EndDate = { readonly date: Day; readonly alignsWith: string };

/** The input of an alignment: a term that would begin at an instant, and the customer's other subscriptions. */
export type Alignment = {
  readonly term: Term;
  readonly at: Instant;
  readonly anchor: Anchor;
  readonly policy: Policy;
  readonly subscriptions: readonly AlignableSubscription[];
};

/** The end dates that the preset offers (rule-book.md §2.2; `nce.calendarAlignment`, `nce.coterm`); by date, each once. */
export const endDates = (alignment: Alignment): readonly EndDate[] => {
  const { term, at, anchor, policy, subscriptions } = alignment;
  const naturalEnd = termFrom(dayOf(at), term, anchor).end;
  const ofMonth: EndDate[] =
    policy['nce.calendarAlignment'] === 'on' ? [{ date: latestMonthEnd(naturalEnd), alignsWith: 'calendarMonth' }] : [];
  const ofOthers =
    policy['nce.coterm'] === 'on'
      ? subscriptions
          // Years are not aligned with months (D3).
          .filter((other) => term === 'P1M' || other.term !== 'P1M')
          .map((other) => ({
            date: cotermEnd(other.termEnd, other.term, other.anchor, naturalEnd),
            alignsWith: other.subscriptionId,
          }))
      : [];
  return [...ofMonth, ...ofOthers]
    .filter(({ date }) => date >= dayOf(at) && date <= naturalEnd && monthMayEndOn(term, date))
    .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
};

/** A month's term does not end on day 28, 29 or 30, unless that is the month's last (E51). */
const monthMayEndOn = (term: Term, date: Day): boolean =>
  term !== 'P1M' || !['28', '29', '30'].includes(date.slice(8)) || monthOf(addDays(date, 1)) !== monthOf(date);

/** Refuses an end date that is not among the offered ones (900242, 900244-900246). */
export const endDateRefusal = (date: Day, alignment: Alignment): Refusal | undefined => {
  const offered = endDates(alignment);
  return offered.some((end) => end.date === date)
    ? undefined
    : refuse('CUSTOM_END_DATE_NOT_OFFERED', `the first term cannot end on ${date}`, { offered });
};
