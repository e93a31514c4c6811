import { commandClass, refuse, type Decider, type Event, type Instant } from '#kernel';
import { addMonths, anchorOf } from './anchor.ts';
import { dayOf } from './day.ts';
import type { RefusalCode } from './refusals.ts';

/** Move a simulated clock forward. */
export class MoveClock extends commandClass('MoveClock')<{ readonly now: Instant }> {}

/** A simulated clock was moved to a later instant. */
export type ClockMoved = Event<'ClockMoved', { readonly now: Instant }>;

/** The latest time of a simulated clock: terms that begin then still end within the calendar's four digits. */
export const LATEST_INSTANT: Instant = '9900-01-01T00:00:00.000Z';

/**
 * How far a clock is moved at a time: a hundred years. It stops wherever anything falls due, and each stop is recorded; to the
 * end of the calendar there are a hundred thousand stops for a single monthly subscription.
 */
const furthestFrom = (shown: Instant): Instant => {
  const day = dayOf(shown);
  if (day >= '9800-01-01') return LATEST_INSTANT;
  return addMonths(day, 1_200, anchorOf(day, 'clamp')) + shown.slice(10);
};

/** The last time of a simulated clock; empty before it was ever moved. It never goes back (http-api.md §4.8). */
export const simulatedClock: Decider<MoveClock, ClockMoved, Instant, RefusalCode> = {
  category: 'clock',
  initial: '',
  decide: ({ data: { now }, meta: { at } }, lastShown) => {
    // Another process may have moved it on since this one read it.
    const shown = lastShown > at ? lastShown : at;
    if (now < shown)
      return refuse('CLOCK_BACKWARDS', `the clock shows ${shown}: it cannot be set back to ${now}`, { now: shown });
    if (now === shown) return [];
    const furthest = furthestFrom(shown);
    if (now > furthest) {
      const message = `must not be later than ${furthest}: the clock is moved by at most a hundred years at a time`;
      return refuse('VALIDATION_FAILED', `now: ${message}`, { errors: [{ path: 'now', message }] });
    }
    return [{ type: 'ClockMoved', data: { now, effectiveAt: now } }];
  },
  evolve: (_, { data }) => data.now,
};
