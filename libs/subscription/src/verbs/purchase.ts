import { anchorOf, dayOf } from '#calendar';
import type { Offer, Sku } from '#catalog';
import { hidden, isRefusal, refuse } from '#kernel';
import { mayDo, pinAt, resolve, type PartnerMeta, type PolicyPin } from '#policy';
import { charge, post, type ChargesPosted } from '../charges/charges.ts';
import { purchaseRefusal, type Buying } from '../rules/may-purchase.ts';
import { priceAt, skuAt, type Priced } from '../product.ts';
import type { SubscriptionCreated } from '../created.ts';
import type { Subscription } from '../state.ts';
import type { DecisionContext } from '../context.ts';
import type { PurchaseRequest } from '../purchase-request.ts';
import { openAligned, openTermOf, openTrial } from '../time/term.ts';
import type { Decision } from '../refusals.ts';
import { commandNaming } from '../command.ts';

/** Buy a subscription for a customer: a one-line order. */
export class PurchaseSubscription extends commandNaming('PurchaseSubscription')<PurchaseRequest> {}

/** Judges a purchase: eligibility (R5, R13–R19, R44), plan and price in the customer's currency, seats (R20). */
export const decide = (
  { data, meta }: PurchaseSubscription,
  state: Subscription,
  context: DecisionContext,
): Decision<SubscriptionCreated | ChargesPosted> => {
  const pin = pinAt(context.policies, meta.at);
  if (!mayDo(resolve(pin), meta.actor.role, 'purchase'))
    return hidden(refuse('FORBIDDEN_ROLE', `the role ${meta.actor.role} may not purchase`));
  if (state.status !== 'none')
    return hidden(refuse('SUBSCRIPTION_EXISTS', `a subscription with the id ${data.subscriptionId} exists already`));
  const { customer } = context;
  if (customer === undefined)
    return hidden(refuse('CUSTOMER_NOT_FOUND', `there is no customer ${data.customerId} (R1)`));
  const found = skuAt(context, data, meta.at);
  if (isRefusal(found)) return found;
  const no = purchaseRefusal(data, meta, { ...found, customer, pin });
  if (no !== undefined) return no;
  const priced = priceAt(context, { ...data, currency: customer.currency }, meta.at);
  if (isRefusal(priced)) return priced;
  const created = creation(data, meta, { ...priced, customer, pin });
  if (created.data.pending) return [created];
  return [created, post(created.data, meta.commandId, meta.at, [charge('new', created.data)])];
};

type Bought = Priced & Pick<Buying, 'customer' | 'pin'>;

const creation = (
  data: PurchaseRequest,
  { actor, at }: PartnerMeta,
  { offer, sku, plan, unitPrice, catalogVersion, customer, pin }: Bought,
): SubscriptionCreated => {
  const start = dayOf(at);
  const anchor = anchorOf(start, resolve(pin).anchor);
  const days = trialDays(offer, sku, pin);
  const isTrial = days !== null;
  const natural = isTrial
    ? openTrial(start, days, anchor)
    : openTermOf(offer.kind)(start, data.term, data.billingCycle, anchor);
  const { customTermEndDate = natural.termEnd } = data;
  const opened =
    customTermEndDate === natural.termEnd ? natural : openAligned(natural, customTermEndDate, data.billingCycle);
  return {
    type: 'SubscriptionCreated',
    data: {
      subscriptionId: data.subscriptionId,
      partnerId: actor.partnerId,
      customerId: customer.customerId,
      orderId: data.orderId,
      kind: offer.kind,
      offerId: offer.offerId,
      skuId: sku.skuId,
      offerName: offer.name,
      friendlyName: data.friendlyName ?? offer.name,
      quantity: offer.kind === 'usage' ? 1 : (data.quantity ?? 1),
      term: data.term,
      billingCycle: data.billingCycle,
      unitPrice: isTrial ? '0' : unitPrice,
      currency: customer.currency,
      catalogVersion,
      policy: pin, // E53
      isTrial,
      convertsTo: isTrial ? paidProduct(offer, sku) : null,
      ...opened,
      autoRenew: true, // R29, R74
      startedAt: at,
      termStartedAt: at,
      upgradedFrom: null,
      // The publisher's set-up page. The API returns the link; no mail is sent (R24, R25).
      activationLink: sku.setupUrl === null ? null : sku.setupUrl.replaceAll('{subscriptionId}', data.subscriptionId),
      pending: offer.kind === 'isvSaas' && resolve(pin)['isv.activation'] === 'publisherConfirms',
      aligned: opened.termEnd !== natural.termEnd,
      includedUnits: plan.includedUnits ?? {},
      effectiveAt: at,
    },
  };
};

/** Length of the automatic trial (R26): from the preset, otherwise from the SKU. Null if there is no trial. */
const trialDays = ({ kind }: Offer, { trialDays: days }: Sku, pin: PolicyPin): number | null =>
  days !== null && kind === 'newCommerce' ? (resolve(pin)['nce.trial'].days ?? days) : days;

const paidProduct = (offer: Offer, sku: Sku) => {
  const [offerId = offer.offerId, skuId = sku.skuId] = sku.convertsTo?.split('/') ?? [];
  return { offerId, skuId };
};
