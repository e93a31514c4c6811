import { adjust, upgrade } from '../asks.testing.ts';
import { addOns, office } from '../kinds.testing.ts';
import { bought, catalogue, deliver, offer, plan, type Story } from '../subscription.testing.ts';

const at = '2021-06-18T09:00:00.000Z';

const plans = (price: string) => [plan('P1M', 'monthly', price)];
const catalogues = [
  catalogue('tens', '2021-01-01T00:00:00Z', [
    offer('TEN', [{ upgradeTargets: ['DEAR/0001', 'CHEAP/0001'], plans: plans('10.00') }]),
    offer('DEAR', [{ plans: plans('20.00') }]),
    offer('CHEAP', [{ plans: plans('1.00') }]),
  ]),
];

/** Ten seats at 10.00; the expensive target costs 20.00, the cheap one 1.00. */
const tens = (target?: Story) =>
  bought(at, { offerId: 'TEN' }, { catalogues, ...(target === undefined ? {} : { target: target.state }) }).does(
    '2021-06-21T09:00:00.000Z',
    adjust('-60.00'),
  );

describe('the credit of an operation (rule-book.md §2.4, invariant 3)', () => {
  it('is the net of both sides of an upgrade: seats that move to a dearer SKU are credited in full', () => {
    const source = tens().does('2021-06-21T10:00:00.000Z', upgrade('DEAR', 9));
    expect(source.money(source.last)).toEqual(['convert -81.00 for 9, 2021-06-21 to 2021-07-17, 27/30 unit-down']);
    const child = deliver(source, '2021-06-21T10:00:01.000Z') as Story;
    expect(child.money()).toEqual(['convert 162.00 for 9, 2021-06-21 to 2021-07-17, 27/30 unit-down']);
  });

  it('is capped at the amount kept, where the net is still a larger credit', () => {
    const source = tens().does('2021-06-21T10:00:00.000Z', upgrade('CHEAP', 9));
    // 40.00 were kept; 27 of 30 days of nine seats at 1.00 are 8.10: 48.10 may be returned.
    expect(source.money(source.last)).toEqual(['convert -48.10 for 9, 2021-06-21 to 2021-07-17, 27/30 capped']);
  });

  it('is the net of both sides, also where the seats move to an existing subscription', () => {
    const dear = bought(at, { offerId: 'DEAR', subscriptionId: 's2' }, { catalogues });
    const source = tens(dear).does('2021-06-21T10:00:00.000Z', upgrade('DEAR', 9, 's2'));
    expect(source.money(source.last)).toEqual(['convert -81.00 for 9, 2021-06-21 to 2021-07-17, 27/30 unit-down']);
    deliver(source, '2021-06-21T10:00:01.000Z', dear);
    expect(dear.money(dear.last)).toEqual(['moveQuantity 162.00 for 9, 2021-06-21 to 2021-07-17, 27/30 unit-down']);
    const cheap = bought(at, { offerId: 'CHEAP', subscriptionId: 's2' }, { catalogues });
    const cut = tens(cheap).does('2021-06-21T10:00:00.000Z', upgrade('CHEAP', 9, 's2'));
    expect(cut.money(cut.last)).toEqual(['convert -48.10 for 9, 2021-06-21 to 2021-07-17, 27/30 capped']);
  });

  it('is the net of all add-ons of one set', () => {
    const story = office(at, { quantity: 10 }).does(at, addOns([['0002', 3]]));
    // 43.00 less 42.50: half a unit is left, but the operation has no net credit.
    story.does('2021-06-20T09:00:00.000Z', adjust('-42.50')).does('2021-07-08T09:00:00.000Z', addOns([['0003', 5]]));
    expect(story.money(story.last)).toEqual([
      'new 3.33 for 5, 2021-07-08 to 2021-07-17, 10/30 line-half-up',
      'removeQuantity -3.00 for 3, 2021-06-18 to 2021-07-17, 30/30 reversal',
      'removeQuantity 2.00 for 3, 2021-06-18 to 2021-07-07, 20/30 line-half-up',
    ]);
  });

  it('counts the amount kept once, however many add-ons end', () => {
    const both = addOns([
      ['0002', 3],
      ['0003', 5],
    ]);
    const story = office(at, { quantity: 10 }).does(at, both).does('2021-06-20T09:00:00.000Z', adjust('-52.00'));
    story.does('2021-07-08T09:00:00.000Z', addOns([]));
    // 1.00 is left of 53.00; the unused days are worth 1.00 and 3.33.
    expect(story.money(story.last)).toEqual([
      'removeQuantity -3.00 for 3, 2021-06-18 to 2021-07-17, 30/30 reversal',
      'removeQuantity 2.00 for 3, 2021-06-18 to 2021-07-07, 20/30 line-half-up',
      'removeQuantity -6.67 for 5, 2021-06-18 to 2021-07-17, 30/30 capped',
      'removeQuantity 6.67 for 5, 2021-06-18 to 2021-07-07, 20/30 line-half-up',
    ]);
  });
});
