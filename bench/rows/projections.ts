import type { EventStore } from '#event-store';
import { projections } from '#projections';
import { ProjectionRunner, type ReadStore } from '#read-store';
import { contest, rate, type Result } from '../compare.ts';
import { NOW } from '../harness.ts';

/** A log, and an empty place for read models of it, again and again. */
export type Projecting = {
  readonly log: EventStore;
  /** How many events the log has. */
  readonly events: number;
  readonly emptyStore: () => Promise<ReadStore>;
  /** A run by hand from nothing, ready to begin: answers how many events it has read. */
  readonly byHand: () => Promise<{ readonly run: () => number | Promise<number>; readonly end: () => unknown }>;
};

/** W4: all read models of the ledger built from nothing, against one table written by hand. */
export const readModels = ({ log, events, emptyStore, byHand }: Projecting, rounds: number): Promise<Result> => {
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
  const floor = async () => {
    const { run, end } = await byHand();
    const figure = await rate(events, async () => {
      if ((await run()) !== events) throw new Error('events were missed');
    });
    await end();
    return figure;
  };
  return contest(rounds, ours, floor);
};
