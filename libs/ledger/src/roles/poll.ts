import { setTimeout as delay } from 'node:timers/promises';
import { FailureLog, type Logger, type Running } from '#read-store';

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
 * Looks again and again, until it is stopped. What could not be looked up is looked for again next time, and said
 * once.
 */
export const following = (look: () => Promise<void>, everyMs: number, logger: Logger): Running => {
  const failures = new FailureLog(logger, 'what other processes record cannot be seen');
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async () => {
    for (;;) {
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await look().then(
        () => failures.clear(),
        (error: unknown) => failures.report(error),
      );
    }
  };
  const running = run();
  const stop = async () => {
    stopping.abort();
    await running;
  };
  return { stop };
};
