import type { Day } from '#kernel';
import { civilDay, lastDayOfMonth, partsOf } from './day.ts';

/**
 * The day of the month at which terms and cycles aim, kept through renewals (rule-book.md §2.2). `clamp`: that day, or the month's last
 * where it is shorter. `eomOffset`: `fromEnd` days before the month's last day, whatever the month's length (W16).
 */
export type Anchor = { readonly day: number; readonly rule: 'clamp' | 'eomOffset'; readonly fromEnd?: number };

/** The rules that a policy may choose (`anchor`). */
export type AnchorRule = Anchor['rule'];

/**
 * The anchor that a start sets. `eomOffset` concerns only the last and the last but one day of a month; any other start
 * gets a clamping anchor under that rule, too.
 */
export const anchorOf = (start: Day, rule: AnchorRule): Anchor => {
  const { year, month, dayOfMonth } = partsOf(start);
  const fromEnd = lastDayOfMonth(year, month) - dayOfMonth;
  return rule === 'eomOffset' && fromEnd <= 1 ? { day: dayOfMonth, rule, fromEnd } : { day: dayOfMonth, rule: 'clamp' };
};

/** The day at which the anchor aims in the month that lies `months` after that of `day`; `day`'s own day does not count. */
export const addMonths = (day: Day, months: number, { day: anchorDay, fromEnd }: Anchor): Day => {
  const { year, month } = partsOf(day);
  const total = year * 12 + month - 1 + months;
  const [inYear, inMonth] = [Math.floor(total / 12), (((total % 12) + 12) % 12) + 1];
  const last = lastDayOfMonth(inYear, inMonth);
  return civilDay(inYear, inMonth, fromEnd === undefined ? Math.min(anchorDay, last) : last - fromEnd);
};
