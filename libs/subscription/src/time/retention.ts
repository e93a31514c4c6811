import { dayOf, days, plus } from '#calendar';
import type { Day, Instant } from '#kernel';
import { policyOf } from '../guards.ts';
import type { Existing } from '../state.ts';
import type { DecisionContext } from '../context.ts';

/**
 * When the data of a subscription that is suspended now is deleted (R41, R42): 90 days, and the days between the opening
 * of the customer's account and the first billing period, 120 at most (E32); or as long as the preset says (A7). It counts
 * from this suspension, regardless of earlier ones (E34).
 */
export const autoExpiresAt = (state: Existing, at: Instant, { customer }: DecisionContext): Instant => {
  const retention = policyOf(state)['legacy.retention'];
  if (retention !== '90-120') return plus(at, retention);
  const billedFrom = customer?.firstBilledOn ?? dayOf(state.purchasedAt);
  const opened = customer === undefined ? billedFrom : dayOf(customer.accountOpenedAt);
  return plus(at, `P${Math.min(120, 90 + gap(opened, billedFrom))}D`);
};

const gap = (opened: Day, billedFrom: Day): number => (opened >= billedFrom ? 0 : days(opened, billedFrom) - 1);
