import { parseCatalogue, type Catalogue } from '#catalog';

const plan = (term: string, billingCycle: string, price: string) => ({ term, billingCycle, prices: { EUR: price } });

const offer = (offerId: string, skus: object | readonly object[], more: object = {}) => ({
  offerId,
  name: `Offer ${offerId}`,
  kind: 'newCommerce',
  publisher: { kind: 'microsoft', name: 'Microsoft' },
  billingType: 'license',
  category: 'enterprise',
  segments: ['commercial'],
  countries: 'all',
  skus: [skus].flat().map((sku, i) => ({ skuId: `000${i + 1}`, name: `SKU of ${offerId}`, ...sku })),
  ...more,
});

const allPlans = (month: string, year: string) => [
  plan('P1M', 'monthly', month),
  plan('P1Y', 'monthly', month),
  plan('P1Y', 'annual', year),
  plan('P3Y', 'monthly', month),
  plan('P3Y', 'annual', year),
];

const catalogue = (version: string, effectiveFrom: string, offers: readonly object[]): Catalogue => {
  const read = parseCatalogue({ version, effectiveFrom, offers });
  if ('errors' in read) throw new Error(JSON.stringify(read.errors));
  return read;
};

const trial = { trialDays: 30, convertsTo: 'BASIC/0001', plans: [plan('P1M', 'monthly', '0')] };

/** An add-on of new commerce. */
const extra = { addOn: { prerequisiteSkus: ['BASIC/0001'] }, plans: allPlans('2.50', '30.00') };

const otherKinds = [
  offer(
    'LEGACY',
    [
      { plans: allPlans('5.00', '60.00') },
      { addOn: { prerequisiteSkus: ['LEGACY/0001'] }, plans: allPlans('2.00', '24.00') },
    ],
    { kind: 'legacy' },
  ),
  offer(
    'LEGACY-TRIAL',
    { trialDays: 30, convertsTo: 'LEGACY/0001', plans: [plan('P1M', 'monthly', '0')] },
    { kind: 'legacy' },
  ),
  offer(
    'MARKET',
    { setupUrl: 'https://isv.example/{subscriptionId}', plans: allPlans('7.00', '84.00') },
    { kind: 'isvSaas', publisher: { kind: 'partner', name: 'Publisher' } },
  ),
  offer(
    'METER',
    { plans: [{ ...plan('P1M', 'monthly', '1.00'), includedUnits: { calls: '100' } }] },
    {
      kind: 'usage',
      billingType: 'usage',
    },
  ),
];

/**
 * BASIC leads to BETTER, which holds 40 seats, and has an add-on; a TRIAL becomes BASIC. From 2022 on, BETTER is sold only for years.
 * LEGACY has an add-on, MARKET a page for its set-up, METER 100 calls that each month includes.
 */
export const catalogues = [
  catalogue('2021-01', '2021-01-01T00:00:00Z', [
    offer('BASIC', [{ upgradeTargets: ['BETTER/0001'], plans: allPlans('10.08', '120.96') }, extra]),
    offer('BETTER', { maxSeats: 40, plans: allPlans('12.00', '144.00') }),
    offer('TRIAL', trial),
    ...otherKinds,
  ]),
  catalogue('2022-01', '2022-01-01T00:00:00Z', [
    offer('BASIC', [{ upgradeTargets: ['BETTER/0001'], plans: allPlans('11.00', '132.00') }, extra]),
    offer('BETTER', { maxSeats: 40, plans: allPlans('13.00', '156.00').slice(1) }),
    offer('TRIAL', trial),
    ...otherKinds,
  ]),
] as const;
