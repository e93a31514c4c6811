import { addSeats, convert, schedule, upgrade } from '../asks.testing.ts';
import type { CustomerFacts } from '../context.ts';
import { holdingOf } from '../holding.ts';
import {
  bought,
  catalogue,
  deliver,
  offer,
  plan,
  rules,
  type Ask,
  type Story,
  type Details,
} from '../subscription.testing.ts';

const start = '2021-06-18T09:00:00.000Z';
const when = '2021-06-25T09:00:00.000Z';
const plans = [plan('P1M', 'monthly', '10.00'), plan('P1Y', 'monthly', '10.00')];

/** BASIC, LEGACY and the paid SKU of a trial lead to TARGET, which is limited as a test says. */
const shelf = (limits: Readonly<Record<string, unknown>>) => [
  catalogue('one', '2021-01-01T00:00:00Z', [
    offer('BASIC', [{ upgradeTargets: ['TARGET/0001'], plans }]),
    offer('LEGACY', [{ upgradeTargets: ['OLD/0001'], plans }], { kind: 'legacy' }),
    offer('TARGET', [{ plans }], limits),
    offer('OLD', [{ plans }], { kind: 'legacy', ...limits }),
    offer('TRIAL', [{ trialDays: 30, convertsTo: 'TARGET/0001', plans: [plan('P1M', 'monthly', '0')] }]),
  ]),
];
const story = (
  limits: Readonly<Record<string, unknown>>,
  details: Details,
  facts: Partial<CustomerFacts> = {},
): Story => {
  const buys = bought(start, details, { catalogues: shelf(limits), policies: rules('seed-2021-09') });
  const { context } = buys;
  Object.assign(context, { customer: { ...context.customer, ...facts } });
  return buys;
};
const held = (offerId: string) => [
  { subscriptionId: 's9', offerId, skuId: '0001', quantity: 1, status: 'active' as const },
];

const ways: readonly (readonly [string, Details, Ask])[] = [
  ['an upgrade of all seats', {}, upgrade('TARGET', 10)],
  ['an upgrade of some seats', {}, upgrade('TARGET', 4)],
  ['an upgrade that is scheduled', {}, schedule({ offerId: 'TARGET', skuId: '0001' })],
  ['one of some seats that is scheduled', {}, schedule({ offerId: 'TARGET', skuId: '0001', upgradeQuantity: 4 })],
  ['a legacy upgrade', { offerId: 'LEGACY', term: 'P1Y' }, upgrade('OLD', 10)],
  ['the conversion of a trial', { offerId: 'TRIAL' }, convert()],
];

describe.each(ways)('%s must pass the checks of a purchase', (_, details, ask) => {
  const target = details.offerId === 'LEGACY' ? 'OLD' : 'TARGET';

  it.each([
    ['R13', 'SEGMENT_NOT_SUPPORTED', { segments: ['education'] }],
    ['R16', 'COUNTRY_NOT_SUPPORTED', { countries: ['DE'] }],
    ['R17', 'NOT_IN_CSP', { inCsp: false }],
    ['R18', 'EXCLUSIVE_TO_OTHERS', { exclusiveTo: ['p2'] }],
    ['R19', 'NOT_TRANSACTABLE_HERE', { transactable: false }],
  ])('%s: %s', (__, code, limits) => expect(story(limits, details).no(when, ask)).toBe(code));

  it('R5, R14: ALREADY_OWNED_SINGLE, where the customer holds the only one', () => {
    const single = { limitPerCustomer: 1 };
    expect(story(single, details, { held: held(target) }).no(when, ask)).toBe('ALREADY_OWNED_SINGLE');
    expect(story(single, details, { held: held('ANOTHER') }).no(when, ask)).toBeUndefined();
  });
});

it('an upgrade into an existing subscription takes no place, but must pass all other checks', () => {
  const into = upgrade('TARGET', 4, 's9');
  expect(story({ limitPerCustomer: 1 }, {}, { held: held('TARGET') }).no(when, into)).toBeUndefined();
  expect(story({ segments: ['education'] }, {}).no(when, into)).toBe('SEGMENT_NOT_SUPPORTED');
});

describe('the count of a subscription', () => {
  const target = { offerId: 'TARGET', skuId: '0001' };
  const basic = { offerId: 'BASIC', skuId: '0001' };
  const counts = ({ state }: Story) => [holdingOf(state, basic), holdingOf(state, target)];

  it('includes its own seats', () =>
    expect(counts(story({}, {}))).toEqual([
      { seats: 10, places: 1 },
      { seats: 0, places: 0 },
    ]));

  it('includes those of its scheduled change', () => {
    const whole = story({}, {}).does(when, schedule(target));
    expect(counts(whole)).toEqual([
      { seats: 10, places: 1 },
      { seats: 10, places: 1 },
    ]);
    const part = story({}, {}).does(when, schedule({ ...target, upgradeQuantity: 4 }));
    expect(counts(part)[1]).toEqual({ seats: 4, places: 1 });
    const into = story({}, {}).does(
      when,
      schedule({ ...target, upgradeQuantity: 4, target: { subscriptionId: 's2' } }),
    );
    expect(counts(into)[1]).toEqual({ seats: 4, places: 0 });
  });

  it('includes seats in transit from it, and back, until they have arrived', () => {
    const source = story({}, {}).does(when, upgrade('TARGET', 4));
    expect(counts(source)).toEqual([
      { seats: 10, places: 1 },
      { seats: 4, places: 1 },
    ]);
    const opened = deliver(source, when) as Story;
    expect(counts(source)).toEqual([
      { seats: 6, places: 1 },
      { seats: 0, places: 0 },
    ]);
    expect(holdingOf(opened.does(when, addSeats(1)).state, target)).toEqual({ seats: 5, places: 1 });
  });

  it('is zero for a missing or deleted one', () => {
    expect(holdingOf({ status: 'none' }, basic)).toEqual({ seats: 0, places: 0 });
    expect(holdingOf({ ...story({}, {}).state, status: 'deleted' }, basic)).toEqual({ seats: 0, places: 0 });
  });
});
