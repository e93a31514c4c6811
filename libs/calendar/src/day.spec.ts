import fc from 'fast-check';
import { addDays, dayOf, days, isDay, monthOf, startOf } from './day.ts';

const aDay = fc
  .integer({ min: 0, max: 3_652_058 })
  .map((n) => Temporal.PlainDate.from('0000-01-01').add({ days: n }).toString());

describe('days', () => {
  it('are those of UTC, whatever the hour (R8, E11, E12)', () => {
    expect(dayOf('2021-06-18T00:00:00.000Z')).toBe('2021-06-18');
    expect(dayOf('2021-06-18T23:59:59.999Z')).toBe('2021-06-18');
    expect(startOf('2021-06-18')).toBe('2021-06-18T00:00:00.000Z');
  });

  it('are counted including both ends', () => {
    expect(days('2021-06-20', '2021-07-17')).toBe(28);
    expect(days('2021-06-18', '2021-06-18')).toBe(1);
    expect(days('2021-06-19', '2021-06-18')).toBe(0);
    expect(days('2023-03-01', '2024-02-29')).toBe(366);
  });

  it('E27: the last of thirty trial days from 31 January is 1 March', () =>
    expect(addDays('2021-01-31', 29)).toBe('2021-03-01'));

  it('belong to a calendar month', () => expect(monthOf('2021-06-18')).toBe('2021-06'));

  it("are added and counted like Temporal's", () => {
    fc.assert(
      fc.property(aDay, fc.integer({ min: -4_000, max: 4_000 }), (day, n) => {
        const date = Temporal.PlainDate.from(day);
        const later = date.add({ days: n });
        fc.pre(later.year >= 0 && later.year <= 9_999);
        expect(addDays(day, n)).toBe(later.toString());
        expect(days(day, later.toString())).toBe(n + 1);
      }),
    );
  });

  it('end with the last year of four digits', () => {
    expect(addDays('9999-12-30', 1)).toBe('9999-12-31');
    expect(() => addDays('9999-12-31', 1)).toThrow(RangeError);
    expect(() => addDays('0000-01-01', -1)).toThrow(RangeError);
  });
});

describe('a date from outside', () => {
  it.each(['2021-06-18', '2024-02-29', '2000-02-29', '0000-01-01', '9999-12-31'])('%s is valid', (text) =>
    expect(isDay(text)).toBe(true),
  );

  it.each([
    '',
    '2021-02-29',
    '1900-02-29',
    '2021-04-31',
    '2021-00-10',
    '2021-13-01',
    '2021-01-00',
    '2021-1-1',
    '20210618',
    '2021-06-18T00:00:00.000Z',
    '-021-06-18',
    ' 2021-06-18',
    '2021-06-18\n',
  ])('%j is invalid', (text) => expect(isDay(text)).toBe(false));

  it('is valid exactly when Temporal accepts it', () => {
    const part = fc.integer({ min: 0, max: 40 }).map((n) => String(n).padStart(2, '0'));
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 3000 }), part, part, (year, month, day) => {
        const text = `${year}-${month}-${day}`;
        const parse = () => Temporal.PlainDate.from(text, { overflow: 'reject' });
        if (isDay(text)) expect(parse().toString()).toBe(text);
        else expect(parse).toThrow();
      }),
    );
  });
});
