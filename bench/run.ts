import { cluster, isOnEventStoreDb, isOnPostgres } from './cluster.ts';
import type { Result } from './compare.ts';
import { embedded } from './embedded.ts';
import { growth, isOfGrowth } from './growth.ts';
import { quickSizes, fullSizes, type OnProgress } from './plan.ts';
import { rowOf, subjects, type Row, type RowId } from './row.ts';
import { displayId } from './report.ts';
import { overHttp } from './rows/http.ts';

export type RunOptions = {
  /** Fewer events and rounds: to see that it works, not to quote. */
  readonly quick: boolean;
  readonly onProgress: OnProgress;
};

export type Report = { readonly rows: readonly Row[]; readonly notes: readonly string[] };

/** Runs the selected rows; returns them in the order of `subjects`. */
export const run = async (selected: readonly RowId[], { quick, onProgress }: RunOptions): Promise<Report> => {
  const sizes = quick ? quickSizes : fullSizes;
  const found = new Map<RowId, Row>();
  const record = async (id: RowId, comparison: () => Promise<Result>) => {
    if (!selected.includes(id)) return;
    onProgress(`${displayId(id)}: ${subjects[id].what}`);
    found.set(id, rowOf(id, await comparison()));
  };
  const onServers = selected.filter((id) => isOnEventStoreDb(id) || isOnPostgres(id));
  const ofGrowth = selected.filter(isOfGrowth);
  const here = selected.filter((id) => id !== 'HTTP' && !onServers.includes(id) && !ofGrowth.includes(id));
  const notes: string[] = [];
  if (here.length > 0) notes.push(...(await embedded(here, sizes.embedded, record, onProgress)));
  await record('HTTP', () => overHttp(sizes.embedded));
  if (onServers.length > 0) notes.push(...(await cluster(onServers, sizes.cluster, record, onProgress)));
  if (ofGrowth.length > 0) await growth(sizes.growth, record, onProgress);
  const ids = Object.keys(subjects) as RowId[];
  return { rows: ids.flatMap((id) => found.get(id) ?? []), notes };
};
