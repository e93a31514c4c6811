import { anchorOf, dayOf } from '#calendar';
import { eligibility, type Offer, type Sku } from '#catalog';
import { hidden, refuse } from '#kernel';
import { mayDo, resolve, type PartnerMeta, type PolicyPin } from '#policy';
import { endDateRefusal } from '../time/align.ts';
import { quantityRefusal } from '../guards.ts';
import { overCap } from '../seat-cap.ts';
import type { PurchaseRequest } from '../purchase-request.ts';
import type { CustomerFacts } from '../context.ts';
import type { Refusal } from '../refusals.ts';

/** What is to be bought, by whom, under which rules. */
export type Buying = {
  readonly offer: Offer;
  readonly sku: Sku;
  readonly customer: CustomerFacts;
  readonly pin: PolicyPin;
};

/** Why this customer cannot buy it from this partner, in this number, to this day: the first refusal. */
export const purchaseRefusal = (request: PurchaseRequest, meta: PartnerMeta, buying: Buying): Refusal | undefined =>
  ineligible(request, meta, buying) ?? unalignable(request, meta, buying);

const ineligible = (
  data: PurchaseRequest,
  { actor, partner }: PartnerMeta,
  { offer, sku, customer, pin }: Buying,
): Refusal | undefined => {
  const policy = resolve(pin);
  if (!mayDo(policy, actor.role, 'purchase', offer.kind))
    return hidden(refuse('FORBIDDEN_ROLE', `the role ${actor.role} may not purchase a ${offer.kind} subscription`));
  if (sku.addOn !== null)
    return refuse(
      'ADDON_NOT_IN_CATALOGUE',
      `${offer.offerId}/${sku.skuId} is an add-on: it is bought on its base (R32)`,
    );
  const [reason] = eligibility({
    offer,
    customer,
    partner: { partnerId: actor.partnerId, facts: partner },
    held: customer.held,
    policy,
  });
  if (reason !== undefined) {
    const { code, detail, ...facts } = reason;
    return refuse(code, detail, facts);
  }
  if (offer.kind === 'usage') return undefined;
  if (data.quantity === undefined) {
    const because = 'quantity is missing: only usage subscriptions have none (R20)';
    return refuse('VALIDATION_FAILED', because, { errors: [{ path: 'quantity', message: 'is required' }] });
  }
  return (
    quantityRefusal(data.quantity, sku) ??
    trialRefusal(data.quantity, { offer, sku }, pin) ??
    overCap(customer, { offer, sku, subscriptionId: data.subscriptionId, has: 0, wants: data.quantity })
  );
};

/** A new-commerce trial has the number of seats that the preset gives it (`nce.trial`). */
const trialRefusal = (
  quantity: number,
  { offer, sku }: Pick<Buying, 'offer' | 'sku'>,
  pin: PolicyPin,
): Refusal | undefined => {
  const { seats } = resolve(pin)['nce.trial'];
  return offer.kind === 'newCommerce' && sku.trialDays !== null && seats !== null && quantity !== seats
    ? refuse('QUANTITY_OUT_OF_RANGE', `a trial has ${seats} seats`, { minSeats: seats, maxSeats: seats })
    : undefined;
};

/** Only Microsoft's own new-commerce subscriptions can be aligned, and not trials (D3). */
const unalignable = (
  { customTermEndDate, term }: PurchaseRequest,
  { at }: PartnerMeta,
  { offer, sku, customer, pin }: Buying,
): Refusal | undefined => {
  if (customTermEndDate === undefined) return undefined;
  const policy = resolve(pin);
  const mayAlign = offer.kind === 'newCommerce' && offer.publisher.kind === 'microsoft' && sku.trialDays === null;
  return endDateRefusal(customTermEndDate, {
    term,
    at,
    anchor: anchorOf(dayOf(at), policy.anchor),
    policy: mayAlign ? policy : { ...policy, 'nce.coterm': 'off', 'nce.calendarAlignment': 'off' },
    subscriptions: customer.alignable ?? [],
  });
};
