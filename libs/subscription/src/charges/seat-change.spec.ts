import { addSeats, removeSeats, reactivate, suspend, upgrade } from '../asks.testing.ts';
import { crm, office } from '../kinds.testing.ts';

const at = '2018-01-13T09:00:00.000Z';

describe('seats of a legacy subscription', () => {
  it('W27: return the advance charge, and each number of seats pays for its days', () => {
    const story = office(at).does('2018-02-01T10:00:00.000Z', addSeats(1));
    expect(story.money(story.last)).toEqual([
      'addQuantity -4.00 for 1, 2018-01-13 to 2018-02-12, 31/31 reversal',
      'addQuantity 2.45 for 1, 2018-01-13 to 2018-01-31, 19/31 line-half-up',
      'addQuantity 3.10 for 2, 2018-02-01 to 2018-02-12, 12/31 line-half-up',
    ]);
    expect(story.settled('2018-02-13T00:00:00.000Z').money(story.last)).toEqual([
      'cycleCharge 8.00 for 2, 2018-02-13 to 2018-03-12, 28/28 whole-cycle',
    ]);
  });

  it('have no used days on the first day of the line that is returned', () => {
    const story = office(at).does(at, addSeats(1));
    expect(story.money(story.last)).toEqual([
      'addQuantity -4.00 for 1, 2018-01-13 to 2018-02-12, 31/31 reversal',
      'addQuantity 8.00 for 2, 2018-01-13 to 2018-02-12, 31/31 whole-cycle',
    ]);
  });

  it('may be removed at any time, and the last line to the end of the cycle is returned', () => {
    const story = office(at)
      .does('2018-02-01T10:00:00.000Z', addSeats(1))
      .does('2018-02-05T10:00:00.000Z', removeSeats(1));
    // 3.10 for 1-12 Feb is returned; four days for two seats (1.032…), eight for one (1.032…).
    expect(story.money(story.last)).toEqual([
      'removeQuantity -3.10 for 2, 2018-02-01 to 2018-02-12, 12/31 reversal',
      'removeQuantity 1.03 for 2, 2018-02-01 to 2018-02-04, 4/31 line-half-up',
      'removeQuantity 1.03 for 1, 2018-02-05 to 2018-02-12, 8/31 line-half-up',
    ]);
    expect(story.state.quantity).toBe(1);
  });

  it('of a year paid in advance are charged by the rounded day', () => {
    const story = office(at, { billingCycle: 'annual' }).does('2018-03-01T10:00:00.000Z', addSeats(1));
    // 48.00/365 is 0.13 a day: 47 days for one seat, 318 for two.
    expect(story.money(story.last)).toEqual([
      'addQuantity -48.00 for 1, 2018-01-13 to 2019-01-12, 365/365 reversal',
      'addQuantity 6.11 for 1, 2018-01-13 to 2018-02-28, 47/365 daily',
      'addQuantity 82.68 for 2, 2018-03-01 to 2019-01-12, 318/365 daily',
    ]);
  });

  it('after a reactivation are measured against its charge', () => {
    const story = office(at)
      .does('2018-02-20T10:00:00.000Z', suspend)
      .does('2018-03-01T10:00:00.000Z', reactivate)
      .does('2018-03-05T10:00:00.000Z', addSeats(1));
    // Reactivated: 12 of 28 days, 1.71. Then 4 of 28 for one seat (0.571…), 8 of 28 for two (2.285…).
    expect(story.money(story.last)).toEqual([
      'addQuantity -1.71 for 1, 2018-03-01 to 2018-03-12, 12/28 reversal',
      'addQuantity 0.57 for 1, 2018-03-01 to 2018-03-04, 4/28 line-half-up',
      'addQuantity 2.29 for 2, 2018-03-05 to 2018-03-12, 8/28 line-half-up',
    ]);
  });

  it('stay between one and the maximum of the SKU', () => {
    expect(office(at).no(at, removeSeats(1))).toBe('QUANTITY_OUT_OF_RANGE');
    expect(office(at).no(at, addSeats(499))).toBeUndefined();
    expect(office(at).no(at, addSeats(500))).toBe('QUANTITY_OUT_OF_RANGE');
  });

  it('are upgraded all at once, under the same id (R91)', () => {
    const two = office(at, { quantity: 2 });
    expect(two.no(at, upgrade('PLUS', 1))).toBe('MUST_UPGRADE_ALL');
    expect(two.no(at, upgrade('PLUS', 2, 's2'))).toBe('MUST_UPGRADE_ALL');
    two.does('2018-02-01T10:00:00.000Z', upgrade('PLUS', 2));
    // 12 of 31 days: 2 × 4.00 gives 3.096…, 2 × 6.00 gives 4.645….
    expect(two.money(two.last)).toEqual([
      'convert -3.10 for 2, 2018-02-01 to 2018-02-12, 12/31 line-half-up',
      'convert 4.65 for 2, 2018-02-01 to 2018-02-12, 12/31 line-half-up',
    ]);
    expect(two.state).toMatchObject({ offerId: 'PLUS', quantity: 2, termEnd: '2019-01-12' });
  });
});

describe('seats of a marketplace subscription', () => {
  it('are wiped and recreated, also for a reduction, at any time', () => {
    const story = crm('2021-06-18T09:00:00.000Z').does('2021-06-25T10:00:00.000Z', addSeats(2));
    // 23 of 30 days at 10.00: 76.666… for ten, 92 for twelve.
    expect(story.money(story.last)).toEqual([
      'addQuantity -76.66 for 10, 2021-06-25 to 2021-07-17, 23/30 line-down',
      'addQuantity 92.00 for 12, 2021-06-25 to 2021-07-17, 23/30 line-down',
    ]);
    story.does('2021-07-08T10:00:00.000Z', removeSeats(7));
    // Ten days: 40.00 for twelve, 16.666… for five.
    expect(story.money(story.last)).toEqual([
      'removeQuantity -40.00 for 12, 2021-07-08 to 2021-07-17, 10/30 line-down',
      'removeQuantity 16.66 for 5, 2021-07-08 to 2021-07-17, 10/30 line-down',
    ]);
    expect(story.no('2021-07-08T10:00:00.000Z', addSeats(46))).toBe('QUANTITY_OUT_OF_RANGE');
  });

  it('are neither upgraded nor scheduled: the publisher sells no other SKU', () => {
    expect(crm(at).no(at, upgrade('PLUS', 10))).toBe('WRONG_COMMERCE_KIND');
  });
});
