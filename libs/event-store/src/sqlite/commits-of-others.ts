import type { DatabaseSync } from 'node:sqlite';

/** How often a reader checks whether the process that owns the file has written, in milliseconds. */
const POLL_INTERVAL = 200;

/** Calls `wake` when another process has committed to the file, until the timer is cleared. */
export const pollForCommits = (database: DatabaseSync, wake: () => void): NodeJS.Timeout => {
  const version = database.prepare('PRAGMA data_version');
  const now = () => (database.isOpen ? version.get()?.data_version : undefined);
  let seen = now();
  return setInterval(() => {
    const before = seen;
    seen = now();
    if (seen !== before) wake();
  }, POLL_INTERVAL);
};
