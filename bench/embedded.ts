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
import { stateAtHand, stateFromNothing } from './rows/long-stream.ts';
import { readModels, type Projecting } from './rows/projections.ts';
import { replays } from './rows/replay.ts';
import type { Recorder, Size, Tell } from './plan.ts';
import type { RowId } from './row.ts';
import { clearStage, setStage, type Stage } from './dataset.ts';

/**
 * The rows of the embedded store that need no server; answers what is to be said below the table. Those that leave the log
 * as it is come first, so that each finds what it says it measures.
 */
export const embedded = async (
  wanted: readonly RowId[],
  size: Size,
  record: Recorder,
  tell: Tell,
): Promise<string[]> => {
  const { streams, longest, rounds } = size;
  tell(`making ${streams} streams of 20 events, and one of ${longest}`);
  const stage = await setStage(streams, longest);
  const { ledger, floor, events, ids, longId, customerId } = stage;
  const { store, handling, commands: face } = ledger;
  const byHand = sqliteLog(floor);
  const sides = { handling, face, customerId, ids, byHand };
  const longStream = { store, handling, face, longId, byHand: byHand.read };
  try {
    await record('W3', () => replays({ store, from: START, events, byHand: () => replay(floor).events }, rounds));
    await record('W4', () => readModels(intoSqlite(stage), rounds));
    await record('W5', () => stateAtHand(longStream, { times: 10, rounds }));
    const cold = wanted.includes('W5')
      ? [coldLoad(await stateFromNothing(longStream, { times: 10, rounds: Math.min(rounds, 3) }))]
      : [];
    await record('W1s', () => renames(sides, { clients: 1, commands: size.single, rounds }));
    await record('W1c', () => renames(sides, { clients: 64, commands: size.concurrent, rounds }));
    await record('W2', () => purchases(sides, { clients: 64, commands: size.purchases, rounds }));
    return cold;
  } finally {
    await clearStage(stage);
  }
};

const intoSqlite = ({ ledger, floor, folder, events }: Stage): Projecting => {
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
    byHand: async () => {
      const reads = openReads(emptied());
      return { run: () => project(floor, reads), end: () => reads.close() };
    },
  };
};

const coldLoad = ({ ours, floor }: Result): string =>
  `W5 by a process that remembers nothing: ${ours.toFixed(1)} ms for 10,000 events read, decoded and folded; ` +
  `an indexed read and JSON.parse alone: ${floor.toFixed(1)} ms`;
