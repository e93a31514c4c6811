import { endDateRefusal, endDates } from './align.ts';
import { resolve, type PresetName } from '#policy';
import type { AlignableSubscription } from '../context.ts';
import { bought, nothing, purchase, rules, contextOf, Story, type Details } from '../subscription.testing.ts';

type Term = AlignableSubscription['term'];

const other = (term: Term, termEnd: string, day: number): AlignableSubscription => ({
  subscriptionId: 's-other',
  term,
  termEnd,
  anchor: { day, rule: 'clamp' },
});

const alignment = (
  term: Term,
  on: string,
  subscriptions: readonly AlignableSubscription[],
  preset: PresetName = 'docs-2022-03',
) => ({
  term,
  at: `${on}T09:00:00.000Z`,
  anchor: { day: Number(on.slice(8)), rule: 'clamp' as const },
  policy: resolve({ preset }),
  subscriptions,
});

const dates = (...of: Parameters<typeof alignment>) => endDates(alignment(...of)).map(({ date }) => date);

/** Ten seats of BASIC with an aligned end, beside another subscription. */
const aligned = (at: string, details: Details, subscriptions: readonly AlignableSubscription[]) => {
  const context = contextOf({ policies: rules('docs-2022-03') });
  const customer = { ...context.customer, alignable: subscriptions };
  return new Story({ ...context, customer }, 's1').does(at, purchase(details));
};

describe('the possible ends of a first term', () => {
  it('W19: are those of another subscription, as late as its terms reach, or of a month', () => {
    expect(dates('P3Y', '2022-07-01', [other('P1Y', '2022-10-01', 2)])).toEqual(['2024-10-01', '2025-06-30']);
    expect(dates('P3Y', '2022-07-01', [other('P3Y', '2022-10-01', 2)])).toEqual(['2022-10-01', '2025-06-30']);
    expect(dates('P1Y', '2022-07-01', [other('P1Y', '2022-10-01', 2)])).toEqual(['2022-10-01', '2023-06-30']);
    expect(dates('P1Y', '2022-07-01', [other('P3Y', '2022-10-01', 2)])).toEqual(['2022-10-01', '2023-06-30']);
  });

  it('are ends of months as late as the natural end allows (rule-book.md §2.2)', () => {
    expect(dates('P1Y', '2022-07-15', [])).toEqual(['2023-06-30']);
    expect(dates('P1M', '2022-01-31', [])).toEqual(['2022-01-31']);
  });

  it('E51: exclude months for a year; for a month, days 28 to 30 unless a month ends there', () => {
    expect(dates('P1Y', '2022-07-15', [other('P1M', '2022-08-01', 2)])).toEqual(['2023-06-30']);
    expect(dates('P1M', '2022-07-15', [other('P1M', '2022-08-01', 2)])).toEqual(['2022-07-31', '2022-08-01']);
    expect(dates('P1M', '2022-07-15', [other('P1Y', '2022-07-29', 30)])).toEqual(['2022-07-31']);
    expect(dates('P1M', '2022-06-15', [other('P1Y', '2022-06-30', 1)])).toEqual(['2022-06-30', '2022-06-30']);
  });

  it('include a leap day, exclude the past, and are empty under the seed', () => {
    expect(dates('P1Y', '2023-07-15', [other('P1Y', '2024-02-29', 1)])).toContain('2024-02-29');
    expect(dates('P1Y', '2022-07-15', [other('P1Y', '2022-07-14', 15)])).not.toContain('2022-07-14');
    expect(dates('P1Y', '2022-07-15', [other('P1Y', '2023-06-30', 1)], 'seed-2021-09')).toEqual([]);
  });

  it('are listed in the refusal of any other day', () => {
    expect(endDateRefusal('2023-06-29', alignment('P1Y', '2022-07-15', []))).toMatchObject({
      refused: 'CUSTOM_END_DATE_NOT_OFFERED',
      facts: { offered: [{ date: '2023-06-30', alignsWith: 'calendarMonth' }] },
    });
    expect(endDateRefusal('2023-06-30', alignment('P1Y', '2022-07-15', []))).toBeUndefined();
  });
});

describe('an aligned first term', () => {
  it('W19a: has its last cycle cut at its end; the next one is whole and sets a new anchor', () => {
    const story = aligned(
      '2022-07-01T09:00:00.000Z',
      { term: 'P3Y', billingCycle: 'annual', customTermEndDate: '2024-10-01' },
      [other('P1Y', '2022-10-01', 2)],
    ).settled('2024-10-02T00:00:00.000Z');
    // 93 of 365 days at 120.96 for ten seats: 308.199…
    expect(story.money()).toEqual([
      'new 1209.60 for 10, 2022-07-01 to 2023-06-30, 365/365 whole-cycle',
      'cycleCharge 1209.60 for 10, 2023-07-01 to 2024-06-30, 366/366 whole-cycle',
      'cycleCharge 308.19 for 10, 2024-07-01 to 2024-10-01, 93/365 line-down',
      'renew 1209.60 for 10, 2024-10-02 to 2025-10-01, 365/365 whole-cycle',
    ]);
    expect(story.state).toMatchObject({ termEnd: '2027-10-01', anchor: { day: 2 }, aligned: false });
  });

  it('E51: is an ordinary one if it would end there anyway', () => {
    const story = aligned('2022-07-01T09:00:00.000Z', { term: 'P1Y', customTermEndDate: '2023-06-30' }, []);
    expect(story.state).toMatchObject({ termEnd: '2023-06-30', aligned: false });
    expect(story.money()).toEqual(['new 100.80 for 10, 2022-07-01 to 2022-07-31, 31/31 whole-cycle']);
  });

  it('is not available for trials, or under the seed', () => {
    const docs = nothing({ policies: rules('docs-2022-03') });
    const trial = purchase({ offerId: 'TRIAL', quantity: 25, customTermEndDate: '2022-07-31' });
    expect(docs.no('2022-07-15T09:00:00.000Z', trial)).toBe('CUSTOM_END_DATE_NOT_OFFERED');
    expect(nothing().no('2022-07-15T09:00:00.000Z', purchase({ customTermEndDate: '2022-07-31' }))).toBe(
      'CUSTOM_END_DATE_NOT_OFFERED',
    );
    expect(bought('2022-07-15T09:00:00.000Z').state.aligned).toBe(false);
  });
});
