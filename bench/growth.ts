import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readModels } from '#ledger';
import { projections } from '#projections';
import { listCharges } from '#projections/billing';
import { ProjectionRunner } from '#read-store';
import { openSqlite } from '#read-store/sqlite';
import { byClients, rate } from './compare.ts';
import { makeFolder, removeFolder } from './dataset.ts';
import { accepted, metaAt, NOW, openHarness, purchaseFor, type Harness } from './harness.ts';
import type { OnProgress, Recorder } from './plan.ts';
import type { RowId } from './row.ts';

/** How much memory remembered states may take: hardly any, as in a ledger whose subscriptions do not all fit into it. */
const CACHE_BYTES = 1_048_576;
const MONTHS = 12;
/** How often a page is asked for; the figure is the median. */
const TIMES = 21;

export const isOfGrowth = (id: RowId): boolean => id.startsWith('G');

/** What a ledger of some size is like after a year. */
type Life = {
  readonly settled: readonly number[];
  readonly rebuilt: number;
  readonly page: number;
  readonly memory: number;
};

/**
 * The rows of growth: one year of monthly cycles, at a tenth of the size and at full size, on the embedded store without HTTP.
 * The small life comes first, in the same process: what it leaves behind counts against the large one.
 */
export const growth = async (size: number, record: Recorder, onProgress: OnProgress): Promise<void> => {
  const lives: Life[] = [];
  for (const subscriptions of [Math.ceil(size / 10), size]) {
    onProgress(`a year of ${subscriptions} subscriptions`);
    lives.push(await live(subscriptions));
  }
  const [few, many] = lives as [Life, Life];
  const of = (ours: number, baseline: number) => () => Promise.resolve({ ours, baseline, runs: 1 });
  await record('G1', of(many.settled.at(-1) ?? 0, many.settled[0] ?? 0));
  await record('G2', of(many.rebuilt, few.rebuilt));
  await record('G3', of(many.page, few.page));
  await record('G4', of(many.memory, few.memory));
};

const live = async (subscriptions: number): Promise<Life> => {
  const folder = makeFolder();
  const harness = await openHarness(folder, {
    roles: new Set(['projector', 'scheduler']),
    cacheBytes: CACHE_BYTES,
  });
  const { ledger, customerId } = harness;
  try {
    await byClients(64, subscriptions, async () => accepted(await ledger.commands.purchase(purchaseFor(customerId))));
    await ledger.startRoles();
    await ledger.projectorRole.caughtUp();
    const settled: number[] = [];
    for (let month = 1; month <= MONTHS; month += 1)
      settled.push(await rate(subscriptions, () => toMonth(harness, month)));
    const page = await pageOfCharges(harness);
    const memory = ownMemory();
    return { settled, page, memory, rebuilt: await rebuilt(harness) };
  } finally {
    await ledger.close();
    removeFolder(folder);
  }
};

/** Moves the clock past the month-end on which every subscription begins a cycle. */
const toMonth = async ({ ledger }: Harness, month: number): Promise<void> => {
  const now = new Date(Date.UTC(2021, 5 + month, 18, 0, 0, 1)).toISOString();
  const refused = await ledger.timeMachine?.moveTo(now, metaAt(ledger.clock.now()));
  if (refused !== undefined) throw new Error(refused.because);
};

const pageOfCharges = async ({ ledger }: Harness): Promise<number> => {
  const took: number[] = [];
  for (let n = 0; n < TIMES; n += 1) {
    const began = performance.now();
    await listCharges(readModels(ledger), 'default', { chargeType: 'cycleCharge' }, { limit: 50 });
    took.push(performance.now() - began);
  }
  return took.toSorted((a, b) => a - b)[TIMES >> 1] ?? 0;
};

/** What the process holds that is not a file's, in MB. */
const ownMemory = (): number => {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
};

const rebuilt = async ({ ledger: { store }, folder }: Harness): Promise<number> => {
  const reads = await openSqlite({ path: join(folder, `${randomUUID()}.sqlite`) });
  const runner = new ProjectionRunner({ log: store, store: reads, projections, now: () => NOW });
  const { events = 0 } = await store.logEnd();
  const figure = await rate(events, async () => {
    await runner.start();
    await runner.caughtUp();
  });
  await runner.stop();
  await reads.close();
  return figure;
};
