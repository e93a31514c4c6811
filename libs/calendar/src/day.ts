import type { Day, Instant } from '#kernel';

/**
 * Days as numbers, 1970-01-01 being 0. The ledger asks these questions several times in every decision, so they are plain
 * integer arithmetic on the proleptic Gregorian calendar instead of `Temporal.PlainDate`; the specs hold both equal.
 */
export const numberOf = (day: Day): number =>
  civilNumber(digits(day, 0) * 100 + digits(day, 2), digits(day, 5), digits(day, 8));

/** The number of a year's, month's (1-12) and day's date. */
const civilNumber = (year: number, month: number, dayOfMonth: number): number => {
  // Counted in years that begin in March, so that the leap day is the last of its year.
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + dayOfMonth - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
};

/** The date of a day's number. Throws a `RangeError` outside the years 0 to 9999, which four digits cannot write. */
export const dayAt = (number: number): Day => {
  const shifted = number + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * month + 2) / 5) + 1;
  return civilDay(yearOfEra + era * 400 + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9, dayOfMonth);
};

/** A date from its parts, which must be those of a real one. */
export const civilDay = (year: number, month: number, dayOfMonth: number): Day => {
  if (!(year >= 0 && year <= 9_999)) throw new RangeError(`the year ${year} lies outside 0000 to 9999`);
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(dayOfMonth)}`;
};

/** 28 to 31; `month` is 1 to 12. */
export const lastDayOfMonth = (year: number, month: number): number => {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
};

/** A date's year, month (1-12) and day. */
export const partsOf = (day: Day): { readonly year: number; readonly month: number; readonly dayOfMonth: number } => ({
  year: digits(day, 0) * 100 + digits(day, 2),
  month: digits(day, 5),
  dayOfMonth: digits(day, 8),
});

/** The two digits at a place of a text. */
export const digits = (text: string, at: number): number =>
  (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;

export const twoDigits = (number: number): string => (number < 10 ? `0${number}` : String(number));

/** The UTC calendar date of an instant (R8), whatever any wall clock shows (E11, E12). */
export const dayOf = (instant: Instant): Day => instant.slice(0, 10);

/** The first instant of a date: midnight UTC. */
export const startOf = (day: Day): Instant => `${day}T00:00:00.000Z`;

/** The date `n` days later; earlier for a negative `n`. */
export const addDays = (day: Day, n: number): Day => dayAt(numberOf(day) + n);

/** How many days a range holds, both ends included (rule-book.md §2.1): 1 for a single day, 0 when `b` is the day before `a`. */
export const days = (a: Day, b: Day): number => numberOf(b) - numberOf(a) + 1;

/** The calendar month of a date, `2021-06`. */
export const monthOf = (day: Day): string => day.slice(0, 7);

/** Whether a text from outside is a date of the calendar, `2021-06-18`. */
export const isDay = (text: string): boolean => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const { year, month, dayOfMonth } = partsOf(text);
  return month >= 1 && month <= 12 && dayOfMonth >= 1 && dayOfMonth <= lastDayOfMonth(year, month);
};
