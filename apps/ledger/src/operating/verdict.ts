import type { Health } from './health.schemas.ts';

/** How long read models may be behind the log before the process counts as unhealthy, in seconds. */
const MOST_BEHIND_SECONDS = 10;

/** How often a process may try the same event before this process is not well: all that comes after it waits. */
const MOST_ATTEMPTS = 5;

type Parts = Omit<Health, 'status' | 'reason'>;

type Circumstances = {
  readonly isStarted: boolean;
  /** Whether a projector, of any process, has begun to build read models. */
  readonly hasBegun: boolean;
  /** Whether due subscriptions cannot be determined although their read model exists. */
  readonly isBlind: boolean;
};

/** The status of a process, from the states of its parts, with the reason as a sentence. */
export const verdict = (
  { eventStore, readStore, projections, processes, leaderships, scheduler }: Parts,
  { isStarted, hasBegun, isBlind }: Circumstances,
): Pick<Health, 'status' | 'reason'> => {
  const failures = [
    ...[eventStore, readStore].map(({ error }) => error),
    isBlind ? scheduler.error : undefined,
    ...[...projections, ...processes].map(({ name, state, error }) =>
      state === 'failed' ? `${name}: ${error ?? 'failed'}` : undefined,
    ),
    ...processes
      .filter(({ state, attempts = 0 }) => state === 'retrying' && attempts >= MOST_ATTEMPTS)
      .map(({ name, error }) => `${name}: ${error ?? 'retrying'}`),
    ...leaderships.map(({ error }) => error),
  ].filter((error) => error !== undefined);
  if (failures.length > 0) return { status: 'unavailable', reason: failures.join('; ') };
  if (!hasBegun) return { status: 'starting', reason: 'waits for a projector to build the read models' };
  const building = namesOf(projections.filter(({ state }) => state === 'building'));
  if (building !== '') return { status: 'building', reason: `read models are built from the log: ${building}` };
  if (!isStarted) return { status: 'starting', reason: 'waits for its stores' };
  const late = projections.filter(({ behindSeconds = 0 }) => behindSeconds >= MOST_BEHIND_SECONDS);
  return late.length === 0
    ? { status: 'ok' }
    : {
        status: 'unavailable',
        reason: `read models have been behind the log for more than ${MOST_BEHIND_SECONDS} s: ${namesOf(late)}`,
      };
};

const namesOf = (some: readonly { readonly name: string }[]): string => some.map(({ name }) => name).join(', ');
