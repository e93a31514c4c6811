import { status } from '@grpc/grpc-js';
import type { Surroundings } from './surroundings.ts';
import { failure } from './wire.ts';

/** Whether a fault swallows an append, before or after it was taken in. */
export const isLost = ({ faults, breakAll }: Surroundings, when: 'before' | 'after'): boolean => {
  if (when === 'before' && faults.value('silence') > 0) return true;
  if (faults.take(when === 'before' ? 'loseRequest' : 'loseAnswer')) return true;
  if (!faults.take(when === 'before' ? 'breakBefore' : 'breakAfter')) return false;
  breakAll();
  return true;
};

/** What a node says that does not lead. */
export const notLeader = ({ host, port }: { readonly host: string; readonly port: number }) =>
  failure(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': host,
    'leader-endpoint-port': String(port),
  });
