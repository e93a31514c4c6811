import fc from 'fast-check';
import { durationMs, elapsedMs, isDuration, isInstant, normaliseInstant, plus } from './instant.ts';

const anInstant = fc
  .integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 })
  .map((ms) => Temporal.Instant.fromEpochMilliseconds(ms).toString({ smallestUnit: 'millisecond' }));

describe('windows', () => {
  it('count a day as exactly 24 hours', () => {
    expect(plus('2021-06-18T09:00:00.000Z', 'PT24H')).toBe('2021-06-19T09:00:00.000Z');
    expect(plus('2021-06-18T09:00:00.000Z', 'P30D')).toBe('2021-07-18T09:00:00.000Z');
    expect(plus('2022-03-15T11:00:00.000Z', 'PT168H')).toBe('2022-03-22T11:00:00.000Z');
    expect(plus('2023-03-02T00:00:00.000Z', 'P1DT12H0.5S')).toBe('2023-03-03T12:00:00.500Z');
  });

  it('W21b: expire 24 hours after the start, with decimals beyond milliseconds cut off', () =>
    expect(plus(normaliseInstant('2019-01-09T00:21:45.9263727Z') ?? '', 'PT24H')).toBe('2019-01-10T00:21:45.926Z'));

  it('W42: a cart lives for seven days', () =>
    expect(plus('2021-08-18T17:29:52.000Z', 'P7D')).toBe('2021-08-25T17:29:52.000Z'));

  it('W45: are counted from the renewal', () => {
    expect(plus('2023-03-02T00:00:00.000Z', 'PT24H')).toBe('2023-03-03T00:00:00.000Z');
    expect(plus('2023-03-02T00:00:00.000Z', 'PT168H')).toBe('2023-03-09T00:00:00.000Z');
  });

  it('E33: keep data suspended at the beginning of October until 30 December', () =>
    expect(plus('2021-10-01T00:00:00.000Z', 'P90D')).toBe('2021-12-30T00:00:00.000Z'));

  it('E9: a minute over midnight is a minute', () =>
    expect(elapsedMs('2021-06-18T23:59:30.000Z', '2021-06-19T00:00:30.000Z')).toBe(60_000));

  it('E13: never run backwards', () =>
    expect(elapsedMs('2021-06-18T09:00:00.001Z', '2021-06-18T09:00:00.000Z')).toBe(0));

  it("are measured like Temporal's", () => {
    fc.assert(
      fc.property(anInstant, anInstant, (a, b) => {
        const ms = Temporal.Instant.from(b).epochMilliseconds - Temporal.Instant.from(a).epochMilliseconds;
        expect(elapsedMs(a, b)).toBe(Math.max(0, ms));
      }),
    );
  });

  it("end where Temporal's do", () => {
    fc.assert(
      fc.property(anInstant, fc.nat(40_000), fc.nat(86_399_999), (at, wholeDays, ms) => {
        const later = Temporal.Instant.from(at).add({ hours: 24 * wholeDays, milliseconds: ms });
        fc.pre(later.epochMilliseconds <= 253_402_300_799_999);
        const fraction = `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}`;
        expect(plus(at, `P${wholeDays}DT${fraction}S`)).toBe(later.toString({ smallestUnit: 'millisecond' }));
      }),
    );
  });
});

describe('durations', () => {
  it.each([
    ['PT24H', 86_400_000],
    ['P30D', 2_592_000_000],
    ['P2W', 1_209_600_000],
    ['P1DT1H1M1.5S', 90_061_500],
    ['PT0S', 0],
  ])('%s is %i ms', (iso, ms) => {
    expect(isDuration(iso)).toBe(true);
    expect(durationMs(iso)).toBe(ms);
  });

  it.each([
    '',
    'P',
    'PT',
    '24H',
    'P1M',
    'P1Y',
    '-P1D',
    'P-1D',
    '+P1D',
    'P1D ',
    'pt24h',
    'PT0.0001S',
    'P1.5D',
    'P99999999999999D',
  ])('%j has no fixed length', (text) => {
    expect(isDuration(text)).toBe(false);
    expect(() => durationMs(text)).toThrow(RangeError);
  });
});

describe('an instant from outside', () => {
  it.each([
    ['2021-06-18T09:00:00.000Z', '2021-06-18T09:00:00.000Z'],
    ['2021-06-18T09:00:00Z', '2021-06-18T09:00:00.000Z'],
    ['2021-06-18T09:00Z', '2021-06-18T09:00:00.000Z'],
    ['2021-06-18T11:00:00+02:00', '2021-06-18T09:00:00.000Z'],
    ['2021-06-17T23:00:00-10:00', '2021-06-18T09:00:00.000Z'],
    ['2021-06-18T09:00:00.1Z', '2021-06-18T09:00:00.100Z'],
    ['2021-06-18T09:00:00.999999999999Z', '2021-06-18T09:00:00.999Z'],
    ['1969-12-31T23:59:59.9999Z', '1969-12-31T23:59:59.999Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
  ])('%s is %s', (text, instant) => expect(normaliseInstant(text)).toBe(instant));

  it.each([
    '',
    '2021-06-18',
    '2021-06-18T09:00:00',
    '2021-06-18 09:00:00Z',
    '2021-02-29T00:00:00Z',
    '2021-06-18T24:00:00Z',
    '2021-06-18T09:60:00Z',
    '2021-06-18T09:00:00+25:00',
    '2021-06-18T09:00:00Z[UTC]',
    '+012021-06-18T09:00:00Z',
    '0000-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    'now',
  ])('%j is invalid', (text) => expect(normaliseInstant(text)).toBeUndefined());

  it('is in the ledger’s form only with three decimals and Z', () => {
    expect(isInstant('2021-06-18T09:00:00.000Z')).toBe(true);
    for (const text of [
      '2021-06-18T09:00:00Z',
      '2021-06-18T09:00:00.0000Z',
      '2021-06-31T09:00:00.000Z',
      '2021-06-18T24:00:00.000Z',
    ])
      expect(isInstant(text)).toBe(false);
  });
});
