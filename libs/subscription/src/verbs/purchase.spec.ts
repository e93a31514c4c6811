import { normaliseInstant } from '#calendar';
import { isRefusal } from '#kernel';
import { autoRenew } from '../asks.testing.ts';
import {
  bought,
  catalogue,
  linesOf,
  meta,
  nothing,
  offer,
  original,
  plan,
  purchase,
  rules,
  shelf,
  contextOf,
  Story,
  type Details,
} from '../subscription.testing.ts';
import type { Role } from '#policy';

const at = '2021-06-18T09:00:00.000Z';
const docs = { policies: rules('docs-2022-03') };

describe('a purchase', () => {
  it('records offer, plan, price, catalogue and policy in its event', () => {
    const [created, charged] = bought(at).events;
    expect(created).toMatchObject({
      type: 'SubscriptionCreated',
      data: {
        subscriptionId: 's1',
        partnerId: 'p1',
        customerId: 'c1',
        orderId: 'o1',
        kind: 'newCommerce',
        offerId: 'BASIC',
        skuId: '0001',
        offerName: 'Offer BASIC',
        friendlyName: 'Offer BASIC',
        quantity: 10,
        term: 'P1M',
        billingCycle: 'monthly',
        unitPrice: '10.08',
        currency: 'EUR',
        catalogVersion: '2021-01',
        policy: { preset: 'seed-2021-09' },
        isTrial: false,
        convertsTo: null,
        anchor: { day: 18, rule: 'clamp' },
        termStart: '2021-06-18',
        termEnd: '2021-07-17',
        cycle: { start: '2021-06-18', end: '2021-07-17', days: 30 },
        cyclesFrom: '2021-06-18',
        autoRenew: true,
        startedAt: at,
        termStartedAt: at,
        upgradedFrom: null,
        activationLink: null,
        pending: false,
        aligned: false,
        includedUnits: {},
        effectiveAt: at,
      },
    });
    expect(charged).toMatchObject({
      type: 'ChargesPosted',
      data: { referenceId: 's1-0', subscriptionId: 's1', customerId: 'c1', orderId: 'o1', currency: 'EUR' },
    });
  });

  it('keeps the name that the partner gives it', () => {
    expect(bought(at, { friendlyName: 'Front desk' }).state.friendlyName).toBe('Front desk');
  });

  it('uses the price list in force, and the customer’s currency', () => {
    const dearer = catalogue('2021-06', '2021-06-01T00:00:00Z', [
      offer('BASIC', [{ plans: [plan('P1M', 'monthly', { EUR: '11.00', USD: '12.00' })] }]),
    ]);
    const catalogues = [original, dearer];
    expect(bought('2021-05-31T23:59:59.999Z', {}, { catalogues }).state.unitPrice).toBe('10.08');
    expect(bought('2021-06-01T00:00:00.000Z', {}, { catalogues }).state.unitPrice).toBe('11.00');
    expect(bought('2021-06-01T00:00:00.000Z', {}, { catalogues, currency: 'USD' }).state).toMatchObject({
      unitPrice: '12.00',
      currency: 'USD',
      catalogVersion: '2021-06',
    });
  });

  it('E44: yen have no decimals anywhere', () => {
    const setting = { currency: 'JPY' };
    expect(bought(at, { offerId: 'WORLD' }, setting).money()).toEqual([
      'new 10000 for 10, 2021-06-18 to 2021-07-17, 30/30 whole-cycle',
    ]);
  });

  it('E46: without a price has a charge line of zero', () => {
    expect(bought(at, { offerId: 'WORLD' }).money()).toEqual([
      'new 0.00 for 10, 2021-06-18 to 2021-07-17, 30/30 whole-cycle',
    ]);
  });

  it('E2: a year from 1 March 2023, paid upfront, has 366 days', () => {
    expect(bought('2023-03-01T09:00:00.000Z', { term: 'P1Y', billingCycle: 'annual' }).state).toMatchObject({
      termEnd: '2024-02-29',
      cycle: { start: '2023-03-01', end: '2024-02-29', days: 366 },
    });
  });

  it('E12: counts the day in UTC, whatever the local time', () => {
    const early = normaliseInstant('2021-06-19T09:00:00+14:00') ?? '';
    const late = normaliseInstant('2021-06-17T21:00:00-12:00') ?? '';
    expect(bought(early).state.termStart).toBe('2021-06-18');
    expect(bought(late).state.termStart).toBe('2021-06-18');
    const { TZ } = process.env;
    process.env['TZ'] = 'Pacific/Kiritimati';
    try {
      expect(bought('2021-06-18T23:59:59.999Z').state.termEnd).toBe('2021-07-17');
    } finally {
      if (TZ === undefined) delete process.env['TZ'];
      else process.env['TZ'] = TZ;
    }
  });

  it('shows the publisher’s link, with the subscription’s id in it (R24)', () => {
    const setup = offer('SETUP', [
      { setupUrl: 'https://example.com/finish/{subscriptionId}', plans: [plan('P1M', 'monthly', '1.00')] },
    ]);
    const catalogues = [catalogue('one', '2021-01-01T00:00:00Z', [setup])];
    expect(bought(at, { offerId: 'SETUP' }, { catalogues }).state.activationLink).toBe('https://example.com/finish/s1');
  });
});

