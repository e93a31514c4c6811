import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import type { EventStore } from '#event-store';
import { FolderInUse } from '#event-store/sqlite';
import { START, type Position } from '#kernel';
import { rawCodec, batchesOf, type ReadOnlyStores, openStores, type StoreLocations } from '#ledger';
import { projections } from '#projections';
import { digestTable, type Build, type ReadStore, type TableDigest } from '#read-store';
import { fail } from '../failure.ts';
import { withStores } from '../stores.ts';
import { entryOf, LogDigest } from '../log.ts';
import { verb, type Json } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { keepingReadModels, ReadModelsInUse, tableNames } from '../read-models.ts';

/** How long to wait for read models that make no progress, or for a log that keeps growing, in milliseconds. */
const WAIT_MS = 10_000;
const LOOK_AGAIN = 100;

type Digests = {
  readonly log: { readonly events: number; readonly sha256: string };
  readonly tables: Readonly<Record<string, TableDigest>>;
};

/** `digest`: of the log and of every table, all as of the same event. Equal histories have equal digests. */
export const digest = (program: Command): void => {
  verb(program, 'digest', 'SHA-256 of the log and of every table: equal for equal histories').action(
    async ({ json }: Json) => {
      const digests = await withStores(digestsOf, rawCodec);
      if (json) printJson(digests);
      else print(shown(digests));
    },
  );
};

/**
 * Read models are a function of the log, so both are digested at the same position. If they are behind and no process updates
 * them, they are brought up to date first; a running ledger gets time to do it, as long as it makes progress.
 */
const digestsOf = async ({ locations, events }: ReadOnlyStores): Promise<Digests> => {
  const log = new GrowingDigest(events);
  let before = { end: START, applied: 0 };
  let since = performance.now();
  for (;;) {
    const end = await log.readOn();
    const { tables, applied } = await withStores(({ reads }) => seenIn(reads, end), rawCodec);
    if (tables !== undefined && (await log.readOn()) === end) return { log: log.digest, tables };
    if (end === before.end && applied > before.applied) since = performance.now();
    before = { end, applied };
    if (performance.now() - since > WAIT_MS) return fail(STUCK);
    if (tables !== undefined) continue;
    const began = performance.now();
    if (await broughtUp(locations)) since += performance.now() - began;
    else await delay(LOOK_AGAIN);
  }
};

const STUCK =
  'the read models are not at the end of the log, in which they are to be digested: the log keeps growing, ' +
  'the projector does not get on, or the running ledger is of another version';

/** A log's digest that continues as the log grows. */
class GrowingDigest {
  readonly #log: EventStore;
  readonly #digest = new LogDigest();
  #end: Position = START;

  constructor(log: EventStore) {
    this.#log = log;
  }

  get digest(): Digests['log'] {
    return { events: this.#digest.events, sha256: this.#digest.sha256 };
  }

  /** Where the log ends now. */
  async readOn(): Promise<Position> {
    for await (const batch of batchesOf(this.#log, this.#end)) {
      for (const event of batch) this.#digest.add(entryOf(event));
      this.#end = batch.at(-1)?.position ?? this.#end;
    }
    return this.#end;
  }
}

type Seen = { readonly tables?: Digests['tables']; readonly applied: number };

/** The tables, if all are at `end`; and how many events have been applied, over all that are served or being built. */
const seenIn = async (reads: ReadStore | undefined, end: Position): Promise<Seen> => {
  const builds = (await reads?.builds()) ?? [];
  const applied = builds.reduce((sum, { checkpoint }) => sum + checkpoint.events, 0);
  if (reads === undefined || !allAt(builds, end)) return { applied };
  const tables: Record<string, TableDigest> = {};
  for (const name of tableNames) tables[name] = await digestTable(reads, name);
  return { tables, applied };
};

const allAt = (builds: readonly Build[], end: Position): boolean =>
  projections.every(({ name, version, tables }) =>
    builds.some(
      (build) =>
        build.served &&
        build.projection === name &&
        build.version === version &&
        build.checkpoint.position === end &&
        isDeepStrictEqual(build.tables, tables),
    ),
  );

/** Brings the read models up to date with the log, unless a running ledger does it itself. */
const broughtUp = async (locations: StoreLocations): Promise<boolean> => {
  try {
    const stores = await openStores(locations, { mustExist: true, atTerminal: true });
    try {
      return await keepingReadModels(stores, (runner) => runner.caughtUp());
    } finally {
      await stores.close();
    }
  } catch (error) {
    if (error instanceof FolderInUse || error instanceof ReadModelsInUse) return false;
    throw error;
  }
};

const shown = ({ log, tables }: Digests): string =>
  table(
    ['of', 'rows>', 'sha256'],
    [
      ['the log', String(log.events), log.sha256],
      ...Object.entries(tables).map(([name, { rows, sha256 }]) => [name, String(rows), sha256]),
    ],
  );
