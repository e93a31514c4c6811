import fc from 'fast-check';
import { add, compare, format, multiply, negate, sum } from './decimal.ts';
import { prorate, roundingRegimes, type Proration } from './prorate.ts';

const eur = { currency: 'EUR' } as const;
const amount = (input: Proration) => prorate(input).subtotal;

describe('worked examples of rule-book.md §2.8', () => {
  const line = (
    unitPrice: string,
    quantity: number,
    [days, cycleDays]: [number, number],
    regime: Proration['regime'],
  ) => prorate({ unitPrice, quantity, days, cycleDays, regime, ...eur });

  it.each([
    ['W5, old seats', '10.08', 10, [28, 30], 'line-down', '94.08', '9.408'],
    ['W5, new seats', '10.08', 12, [28, 30], 'line-down', '112.89', '9.408'],
    ['W5, had it been rounded half-up', '10.08', 12, [28, 30], 'line-half-up', '112.90', '9.408'],
    ['W5, had the unit been rounded (10)', '10.08', 10, [28, 30], 'unit-down', '94.00', '9.40'],
    ['W5, had the unit been rounded (12)', '10.08', 12, [28, 30], 'unit-down', '112.80', '9.40'],
    ['W6, old seats', '10.08', 12, [28, 30], 'line-down', '112.89', '9.408'],
    ['W6, new seats', '10.08', 8, [28, 30], 'line-down', '75.26', '9.408'],
    ['W8', '10.08', 10, [29, 31], 'unit-down', '94.20', '9.42'],
    ['W9, source', '10.08', 300, [23, 30], 'unit-down', '2316.00', '7.72'],
    ['W9, target', '6.43', 300, [23, 30], 'unit-down', '1476.00', '4.92'],
    ['W10, source', '10.08', 100, [23, 30], 'unit-down', '772.00', '7.72'],
    ['W10, target', '6.43', 100, [23, 30], 'unit-down', '492.00', '4.92'],
    ['W27, 13-31 January', '4.00', 1, [19, 31], 'line-half-up', '2.45', '2.4516129032'],
    ['W27, 1-12 February, two seats', '4.00', 2, [12, 31], 'line-half-up', '3.10', '1.5483870967'],
    ['W31', '48.00', 1, [318, 365], 'daily', '41.34', '41.34'],
    ['X4, the usable unit price for 25 of 31 days', '21.1', 1, [25, 31], 'unit-down', '17.01', '17.01'],
    ['X4, the usable unit price for 6 of 31 days', '21.1', 1, [6, 31], 'unit-half-up', '4.08', '4.08'],
    ['X4, 364 of 365 days, cut', '48.6', 1, [364, 365], 'unit-down', '48.46', '48.46'],
    ['E14', '10.08', 10, [30, 31], 'unit-down', '97.50', '9.75'],
  ] as const)('%s', (_, unitPrice, quantity, [days, cycleDays], regime, subtotal, effectiveUnitPrice) => {
    expect(line(unitPrice, quantity, [days, cycleDays], regime)).toEqual({
      subtotal,
      effectiveUnitPrice,
      rounding: regime,
    });
  });

  it.each([
    ['W1: ten seats for a month', '10.08', 10, 30, '100.80', '10.08'],
    ['W4: ten seats for a year, upfront', '120.96', 10, 365, '1209.60', '120.96'],
    ['W9: the purchase', '10.08', 300, 30, '3024.00', '10.08'],
    ['W11: a trial costs nothing', '0.00', 25, 30, '0.00', '0'],
    ['W11: its conversion on the same day', '52.61', 25, 30, '1315.25', '52.61'],
    ['W26: a legacy month', '4.00', 1, 31, '4.00', '4'],
    ['W29: a legacy year', '48.00', 1, 365, '48.00', '48'],
    ['E46: more decimals than the currency survive until the line', '0.12345', 3, 30, '0.37', '0.12345'],
  ] as const)('%s is charged whole', (_, unitPrice, quantity, days, subtotal, effectiveUnitPrice) => {
    for (const regime of roundingRegimes)
      expect(prorate({ unitPrice, quantity, days, cycleDays: days, regime, ...eur })).toEqual({
        subtotal,
        effectiveUnitPrice,
        rounding: 'whole-cycle',
      });
  });
});

