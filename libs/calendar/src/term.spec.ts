import fc from 'fast-check';
import { addMonths, anchorOf } from './anchor.ts';
import { addDays, days } from './day.ts';
import { billingCycles, cycleAt, cycleIndexOn, cycleMonthsOf, monthsOf, termFrom, terms, type Term } from './term.ts';

const clamped = (start: string) => anchorOf(start, 'clamp');
const endOf = (start: string, term: Term) => termFrom(start, term, clamped(start)).end;

describe('terms', () => {
  it.each([
    ['W14', '2021-01-31', 'P1M', '2021-02-27'],
    ['W14', '2021-02-28', 'P1M', '2021-03-27'],
    ['W14', '2021-05-31', 'P1M', '2021-06-29'],
    ['W14', '2021-06-30', 'P1M', '2021-07-29'],
    ['W14', '2021-07-31', 'P1M', '2021-08-30'],
    ['W21a', '2021-01-14', 'P1Y', '2022-01-13'],
    ['W21b', '2019-01-09', 'P1M', '2019-02-08'],
    ['W47', '2021-04-15', 'P1Y', '2022-04-14'],
    ['W47', '2021-04-14', 'P1M', '2021-05-13'],
    ['W47', '2021-05-25', 'P3Y', '2024-05-24'],
    ['E1', '2024-02-29', 'P1Y', '2025-02-27'],
    ['E2', '2023-03-01', 'P1Y', '2024-02-29'],
    ['two years', '2021-06-18', 'P2Y', '2023-06-17'],
  ] as const)('%s: from %s for %s, the last day is %s', (_, start, term, end) => expect(endOf(start, term)).toBe(end));

  it('E1: keep the anchor 29 through the years, so that the term of 2028 starts on the leap day', () => {
    const anchor = clamped('2024-02-29');
    const starts = ['2024-02-29'];
    for (let year = 0; year < 4; year += 1) starts.push(addDays(termFrom(starts.at(-1) ?? '', 'P1Y', anchor).end, 1));
    expect(starts).toEqual(['2024-02-29', '2025-02-28', '2026-02-28', '2027-02-28', '2028-02-29']);
  });

  it('E3: renew from the 31st without drifting', () => {
    const anchor = clamped('2021-01-31');
    expect(termFrom('2021-01-31', 'P1M', anchor)).toEqual({ start: '2021-01-31', end: '2021-02-27' });
    expect(termFrom('2021-02-28', 'P1M', anchor)).toEqual({ start: '2021-02-28', end: '2021-03-30' });
    expect(termFrom('2021-03-31', 'P1M', anchor)).toEqual({ start: '2021-03-31', end: '2021-04-29' });
  });
});

describe('charge cycles', () => {
  const starts = (start: string, end: string, rule: 'clamp' | 'eomOffset') =>
    Array.from({ length: 12 }, (_, k) => cycleAt(start, end, k, 'monthly', anchorOf(start, rule)).start);

  it('W15: return to the 31st after every shorter month', () => {
    expect(starts('2021-01-31', '2022-01-30', 'clamp')).toEqual([
      '2021-01-31',
      '2021-02-28',
      '2021-03-31',
      '2021-04-30',
      '2021-05-31',
      '2021-06-30',
      '2021-07-31',
      '2021-08-31',
      '2021-09-30',
      '2021-10-31',
      '2021-11-30',
      '2021-12-31',
    ]);
    expect(cycleAt('2021-01-31', '2022-01-30', 11, 'monthly', clamped('2021-01-31'))).toEqual({
      start: '2021-12-31',
      end: '2022-01-30',
      cycleDays: 31,
    });
    expect(starts('2021-01-31', '2022-01-30', 'eomOffset')).toEqual(starts('2021-01-31', '2022-01-30', 'clamp'));
  });

  it('W16: keep the distance to the end of the month where the policy says so', () => {
    expect(starts('2021-01-30', '2022-01-29', 'eomOffset')).toEqual([
      '2021-01-30',
      '2021-02-27',
      '2021-03-30',
      '2021-04-29',
      '2021-05-30',
      '2021-06-29',
      '2021-07-30',
      '2021-08-30',
      '2021-09-29',
      '2021-10-30',
      '2021-11-29',
      '2021-12-30',
    ]);
    expect(starts('2021-01-29', '2022-01-28', 'eomOffset')).toEqual(starts('2021-01-29', '2022-01-28', 'clamp'));
  });

  it('W18: count the days of the cycle, not of a month', () => {
    const cycle = (k: number) => cycleAt('2022-02-21', '2023-02-20', k, 'monthly', clamped('2022-02-21'));
    expect(cycle(0)).toEqual({ start: '2022-02-21', end: '2022-03-20', cycleDays: 28 });
    expect(cycle(1)).toEqual({ start: '2022-03-21', end: '2022-04-20', cycleDays: 31 });
  });

  it('E4: a clamped cycle has its real length', () =>
    expect(cycleAt('2021-01-31', '2021-02-27', 0, 'monthly', clamped('2021-01-31')).cycleDays).toBe(28));

  it('E2: an upfront year over a leap day has 366 days', () =>
    expect(cycleAt('2023-03-01', '2024-02-29', 0, 'annual', clamped('2023-03-01'))).toEqual({
      start: '2023-03-01',
      end: '2024-02-29',
      cycleDays: 366,
    }));

  it('continue from a renewed term that began on a clamped day (E3, W15)', () => {
    const anchor = clamped('2021-01-31');
    expect(cycleAt('2021-02-28', '2022-02-27', 0, 'monthly', anchor)).toEqual({
      start: '2021-02-28',
      end: '2021-03-30',
      cycleDays: 31,
    });
    expect(cycleAt('2021-02-28', '2022-02-27', 1, 'monthly', anchor).start).toBe('2021-03-31');
  });

  it('end with the term, but are measured by their full length', () =>
    expect(cycleAt('2022-07-01', '2024-10-01', 2, 'annual', clamped('2022-07-01'))).toEqual({
      start: '2024-07-01',
      end: '2024-10-01',
      cycleDays: 365,
    }));

  it('E19: include their first instant', () => {
    const index = (day: string) => cycleIndexOn('2021-06-18', '2022-06-17', day, 'monthly', clamped('2021-06-18'));
    expect([index('2021-06-18'), index('2021-07-17'), index('2021-07-18'), index('2022-06-17')]).toEqual([0, 0, 1, 11]);
    expect([index('2021-06-17'), index('2022-06-18')]).toEqual([0, 11]);
  });
});

