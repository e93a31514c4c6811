import { eligibility, type Offer } from '#catalog';
import { refuse } from '#kernel';
import type { DecisionContext } from '../context.ts';
import { policyOf, type RequestContext } from '../guards.ts';
import type { Existing, UpgradeTarget } from '../state.ts';
import type { Refusal } from '../refusals.ts';

/** How seats move to an offer: with their subscription, into a new subscription, or into an existing one. */
type Way = 'whole' | 'opening' | 'joining';

/**
 * Seats that move to an offer without a purchase must pass what a purchase must pass (R5, R13-R19): segment, country, whether
 * it is sold here and to this partner, and how many a customer may have. Returns the first refusal.
 */
export const comingRefusal = (
  state: Existing,
  { offer, way }: { readonly offer: Offer; readonly way: Way },
  { actor, partner }: RequestContext,
  { customer }: DecisionContext,
): Refusal | undefined => {
  const isThere = state.offerId === offer.offerId;
  if (customer === undefined || (isThere && way === 'whole')) return undefined;
  const others = customer.held.filter(({ subscriptionId }) => subscriptionId !== state.subscriptionId);
  const itself = { ...state, status: state.status };
  const held = { whole: others, opening: isThere ? [...others, itself] : others, joining: [] }[way];
  const { partnerId } = actor;
  const [reason] = eligibility({
    offer,
    customer,
    partner: { partnerId, facts: partner },
    held,
    policy: policyOf(state),
  });
  if (reason === undefined) return undefined;
  const { code, detail, ...facts } = reason;
  return refuse(code, detail, facts);
};

/** How an upgrade moves its seats (R93, R97). */
export const wayOf = (
  { quantity: all }: Existing,
  { quantity, target }: { readonly quantity: number; readonly target: UpgradeTarget },
): Way => {
  if (target !== 'new') return 'joining';
  return quantity < all ? 'opening' : 'whole';
};
