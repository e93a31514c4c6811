import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projections } from '#projections';
import { ProjectionRunner } from '#read-store';
import { openSqlite } from '#read-store/sqlite';
import { contest, rate, type Result } from '../contest.ts';
import { openReads } from '../floor/database.ts';
import { project } from '../floor/read-table.ts';
import { NOW } from '../scene.ts';
import type { Stage } from '../stage.ts';

/** W4: all read models of the ledger built from nothing, against one table written by hand. */
export const readModels = async ({ ledger, floor, folder }: Stage, rounds: number): Promise<Result> => {
  const events = Number(floor.prepare('SELECT count(*) AS events FROM events').get()?.['events']);
  const fresh = join(folder, 'fresh');
  const emptied = () => {
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh);
    return join(fresh, 'read.sqlite');
  };
  const ours = async () => {
    const store = await openSqlite({ path: emptied() });
    const runner = new ProjectionRunner({ log: ledger.store, store, projections, now: () => NOW });
    const figure = await rate(events, async () => {
      await runner.start();
      await runner.caughtUp();
    });
    await runner.stop();
    await store.close();
    return figure;
  };
  const byHand = async () => {
    const reads = openReads(emptied());
    const figure = await rate(events, () => {
      if (project(floor, reads) !== events) throw new Error('events were missed');
    });
    reads.close();
    return figure;
  };
  return contest(rounds, ours, byHand);
};
