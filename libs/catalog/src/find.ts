import type { BillingCycle, Term } from '#calendar';
import type { Decimal } from '#money';
import type { Catalogue, Offer, Plan, Sku, SkuRef } from './catalog.ts';

type Found = { readonly offer: Offer; readonly sku: Sku };

type Index = {
  readonly offers: ReadonlyMap<string, Offer>;
  readonly skus: ReadonlyMap<SkuRef, Found>;
  /** By the SKU to which they may be added. */
  readonly addOns: ReadonlyMap<SkuRef, readonly Found[]>;
};

const indexes = new WeakMap<Catalogue, Index>();

const indexOf = (catalogue: Catalogue): Index => {
  const known = indexes.get(catalogue);
  if (known !== undefined) return known;
  const all = catalogue.offers.flatMap((offer) => offer.skus.map((sku): Found => ({ offer, sku })));
  const addOns = new Map<SkuRef, Found[]>();
  for (const found of all)
    for (const base of found.sku.addOn?.prerequisiteSkus ?? []) addOns.set(base, [...(addOns.get(base) ?? []), found]);
  const index: Index = {
    offers: new Map(catalogue.offers.map((offer) => [offer.offerId, offer])),
    skus: new Map(all.map((found) => [refOf(found.offer.offerId, found.sku.skuId), found])),
    addOns,
  };
  indexes.set(catalogue, index);
  return index;
};

/** The name of a SKU within a catalogue. */
const refOf = (offerId: string, skuId: string): SkuRef => `${offerId}/${skuId}`;

export const findOffer = (catalogue: Catalogue, offerId: string): Offer | undefined =>
  indexOf(catalogue).offers.get(offerId);

export const findSku = (catalogue: Catalogue, offerId: string, skuId: string): Sku | undefined =>
  indexOf(catalogue).skus.get(refOf(offerId, skuId))?.sku;

/** The SKU that a reference such as an upgrade target names, with its offer. */
export const findRef = (catalogue: Catalogue, ref: SkuRef): Found | undefined => indexOf(catalogue).skus.get(ref);

/** The add-ons that name this SKU as a base. */
export const addOnsFor = (catalogue: Catalogue, offerId: string, skuId: string): readonly Found[] =>
  indexOf(catalogue).addOns.get(refOf(offerId, skuId)) ?? [];

export const findPlan = (sku: Sku, term: Term, billingCycle: BillingCycle): Plan | undefined =>
  sku.plans.find((plan) => plan.term === term && plan.billingCycle === billingCycle);

/** The price of one seat for one whole charge cycle; undefined if the plan is not sold in this currency. */
export const priceOf = ({ prices }: Plan, currency: string): Decimal | undefined =>
  Object.hasOwn(prices, currency) ? prices[currency] : undefined;

/** What a list of offers may be narrowed to (R10-R12): all that are given must hold (R13). */
export type OfferFilter = {
  readonly publisher?: Offer['publisher']['kind'] | undefined;
  readonly billingType?: Offer['billingType'] | undefined;
  readonly category?: Offer['category'] | undefined;
};

/** The offers that pass a filter (R10–R12), all of whose parts must hold (R13), in the catalogue's order. */
export const listOffers = (
  { offers }: Catalogue,
  { publisher, billingType, category }: OfferFilter,
): readonly Offer[] =>
  offers.filter(
    (offer) =>
      (publisher === undefined || offer.publisher.kind === publisher) &&
      (billingType === undefined || offer.billingType === billingType) &&
      (category === undefined || offer.category === category),
  );
