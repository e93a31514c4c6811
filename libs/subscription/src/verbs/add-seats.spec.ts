import { addSeats, pause, removeSeats, schedule, suspend } from '../asks.testing.ts';
import { bought, catalogue, meta, offer, original, plan, rules, shelf, typesOf } from '../subscription.testing.ts';
import type { Role } from '#policy';

const at = '2021-06-18T09:00:00.000Z';

describe('adding seats', () => {
  it('takes effect at once (R79), and creates a lot for the new seats', () => {
    const story = bought(at).does('2021-06-20T10:00:00.000Z', addSeats(2));
    expect(story.last[0]).toEqual({
      type: 'SeatsAdded',
      data: { added: 2, quantity: 12, effectiveAt: '2021-06-20T10:00:00.000Z' },
    });
    expect(story.state).toMatchObject({
      quantity: 12,
      lots: [
        { quantity: 10, since: at },
        { quantity: 2, since: '2021-06-20T10:00:00.000Z' },
      ],
    });
  });

  it('E18: on the last day of a cycle costs one day', () => {
    const story = bought(at).does('2021-07-17T23:00:00.000Z', addSeats(2));
    expect(story.money(story.last)).toEqual([
      'addQuantity -3.36 for 10, 2021-07-17 to 2021-07-17, 1/30 line-down',
      'addQuantity 4.03 for 12, 2021-07-17 to 2021-07-17, 1/30 line-down',
    ]);
  });

  it('E19: at the first instant of a cycle belongs to that cycle: its charge first, then the change', () => {
    const story = bought(at, { term: 'P1Y' }).does('2021-07-18T00:00:00.000Z', addSeats(2));
    expect(typesOf(story.last)).toEqual(['ChargeCycleStarted', 'ChargesPosted', 'SeatsAdded', 'ChargesPosted']);
    expect(story.money(story.last)).toEqual([
      'cycleCharge 100.80 for 10, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
      'addQuantity -100.80 for 10, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
      'addQuantity 120.96 for 12, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
    ]);
  });

  it('keeps the price of the purchase, whatever the list says now', () => {
    const dearer = catalogue('2021-06-19', '2021-06-19T00:00:00Z', [
      offer('BASIC', [{ maxSeats: 300, plans: [plan('P1M', 'monthly', '99.00')] }]),
    ]);
    const story = bought(at, {}, { catalogues: [original, dearer] }).does('2021-06-20T10:00:00.000Z', addSeats(2));
    expect(story.money(story.last)[1]).toBe('addQuantity 112.89 for 12, 2021-06-20 to 2021-07-17, 28/30 line-down');
  });

  it('is possible for a product that is no longer sold', () => {
    const rest = catalogue('2021-06-19', '2021-06-19T00:00:00Z', [shelf[5] ?? {}]);
    const story = bought(at, {}, { catalogues: [original, rest] });
    expect(story.does('2021-06-20T10:00:00.000Z', addSeats(500)).state.quantity).toBe(510);
  });

  it('E36: drops a scheduled reduction, and names it', () => {
    const story = bought(at)
      .does('2021-06-19T09:00:00.000Z', schedule({ quantity: 5 }))
      .does('2021-06-20T10:00:00.000Z', addSeats(2));
    expect(story.last.at(-1)).toEqual({
      type: 'ScheduledChangeRemoved',
      data: { cause: 'quantityChange', removed: { quantity: 5 }, effectiveAt: '2021-06-20T10:00:00.000Z' },
    });
    expect(story.settled('2021-07-18T00:00:00.000Z').state.quantity).toBe(12);
  });

  it('E45: in dinars is charged with three decimals', () => {
    const story = bought('2021-07-15T09:00:00.000Z', { offerId: 'WORLD', quantity: 9 }, { currency: 'KWD' });
    story.does('2021-07-17T09:00:00.000Z', addSeats(1));
    expect(story.money()).toEqual([
      'new 29.250 for 9, 2021-07-15 to 2021-08-14, 31/31 whole-cycle',
      'addQuantity -27.362 for 9, 2021-07-17 to 2021-08-14, 29/31 line-down',
      'addQuantity 30.403 for 10, 2021-07-17 to 2021-08-14, 29/31 line-down',
    ]);
  });

  it('E44: in yen is charged without decimals', () => {
    const story = bought(at, { offerId: 'WORLD', quantity: 9 }, { currency: 'JPY' });
    story.does('2021-06-20T09:00:00.000Z', addSeats(1));
    expect(story.money(story.last)).toEqual([
      'addQuantity -8400 for 9, 2021-06-20 to 2021-07-17, 28/30 line-down',
      'addQuantity 9333 for 10, 2021-06-20 to 2021-07-17, 28/30 line-down',
    ]);
  });

  it('E13: takes effect no earlier than the previous event, even if the clock went back', () => {
    const story = bought(at).does('2021-06-18T08:00:00.000Z', addSeats(1));
    expect(story.last.map(({ data }) => data.effectiveAt)).toEqual([at, at]);
  });
});

describe('adding seats is refused', () => {
  const when = '2021-06-20T10:00:00.000Z';

  it.each([0, -1, 1.5, Number.NaN, '10' as unknown as number, 291, 2 ** 31, 2 ** 53])(
    'E47: for %p more than 10 of at most 300',
    (quantity) => {
      expect(bought(at).no(when, addSeats(quantity))).toBe('QUANTITY_OUT_OF_RANGE');
    },
  );

  it('E47: but not for the largest possible number', () => {
    expect(bought(at).does(when, addSeats(290)).state.quantity).toBe(300);
  });

  it('while paused, suspended or in a trial', () => {
    expect(bought(at).does(at, pause()).no(when, addSeats(1))).toBe('SUBSCRIPTION_PAUSED');
    expect(bought(at).does(at, suspend, 'support').no(when, addSeats(1))).toBe('SUBSCRIPTION_SUSPENDED');
    expect(bought(at, { offerId: 'TRIAL' }).no(when, addSeats(1))).toBe('TRIAL_LOCKED');
  });

  it.each(['auditor', 'billing-reader', 'support'] satisfies Role[])('to the role %s', (role) => {
    expect(bought(at).no(when, addSeats(1), role)).toBe('FORBIDDEN_ROLE');
  });

  it('outside the preview (R44)', () => {
    const outside = { partner: { ...meta(at).partner, newCommercePreview: false } };
    expect(bought(at).no(when, addSeats(1), outside)).toBe('PREVIEW_REQUIRED');
  });

  it('beyond the number of updates that the preset allows', () => {
    const story = bought(at, {}, { policies: rules('docs-2022-03', { 'nce.updates.max': 2 }) });
    story.does(when, addSeats(1)).does(when, removeSeats(1));
    expect(story.no(when, addSeats(1))).toBe('TOO_MANY_UPDATES');
    // The count starts again with the next term.
    story.settled('2021-07-18T00:00:00.000Z');
    expect(story.no('2021-07-18T00:00:00.000Z', addSeats(1))).toBeUndefined();
  });
});
