import { status } from '@grpc/grpc-js';
import type { Expected, Proposed, Written } from './rules.ts';
import type { ServiceContext } from './service-context.ts';
import { failure } from './wire.ts';

/** Whether a fault drops an append, before or after its commit. */
export const isLost = ({ faults, breakAll }: ServiceContext, when: 'before' | 'after'): boolean => {
  if (when === 'before' && faults.value('silence') > 0) return true;
  if (faults.take(when === 'before' ? 'loseRequest' : 'loseAnswer')) return true;
  if (!faults.take(when === 'before' ? 'breakBefore' : 'breakAfter')) return false;
  breakAll();
  return true;
};

/** Commits an append. One that takes too long is reported as failed, although it is in the log. */
export const takenIn = (
  { log, faults, commitTimeout }: ServiceContext,
  stream: string,
  events: readonly Proposed[],
  expected: Expected,
): Written | { readonly outcome: 'late' } => {
  const begun = performance.now();
  const written = log.append(stream, events, expected);
  const isLate = written.outcome === 'written' && performance.now() - begun > commitTimeout;
  return isLate || faults.take('lateCommit') ? { outcome: 'late' } : written;
};

/** The answer of a node that is not the leader. */
export const notLeader = ({ host, port }: { readonly host: string; readonly port: number }) =>
  failure(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': host,
    'leader-endpoint-port': String(port),
  });
