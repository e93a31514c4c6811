import { setTimeout as delay } from 'node:timers/promises';

/** How long to wait before trying again, in milliseconds: `first`, then twice as long each time, up to `longest`. */
export type BackOff = { readonly first: number; readonly longest: number };

/** Starts at a fiftieth of a second and settles at five seconds: soon back after a hiccup, no load on a store that is away. */
export const DEFAULT_BACK_OFF: BackOff = { first: 20, longest: 5_000 };

/** The wait before attempt 1, 2, 3 … in milliseconds. */
export const waitBefore = ({ first, longest }: BackOff, attempt: number): number =>
  Math.min(longest, first * 2 ** (attempt - 1));

/** Waits; ends early, without an error, when the signal aborts. */
export const wait = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch {
    // Aborted: the caller checks the signal.
  }
};