describe('the purchase of a trial', () => {
  it('costs nothing, renews automatically and names its paid SKU (R26, R86)', () => {
    expect(bought(at, { offerId: 'TRIAL' }).state).toMatchObject({
      isTrial: true,
      unitPrice: '0',
      autoRenew: true,
      convertsTo: { offerId: 'ENTERPRISE', skuId: '0001' },
      termStart: '2021-06-18',
      termEnd: '2021-07-17',
      cycle: { start: '2021-06-18', end: '2021-07-17', days: 30 },
    });
  });

  it('E27: of 30 days from 31 January 2021 ends with 1 March', () => {
    expect(bought('2021-01-31T09:00:00.000Z', { offerId: 'TRIAL' }).state.termEnd).toBe('2021-03-01');
  });

  it('has 25 seats for 30 days under docs-2022-03, whatever the SKU says', () => {
    const long = offer('LONG', [{ trialDays: 90, plans: [plan('P1M', 'monthly', '1.00')] }]);
    const catalogues = [catalogue('one', '2021-01-01T00:00:00Z', [...shelf, long])];
    const setting = { ...docs, catalogues };
    expect(bought(at, { offerId: 'LONG', quantity: 25 }, setting).state.termEnd).toBe('2021-07-17');
    expect(nothing(setting).no(at, purchase({ offerId: 'LONG', quantity: 24 }))).toBe('QUANTITY_OUT_OF_RANGE');
    expect(bought(at, { offerId: 'LONG', quantity: 24 }, { catalogues }).state.termEnd).toBe('2021-09-15');
  });
});

