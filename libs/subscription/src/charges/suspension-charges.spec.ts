import { addSeats, adjust, reactivate, suspend } from '../asks.testing.ts';
import { addOns, office, reactivateAddOn, suspendAddOn } from '../kinds.testing.ts';
import { Story, catalogue, linesOf, offer, plan, purchase, contextOf } from '../subscription.testing.ts';

const at = '2021-06-18T09:00:00.000Z';

/** Ten seats at 70.00 with nine of an add-on at 5.00, in their second month: 745.00 for 18 July to 17 August. */
const seventy = () => {
  const plans = (price: string) => [plan('P1Y', 'monthly', price)];
  const addOn = { prerequisiteSkus: ['OFFICE/0001'], minShareOfBase: null };
  const shelf = offer('OFFICE', [{ plans: plans('70.00') }, { skuId: '0002', addOn, plans: plans('5.00') }], {
    kind: 'legacy',
  });
  return new Story(contextOf({ catalogues: [catalogue('seventy', '2021-01-01T00:00:00Z', [shelf])] }), 's1')
    .does(at, purchase({ offerId: 'OFFICE', quantity: 10, term: 'P1Y' }))
    .does(at, addOns([['0002', 9]]))
    .settled('2021-07-20T09:00:00.000Z');
};

describe('a manual adjustment', () => {
  it('survives a suspension that returns the whole cycle', () => {
    const story = office(at, { quantity: 10 })
      .does(at, adjust('-25.00'))
      .does('2021-06-20T10:00:00.000Z', adjust('3.00'))
      .does('2021-06-21T09:00:00.000Z', suspend);
    expect(story.money(story.last)).toEqual(['suspend -40.00 for 10, 2021-06-18 to 2021-07-17, 30/30 reversal']);
  });

  it('survives a suspension that is lifted: days that were not credited are not charged again', () => {
    const story = seventy().does('2021-07-20T09:00:00.000Z', adjust('-300.00'));
    story.does('2021-07-21T09:00:00.000Z', suspend).does('2021-07-21T09:00:00.000Z', reactivate);
    expect(story.money(story.last)).toEqual([
      'reactivate 445.00 for 10, 2021-07-21 to 2021-08-17, 28/31 capped',
      'reactivate 0.00 for 9, 2021-07-21 to 2021-08-17, 28/31 capped',
    ]);
  });

  it('does not affect a later cycle', () => {
    const story = seventy().does('2021-07-20T09:00:00.000Z', adjust('-300.00'));
    story.does('2021-07-21T09:00:00.000Z', suspend).does('2021-08-18T00:00:00.000Z', reactivate);
    expect(story.money(story.last)).toEqual([
      'reactivate 700.00 for 10, 2021-08-18 to 2021-09-17, 31/31 whole-cycle',
      'reactivate 45.00 for 9, 2021-08-18 to 2021-09-17, 31/31 whole-cycle',
    ]);
  });

  it('is measured separately for an add-on that is suspended separately', () => {
    const story = seventy().does('2021-07-20T09:00:00.000Z', adjust('-725.00'));
    story.does('2021-07-21T09:00:00.000Z', suspendAddOn('0002'));
    expect(story.money(story.last)).toEqual(['suspend -20.00 for 9, 2021-07-21 to 2021-08-17, 28/31 capped']);
    // 14 of 31 days are worth 20.32; 20.65 of 40.65 were not returned.
    story.does('2021-08-04T09:00:00.000Z', reactivateAddOn('0002'));
    expect(story.money(story.last)).toEqual(['reactivate 0.00 for 9, 2021-08-04 to 2021-08-17, 14/31 capped']);
  });
});

describe('a credit that is capped (rule-book.md §2.4, invariant 3)', () => {
  it('never becomes a charge: the cut goes over all credit lines, the last one first', () => {
    const story = seventy().does('2021-07-20T09:00:00.000Z', adjust('-300.00'));
    story.does('2021-07-21T09:00:00.000Z', suspend);
    // 632.26 and 40.65 for 28 of 31 days; 445.00 are left of the cycle.
    expect(story.money(story.last)).toEqual([
      'suspend -445.00 for 10, 2021-07-21 to 2021-08-17, 28/31 capped',
      'suspend 0.00 for 9, 2021-07-21 to 2021-08-17, 28/31 capped',
    ]);
  });

  it('touches only as many lines as it needs', () => {
    const story = seventy().does('2021-07-20T09:00:00.000Z', adjust('-100.00'));
    story.does('2021-07-21T09:00:00.000Z', suspend);
    // 645.00 are left of 672.91: 27.91 come off the add-on's 40.65.
    expect(story.money(story.last)).toEqual([
      'suspend -632.26 for 10, 2021-07-21 to 2021-08-17, 28/31 line-half-up',
      'suspend -12.74 for 9, 2021-07-21 to 2021-08-17, 28/31 capped',
    ]);
  });

  it('is not a charge against which seats could be measured later', () => {
    const story = seventy().does('2021-07-20T09:00:00.000Z', adjust('-300.00'));
    story.does('2021-07-21T09:00:00.000Z', suspend).does('2021-07-21T09:00:00.000Z', reactivate);
    story.does('2021-07-21T09:00:00.000Z', addSeats(1));
    expect(story.money(story.last)).toEqual([
      'addQuantity -445.00 for 10, 2021-07-21 to 2021-08-17, 28/31 reversal',
      'addQuantity 695.48 for 11, 2021-07-21 to 2021-08-17, 28/31 line-half-up',
    ]);
  });
});

describe('a part of a cycle', () => {
  const year = (prices: Readonly<Record<string, string>>, currency: string, quantity: number) => {
    const shelf = offer('OFFICE', [{ plans: [plan('P1Y', 'annual', prices)] }], { kind: 'legacy' });
    const catalogues = [catalogue('year', '2021-01-01T00:00:00Z', [shelf])];
    const details = { offerId: 'OFFICE', quantity, term: 'P1Y', billingCycle: 'annual' } as const;
    return new Story(contextOf({ catalogues, currency }), 's1').does(
      '2021-01-31T12:00:00.000Z',
      purchase({ ...details }),
    );
  };

  it('never costs more than the whole, although the price of a day is rounded up', () => {
    const story = year({ EUR: '90.01' }, 'EUR', 10);
    story.does('2021-02-02T00:00:00.000Z', suspend).does('2021-02-02T00:00:00.000Z', reactivate);
    // 0.2466… a day is 0.25; times 363 and ten that would be 907.50.
    expect(story.money(story.last)).toEqual(['reactivate 900.10 for 10, 2021-02-02 to 2022-01-30, 363/365 daily']);
    expect(linesOf(story.last)[0]?.effectiveUnitPrice).toBe('90.75');
  });

  it('is exact in a currency without a minor unit', () => {
    const story = year({ JPY: '180' }, 'JPY', 1000).does('2021-02-02T00:00:00.000Z', addSeats(1));
    // 0.4931… a day is 0.493: 986 for two days, 179137.959 for 363.
    expect(story.money(story.last)).toEqual([
      'addQuantity -180000 for 1000, 2021-01-31 to 2022-01-30, 365/365 reversal',
      'addQuantity 986 for 1000, 2021-01-31 to 2021-02-01, 2/365 daily',
      'addQuantity 179138 for 1001, 2021-02-02 to 2022-01-30, 363/365 daily',
    ]);
  });
});