describe('laws of the calendar', () => {
  const aDay = fc.integer({ min: 0, max: 36_525 }).map((n) => addDays('2000-01-01', n));
  const rule = fc.constantFrom('clamp', 'eomOffset' as const);

  it("months are clamped like Temporal's", () => {
    fc.assert(
      fc.property(
        aDay,
        fc.integer({ min: -600, max: 600 }),
        fc.integer({ min: 1, max: 31 }),
        (day, months, anchorDay) => {
          const { year, month } = Temporal.PlainYearMonth.from(day.slice(0, 7)).add({ months });
          const aimed = Temporal.PlainDate.from({ year, month, day: anchorDay }, { overflow: 'constrain' });
          expect(addMonths(day, months, { day: anchorDay, rule: 'clamp' })).toBe(aimed.toString());
        },
      ),
    );
  });

  it('the cycles of a term follow each other without gap or overlap, and fill it', () => {
    fc.assert(
      fc.property(
        aDay,
        fc.constantFrom(...terms),
        fc.constantFrom(...billingCycles),
        rule,
        (start, term, billing, kind) => {
          fc.pre(cycleMonthsOf(billing) <= monthsOf(term));
          const anchor = anchorOf(start, kind);
          const { end } = termFrom(start, term, anchor);
          const cycles = Array.from({ length: Math.ceil(monthsOf(term) / cycleMonthsOf(billing)) }, (_, k) =>
            cycleAt(start, end, k, billing, anchor),
          );
          expect(cycles.map((cycle) => cycle.start)).toEqual([
            start,
            ...cycles.slice(0, -1).map((cycle) => addDays(cycle.end, 1)),
          ]);
          expect(cycles.at(-1)?.end).toBe(end);
          for (const cycle of cycles) expect(days(cycle.start, cycle.end)).toBeLessThanOrEqual(cycle.cycleDays);
        },
      ),
    );
  });

  it('every day of a term lies in the cycle that its index names', () => {
    fc.assert(
      fc.property(
        aDay,
        aDay,
        fc.nat(1_100),
        fc.constantFrom(...billingCycles),
        rule,
        (origin, _, offset, billing, kind) => {
          // A renewed term: its start is an anchored day, clamped or not.
          const anchor = anchorOf(origin, kind);
          const start = addMonths(origin, 1, anchor);
          const { end } = termFrom(start, 'P3Y', anchor);
          const day = addDays(start, offset % days(start, end));
          const cycle = cycleAt(start, end, cycleIndexOn(start, end, day, billing, anchor), billing, anchor);
          expect(cycle.start <= day && day <= cycle.end).toBe(true);
        },
      ),
    );
  });

  it('renewing month by month arrives at the same day as one step from the anchor', () => {
    fc.assert(
      fc.property(aDay, fc.integer({ min: 1, max: 60 }), rule, (origin, months, kind) => {
        const anchor = anchorOf(origin, kind);
        let start = origin;
        for (let k = 0; k < months; k += 1) start = addDays(termFrom(start, 'P1M', anchor).end, 1);
        expect(start).toBe(addMonths(origin, months, anchor));
      }),
    );
  });
});
