import type { BillingCycle, Term } from '#calendar';
import {
  catalogueAt,
  findOffer,
  findPlan,
  findSku,
  priceOf,
  wasOffered,
  type Offer,
  type Plan,
  type Sku,
} from '#catalog';
import { isRefusal, refuse, type Instant } from '#kernel';
import type { Decimal } from '#money';
import type { DecisionContext } from './context.ts';
import type { Refusal } from './refusals.ts';

/** A SKU at a plan, priced in a currency by the catalogue in force at an instant. */
export type Priced = {
  readonly offer: Offer;
  readonly sku: Sku;
  readonly plan: Plan;
  readonly unitPrice: Decimal;
  readonly catalogVersion: string;
};

export type Wanted = {
  readonly offerId: string;
  readonly skuId: string;
  readonly term: Term;
  readonly billingCycle: BillingCycle;
  readonly currency: string;
};

/** The SKU in the catalog of an instant; or a refusal that says which part is unknown, or was withdrawn. */
export const skuAt = (
  { catalogue: timeline }: DecisionContext,
  { offerId, skuId }: Pick<Wanted, 'offerId' | 'skuId'>,
  at: Instant,
): { readonly offer: Offer; readonly sku: Sku; readonly catalogVersion: string } | Refusal => {
  const catalogue = catalogueAt(timeline, at);
  if (catalogue === undefined) return refuse('OFFER_UNKNOWN', `no catalogue is in force at ${at}`);
  const offer = findOffer(catalogue, offerId);
  const sku = findSku(catalogue, offerId, skuId);
  if (offer !== undefined && sku !== undefined) return { offer, sku, catalogVersion: catalogue.version };
  if (wasOffered(timeline, at, offerId, skuId))
    return refuse(
      'OFFER_NOT_PURCHASABLE',
      `${offerId}/${skuId} was withdrawn: the catalogue ${catalogue.version} lacks it`,
    );
  return offer === undefined
    ? refuse('OFFER_UNKNOWN', `the catalogue ${catalogue.version} has no offer ${offerId}`)
    : refuse('SKU_UNKNOWN', `the offer ${offerId} has no SKU ${skuId}`);
};

/** The SKU with its plan and price, or a refusal that says which of them is not available. */
export const priceAt = (context: DecisionContext, wanted: Wanted, at: Instant): Priced | Refusal => {
  const found = skuAt(context, wanted, at);
  if (isRefusal(found)) return found;
  const plan = findPlan(found.sku, wanted.term, wanted.billingCycle);
  const unitPrice = plan && priceOf(plan, wanted.currency);
  if (plan === undefined || unitPrice === undefined)
    return refuse(
      'PLAN_NOT_OFFERED',
      `${wanted.offerId}/${wanted.skuId} is not sold for ${wanted.term}, paid ${wanted.billingCycle}, in ${wanted.currency}`,
    );
  return { ...found, plan, unitPrice };
};

/** How one SKU relates to another: an upgrade, a downgrade, the same, or none of these (R83). */
export const relation = (
  from: { readonly offerId: string; readonly sku: Sku },
  to: { readonly offerId: string; readonly sku: Sku },
): 'same' | 'upgrade' | 'downgrade' | 'unrelated' => {
  const name = ({ offerId, sku }: typeof from) => `${offerId}/${sku.skuId}`;
  if (name(from) === name(to)) return 'same';
  if (from.sku.upgradeTargets.includes(name(to))) return 'upgrade';
  return to.sku.upgradeTargets.includes(name(from)) ? 'downgrade' : 'unrelated';
};

/** The SKUs to which a SKU may be upgraded by the catalog of an instant; empty if it is no longer sold. */
export const upgradesOf = (
  context: DecisionContext,
  product: Pick<Wanted, 'offerId' | 'skuId'>,
  at: Instant,
): readonly Pick<Wanted, 'offerId' | 'skuId'>[] => {
  const found = skuAt(context, product, at);
  if (isRefusal(found)) return [];
  return found.sku.upgradeTargets.map((ref) => {
    const [offerId = '', skuId = ''] = ref.split('/');
    return { offerId, skuId };
  });
};
