import { plus } from '#calendar';
import type { Instant } from '#kernel';
import { guard, windowStart } from './cancel.ts';
import { policyOf, type Asking } from './guards.ts';
import type { Existing } from './state.ts';
import type { Surroundings } from './surroundings.ts';

/** What cancelling would still give back, and until when: the last instant that counts (A4). */
export type RefundOption = { readonly type: 'full' | 'partial'; readonly expiresAt: Instant };

/** The refunds that are still open (R63–R65); none once the subscription cannot be cancelled any more. */
export const refundOptions = (state: Existing, asking: Asking, surroundings: Surroundings): readonly RefundOption[] => {
  // Whether a caller's role may cancel is another question than what a cancellation would give back.
  const anyone: Asking = { ...asking, actor: { ...asking.actor, role: 'system' } };
  if (state.kind !== 'newCommerce' || guard(state, anyone, surroundings) !== undefined) return [];
  const policy = policyOf(state);
  const from = windowStart(state);
  const options: readonly RefundOption[] = [
    { type: 'full', expiresAt: plus(from, policy['nce.cancel.fullRefund']) },
    { type: 'partial', expiresAt: plus(from, policy['nce.cancel.proratedWindow']) },
  ];
  return options.filter(({ expiresAt }) => asking.at <= expiresAt);
};
