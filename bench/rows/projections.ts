import type { EventStore } from '#event-store';
import { projections } from '#projections';
import { ProjectionRunner, type ReadStore } from '#read-store';
import { compare, rate, type Result } from '../compare.ts';
import { NOW } from '../harness.ts';

/** A log, and an empty place for read models of it, again and again. */
export type ProjectionWork = {
  readonly log: EventStore;
  /** How many events the log has. */
  readonly events: number;
  readonly emptyStore: () => Promise<ReadStore>;
  /** Prepares a run of the baseline from nothing; `run` returns how many events it has read. */
  readonly startBaseline: () => Promise<{ readonly run: () => number | Promise<number>; readonly end: () => unknown }>;
};

/** B4: all read models of the ledger built from nothing, against one hand-written table. */
export const readModels = (
  { log, events, emptyStore, startBaseline }: ProjectionWork,
  rounds: number,
): Promise<Result> => {
  const ours = async () => {
    const store = await emptyStore();
    const runner = new ProjectionRunner({ log, store, projections, now: () => NOW });
    const figure = await rate(events, async () => {
      await runner.start();
      await runner.caughtUp();
    });
    await runner.stop();
    await store.close();
    return figure;
  };
  const baseline = async () => {
    const { run, end } = await startBaseline();
    const figure = await rate(events, async () => {
      if ((await run()) !== events) throw new Error('events were missed');
    });
    await end();
    return figure;
  };
  return compare(rounds, ours, baseline);
};
