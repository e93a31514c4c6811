import { isRefusal, type Instant } from '#kernel';
import type { DecisionContext } from './context.ts';
import { priceAt, skuAt } from './product.ts';
import type { AddOn, Existing } from './state.ts';
import { coming } from './time/next-term.ts';

/**
 * Whether the product is no longer sold on its plan by the catalog of an instant. It goes on, and renews, at its former
 * price. For a trial also: whether there is no SKU that it could become, so that it ends.
 */
export const isWithdrawn = (state: Existing, at: Instant, context: DecisionContext): boolean =>
  state.isTrial
    ? isRefusal(skuAt(context, state, at)) || isRefusal(coming(state, {}, at, context))
    : isRefusal(priceAt(context, state, at));

/** The same for an add-on, which is sold on the plan of its base (R37). */
export const isAddOnWithdrawn = (
  { term, billingCycle, currency }: Existing,
  { offerId, skuId }: Pick<AddOn, 'offerId' | 'skuId'>,
  at: Instant,
  context: DecisionContext,
): boolean => isRefusal(priceAt(context, { offerId, skuId, term, billingCycle, currency }, at));
