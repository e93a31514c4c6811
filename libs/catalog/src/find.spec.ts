import type { Catalogue, Offer } from './catalog.ts';
import { addOnsFor, findOffer, findPlan, findRef, findSku, listOffers, priceOf } from './find.ts';
import { catalogueAt, timeline, wasOffered } from './timeline.ts';

const offer = (offerId: string, over: Partial<Offer> = {}): Offer => ({
  offerId,
  name: `Offer ${offerId}`,
  kind: 'newCommerce',
  publisher: { kind: 'microsoft', name: 'Microsoft' },
  billingType: 'license',
  category: 'enterprise',
  segments: ['commercial'],
  countries: 'all',
  limitPerCustomer: null,
  inCsp: true,
  transactable: true,
  exclusiveTo: null,
  skus: [
    {
      skuId: '1',
      name: 'SKU 1',
      minSeats: 1,
      maxSeats: 300,
      trialDays: null,
      convertsTo: null,
      maxSeatsPerCustomer: null,
      addOn: null,
      upgradeTargets: [],
      setupUrl: null,
      plans: [{ term: 'P1Y', billingCycle: 'monthly', prices: { EUR: '10.08' } }],
    },
  ],
  ...over,
});
const version = (name: string, effectiveFrom: string, ...offers: readonly Offer[]): Catalogue => ({
  version: name,
  effectiveFrom,
  offers,
});

describe('a lookup', () => {
  const catalogue = version('1', '2021-01-01T00:00:00.000Z', offer('P'), offer('Q'));

  it('finds an offer, a SKU, a plan and a price', () => {
    expect(findOffer(catalogue, 'Q')).toBe(catalogue.offers[1]);
    const sku = findSku(catalogue, 'P', '1');
    expect(sku).toBe(catalogue.offers[0]?.skus[0]);
    const plan = sku && findPlan(sku, 'P1Y', 'monthly');
    expect(plan && priceOf(plan, 'EUR')).toBe('10.08');
    expect(findRef(catalogue, 'Q/1')).toEqual({ offer: catalogue.offers[1], sku: catalogue.offers[1]?.skus[0] });
  });

  it('returns undefined for unknown names', () => {
    expect(findOffer(catalogue, 'R')).toBeUndefined();
    expect(findSku(catalogue, 'P', '2')).toBeUndefined();
    expect(findSku(catalogue, 'R', '1')).toBeUndefined();
    expect(findRef(catalogue, 'P')).toBeUndefined();
    const sku = findSku(catalogue, 'P', '1');
    expect(sku && findPlan(sku, 'P1Y', 'annual')).toBeUndefined();
    for (const currency of ['USD', 'constructor', '__proto__'])
      expect(sku?.plans[0] && priceOf(sku.plans[0], currency)).toBeUndefined();
  });

  it('finds the add-ons of a base, in any offer', () => {
    const addOn = { prerequisiteSkus: ['P/1', 'Q/1'], minShareOfBase: null };
    const [plain] = offer('P').skus;
    const [one, two] = [
      offer('A', { skus: [{ ...plain!, addOn }] }),
      offer('B', { skus: [plain!, { ...plain!, skuId: '2', addOn }] }),
    ];
    const shop = { version: '1', effectiveFrom: '2021-01-01T00:00:00.000Z', offers: [offer('P'), one, two] };
    expect(addOnsFor(shop, 'P', '1').map(({ offer: { offerId }, sku: { skuId } }) => [offerId, skuId])).toEqual([
      ['A', '1'],
      ['B', '2'],
    ]);
    expect(addOnsFor(shop, 'B', '1')).toEqual([]);
  });
});

describe('R10-R13: filters', () => {
  const catalogue = version(
    '1',
    '2021-01-01T00:00:00.000Z',
    offer('microsoft'),
    offer('small', { category: 'smallBusiness' }),
    offer('partner', { publisher: { kind: 'partner', name: 'Contoso' } }),
    offer('metered', { publisher: { kind: 'partner', name: 'Contoso' }, billingType: 'usage' }),
  );

  it.each([
    [{}, ['microsoft', 'small', 'partner', 'metered']],
    [{ publisher: 'partner' }, ['partner', 'metered']],
    [{ billingType: 'license' }, ['microsoft', 'small', 'partner']],
    [{ publisher: 'microsoft', category: 'smallBusiness' }, ['small']],
    [{ publisher: 'microsoft', billingType: 'usage' }, []],
  ] as const)('%j leave %j', (filter, left) =>
    expect(listOffers(catalogue, filter).map(({ offerId }) => offerId)).toEqual(left),
  );
});

describe('versions', () => {
  const first = version('1', '2021-01-01T00:00:00.000Z', offer('P'), offer('Q'));
  const early = version('2', '2020-06-01T00:00:00.000Z', offer('P'));
  const second = version('3', '2021-09-01T00:00:00.000Z', offer('P'));
  const corrected = version('4', '2021-09-01T00:00:00.000Z', offer('P', { name: 'corrected' }));
  const versions = timeline([first, early, second, corrected]);
  const at = (instant: string) => catalogueAt(versions, instant)?.version;

  it('are in force from their own instant on; of two with the same instant, the one published later', () => {
    expect(at('2020-05-31T23:59:59.999Z')).toBeUndefined();
    expect(at('2020-06-01T00:00:00.000Z')).toBe('2');
    expect(at('2021-08-31T23:59:59.999Z')).toBe('1');
    expect(at('2021-09-01T00:00:00.000Z')).toBe('4');
    expect(catalogueAt(timeline([]), '2021-09-01T00:00:00.000Z')).toBeUndefined();
  });

  it('remember what was sold once: a withdrawn offer is not unknown', () => {
    const then = '2021-10-01T00:00:00.000Z';
    expect(findOffer(corrected, 'Q')).toBeUndefined();
    expect(wasOffered(versions, then, 'Q')).toBe(true);
    expect(wasOffered(versions, then, 'Q', '1')).toBe(true);
    expect(wasOffered(versions, then, 'Q', '2')).toBe(false);
    expect(wasOffered(versions, then, 'R')).toBe(false);
    expect(wasOffered(versions, '2020-12-31T00:00:00.000Z', 'Q')).toBe(false);
  });
});
