import type { Catalogue, Offer, Sku } from './catalog.ts';
import type { Problem } from './reader.ts';

/** Ids that occur twice, and references to SKUs that do not exist. */
export const referenceProblems = ({ offers }: Catalogue): readonly Problem[] => {
  const known = new Set(offers.flatMap(({ offerId, skus }) => skus.map(({ skuId }) => `${offerId}/${skuId}`)));
  return [
    ...twice(
      offers,
      ({ offerId }) => offerId,
      (index) => `offers[${index}].offerId`,
    ),
    ...offers.flatMap((offer, index) => offerProblems(offer, `offers[${index}]`, known)),
  ];
};

const offerProblems = ({ skus }: Offer, path: string, known: ReadonlySet<string>): readonly Problem[] => [
  ...twice(
    skus,
    ({ skuId }) => skuId,
    (index) => `${path}.skus[${index}].skuId`,
  ),
  ...skus.flatMap((sku, index) => [
    ...twice(
      sku.plans,
      ({ term, billingCycle }) => `${term} ${billingCycle}`,
      (plan) => `${path}.skus[${index}].plans[${plan}]`,
    ),
    ...named(sku, `${path}.skus[${index}]`)
      .filter(([ref]) => !known.has(ref))
      .map(([ref, at]) => ({ path: at, message: `names ${ref}, which is not in this catalogue` })),
  ]),
];

/** Every SKU that a SKU refers to, with the path. */
const named = ({ convertsTo, upgradeTargets, addOn }: Sku, path: string): readonly (readonly [string, string])[] => [
  ...(convertsTo === null ? [] : [[convertsTo, `${path}.convertsTo`] as const]),
  ...upgradeTargets.map((ref, index) => [ref, `${path}.upgradeTargets[${index}]`] as const),
  ...(addOn?.prerequisiteSkus ?? []).map((ref, index) => [ref, `${path}.addOn.prerequisiteSkus[${index}]`] as const),
];

const twice = <T>(
  entries: readonly T[],
  nameOf: (entry: T) => string,
  pathOf: (index: number) => string,
): readonly Problem[] => {
  const seen = new Set<string>();
  return entries.flatMap((entry, index) => {
    const name = nameOf(entry);
    if (seen.has(name)) return [{ path: pathOf(index), message: `${name} is there already` }];
    seen.add(name);
    return [];
  });
};