describe('decimals of the currency', () => {
  it.each([
    ['E44', '1000', [28, 30], 'JPY', 'unit-down', '9330', '933'],
    ['E44', '1000', [28, 30], 'JPY', 'line-down', '9333', '933.3333333333'],
    ['E45', '3.250', [29, 31], 'KWD', 'unit-down', '30.400', '3.040'],
    ['E45', '3.250', [29, 31], 'KWD', 'line-down', '30.403', '3.0403225806'],
  ] as const)(
    '%s: ten seats at %s for %j days in %s, %s',
    (_, unitPrice, [days, cycleDays], currency, regime, ...want) => {
      const { subtotal, effectiveUnitPrice } = prorate({ unitPrice, quantity: 10, days, cycleDays, currency, regime });
      expect([subtotal, effectiveUnitPrice]).toEqual(want);
    },
  );
});

describe('the price of a day', () => {
  it.each([
    ['a year in euros: two decimals', 'EUR', '90.01', 1, [364, 365], '90.01', '91.00'],
    ['a month in euros: three', 'EUR', '4.00', 10, [19, 31], '24.51', '2.451'],
    ['a year in yen: three, and whole yen on the line', 'JPY', '180', 1000, [2, 365], '986', '0.986'],
    ['a month in yen', 'JPY', '100', 3, [10, 31], '97', '32.260'],
    ['a year in dinars: the currency’s three', 'KWD', '3.250', 10, [300, 365], '27.000', '2.700'],
  ] as const)('of %s', (_, currency, unitPrice, quantity, [days, cycleDays], subtotal, effectiveUnitPrice) => {
    const line = prorate({ unitPrice, quantity, days, cycleDays, currency, regime: 'daily' });
    expect(line).toEqual({ subtotal, effectiveUnitPrice, rounding: 'daily' });
  });
});

describe('prorate', () => {
  it('charges no more for a part than for the whole, even if a unit is rounded up', () => {
    // 0.0058 a seat is 0.01; times a hundred that would be 1.00, while the whole month costs 0.60.
    const input = { unitPrice: '0.006', quantity: 100, days: 30, cycleDays: 31, ...eur };
    expect(amount({ ...input, regime: 'unit-half-up' })).toBe('0.60');
  });

  it('rounds a half away from zero', () =>
    expect(amount({ unitPrice: '0.05', quantity: 1, days: 1, cycleDays: 2, regime: 'line-half-up', ...eur })).toBe(
      '0.03',
    ));

  it('multiplies by the rate before it rounds', () => {
    const input = { unitPrice: '10.00', quantity: 3, days: 15, cycleDays: 30, fx: '1.1234', ...eur };
    expect(amount({ ...input, regime: 'unit-down' })).toBe('16.83');
    expect(amount({ ...input, regime: 'line-down' })).toBe('16.85');
    expect(amount({ ...input, days: 30, regime: 'unit-down' })).toBe('33.70');
  });

  it('stays exact where a float would not', () =>
    expect(
      amount({
        unitPrice: '999999999999999999.99',
        quantity: 2147483647,
        days: 30,
        cycleDays: 30,
        regime: 'daily',
        ...eur,
      }),
    ).toBe('2147483646999999999978525163.53'));

  it('charges nothing for no days', () =>
    expect(amount({ unitPrice: '10.08', quantity: 3, days: 0, cycleDays: 30, regime: 'line-down', ...eur })).toBe(
      '0.00',
    ));

  it.each([
    [1, 31, 30],
    [1, -1, 30],
    [1, 0, 0],
    [1, 1.5, 30],
    [1.5, 1, 30],
    [-1, 1, 30],
    [Number.NaN, 1, 30],
  ])('rejects %p seats for %p of %p days', (quantity, days, cycleDays) => {
    expect(() => prorate({ unitPrice: '1', quantity, days, cycleDays, regime: 'daily', ...eur })).toThrow(RangeError);
  });
});

