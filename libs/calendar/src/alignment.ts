import type { Day } from '#kernel';
import { addMonths, type Anchor } from './anchor.ts';
import { addDays, civilDay, lastDayOfMonth, partsOf } from './day.ts';
import { monthsOf, type Term } from './term.ts';

/** The end of a first term aligned with calendar months: the last month's end not beyond the natural one (W20). */
export const latestMonthEnd = (naturalEnd: Day): Day => {
  const { year, month, dayOfMonth } = partsOf(naturalEnd);
  if (dayOfMonth === lastDayOfMonth(year, month)) return naturalEnd;
  return addDays(civilDay(year, month, 1), -1);
};

/**
 * The end of a first term aligned with another subscription: that one's end, moved on by its terms as long as it does not
 * pass the natural end (W19). `anchor` is the anchor of the other's coming terms. The result lies beyond the natural
 * end if the other's running term does.
 */
export const cotermEnd = (existingEnd: Day, existingTerm: Term, anchor: Anchor, naturalEnd: Day): Day => {
  const nextStart = addDays(existingEnd, 1);
  let end = existingEnd;
  for (let k = 1; ; k += 1) {
    const later = addDays(addMonths(nextStart, k * monthsOf(existingTerm), anchor), -1);
    if (later > naturalEnd) return end;
    end = later;
  }
};
