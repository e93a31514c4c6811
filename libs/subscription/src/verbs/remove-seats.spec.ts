import { addSeats, pause, removeSeats, schedule, upgrade } from '../asks.testing.ts';
import { bought, catalogue, linesOf, offer, plan, rules } from '../subscription.testing.ts';

const at = '2022-04-01T09:00:00.000Z';
const docs = { policies: rules('docs-2022-03') };
const mine = (quantity = 10) => bought(at, { term: 'P1Y', quantity }, docs);

describe('removing seats', () => {
  it('must be scheduled under the seed, however few and however early (R78)', () => {
    expect(bought(at).no(at, removeSeats(1))).toBe('MUST_BE_SCHEDULED');
  });

  it('takes effect at once within the window of their lot', () => {
    const story = mine().does('2022-04-03T09:00:00.000Z', removeSeats(4));
    expect(story.last[0]).toEqual({
      type: 'SeatsRemoved',
      data: {
        removed: 4,
        quantity: 6,
        lots: [{ quantity: 6, since: at }],
        effectiveAt: '2022-04-03T09:00:00.000Z',
      },
    });
    expect(story.state.quantity).toBe(6);
  });

  it('is possible for 168 hours, the last instant included', () => {
    expect(mine().no('2022-04-08T09:00:00.000Z', removeSeats(1))).toBeUndefined();
    expect(mine().no('2022-04-08T09:00:00.001Z', removeSeats(1))).toBe('REDUCTION_WINDOW_PASSED');
  });

  it('takes only from open lots, and says how many seats they hold', () => {
    const story = mine().does('2022-04-06T09:00:00.000Z', addSeats(5));
    const when = '2022-04-09T09:00:00.000Z';
    expect(story.refusal(when, removeSeats(6))).toMatchObject({
      refused: 'REDUCTION_WINDOW_PASSED',
      facts: { window: 'PT168H', open: 5 },
    });
    expect(story.does(when, removeSeats(5)).state.lots).toEqual([{ quantity: 10, since: at }]);
    expect(story.no(when, removeSeats(1))).toBe('REDUCTION_WINDOW_PASSED');
  });

  it('takes first from the lot whose window ends first', () => {
    const story = mine()
      .does('2022-04-03T09:00:00.000Z', addSeats(5))
      .does('2022-04-04T09:00:00.000Z', addSeats(3))
      .does('2022-04-05T09:00:00.000Z', removeSeats(12));
    expect(story.state.lots).toEqual([
      { quantity: 3, since: '2022-04-03T09:00:00.000Z' },
      { quantity: 3, since: '2022-04-04T09:00:00.000Z' },
    ]);
  });

  it('is possible again after a renewal, for all seats', () => {
    const story = mine().does('2022-06-01T09:00:00.000Z', addSeats(5)).settled('2023-04-01T00:00:00.000Z');
    expect(story.state.lots).toEqual([{ quantity: 15, since: '2023-04-01T00:00:00.000Z' }]);
    expect(story.no('2023-04-08T00:00:00.000Z', removeSeats(14))).toBeUndefined();
  });

  it('is not possible for upgraded seats, which were not newly bought', () => {
    const story = mine().does('2022-04-09T09:00:00.000Z', upgrade('STANDARD', 10));
    expect(story.no('2022-04-09T10:00:00.000Z', removeSeats(1))).toBe('REDUCTION_WINDOW_PASSED');
  });

  it('E17: after an increase on the same day, costs nothing in total when the quantity returns', () => {
    const story = mine().does('2022-04-03T09:00:00.000Z', addSeats(2)).does('2022-04-03T10:00:00.000Z', removeSeats(2));
    expect(linesOf(story.events).map(({ subtotal }) => subtotal)).toEqual([
      '100.80',
      '-94.08',
      '112.89',
      '-112.89',
      '94.08',
    ]);
  });

  it('drops a scheduled change', () => {
    const story = mine()
      .does('2022-04-02T09:00:00.000Z', schedule({ quantity: 5 }))
      .does('2022-04-03T09:00:00.000Z', removeSeats(1));
    expect(story.last.at(-1)).toMatchObject({
      type: 'ScheduledChangeRemoved',
      data: { cause: 'quantityChange', removed: { quantity: 5 } },
    });
  });
});

describe('removing seats is refused', () => {
  it.each([0, -1, 1.5, Number.NaN, 10, 11, 2 ** 31])('E47: for %p of 10', (quantity) => {
    const expected = quantity > 10 ? 'REDUCTION_WINDOW_PASSED' : 'QUANTITY_OUT_OF_RANGE';
    expect(mine().no('2022-04-03T09:00:00.000Z', removeSeats(quantity))).toBe(expected);
  });

  it('below the minimum of the SKU', () => {
    const offers = [offer('FIVE', [{ minSeats: 5, plans: [plan('P1Y', 'monthly', '1.00')] }])];
    const catalogues = [catalogue('one', '2021-01-01T00:00:00Z', offers)];
    const story = bought(at, { offerId: 'FIVE', term: 'P1Y' }, { ...docs, catalogues });
    expect(story.no(at, removeSeats(6))).toBe('QUANTITY_OUT_OF_RANGE');
    expect(story.no(at, removeSeats(5))).toBeUndefined();
  });

  it('while paused or in a trial', () => {
    expect(mine().does(at, pause()).no(at, removeSeats(1))).toBe('SUBSCRIPTION_PAUSED');
    expect(bought(at, { offerId: 'TRIAL', quantity: 25 }, docs).no(at, removeSeats(1))).toBe('TRIAL_LOCKED');
  });
});
