import { randomUUID } from 'node:crypto';
import { PROJECTOR_LEASE, type Stores } from '#ledger';
import { projections } from '#projections';
import { Leadership, ProjectionRunner } from '#read-store';
import { Failure } from './failure.ts';

export const projectionNames: readonly string[] = projections.map(({ name }) => name);

/** The names of all tables, in order. */
export const tableNames: readonly string[] = projections.flatMap(({ tables }) => Object.keys(tables)).sort();

/** The read models are updated by a running ledger: no other process may do that meanwhile. */
export class ReadModelsInUse extends Error {
  override readonly name = 'ReadModelsInUse';
  constructor() {
    super('a projector of this ledger is running (or was killed less than five seconds ago)');
  }
}

/**
 * Updates some read models (all, if none is named) from the log while `work` lasts. It fails where a server would retry,
 * because a person waits at the terminal. Rejects with `ReadModelsInUse` if a projector runs elsewhere.
 */
export const keepingReadModels = async <T>(
  { events, reads }: Stores,
  work: (runner: ProjectionRunner) => Promise<T>,
  names: readonly string[] = projectionNames,
): Promise<T> => {
  const failing = Promise.withResolvers<never>();
  failing.promise.catch(() => undefined);
  const logger = {
    info: () => undefined,
    warn: () => undefined,
    error: (_facts: object, sentence: string) => {
      failing.reject(new Failure(sentence));
    },
  };
  let runner: ProjectionRunner | undefined;
  const leadership = new Leadership({
    name: PROJECTOR_LEASE,
    holder: `command line ${randomUUID()}`,
    store: reads,
    logger,
    begin: async (store) => {
      const kept = projections.filter(({ name }) => names.includes(name));
      const begun = new ProjectionRunner({ log: events, store, projections: kept, logger });
      await begun.start();
      return (runner = begun);
    },
  });
  try {
    await Promise.race([leadership.start(), failing.promise]);
    // Nothing has failed, but another process leads.
    if (runner === undefined) throw new ReadModelsInUse();
    return await Promise.race([work(runner), failing.promise]);
  } finally {
    await leadership.stop();
  }
};
