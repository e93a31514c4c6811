import type { Instant } from '#kernel';
import { dayAt, digits, isDay, numberOf, twoDigits } from './day.ts';

const dayMs = 86_400_000;

/** Milliseconds since 1970, for an instant in the ledger's form. */
const msOf = (instant: Instant): number =>
  numberOf(instant) * dayMs +
  digits(instant, 11) * 3_600_000 +
  digits(instant, 14) * 60_000 +
  digits(instant, 17) * 1_000 +
  digits(instant, 20) * 10 +
  instant.charCodeAt(22) -
  48;

const instantAt = (ms: number): Instant => {
  const number = Math.floor(ms / dayMs);
  const rest = ms - number * dayMs;
  const [seconds, fraction] = [Math.floor(rest / 1_000), rest % 1_000];
  const time = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60].map(twoDigits).join(':');
  return `${dayAt(number)}T${time}.${String(fraction).padStart(3, '0')}Z`;
};

/** How long after `from` `to` is, in milliseconds; never negative: a clock that went back has not moved (E13). */
export const elapsedMs = (from: Instant, to: Instant): number => Math.max(0, msOf(to) - msOf(from));

const lengths = new Map<string, number>();

/** The length of a duration, or undefined if it is invalid, negative, or has no fixed length (years, months). */
const lengthOf = (iso: string): number | undefined => {
  const known = lengths.get(iso);
  if (known !== undefined) return known;
  if (!/^P[\dTWDHMS.]+$/.test(iso)) return undefined;
  try {
    const duration = Temporal.Duration.from(iso);
    if (duration.years !== 0 || duration.months !== 0) return undefined;
    // A day is exactly 24 hours, and a week seven of them, whatever any wall clock did (rule-book.md §2.1).
    const ms = duration.with({ weeks: 0, days: duration.days + 7 * duration.weeks }).total('milliseconds');
    if (!Number.isSafeInteger(ms)) return undefined;
    lengths.set(iso, ms);
    return ms;
  } catch {
    return undefined;
  }
};

/** Whether a text is an ISO 8601 duration of fixed length, 0 or more: `PT24H`, `P30D`, `P2W`; not `P1M`. */
export const isDuration = (text: string): boolean => lengthOf(text) !== undefined;

/** A duration's length in milliseconds. Throws a `RangeError` if it is not one by `isDuration`. */
export const durationMs = (iso: string): number => {
  const ms = lengthOf(iso);
  if (ms === undefined) throw new RangeError(`${iso} is not a duration of fixed length`);
  return ms;
};

/** The instant a duration later; a day in it is exactly 24 hours. */
export const plus = (instant: Instant, duration: string): Instant => instantAt(msOf(instant) + durationMs(duration));

/** Whether a text is an instant in the ledger's own form: UTC, exactly three decimals, a real date and time. */
export const isInstant = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/.test(text) && isDay(text.slice(0, 10));

const fromOutside = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))?(Z|[+-]\d\d(?::?\d\d)?)$/i;

/**
 * An instant from outside in the ledger's form: any ISO 8601 date and time with `Z` or an offset; what goes beyond
 * milliseconds is cut off, not rounded. Undefined if the text is not one, or lies outside the years 0 to 9999.
 */
export const normaliseInstant = (text: string): Instant | undefined => {
  if (isInstant(text)) return text;
  const [, time, decimals, zone] = fromOutside.exec(text) ?? [];
  if (time === undefined || zone === undefined) return undefined;
  try {
    const fraction = decimals === undefined ? '' : `.${decimals.slice(0, 3)}`;
    const instant = Temporal.Instant.from(`${time}${fraction}${zone}`).toString({ smallestUnit: 'millisecond' });
    return isInstant(instant) ? instant : undefined;
  } catch {
    return undefined;
  }
};
