import { readFileSync } from 'node:fs';
import type { Catalogue } from './catalog.ts';
import { parseCatalogue } from './parse.ts';

type Json = Record<string, unknown>;

const plan = (over: Json = {}): Json => ({ term: 'P1M', billingCycle: 'monthly', prices: { EUR: '10.08' }, ...over });
const sku = (over: Json = {}): Json => ({
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
  plans: [plan()],
  ...over,
});
const offer = (over: Json = {}): Json => ({
  offerId: 'P',
  name: 'Offer P',
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
  skus: [sku()],
  ...over,
});
const file = (...offers: unknown[]): Json => ({ version: '1', effectiveFrom: '2021-01-01T00:00:00Z', offers });
const withSku = (over: Json) => file(offer({ skus: [sku(over)] }));
const withPlan = (over: Json) => withSku({ plans: [plan(over)] });

const paths = (json: unknown) => {
  const answer = parseCatalogue(json);
  return 'errors' in answer ? answer.errors.map(({ path }) => path) : [];
};
const parsed = (json: unknown): Catalogue => {
  const answer = parseCatalogue(json);
  if ('errors' in answer) throw new Error(JSON.stringify(answer.errors));
  return answer;
};

describe('a catalogue file', () => {
  it('is read as it was written, with its instant in the ledger’s form', () =>
    expect(parsed(file(offer()))).toEqual({ ...file(offer()), effectiveFrom: '2021-01-01T00:00:00.000Z' }));

  it('may omit fields that may be null, and restrictions that do not apply', () => {
    const short = {
      offerId: 'P',
      name: 'Offer P',
      kind: 'newCommerce',
      publisher: { kind: 'microsoft', name: 'Microsoft' },
      billingType: 'license',
      category: 'enterprise',
      segments: ['commercial'],
      countries: ['NL', 'DE'],
      skus: [{ skuId: '1', name: 'SKU 1', plans: [plan()] }],
    };
    const whole = offer({ countries: ['NL', 'DE'], skus: [sku({ maxSeats: 2147483647 })] });
    expect(parsed(file(short)).offers).toEqual([whole]);
  });

  it('survives JSON, so that it can be an event', () => {
    const catalogue = parsed(file(offer()));
    expect(JSON.parse(JSON.stringify(catalogue))).toEqual(catalogue);
    expect(parsed(JSON.parse(JSON.stringify(catalogue)))).toEqual(catalogue);
  });

  it('is read the same in any order of its fields', () => {
    const other = { offers: [offer()], effectiveFrom: '2021-01-01T01:00:00+01:00', version: '1' };
    const priced = (prices: Json) => JSON.stringify(parsed(withPlan({ prices })));
    expect(JSON.stringify(parsed(other))).toBe(JSON.stringify(parsed(file(offer()))));
    expect(priced({ USD: '11.00', EUR: '10.08' })).toBe(priced({ EUR: '10.08', USD: '11.00' }));
  });

  it('may name a trial’s paid SKU by its id alone within one offer', () => {
    const trial = sku({ skuId: 'trial', trialDays: 30, convertsTo: '1' });
    expect(parsed(file(offer({ skus: [sku(), trial] }))).offers[0]?.skus[1]?.convertsTo).toBe('P/1');
  });

  it.each([
    ['a list', [], ['']],
    ['nothing in it', {}, ['version', 'effectiveFrom', 'offers']],
    ['an unknown field', { ...file(), colour: 1 }, ['colour']],
    ['a day for an instant', { ...file(), effectiveFrom: '2021-01-01' }, ['effectiveFrom']],
    ['no offer where one should be', file(null), ['offers[0]']],
    ['an offer id twice', file(offer(), offer()), ['offers[1].offerId']],
    ['an offer id with a slash', file(offer({ offerId: 'a/b' })), ['offers[0].offerId']],
    ['an unknown kind', file(offer({ kind: 'nce' })), ['offers[0].kind']],
    ['a publisher without a name', file(offer({ publisher: { kind: 'partner' } })), ['offers[0].publisher.name']],
    ['an unknown billing type', file(offer({ billingType: 'metered' })), ['offers[0].billingType']],
    ['an unknown category', file(offer({ category: 'Trial' })), ['offers[0].category']],
    ['no segment', file(offer({ segments: [] })), ['offers[0].segments']],
    ['countries in small letters', file(offer({ countries: ['NL', 'de'] })), ['offers[0].countries[1]']],
    ['all countries by another word', file(offer({ countries: 'ALL' })), ['offers[0].countries']],
    ['a limit of none', file(offer({ limitPerCustomer: 0 })), ['offers[0].limitPerCustomer']],
    ['a flag in quotes', file(offer({ transactable: 'true' })), ['offers[0].transactable']],
    ['null for a flag', file(offer({ inCsp: null })), ['offers[0].inCsp']],
    ['exclusive to an empty list', file(offer({ exclusiveTo: [] })), ['offers[0].exclusiveTo']],
    ['a partner id in capitals', file(offer({ exclusiveTo: ['Contoso'] })), ['offers[0].exclusiveTo[0]']],
    ['a misspelt field', file(offer({ trasactable: false })), ['offers[0].trasactable']],
    ['no SKU', file(offer({ skus: [] })), ['offers[0].skus']],
    ['a SKU id twice', file(offer({ skus: [sku(), sku()] })), ['offers[0].skus[1].skuId']],
    ['no seats', withSku({ minSeats: 0 }), ['offers[0].skus[0].minSeats']],
    ['half a seat', withSku({ maxSeats: 1.5 }), ['offers[0].skus[0].maxSeats']],
    ['2^31 seats', withSku({ maxSeats: 2147483648 }), ['offers[0].skus[0].maxSeats']],
    ['fewer seats at most than at least', withSku({ minSeats: 10, maxSeats: 9 }), ['offers[0].skus[0].maxSeats']],
    ['a trial of no days', withSku({ trialDays: 0 }), ['offers[0].skus[0].trialDays']],
    ['a trial of more than ten years', withSku({ trialDays: 3651 }), ['offers[0].skus[0].trialDays']],
    ['a trial that turns into nothing', withSku({ convertsTo: 'P/2' }), ['offers[0].skus[0].convertsTo']],
    ['an upgrade to nothing', withSku({ upgradeTargets: ['P/1', 'Q/1'] }), ['offers[0].skus[0].upgradeTargets[1]']],
    ['an upgrade to an offer', withSku({ upgradeTargets: ['P'] }), ['offers[0].skus[0].upgradeTargets[0]']],
    [
      'an add-on to nothing',
      withSku({ addOn: { prerequisiteSkus: ['P/9'] } }),
      ['offers[0].skus[0].addOn.prerequisiteSkus[0]'],
    ],
    [
      'an add-on without a base',
      withSku({ addOn: { prerequisiteSkus: [] } }),
      ['offers[0].skus[0].addOn.prerequisiteSkus'],
    ],
    [
      'more than all of the base',
      withSku({ addOn: { prerequisiteSkus: ['P/1'], minShareOfBase: '1.01' } }),
      ['offers[0].skus[0].addOn.minShareOfBase'],
    ],
    ['a set-up address without http', withSku({ setupUrl: 'ftp://x' }), ['offers[0].skus[0].setupUrl']],
    ['no plan', withSku({ plans: [] }), ['offers[0].skus[0].plans']],
    ['a plan twice', withSku({ plans: [plan(), plan()] }), ['offers[0].skus[0].plans[1]']],
    ['a term of two months', withPlan({ term: 'P2M' }), ['offers[0].skus[0].plans[0].term']],
    ['a weekly cycle', withPlan({ billingCycle: 'weekly' }), ['offers[0].skus[0].plans[0].billingCycle']],
    [
      '900270: a year’s cycle in a month’s term',
      withPlan({ billingCycle: 'annual' }),
      ['offers[0].skus[0].plans[0].billingCycle'],
    ],
    [
      '900270: three years’ cycle in two years’ term',
      withPlan({ term: 'P2Y', billingCycle: 'triennial' }),
      ['offers[0].skus[0].plans[0].billingCycle'],
    ],
    ['no price', withPlan({ prices: {} }), ['offers[0].skus[0].plans[0].prices']],
    ['a price below zero', withPlan({ prices: { EUR: '-0.01' } }), ['offers[0].skus[0].plans[0].prices.EUR']],
    ['a price as a number', withPlan({ prices: { EUR: 10.08 } }), ['offers[0].skus[0].plans[0].prices.EUR']],
    ['a price with an exponent', withPlan({ prices: { EUR: '1e3' } }), ['offers[0].skus[0].plans[0].prices.EUR']],
    [
      'a price with a comma',
      withPlan({ prices: { USD: '1', EUR: '10,08' } }),
      ['offers[0].skus[0].plans[0].prices.EUR'],
    ],
    ['an unknown currency', withPlan({ prices: { EURO: '10.08' } }), ['offers[0].skus[0].plans[0].prices.EURO']],
    [
      'units included in a licence',
      withPlan({ includedUnits: { calls: '1' } }),
      ['offers[0].skus[0].plans[0].includedUnits'],
    ],
    ['a version of half a character', { ...file(), version: 'v\ud800' }, ['version']],
    ['a NUL in a name', file(offer({ name: 'a\u0000b' })), ['offers[0].name']],
    ['half a character in a name', file(offer({ name: 'Half \ud800' })), ['offers[0].name']],
    [
      'a bell in a publisher’s name',
      file(offer({ publisher: { kind: 'partner', name: 'A\u0007' } })),
      ['offers[0].publisher.name'],
    ],
    ['a NUL in an offer id', file(offer({ offerId: 'P\u0000' })), ['offers[0].offerId']],
    ['an offer id that leads one up in a path', file(offer({ offerId: '..' })), ['offers[0].offerId']],
    ['a SKU id that leads nowhere in a path', withSku({ skuId: '.' }), ['offers[0].skus[0].skuId']],
    ['half a character in a SKU’s id', withSku({ skuId: '\udc00' }), ['offers[0].skus[0].skuId']],
    ['a backspace in a SKU’s name', withSku({ name: 'a\b' }), ['offers[0].skus[0].name']],
    ['a NUL in an address', withSku({ setupUrl: 'https://x/\u0000' }), ['offers[0].skus[0].setupUrl']],
    [
      'a price of less than nothing by its sign',
      withPlan({ prices: { EUR: '-0' } }),
      ['offers[0].skus[0].plans[0].prices.EUR'],
    ],
    [
      'a meter that no report can name',
      file(
        offer({
          kind: 'usage',
          skus: [
            sku({ plans: [plan({ includedUnits: { 'calls\u0000': '1', ['x'.repeat(201)]: '1', '\ud800': '1' } })] }),
          ],
        }),
      ),
      [
        'offers[0].skus[0].plans[0].includedUnits.calls\u0000',
        `offers[0].skus[0].plans[0].includedUnits.${'x'.repeat(201)}`,
        'offers[0].skus[0].plans[0].includedUnits.\ud800',
      ],
    ],
  ])('is refused with %s', (_, json, where) => expect(paths(json)).toEqual(where));

  it.each([
    ['offers', { ...file(), offers: Array.from({ length: 450_000 }, () => 1) }],
    ['unknown fields', { ...file(), ...Object.fromEntries(Array.from({ length: 80_000 }, (_, i) => [`k${i}`, 1])) }],
    ['prices', withPlan({ prices: Object.fromEntries(Array.from({ length: 80_000 }, (_, i) => [`k${i}`, 1])) })],
    ['references', withSku({ upgradeTargets: Array.from({ length: 80_000 }, () => 'Q/1') })],
  ])('with too many wrong %s is refused with the first 50 of its problems', (_, json) =>
    expect(paths(json)).toHaveLength(50),
  );

  it('is refused with every problem, each with its path', () =>
    expect(
      paths(
        file(
          offer({
            skus: [sku(), sku({ skuId: '2', plans: [plan({ prices: { EUR: 'ten', XYZ: '1' } })], colour: 'red' })],
          }),
          offer({ offerId: 'Q', kind: 'old' }),
        ),
      ),
    ).toEqual([
      'offers[0].skus[1].colour',
      'offers[0].skus[1].plans[0].prices.EUR',
      'offers[0].skus[1].plans[0].prices.XYZ',
      'offers[1].kind',
    ]));

  it('E46: may have prices of zero, and with more decimals than the currency', () =>
    expect(paths(withPlan({ prices: { EUR: '0.00', JPY: '1.2345' } }))).toEqual([]));

  it('may include units in a usage plan', () =>
    expect(
      paths(file(offer({ kind: 'usage', skus: [sku({ plans: [plan({ includedUnits: { calls: '100' } })] })] }))),
    ).toEqual([]));

  it('is not affected by names that every object inherits', () => {
    expect(paths(withPlan({ prices: { constructor: '1' } }))).toEqual([
      'offers[0].skus[0].plans[0].prices.constructor',
    ]);
    expect(
      paths(JSON.parse('{ "__proto__": 1, "version": "1", "effectiveFrom": "2021-01-01T00:00:00Z", "offers": [] }')),
    ).toEqual(['__proto__']);
  });
});

