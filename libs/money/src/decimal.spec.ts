import fc from 'fast-check';
import { isCurrency, minorDigits } from './currency.ts';
import { add, compare, fits, format, isDecimal, isZero, lineDown, multiply, negate, sum } from './decimal.ts';

describe('a decimal from outside', () => {
  it.each([
    '0',
    '10.08',
    '-94.08',
    '9333',
    '0.000000000001',
    '-0.5',
    '999999999999999999',
    '999999999999999999.999999999999',
  ])('accepts %s', (text) => expect(isDecimal(text)).toBe(true));

  it.each([
    '',
    ' 1',
    '1 ',
    '+1',
    '1e3',
    '1E3',
    '0x10',
    '.5',
    '5.',
    '1,5',
    '1.2.3',
    '--1',
    'NaN',
    'Infinity',
    '007',
    '1_000',
    '١',
    '1000000000000000000',
    '0.0000000000001',
    '1\n',
  ])('refuses %j', (text) => expect(isDecimal(text)).toBe(false));
});

describe('arithmetic', () => {
  it('adds without the error of floats', () => expect(add('0.1', '0.2')).toBe('0.3'));
  it('keeps the longer scale', () => expect(add('1.5', '-0.25')).toBe('1.25'));
  it('has no negative zero', () => {
    expect(negate('0.00')).toBe('0.00');
    expect(add('-0.01', '0.01')).toBe('0.00');
    expect(format('-0', 'EUR')).toBe('0.00');
  });
  it('compares numbers, not texts', () => {
    expect(compare('9.5', '10')).toBe(-1);
    expect(compare('1.0', '1')).toBe(0);
    expect(compare('-1', '-2')).toBe(1);
  });
  it('recognises zero in any notation', () =>
    expect(['0', '0.00', '-0.0', '0.01'].map(isZero)).toEqual([true, true, true, false]));
  it('multiplies exactly', () => {
    expect(multiply('10.08', 12)).toBe('120.96');
    expect(multiply('0.0001', '1.5')).toBe('0.00015');
  });
  it('totals in the decimals of the currency, also when there is nothing to add', () => {
    expect(sum(['-94.08', '112.89'], 'EUR')).toBe('18.81');
    expect(sum([], 'KWD')).toBe('0.000');
    expect(sum(['5'], 'EUR')).toBe('5.00');
  });
  it('throws for an invalid number instead of computing', () => {
    for (const nonsense of ['', 'abc', '0x10', '1e3', 'NaN']) expect(() => add(nonsense, '1')).toThrow(TypeError);
    expect(() => multiply('1', Number.NaN)).toThrow(TypeError);
    expect(() => multiply('1', 1e21)).toThrow(TypeError);
  });

  const decimal = fc
    .tuple(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), fc.integer({ min: 0, max: 12 }))
    .map(([units, scale]) => {
      const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
      const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
      return units < 0n ? `-${text}` : text;
    });

  it('adds in any order, and subtracting undoes adding', () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        expect(add(a, b)).toBe(add(b, a));
        expect(compare(add(add(a, b), negate(b)), a)).toBe(0);
        expect(compare(a, b)).toBe(-compare(b, a) + 0);
        expect(isZero(add(a, negate(a)))).toBe(true);
      }),
    );
  });
});

describe('currencies', () => {
  it.each([
    ['JPY', 0],
    ['KRW', 0],
    ['EUR', 2],
    ['USD', 2],
    ['KWD', 3],
    ['BHD', 3],
    ['CLF', 4],
  ])('%s has %i decimals', (code, digits) => expect(minorDigits(code)).toBe(digits));

  it.each(['eur', 'XXX', 'XAU', 'EURO', '', '__proto__'])('%j is not supported', (code) => {
    expect(isCurrency(code)).toBe(false);
    expect(() => minorDigits(code)).toThrow(RangeError);
  });

  it('pads to the decimals of the currency and never rounds', () => {
    expect(format('9', 'EUR')).toBe('9.00');
    expect(format('-12.5', 'EUR')).toBe('-12.50');
    expect(format('9333', 'JPY')).toBe('9333');
    expect(format('30.4', 'KWD')).toBe('30.400');
    expect(() => format('0.001', 'EUR')).toThrow(RangeError);
    expect(() => format('1.0', 'JPY')).toThrow(RangeError);
  });

  it('recognises amounts that fit the currency', () => {
    expect([fits('12.34', 'EUR'), fits('12.345', 'EUR'), fits('12.3', 'JPY'), fits('1.234', 'KWD')]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});

describe('usage lines', () => {
  it('W38: fifty units beyond the included hundred at 0.10', () => expect(lineDown('50', '0.10', 'EUR')).toBe('5.00'));
  it('rounds the line down, not the price', () => {
    expect(lineDown('3.5', '0.0333', 'EUR')).toBe('0.11');
    expect(lineDown('1000', '0.00049', 'JPY')).toBe('0');
    expect(lineDown('12345.678', '0.000123456789', 'KWD')).toBe('1.524');
  });
});
