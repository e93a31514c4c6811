import { commandClass, refuse, type Decider, type Event, type Instant } from '#kernel';

/** Move a simulated clock on. */
export class MoveClock extends commandClass('MoveClock')<{ readonly now: Instant }> {}

/** A simulated clock shows a later instant. */
export type ClockMoved = Event<'ClockMoved', { readonly now: Instant }>;

/** What a simulated clock last showed; empty before it was ever moved. It never goes back (api.md §4.8). */
export const simulatedClock: Decider<MoveClock, ClockMoved, Instant> = {
  category: 'clock',
  initial: '',
  decide: ({ data: { now }, meta: { at } }, lastShown) => {
    // Another process may have moved it on since this one looked.
    const shown = lastShown > at ? lastShown : at;
    if (now < shown)
      return refuse('CLOCK_BACKWARDS', `the clock shows ${shown}: it is not set back to ${now}`, { now: shown });
    return now === shown ? [] : [{ type: 'ClockMoved', data: { now, effectiveAt: now } }];
  },
  evolve: (_, { data }) => data.now,
};