describe('the shipped sample', () => {
  const sample = parsed(JSON.parse(readFileSync('catalog.sample.json', 'utf8')));
  const skus = sample.offers.flatMap((offer) => offer.skus);
  const plans = skus.flatMap(({ plans }) => plans);

  it('is in force from the beginning of 2021', () => {
    expect(sample.version).toBe('2021-09');
    expect(sample.effectiveFrom).toBe('2021-01-01T00:00:00.000Z');
  });

  it('contains every kind, term and cycle, and several currencies', () => {
    expect(new Set(sample.offers.map(({ kind }) => kind))).toEqual(
      new Set(['newCommerce', 'legacy', 'isvSaas', 'usage']),
    );
    // R4, R6: Microsoft's and the marketplace's, by licence and metered.
    expect(new Set(sample.offers.map(({ publisher, billingType }) => `${publisher.kind} ${billingType}`))).toEqual(
      new Set(['microsoft license', 'partner license', 'partner usage']),
    );
    expect(new Set(sample.offers.map(({ category }) => category))).toEqual(
      new Set(['enterprise', 'smallBusiness', 'trial']),
    );
    expect(new Set(plans.map(({ term }) => term))).toEqual(new Set(['P1M', 'P1Y', 'P2Y', 'P3Y']));
    expect(new Set(plans.map(({ billingCycle }) => billingCycle))).toEqual(new Set(['monthly', 'annual', 'triennial']));
    expect(new Set(plans.flatMap(({ prices }) => Object.keys(prices)))).toEqual(
      new Set(['EUR', 'USD', 'GBP', 'JPY', 'KWD']),
    );
  });

  it('contains a case of every reason not to buy, and every kind of SKU', () => {
    expect(sample.offers.some(({ limitPerCustomer }) => limitPerCustomer === 1)).toBe(true);
    expect(sample.offers.some(({ exclusiveTo }) => exclusiveTo !== null)).toBe(true);
    expect(sample.offers.some(({ transactable }) => !transactable)).toBe(true);
    expect(sample.offers.some(({ inCsp }) => !inCsp)).toBe(true);
    expect(sample.offers.some(({ countries }) => countries !== 'all')).toBe(true);
    for (const segment of ['commercial', 'education', 'government', 'nonprofit'])
      expect(sample.offers.some(({ segments }) => segments.includes(segment))).toBe(true);
    for (const kind of ['newCommerce', 'legacy', 'isvSaas'])
      expect(
        sample.offers.some((offer) => offer.kind === kind && offer.skus.some(({ trialDays }) => trialDays !== null)),
      ).toBe(true);
    for (const kind of ['newCommerce', 'legacy'])
      expect(sample.offers.some((offer) => offer.kind === kind && offer.skus.some(({ addOn }) => addOn !== null))).toBe(
        true,
      );
    expect(skus.some(({ setupUrl }) => setupUrl?.includes('{subscriptionId}'))).toBe(true);
    expect(skus.some(({ maxSeatsPerCustomer }) => maxSeatsPerCustomer === 300)).toBe(true);
    expect(plans.some(({ includedUnits }) => includedUnits !== undefined)).toBe(true);
  });
});
