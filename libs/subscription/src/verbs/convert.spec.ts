import { autoRenew, cancel, convert, pause, removeSeats, schedule } from '../asks.testing.ts';
import { bought, catalogue, original, rules, shelf, typesOf } from '../subscription.testing.ts';

const at = '2021-06-25T09:00:00.000Z';
const when = '2021-07-05T09:00:00.000Z';
const end = '2021-07-25T00:00:00.000Z';
const docs = { policies: rules('docs-2022-03') };
const trial = (setting = {}) => bought(at, { offerId: 'TRIAL', quantity: 25 }, setting);

describe('converting a trial', () => {
  it('begins a paid term on that day, its anchor, under the same id (rule-book.md §2.2)', () => {
    const story = trial().does(when, convert());
    expect(story.last[0]).toEqual({
      type: 'TrialConverted',
      data: {
        cause: 'command',
        anchor: { day: 5, rule: 'clamp' },
        termStart: '2021-07-05',
        termEnd: '2021-08-04',
        cycle: { start: '2021-07-05', end: '2021-08-04', days: 31 },
        cyclesFrom: '2021-07-05',
        offerId: 'ENTERPRISE',
        skuId: '0001',
        offerName: 'Offer ENTERPRISE',
        quantity: 25,
        term: 'P1M',
        billingCycle: 'monthly',
        unitPrice: '52.61',
        catalogVersion: '2021-01',
        effectiveAt: when,
      },
    });
    expect(story.money(story.last)).toEqual([
      'convert 0.00 for 25, 2021-07-05 to 2021-07-24, 20/30 unit-down',
      'convert 1315.25 for 25, 2021-07-05 to 2021-08-04, 31/31 whole-cycle',
    ]);
    expect(story.state).toMatchObject({ isTrial: false, convertsTo: null, termStartedAt: when });
  });

  it('may bring another number of seats, another plan and a better SKU', () => {
    const story = trial().does(
      when,
      convert({ offerId: 'PREMIUM', skuId: '0001', quantity: 3, term: 'P1Y', billingCycle: 'annual' }),
    );
    expect(story.money(story.last)[1]).toBe('convert 720.00 for 3, 2021-07-05 to 2022-07-04, 365/365 whole-cycle');
  });

  it('uses the preset’s plan where none is given: P1Y monthly under docs-2022-03', () => {
    expect(trial(docs).does(when, convert()).state).toMatchObject({ term: 'P1Y', billingCycle: 'monthly' });
    expect(trial(docs).does(when, convert({ billingCycle: 'annual' })).state).toMatchObject({
      term: 'P1Y',
      billingCycle: 'annual',
    });
  });

  it('drops a scheduled change (R88, A5)', () => {
    const story = trial()
      .does(at, schedule({ quantity: 5 }))
      .does(when, convert());
    expect(story.last.at(-1)).toMatchObject({ type: 'ScheduledChangeRemoved', data: { cause: 'conversion' } });
  });

  it('keeps the windows of the trial under the seed, and opens new ones under docs-2022-03', () => {
    const seed = trial().does('2021-07-25T00:00:00.000Z', autoRenew(false));
    expect(seed.no('2021-07-25T09:00:00.000Z', cancel)).toBeUndefined();
    expect(seed.no('2021-07-25T09:00:00.001Z', cancel)).toBe('CANCELLATION_WINDOW_PASSED');
    const later = trial(docs).does(when, convert());
    expect(later.does('2021-07-06T09:00:00.000Z', cancel).money(later.last)).toEqual([
      'cancelImmediate 0.00 for 25, 2021-07-05 to 2021-07-24, 20/30 reversal',
      'cancelImmediate -1315.25 for 25, 2021-07-05 to 2021-08-04, 31/31 reversal',
    ]);
    expect(trial(docs).does(when, convert()).no('2021-07-06T09:00:00.000Z', removeSeats(1))).toBeUndefined();
  });
});

describe('converting a trial is refused', () => {
  it('once it is paid (E20: also at the very instant of its end)', () => {
    expect(bought(at).no(when, convert())).toBe('NOT_A_TRIAL');
    expect(trial().no(end, convert())).toBe('NOT_A_TRIAL');
    expect(trial().no('2021-07-24T23:59:59.999Z', convert())).toBeUndefined();
  });

  it('with fewer than 25 seats under docs-2022-03', () => {
    expect(trial(docs).no(when, convert({ quantity: 24 }))).toBe('QUANTITY_OUT_OF_RANGE');
    expect(trial().no(when, convert({ quantity: 24 }))).toBeUndefined();
  });

  it('beyond the limits of the paid SKU', () => {
    expect(trial().no(when, convert({ quantity: 501 }))).toBe('QUANTITY_OUT_OF_RANGE');
  });

  it('to an unrelated SKU, or a plan that is not sold', () => {
    expect(trial().no(when, convert({ offerId: 'BASIC' }))).toBe('UPGRADE_NOT_ELIGIBLE');
    expect(trial().no(when, convert({ term: 'P1M', billingCycle: 'annual' }))).toBe('PLAN_NOT_OFFERED');
  });

  it('after a cancellation, by an auditor, and while paused', () => {
    expect(trial().does(when, cancel).no(when, convert())).toBe('SUBSCRIPTION_DELETED');
    expect(trial().no(when, convert(), 'auditor')).toBe('FORBIDDEN_ROLE');
    expect(bought(at).does(when, pause()).no(when, convert())).toBe('SUBSCRIPTION_PAUSED');
  });
});

describe('a trial that reaches its end', () => {
  it('becomes paid at that instant, with its first charge (R28, R86)', () => {
    const story = trial().settled(end);
    expect(typesOf(story.last)).toEqual(['TrialConverted', 'ChargesPosted']);
    expect(story.last[0]?.data).toMatchObject({ cause: 'trialEnded', effectiveAt: end, termStart: '2021-07-25' });
    expect(story.money(story.last)).toEqual(['renew 1315.25 for 25, 2021-07-25 to 2021-08-24, 31/31 whole-cycle']);
  });

  it('then renews on its own schedule (R29)', () => {
    const story = trial().settled('2021-08-25T00:00:00.000Z');
    expect(story.money().at(-1)).toBe('renew 1315.25 for 25, 2021-08-25 to 2021-09-24, 31/31 whole-cycle');
  });

  it('ends if its paid SKU was withdrawn', () => {
    const rest = catalogue(
      '2021-07',
      '2021-07-01T00:00:00Z',
      shelf.filter(({ offerId }) => !['TRIAL', 'ENTERPRISE'].includes(offerId)),
    );
    const story = trial({ catalogues: [original, rest] }).settled(end);
    expect(story.last).toEqual([{ type: 'SubscriptionDeleted', data: { cause: 'trialEnded', effectiveAt: end } }]);
  });
});
