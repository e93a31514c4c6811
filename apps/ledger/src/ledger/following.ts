import { setTimeout as pause } from 'node:timers/promises';
import type { Running } from '#read-store';

/**
 * The same look for everybody who asks: it began after they had asked, so that it sees what was recorded before. While one
 * is under way, those who come meanwhile share the next one.
 */
export const sharedLook = (look: () => Promise<void>): (() => Promise<void>) => {
  let underWay: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    next = undefined;
    underWay = look().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
  return () => {
    if (underWay === undefined) return begin();
    // However the one under way ends.
    next ??= underWay.then(begin, begin);
    return next;
  };
};

/**
 * Looks again and again, until it is stopped. A store that is away is asked again next time: whoever needs it is
 * told so by the store itself.
 */
export const following = (look: () => Promise<void>, everyMs: number): Running => {
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