describe('a purchase is refused', () => {
  const no = (details: Details, setting = {}) => nothing(setting).no(at, purchase(details));

  it('under an id that is taken', () => {
    expect(bought(at).no(at, purchase())).toBe('SUBSCRIPTION_EXISTS');
  });

  it('for a customer who is not registered (R1)', () => {
    const { catalogue: lists, policies } = contextOf({});
    const story = new Story({ catalogue: lists, policies, customer: undefined as never }, 's1');
    expect(story.no(at, purchase())).toBe('CUSTOMER_NOT_FOUND');
  });

  it.each(['auditor', 'billing-reader', 'support'] satisfies Role[])('to the role %s', (role) => {
    expect(nothing().no(at, purchase(), role)).toBe('FORBIDDEN_ROLE');
  });

  it.each(['global-admin', 'admin-agent', 'billing-admin', 'helpdesk-agent', 'sales-agent'] satisfies Role[])(
    'not to the role %s (R3)',
    (role) => {
      expect(nothing().no(at, purchase(), role)).toBeUndefined();
    },
  );

  it('outside the preview (R44), which the later documentation no longer has', () => {
    const outside = { partner: { ...meta(at).partner, newCommercePreview: false } };
    expect(nothing().no(at, purchase(), outside)).toBe('PREVIEW_REQUIRED');
    expect(nothing(docs).no(at, purchase(), outside)).toBeUndefined();
  });

  it('for a product that no catalogue ever contained', () => {
    expect(no({ offerId: 'NONE' })).toBe('OFFER_UNKNOWN');
    expect(no({ skuId: '0002' })).toBe('SKU_UNKNOWN');
    expect(nothing().no('2020-12-31T23:59:59.999Z', purchase())).toBe('OFFER_UNKNOWN');
  });

  it('for a product that was withdrawn', () => {
    const rest = shelf.filter(({ offerId }) => offerId !== 'WORLD');
    const withoutSku = rest.map((one) =>
      one.offerId === 'PREMIUM' ? { ...one, skus: [{ ...one.skus[0], skuId: '0002' }] } : one,
    );
    const later = catalogue('2021-06', '2021-06-01T00:00:00Z', [
      ...withoutSku.map((one) => ({ ...one, skus: one.skus.map((sku) => ({ ...sku, upgradeTargets: [] })) })),
    ]);
    const catalogues = [original, later];
    expect(no({ offerId: 'WORLD' }, { catalogues })).toBe('OFFER_NOT_PURCHASABLE');
    expect(no({ offerId: 'PREMIUM' }, { catalogues })).toBe('OFFER_NOT_PURCHASABLE');
    expect(no({ offerId: 'PREMIUM', skuId: '0003' }, { catalogues })).toBe('SKU_UNKNOWN');
    expect(no({ offerId: 'NONE' }, { catalogues })).toBe('OFFER_UNKNOWN');
  });

  it.each<[string, Details, string]>([
    ['term', { offerId: 'WORLD', term: 'P1Y' }, 'EUR'],
    ['charge cycle', { term: 'P1Y', billingCycle: 'triennial' }, 'EUR'],
    ['currency', {}, 'USD'],
  ])('for a %s in which it is not sold', (_, details, currency) => {
    expect(no(details, { currency })).toBe('PLAN_NOT_OFFERED');
  });

  it('where the offer is not available to this customer', () => {
    const offers = [
      offer('SCHOOL', [{ plans: [plan('P1M', 'monthly', '1.00')] }], { segments: ['education'] }),
      offer('GERMAN', [{ plans: [plan('P1M', 'monthly', '1.00')] }], { countries: ['DE'] }),
      offer('ELSEWHERE', [{ plans: [plan('P1M', 'monthly', '1.00')] }], { transactable: false }),
    ];
    const catalogues = [catalogue('one', '2021-01-01T00:00:00Z', offers)];
    expect(no({ offerId: 'SCHOOL' }, { catalogues })).toBe('SEGMENT_NOT_SUPPORTED');
    expect(no({ offerId: 'GERMAN' }, { catalogues })).toBe('COUNTRY_NOT_SUPPORTED');
    expect(no({ offerId: 'ELSEWHERE' }, { catalogues })).toBe('NOT_TRANSACTABLE_HERE');
  });

  it('for an add-on by itself (R32)', () => {
    const addOn = {
      skuId: '0002',
      addOn: { prerequisiteSkus: ['BASE/0001'] },
      plans: [plan('P1M', 'monthly', '1.00')],
    };
    const offers = [offer('BASE', [{ plans: [plan('P1M', 'monthly', '1.00')] }, addOn])];
    const catalogues = [catalogue('one', '2021-01-01T00:00:00Z', offers)];
    expect(no({ offerId: 'BASE', skuId: '0002' }, { catalogues })).toBe('ADDON_NOT_IN_CATALOGUE');
  });

  it('where the customer already holds the only one, with a hint to the suspended one (R14, R15)', () => {
    const offers = [offer('SINGLE', [{ plans: [plan('P1M', 'monthly', '1.00')] }], { limitPerCustomer: 1 })];
    const around = contextOf({ catalogues: [catalogue('one', '2021-01-01T00:00:00Z', offers)] });
    const held = { subscriptionId: 's0', offerId: 'SINGLE', skuId: '0001', quantity: 1, status: 'active' };
    const holding = (status: string) =>
      new Story({ ...around, customer: { ...around.customer, held: [{ ...held, status }] } }, 's1');
    expect(holding('active').no(at, purchase({ offerId: 'SINGLE' }))).toBe('ALREADY_OWNED_SINGLE');
    expect(holding('suspended').refusal(at, purchase({ offerId: 'SINGLE' }))).toMatchObject({
      refused: 'SUSPENDED_EXISTS',
      facts: { reactivateSubscriptionId: 's0' },
    });
    expect(holding('deleted').no(at, purchase({ offerId: 'SINGLE' }))).toBeUndefined();
  });

  it.each([0, -1, 1.5, Number.NaN, '10' as unknown as number, 501, 2 ** 31, 2 ** 53])(
    'E47: for %p seats of a SKU sold from 1 to 500',
    (quantity) => {
      expect(no({ offerId: 'ENTERPRISE', quantity })).toBe('QUANTITY_OUT_OF_RANGE');
    },
  );

  it('E47: but not for the largest quantity that is sold; money is exact there as well', () => {
    expect(no({ offerId: 'ENTERPRISE', quantity: 500 })).toBeUndefined();
    expect(linesOf(bought(at, { offerId: 'STANDARD', quantity: 2_147_483_647 }).events)[0]?.subtotal).toBe(
      '13808319850.21',
    );
  });

  it('if its result could not be recorded', () => {
    const decision = nothing().asked(at, purchase({ quantity: 0 }));
    expect(isRefusal(decision) && decision.facts).toEqual({ minSeats: 1, maxSeats: 300 });
  });
});

describe('a subscription', () => {
  it('is unknown to another partner, for every command', () => {
    const other = { actor: { id: 'x', role: 'global-admin' as const, partnerId: 'p2' } };
    expect(bought(at).no(at, autoRenew(false), other)).toBe('SUBSCRIPTION_NOT_FOUND');
    expect(nothing().no(at, autoRenew(false))).toBe('SUBSCRIPTION_NOT_FOUND');
  });
});
