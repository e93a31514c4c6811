import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { START } from '#kernel';
import { openSqlite } from '#read-store/sqlite';
import type { Result } from './compare.ts';
import { openReads } from './baseline/database.ts';
import { project } from './baseline/sqlite-read-table.ts';
import { replay } from './baseline/replay.ts';
import { sqliteLog } from './baseline/sqlite-log.ts';
import { purchases, renames } from './rows/commands.ts';
import { cachedState, uncachedState } from './rows/long-stream.ts';
import { readModels, type ProjectionWork } from './rows/projections.ts';
import { replays } from './rows/replay.ts';
import type { Recorder, Size, OnProgress } from './plan.ts';
import type { RowId } from './row.ts';
import { removeDataset, createDataset, type Dataset } from './dataset.ts';

/**
 * The rows of the embedded store that need no server; answers what is to be said below the table. Those that leave the log
 * as it is come first, so that each finds what it says it measures.
 */
export const embedded = async (
  selected: readonly RowId[],
  size: Size,
  record: Recorder,
  onProgress: OnProgress,
): Promise<string[]> => {
  const { streams, longest, rounds } = size;
  onProgress(`making ${streams} streams of 20 events, and one of ${longest}`);
  const dataset = await createDataset(streams, longest);
  const { ledger, baseline, events, ids, longId, customerId } = dataset;
  const { store, handler, commands: target } = ledger;
  const baselineLog = sqliteLog(baseline);
  const sides = { handler, target, customerId, ids, baselineLog };
  const longStream = { store, handler, target, longId, readBaseline: baselineLog.read };
  try {
    await record('W3', () =>
      replays({ store, from: START, events, replayBaseline: () => replay(baseline).events }, rounds),
    );
    await record('W4', () => readModels(intoSqlite(dataset), rounds));
    await record('W5', () => cachedState(longStream, { times: 10, rounds }));
    const cold = selected.includes('W5')
      ? [coldLoad(await uncachedState(longStream, { times: 10, rounds: Math.min(rounds, 3) }))]
      : [];
    await record('W1s', () => renames(sides, { clients: 1, commands: size.single, rounds }));
    await record('W1c', () => renames(sides, { clients: 64, commands: size.concurrent, rounds }));
    await record('W2', () => purchases(sides, { clients: 64, commands: size.purchases, rounds }));
    return cold;
  } finally {
    await removeDataset(dataset);
  }
};

const intoSqlite = ({ ledger, baseline, folder, events }: Dataset): ProjectionWork => {
  const fresh = join(folder, 'fresh');
  const emptied = () => {
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh);
    return join(fresh, 'read.sqlite');
  };
  return {
    log: ledger.store,
    events,
    emptyStore: () => openSqlite({ path: emptied() }),
    startBaseline: async () => {
      const reads = openReads(emptied());
      return { run: () => project(baseline, reads), end: () => reads.close() };
    },
  };
};

const coldLoad = ({ ours, baseline }: Result): string =>
  `B5 by a process that has nothing cached: ${ours.toFixed(1)} ms for 10,000 events read, decoded and folded; ` +
  `an indexed read and JSON.parse alone: ${baseline.toFixed(1)} ms`;
