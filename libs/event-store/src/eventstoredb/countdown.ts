import { TimedOut } from './failures.ts';

/**
 * Calls back once `limit` milliseconds have passed since the start or the last restart. What has arrived by then counts: a
 * process that was busy for longer than that reads it only after its timers have fired.
 */
export const countdown = (limit: number, late: () => void): { restart(): void; stop(): void } => {
  let check: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => (check = setImmediate(late)), limit);
  return {
    restart: () => {
      clearImmediate(check);
      timer.refresh();
    },
    stop: () => {
      clearImmediate(check);
      clearTimeout(timer);
    },
  };
};

/** The error of a call without a response within `limit` milliseconds. */
export const noAnswer = (limit: number): TimedOut => new TimedOut(`no answer within ${limit} ms`);

/** The result of some work, or `TimedOut` after `limit` milliseconds. The work then goes on, but its result is dropped. */
export const within = <T>(limit: number, work: () => Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const time = countdown(limit, () => reject(noAnswer(limit)));
    work()
      .then(resolve, reject)
      .finally(() => time.stop());
  });
