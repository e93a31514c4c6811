import { addSeats, adjust, cancel, everyVerb, pause, schedule, suspend, upgrade } from '../asks.testing.ts';
import { CancelSubscription } from './cancel.ts';
import { bought, linesOf, meta, rules, typesOf, type Ask } from '../subscription.testing.ts';
import type { Role } from '#policy';

const at = '2021-07-15T09:00:00.000Z';
const docs = { policies: rules('docs-2022-03') };
const refunded = (day: string, when: string, details = {}, setting = {}) => {
  const story = bought(day, details, setting).does(when, cancel);
  return story.money(story.last);
};

describe('cancelling', () => {
  it('ends the subscription at once, and keeps the reason (R39, R60)', () => {
    const ask: Ask = (m, to) => new CancelSubscription({ ...to, reason: 'fraud', comment: 'stolen card' }, m);
    const story = bought(at).does('2021-07-15T10:00:00.000Z', ask);
    expect(story.last[0]).toEqual({
      type: 'SubscriptionCancelled',
      data: { reason: 'fraud', comment: 'stolen card', refund: 'full', effectiveAt: '2021-07-15T10:00:00.000Z' },
    });
    expect(story.state).toMatchObject({ status: 'deleted', autoRenew: false });
  });

  it('E5: refunds everything up to 24 hours, to the millisecond (R63); after that one day is used (R64)', () => {
    expect(refunded(at, '2021-07-16T09:00:00.000Z')).toEqual([
      'cancelImmediate -100.80 for 10, 2021-07-15 to 2021-08-14, 31/31 reversal',
    ]);
    expect(refunded(at, '2021-07-16T09:00:00.001Z')).toEqual([
      'cancelImmediate -97.50 for 10, 2021-07-16 to 2021-08-14, 30/31 unit-down',
    ]);
  });

  it('E8: refunds a part up to 30 days, to the millisecond (R59, R64); after that it is refused (R65)', () => {
    expect(refunded(at, '2021-08-14T09:00:00.000Z')).toEqual([
      'cancelImmediate -3.20 for 10, 2021-08-14 to 2021-08-14, 1/31 unit-down',
    ]);
    expect(bought(at).refusal('2021-08-14T09:00:00.001Z', cancel)).toMatchObject({
      refused: 'CANCELLATION_WINDOW_PASSED',
      facts: { window: 'P30D', until: '2021-08-14T09:00:00.000Z' },
    });
  });

  it('E4: counts 28 days, not 31, in a cycle from 31 January to 27 February', () => {
    expect(refunded('2021-01-31T09:00:00.000Z', '2021-02-01T10:00:00.000Z')).toEqual([
      'cancelImmediate -97.20 for 10, 2021-02-01 to 2021-02-27, 27/28 unit-down',
    ]);
  });

  it('E9: refunds everything after a minute that touches two dates', () => {
    expect(refunded('2021-07-15T23:59:30.000Z', '2021-07-16T00:00:30.000Z')).toEqual([
      'cancelImmediate -100.80 for 10, 2021-07-15 to 2021-08-14, 31/31 reversal',
    ]);
  });

  it('E10: counts two dates after 24 hours and 2 minutes, or one block of 24 hours', () => {
    const [from, to] = ['2021-07-15T23:59:00.000Z', '2021-07-17T00:01:00.000Z'];
    expect(refunded(from, to)).toEqual(['cancelImmediate -94.20 for 10, 2021-07-17 to 2021-08-14, 29/31 unit-down']);
    const blocks = { policies: rules('seed-2021-09', { 'nce.refund.dayCount': 'elapsed24h' }) };
    expect(refunded(from, to, {}, blocks)).toEqual([
      'cancelImmediate -97.50 for 10, 2021-07-16 to 2021-08-14, 30/31 unit-down',
    ]);
  });

  it.each([
    ['spring', '2021-03-27T12:00:00.000Z', '2021-03-28T12:00:00.000Z', '2021-03-28T12:00:00.001Z'],
    ['autumn', '2021-10-30T12:00:00.000Z', '2021-10-31T12:00:00.000Z', '2021-10-31T12:00:00.001Z'],
  ])('E11: knows no summer time, in %s neither', (_, from, last, late) => {
    expect(bought(from).does(last, cancel).last[0]?.data).toMatchObject({ refund: 'full' });
    expect(bought(from).does(late, cancel).last[0]?.data).toMatchObject({ refund: 'prorated' });
  });

  it('E13: counts no negative days when the clock went back', () => {
    const story = bought(at).does('2021-07-15T08:59:00.000Z', cancel);
    expect(story.last[0]?.data).toMatchObject({ refund: 'full', effectiveAt: at });
  });

  it('E14: keeps the first cycle, and refunds part of the second', () => {
    const story = bought('2021-02-01T09:00:00.000Z', { term: 'P1Y' }).does('2021-03-02T09:00:00.000Z', cancel);
    expect(story.money()).toEqual([
      'new 100.80 for 10, 2021-02-01 to 2021-02-28, 28/28 whole-cycle',
      'cycleCharge 100.80 for 10, 2021-03-01 to 2021-03-31, 31/31 whole-cycle',
      'cancelImmediate -97.50 for 10, 2021-03-02 to 2021-03-31, 30/31 unit-down',
    ]);
  });

  it('E15: counts from the first start under the seed, from the renewal under docs-2022-03', () => {
    const [start, late] = ['2021-02-01T09:00:00.000Z', '2021-03-02T12:00:00.000Z'];
    expect(bought(start).does(late, cancel).last.at(-2)?.data).toMatchObject({ refund: 'prorated' });
    expect(bought(start, {}, docs).does('2021-03-01T12:00:00.000Z', cancel).last.at(-2)?.data).toMatchObject({
      refund: 'full',
    });
    const may = bought(start).settled('2021-05-01T00:00:00.000Z');
    expect(may.no('2021-05-01T10:00:00.000Z', cancel)).toBe('CANCELLATION_WINDOW_PASSED');
  });

  it('E16: refunds the current seats, whenever they were added', () => {
    const story = bought(at).does('2021-08-03T09:00:00.000Z', addSeats(2)).does('2021-08-08T09:00:00.000Z', cancel);
    expect(story.money(story.last)).toEqual([
      'cancelImmediate -27.24 for 12, 2021-08-08 to 2021-08-14, 7/31 unit-down',
    ]);
  });

  it('reverses line by line what was posted within the 24 hours, down to zero', () => {
    const story = bought(at)
      .does('2021-07-15T10:00:00.000Z', addSeats(2))
      .does('2021-07-15T11:00:00.000Z', upgrade('STANDARD', 12))
      .does('2021-07-16T09:00:00.000Z', cancel);
    expect(linesOf(story.last).map(({ subtotal, rounding }) => `${subtotal} ${rounding}`)).toEqual([
      '-100.80 reversal',
      '100.80 reversal',
      '-120.96 reversal',
      '120.96 reversal',
      '-77.16 reversal',
    ]);
  });

  it('drops a scheduled change, and names it (R88, A5)', () => {
    const story = bought(at)
      .does(at, schedule({ quantity: 5 }))
      .does('2021-07-16T09:00:00.000Z', cancel);
    expect(story.last.at(-1)).toMatchObject({
      type: 'ScheduledChangeRemoved',
      data: { cause: 'cancel', removed: { quantity: 5 } },
    });
  });

  it('E56: is possible while paused; paused days are used days', () => {
    const story = bought(at).does('2021-07-15T10:00:00.000Z', pause()).does('2021-07-17T12:00:00.000Z', cancel);
    expect(story.money(story.last)).toEqual([
      'cancelImmediate -94.20 for 10, 2021-07-17 to 2021-08-14, 29/31 unit-down',
    ]);
  });

  it('is possible for the partner after support has suspended', () => {
    const story = bought(at).does('2021-07-15T10:00:00.000Z', suspend, 'support');
    expect(story.no('2021-07-17T12:00:00.000Z', cancel)).toBeUndefined();
  });

  it('refunds no more than was kept after a manual credit (rule-book.md §2.4, invariant 3)', () => {
    const story = bought(at)
      .does('2021-07-16T09:00:00.000Z', adjust('-90.00'))
      .does('2021-07-17T12:00:00.000Z', cancel);
    expect(story.money(story.last)).toEqual(['cancelImmediate -10.80 for 10, 2021-07-17 to 2021-08-14, 29/31 capped']);
  });

  it('refunds nothing where manual credits exceed the charges, and seats keep their price', () => {
    const story = bought(at).does('2021-07-16T09:00:00.000Z', adjust('-500.00'));
    story.does('2021-07-17T09:00:00.000Z', addSeats(2));
    expect(story.money(story.last)).toEqual([
      'addQuantity -94.29 for 10, 2021-07-17 to 2021-08-14, 29/31 line-down',
      'addQuantity 113.15 for 12, 2021-07-17 to 2021-08-14, 29/31 line-down',
    ]);
    story.does('2021-07-18T09:00:00.000Z', cancel);
    expect(linesOf(story.last)[0]).toMatchObject({ subtotal: '0.00', rounding: 'capped' });
  });
});

