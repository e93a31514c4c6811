import { setTimeout as pause } from 'node:timers/promises';
import type { Duty } from '#read-store';

/** How often a process looks for what others have recorded, in milliseconds: a clock moved by hand is waited for. */
export const CLOCK_EVERY_MS = 100;
export const PRICE_LISTS_EVERY_MS = 1_000;

/**
 * Looks again and again for what other processes may have recorded (a new price list, a moved clock), for as long as the
 * duty lasts. A store that is away is asked again next time: whoever needs it is told so by the store itself.
 */
export const following = (look: () => Promise<void>, everyMs: number): Duty => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async () => {
    for (;;) {
      await pause(everyMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await look().catch(() => undefined);
    }
  };
  const running = run();
  const stop = async () => {
    stopping.abort();
    await running;
  };
  return { stop };
};