describe('invariants of rule-book.md §2.4', () => {
  /** Minor units, written with the decimals of the currency. */
  const price = (digits: number) =>
    fc.integer({ min: 0, max: 10 ** 9 }).map((units) => (units / 10 ** digits).toFixed(digits));
  const priced = fc.oneof(
    fc.record({ currency: fc.constant('EUR'), minorUnit: fc.constant('0.01'), unitPrice: price(2) }),
    fc.record({ currency: fc.constant('JPY'), minorUnit: fc.constant('1'), unitPrice: price(0) }),
    fc.record({ currency: fc.constant('KWD'), minorUnit: fc.constant('0.001'), unitPrice: price(3) }),
  );
  const quantity = fc.integer({ min: 1, max: 100_000 });
  const regime = fc.constantFrom(...roundingRegimes);
  const days = fc
    .integer({ min: 2, max: 1_096 })
    .chain((cycleDays) =>
      fc.record({ cycleDays: fc.constant(cycleDays), days: fc.integer({ min: 1, max: cycleDays - 1 }) }),
    );

  it('1: a whole cycle is unit price × quantity, rounded once', () => {
    fc.assert(
      fc.property(priced, quantity, days, regime, ({ currency, unitPrice }, seats, { cycleDays }, chosen) => {
        const whole = amount({ unitPrice, currency, quantity: seats, days: cycleDays, cycleDays, regime: chosen });
        expect(whole).toBe(format(multiply(unitPrice, seats), currency));
      }),
    );
  });

  it('2: reversing lines one by one leaves exactly nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(price(2), quantity, days, regime)), (inputs) => {
        const lines = inputs.map(([unitPrice, seats, part, chosen]) =>
          amount({ unitPrice, quantity: seats, ...part, regime: chosen, ...eur }),
        );
        expect(sum([...lines, ...lines.map(negate)], 'EUR')).toBe('0.00');
      }),
    );
  });

  it('a part of a cycle costs no more than the whole, whatever the regime', () => {
    fc.assert(
      fc.property(priced, quantity, days, regime, ({ currency, unitPrice }, seats, part, chosen) => {
        const input = { unitPrice, quantity: seats, cycleDays: part.cycleDays, currency, regime: chosen };
        const [some, whole] = [amount({ ...input, days: part.days }), amount({ ...input, days: part.cycleDays })];
        expect(compare(some, whole)).toBeLessThanOrEqual(0);
      }),
    );
  });

  // Not under `daily`, where a rounded day is multiplied by hundreds of them. Exactly one minor unit is met where both parts lie a half away: 0.01 for 15 + 15 of 30 days.
  it.each([
    ['unit-down', 'for each seat'],
    ['unit-half-up', 'for each seat'],
    ['line-down', 'in all'],
    ['line-half-up', 'in all'],
  ] as const)(
    '4: under %s the two parts of a cycle differ from the whole by a minor unit at most %s',
    (chosen, scope) => {
      fc.assert(
        fc.property(priced, quantity, days, ({ currency, minorUnit, unitPrice }, seats, part) => {
          const input = { unitPrice, quantity: seats, cycleDays: part.cycleDays, currency, regime: chosen };
          const parts = add(
            amount({ ...input, days: part.days }),
            amount({ ...input, days: part.cycleDays - part.days }),
          );
          const difference = add(parts, negate(amount({ ...input, days: part.cycleDays }))).replace('-', '');
          expect(compare(difference, multiply(minorUnit, scope === 'in all' ? 1 : seats))).toBeLessThanOrEqual(0);
        }),
      );
    },
  );

  it('a line rounded down lies at or one minor unit below the same line rounded half-up', () => {
    fc.assert(
      fc.property(priced, quantity, days, ({ currency, minorUnit, unitPrice }, seats, part) => {
        const input = { unitPrice, quantity: seats, ...part, currency };
        const [low, near] = [amount({ ...input, regime: 'line-down' }), amount({ ...input, regime: 'line-half-up' })];
        expect([format('0', currency), minorUnit]).toContain(add(near, negate(low)));
      }),
    );
  });
});
