import fc from 'fast-check';
import { START } from '#kernel';
import { offsetOf, positionOf } from './position.ts';

const place = fc.oneof(fc.nat(3_000), fc.maxSafeNat());

describe('a position', () => {
  it('has sixteen digits, and all are zero before the first event', () => {
    expect([0, 1, 999, 1_000, 1_001, 123_456].map(positionOf)).toEqual([
      START,
      '0000000000000001',
      '0000000000000999',
      '0000000000001000',
      '0000000000001001',
      '0000000000123456',
    ]);
    expect(positionOf(Number.MAX_SAFE_INTEGER)).toBe('9007199254740991');
  });

  it('belongs to one place, and compares as places do', () =>
    fc.assert(
      fc.property(place, place, (one, other) => {
        expect(offsetOf(positionOf(one))).toBe(one);
        expect(positionOf(one) < positionOf(other)).toBe(one < other);
      }),
    ));

  it.each(['1', '-000000000000001', '000000000000001x', '0000000000000000', ' ', '9999999999999999'])(
    'is not %j',
    (text) => expect(() => offsetOf(text)).toThrow('is no position in this log'),
  );
});
