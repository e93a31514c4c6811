import type { DataFolder } from '#ledger-store';
import { projections } from '#projections';
import { ProjectionRunner } from '#read-store';
import { Failure } from './failure.ts';

export const projectionNames: readonly string[] = projections.map(({ name }) => name);

/** The names of all tables that queries see, in order. */
export const tableNames: readonly string[] = projections.flatMap(({ tables }) => Object.keys(tables)).sort();

/**
 * Keeps some read models (all, where none is named) up with the log while `work` lasts. Where a server would go on trying,
 * this fails: somebody is waiting at the terminal.
 */
export const keepingReadModels = async <T>(
  { events, reads }: DataFolder,
  work: (runner: ProjectionRunner) => Promise<T>,
  names: readonly string[] = projectionNames,
): Promise<T> => {
  const failing = Promise.withResolvers<never>();
  failing.promise.catch(() => undefined);
  const runner = new ProjectionRunner({
    log: events,
    store: reads,
    projections: projections.filter(({ name }) => names.includes(name)),
    logger: {
      info: () => undefined,
      warn: () => undefined,
      error: (_facts, sentence) => {
        failing.reject(new Failure(sentence));
      },
    },
  });
  try {
    await runner.start();
    return await Promise.race([work(runner), failing.promise]);
  } finally {
    await runner.stop();
  }
};
