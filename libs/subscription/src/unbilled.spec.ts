import fc from 'fast-check';
import { linesOf, nothingUnbilled, withReading, type Unbilled } from './unbilled.ts';

const after = (readings: readonly { meter: string; unitPrice: string; quantity: string }[]): Unbilled =>
  readings.reduce(withReading, nothingUnbilled);

describe('usage that is not billed yet', () => {
  it('adds up by meter and price, in the order of first use', () => {
    const unbilled = after([
      { meter: 'calls', unitPrice: '0.10', quantity: '2' },
      { meter: '__proto__', unitPrice: '0.10', quantity: '1' },
      { meter: 'calls', unitPrice: '0.2', quantity: '5' },
      { meter: 'calls', unitPrice: '0.1', quantity: '0.25' },
      { meter: 'calls', unitPrice: '10', quantity: '7' },
      { meter: 'calls', unitPrice: '1', quantity: '8' },
    ]);
    expect(linesOf(unbilled)).toEqual([
      { meter: 'calls', unitPrice: '0.10', quantity: '2.25' },
      { meter: '__proto__', unitPrice: '0.10', quantity: '1' },
      { meter: 'calls', unitPrice: '0.2', quantity: '5' },
      { meter: 'calls', unitPrice: '10', quantity: '7' },
      { meter: 'calls', unitPrice: '1', quantity: '8' },
    ]);
  });

  it('is the same sum for each price whatever is read in between', () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 80 }), (prices) => {
        const lines = linesOf(after(prices.map((price) => ({ meter: 'm', unitPrice: `${price}`, quantity: '1' }))));
        const counts = [...Map.groupBy(prices, (price) => price)].map(([price, all]) => [`${price}`, `${all.length}`]);
        expect(lines.map(({ unitPrice, quantity }) => [unitPrice, quantity])).toEqual(counts);
      }),
    ));

  it.each([
    [7, [4, 2, 1]],
    [1_000, [512, 256, 128, 64, 32, 8]],
  ])('%d prices lie in parts of %j: each is moved ten times in a thousand, not with every reading', (n, parts) => {
    const readings = Array.from({ length: n }, (_, i) => ({ meter: 'm', unitPrice: `${i + 1}`, quantity: '1' }));
    expect(after(readings).map(({ size }) => size)).toEqual(parts);
  });

  it('of one meter at one price is one part, however often it is read', () => {
    const readings = Array.from({ length: 1_000 }, () => ({ meter: 'm', unitPrice: '1', quantity: '1' }));
    expect(after(readings).map(({ size }) => size)).toEqual([1]);
  });
});
