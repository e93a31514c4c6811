import type { Command } from 'commander';
import { START, type Position } from '#kernel';
import { batchesOf, type ReadOnlyStores } from '#ledger';
import { projections as declared } from '#projections';
import type { Build, Quarantined } from '#read-store';
import { withStores } from '../stores.ts';
import { verb, type Json } from '../options.ts';
import { print, printJson, table } from '../output.ts';

type ProjectionLine = {
  readonly name: string;
  /** The version that queries read; null if none was built yet. */
  readonly version: number | null;
  /** The version that the program declares: if it differs, it is built at the next start. */
  readonly declaredVersion: number;
  readonly position: Position;
  /** How many events of the log it has not applied yet. */
  readonly lag: number;
  readonly rebuilding: boolean;
  readonly quarantined: readonly Quarantined[];
};

/** `projections`: the read models and the state of each. */
export const projections = (program: Command): void => {
  verb(program, 'projections', 'the read models, and how far each has come').action(async ({ json }: Json) => {
    const lines = await withStores(standingsOf);
    if (json) printJson({ projections: lines });
    else print(shown(lines));
  });
};

const standingsOf = async ({ events, reads }: ReadOnlyStores): Promise<readonly ProjectionLine[]> => {
  const builds = (await reads?.builds()) ?? [];
  // Counted from the one that has come furthest: usually there is nothing left from there.
  const first = builds.toSorted((a, b) => b.checkpoint.events - a.checkpoint.events)[0]?.checkpoint;
  let known = first?.events ?? 0;
  for await (const batch of batchesOf(events, first?.position ?? START)) known += batch.length;
  return declared.map(({ name, version }) => standingOf(name, version, { builds, known }));
};

const standingOf = (
  name: string,
  declaredVersion: number,
  { builds, known }: { readonly builds: readonly Build[]; readonly known: number },
): ProjectionLine => {
  const own = builds.filter(({ projection }) => projection === name);
  const served = own.find((build) => build.served);
  return {
    name,
    version: served?.version ?? null,
    declaredVersion,
    position: served?.checkpoint.position ?? START,
    lag: known - (served?.checkpoint.events ?? 0),
    rebuilding: own.some((build) => !build.served),
    quarantined: served?.quarantined ?? [],
  };
};

const shown = (lines: readonly ProjectionLine[]): string => {
  const rows = lines.map(({ name, version, position, lag, rebuilding, quarantined }) => [
    rebuilding ? `${name} (rebuilding)` : name,
    version === null ? 'none' : String(version),
    position === START ? 'start' : position,
    String(lag),
    String(quarantined.length),
  ]);
  const why = lines.flatMap(({ name, quarantined }) =>
    quarantined.map(({ stream, type, position, reason }) => `${name}: ${stream}, ${type} at ${position}: ${reason}`),
  );
  return [table(['projection', 'version>', 'position', 'lag in events>', 'quarantined>'], rows), ...why].join('\n');
};
