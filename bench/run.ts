import { cluster, isOnEventStoreDb, isOnPostgres } from './cluster.ts';
import type { Result } from './compare.ts';
import { embedded } from './embedded.ts';
import { few, many, type Tell } from './plan.ts';
import { rowOf, subjects, type Row, type RowId } from './row.ts';
import { overHttp } from './rows/http.ts';

export type RunOptions = {
  /** Fewer events and rounds: to see that it works, not to quote. */
  readonly quick: boolean;
  readonly onProgress: Tell;
};

export type Report = { readonly rows: readonly Row[]; readonly notes: readonly string[] };

/** Runs the wanted rows; answers them in the order of `subjects`. */
export const run = async (wanted: readonly RowId[], { quick, onProgress }: RunOptions): Promise<Report> => {
  const sizes = quick ? few : many;
  const found = new Map<RowId, Row>();
  const record = async (id: RowId, contest: () => Promise<Result>) => {
    if (!wanted.includes(id)) return;
    onProgress(`${id}: ${subjects[id].what}`);
    found.set(id, rowOf(id, await contest()));
  };
  const onServers = wanted.filter((id) => isOnEventStoreDb(id) || isOnPostgres(id));
  const here = wanted.filter((id) => id !== 'HTTP' && !onServers.includes(id));
  const notes: string[] = [];
  if (here.length > 0) notes.push(...(await embedded(here, sizes.embedded, record, onProgress)));
  await record('HTTP', () => overHttp(sizes.embedded));
  if (onServers.length > 0) notes.push(...(await cluster(onServers, sizes.cluster, record, onProgress)));
  const ids = Object.keys(subjects) as RowId[];
  return { rows: ids.flatMap((id) => found.get(id) ?? []), notes };
};
