import fc from 'fast-check';
import { cotermEnd, latestMonthEnd } from './alignment.ts';
import { anchorOf } from './anchor.ts';
import { addDays } from './day.ts';
import { termFrom, type Term } from './term.ts';

describe('alignment with another subscription (W19)', () => {
  const existing = (term: Term, ofNew: Term) =>
    cotermEnd(
      '2022-10-01',
      term,
      anchorOf('2022-10-02', 'clamp'),
      termFrom('2022-07-01', ofNew, anchorOf('2022-07-01', 'clamp')).end,
    );

  it.each([
    ['W19a', 'P1Y', 'P3Y', '2024-10-01'],
    ['W19b', 'P3Y', 'P3Y', '2022-10-01'],
    ['W19c', 'P1Y', 'P1Y', '2022-10-01'],
    ['W19c', 'P3Y', 'P1Y', '2022-10-01'],
  ] as const)('%s: beside one of %s, a new one of %s ends on %s', (_, term, ofNew, end) =>
    expect(existing(term, ofNew)).toBe(end),
  );

  it('W19a-c: the next term has its full length', () => {
    const next = (start: string, term: Term) => termFrom(start, term, anchorOf(start, 'clamp')).end;
    expect(next('2024-10-02', 'P3Y')).toBe('2027-10-01');
    expect(next('2022-10-02', 'P3Y')).toBe('2025-10-01');
    expect(next('2022-10-02', 'P1Y')).toBe('2023-10-01');
  });

  it('E51: may end on the natural end itself', () =>
    expect(cotermEnd('2022-06-30', 'P1Y', anchorOf('2022-07-01', 'clamp'), '2023-06-30')).toBe('2023-06-30'));

  it('E51: may end on 29 February', () =>
    expect(cotermEnd('2023-02-28', 'P1Y', anchorOf('2023-03-01', 'clamp'), '2024-02-29')).toBe('2024-02-29'));

  it('follows the clamped ends of a monthly one', () =>
    expect(cotermEnd('2021-02-27', 'P1M', anchorOf('2021-01-31', 'clamp'), '2021-04-15')).toBe('2021-03-30'));

  it('returns the running end even if that is too late', () =>
    expect(cotermEnd('2023-01-01', 'P1Y', anchorOf('2023-01-02', 'clamp'), '2022-12-31')).toBe('2023-01-01'));
});

describe('alignment with calendar months (W20)', () => {
  it.each([
    ['2022-06-17', '2022-05-31'],
    ['2022-06-30', '2022-06-30'],
    ['2024-03-28', '2024-02-29'],
    ['2024-02-29', '2024-02-29'],
    ['2023-01-01', '2022-12-31'],
  ])('a natural end of %s becomes %s', (naturalEnd, end) => expect(latestMonthEnd(naturalEnd)).toBe(end));

  it('is the last day of a month, and the latest possible one', () => {
    fc.assert(
      fc.property(fc.nat(40_000), (n) => {
        const naturalEnd = addDays('2000-01-01', n);
        const end = latestMonthEnd(naturalEnd);
        expect(addDays(end, 1).endsWith('-01')).toBe(true);
        expect(end <= naturalEnd && addDays(end, 31) >= naturalEnd).toBe(true);
      }),
    );
  });
});