describe('cancelling a trial', () => {
  const trial = (setting = {}) => bought('2021-06-25T09:00:00.000Z', { offerId: 'TRIAL', quantity: 25 }, setting);

  it('E26: refunds nothing, and the trial’s end then has no effect', () => {
    const story = trial().does('2021-07-01T09:00:00.000Z', cancel);
    expect(linesOf(story.last).map(({ subtotal }) => subtotal)).toEqual(['0.00']);
    expect(story.state.status).toBe('deleted');
    expect(story.settled('2021-07-25T00:00:00.000Z').last).toEqual([]);
  });

  it('E26: at the very instant of its end comes after the conversion', () => {
    const story = trial().does('2021-07-25T00:00:00.000Z', cancel);
    expect(typesOf(story.last)).toEqual(['TrialConverted', 'ChargesPosted', 'SubscriptionCancelled', 'ChargesPosted']);
    expect(story.money(story.last)).toEqual([
      'renew 1315.25 for 25, 2021-07-25 to 2021-08-24, 31/31 whole-cycle',
      'cancelImmediate -1315.25 for 25, 2021-07-25 to 2021-08-24, 31/31 whole-cycle',
    ]);
  });

  it('is not possible under docs-2022-03 (A16)', () => {
    expect(trial(docs).no('2021-06-26T09:00:00.000Z', cancel)).toBe('TRIAL_LOCKED');
  });
});

