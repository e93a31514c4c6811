import { plus } from '#calendar';
import type { Instant } from '#kernel';
import { fullRefundUntil, guard as marketplaceGuard } from './cancel-marketplace.ts';
import { guard as newCommerceGuard, windowStart } from './cancel-new-commerce.ts';
import { policyOf, type RequestContext } from '../guards.ts';
import type { Existing } from '../state.ts';
import type { DecisionContext } from '../context.ts';

/** What cancelling would still refund, and until when: the last instant (new commerce) or the first too late (A4). */
export type RefundOption = { readonly type: 'full' | 'partial'; readonly expiresAt: Instant };

/** The refunds that are still open (R47–R52, R63–R65), whatever the caller's role. */
export const refundOptions = (
  state: Existing,
  requestContext: RequestContext,
  context: DecisionContext,
): readonly RefundOption[] => {
  if (state.status === 'deleted' || state.status === 'pending') return [];
  if (state.kind === 'isvSaas') {
    const expiresAt = fullRefundUntil(state);
    const open = marketplaceGuard(state, requestContext, context) === undefined && requestContext.at < expiresAt;
    return open ? [{ type: 'full', expiresAt }] : [];
  }
  if (state.kind !== 'newCommerce' || newCommerceGuard(state, requestContext, context) !== undefined) return [];
  const policy = policyOf(state);
  const from = windowStart(state);
  const options: readonly RefundOption[] = [
    { type: 'full', expiresAt: plus(from, policy['nce.cancel.fullRefund']) },
    { type: 'partial', expiresAt: plus(from, policy['nce.cancel.proratedWindow']) },
  ];
  return options.filter(({ expiresAt }) => requestContext.at <= expiresAt);
};
