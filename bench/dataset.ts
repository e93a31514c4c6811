import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { copyLog, openLog } from './baseline/database.ts';
import { longLife, shortLives } from './histories.ts';
import { openScene, type Scene } from './harness.ts';

/** A ledger and a floor beside it in one folder, with the same events in both. */
export type Stage = Scene & {
  readonly floor: DatabaseSync;
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

/** Makes `streams` short lives and one of `longest` events, and copies them to the floor. */
export const setStage = async (streams: number, longest: number): Promise<Stage> => {
  const folder = makeFolder();
  const scene = await openScene(folder);
  const ids = await shortLives(scene, streams);
  const longId = await longLife(scene, longest);
  const floor = openLog(join(folder, 'floor.sqlite'));
  copyLog(floor, join(folder, 'events.sqlite'));
  const events = Number(floor.prepare('SELECT count(*) AS events FROM events').get()?.['events']);
  return { ...scene, floor, events, ids, longId };
};

/** Lets go of the files, and removes them. */
export const clearStage = async ({ ledger, floor, folder }: Stage): Promise<void> => {
  await ledger.close();
  floor.close();
  removeFolder(folder);
};
