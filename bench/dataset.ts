import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { copyLog, openLog } from './baseline/database.ts';
import { longHistory, shortHistories } from './histories.ts';
import { openHarness, type Harness } from './harness.ts';

/** A ledger and a baseline in one folder, with the same events in both. */
export type Dataset = Harness & {
  readonly baseline: DatabaseSync;
  /** How many events each of them has. */
  readonly events: number;
  /** Subscriptions with 20 events each. */
  readonly ids: readonly string[];
  /** A subscription with 10,000 events. */
  readonly longId: string;
};

/**
 * A folder of our own where the ledger keeps its data as well: on the disk that counts, not in memory. It goes with the
 * process at the latest.
 */
export const makeFolder = (): string => {
  mkdirSync('data', { recursive: true });
  const folder = mkdtempSync(join('data', 'bench-'));
  process.once('exit', () => {
    removeFolder(folder);
  });
  return folder;
};

export const removeFolder = (folder: string): void => {
  rmSync(folder, { recursive: true, force: true });
};

/** Creates `streams` short histories and one of `longest` events, and copies them to the baseline. */
export const createDataset = async (streams: number, longest: number): Promise<Dataset> => {
  const folder = makeFolder();
  const harness = await openHarness(folder);
  const ids = await shortHistories(harness, streams);
  const longId = await longHistory(harness, longest);
  const baseline = openLog(join(folder, 'baseline.sqlite'));
  copyLog(baseline, join(folder, 'events.sqlite'));
  const events = Number(baseline.prepare('SELECT count(*) AS events FROM events').get()?.['events']);
  return { ...harness, baseline, events, ids, longId };
};

/** Lets go of the files, and removes them. */
export const removeDataset = async ({ ledger, baseline, folder }: Dataset): Promise<void> => {
  await ledger.close();
  baseline.close();
  removeFolder(folder);
};
