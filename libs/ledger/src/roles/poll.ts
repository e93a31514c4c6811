import { setTimeout as delay } from 'node:timers/promises';
import { FailureLog, type Logger, type Running } from '#read-store';

/**
 * Shares one check among its callers: each gets a check that began after it asked, so that it sees what was recorded before.
 * Calls that come while a check is running share the next one.
 */
export const singleFlight = (work: () => Promise<void>): (() => Promise<void>) => {
  let underWay: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    next = undefined;
    underWay = work().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
  return () => {
    if (underWay === undefined) return begin();
    // Also if the running one fails.
    next ??= underWay.then(begin, begin);
    return next;
  };
};

/**
 * Repeats a check until it is stopped. A failed check is repeated the next time, and each reason is logged
 * once.
 */
export const poll = (work: () => Promise<void>, everyMs: number, logger: Logger): Running => {
  const failures = new FailureLog(logger, 'what other processes record cannot be seen');
  const stopping = new AbortController();
  const { signal } = stopping;
  const run = async () => {
    for (;;) {
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await work().then(
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