describe('cancelling under docs-2022-03', () => {
  it('is possible for seven days of 24 hours', () => {
    const story = () => bought('2022-04-01T09:00:00.000Z', { term: 'P1Y' }, docs);
    expect(story().does('2022-04-08T09:00:00.000Z', cancel).last[0]?.data).toMatchObject({ refund: 'prorated' });
    expect(story().refusal('2022-04-08T09:00:00.001Z', cancel)).toMatchObject({
      refused: 'CANCELLATION_WINDOW_PASSED',
      facts: { window: 'PT168H' },
    });
  });

  it('may exclude the last instant where the preset says so', () => {
    const policies = rules('docs-2022-03', { 'nce.cancel.boundary': 'exclusive' });
    const story = bought('2022-04-01T09:00:00.000Z', { term: 'P1Y' }, { policies });
    expect(story.no('2022-04-08T09:00:00.000Z', cancel)).toBe('CANCELLATION_WINDOW_PASSED');
    expect(story.does('2022-04-02T09:00:00.000Z', cancel).last[0]?.data).toMatchObject({ refund: 'prorated' });
  });
});

describe('cancelling is refused', () => {
  it.each(['auditor', 'billing-reader', 'support'] satisfies Role[])('to the role %s', (role) => {
    expect(bought(at).no(at, cancel, role)).toBe('FORBIDDEN_ROLE');
  });

  it.each(everyVerb)('outside the preview, and so is %s (R44, R58, R73, R77, R89, R98)', (_, ask, role) => {
    const partner = { ...meta(at).partner, newCommercePreview: false };
    expect(bought(at).no(at, ask, { ...meta(at, role), partner })).toBe('PREVIEW_REQUIRED');
  });

  it('with a hint at the alternatives', () => {
    const { facts } = bought(at, { term: 'P1Y' }).refusal('2021-09-01T00:00:00.000Z', cancel) ?? {};
    expect(facts?.['allowedActions']).toEqual(expect.arrayContaining(['pause', 'auto-renew']));
    expect(facts?.['allowedActions']).not.toContain('cancel');
  });

  it.each(everyVerb)('E57: and so is %s, once it is deleted (R61)', (_, ask, role) => {
    const gone = bought(at).does('2021-07-16T09:00:00.000Z', cancel);
    expect(gone.no('2021-07-16T10:00:00.000Z', ask, role)).toBe('SUBSCRIPTION_DELETED');
    expect(gone.no('2031-07-16T10:00:00.000Z', ask, role)).toBe('SUBSCRIPTION_DELETED');
    expect(gone.settled('2031-07-16T10:00:00.000Z').last).toEqual([]);
  });
});
