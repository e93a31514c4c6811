import { minorDigits } from './currency.ts';
import { down, exact, tenTo, unitsAt, written } from './exact.ts';

/** A number in plain decimal notation, without exponent: `"10.08"`, `"-94.08"`, `"9333"`. */
export type Decimal = string;

const withinLimits = /^-?(0|[1-9]\d{0,17})(\.\d{1,12})?$/;

/**
 * Whether a text from outside is a decimal number that the ledger accepts: plain notation, no superfluous leading zero, at
 * most 18 digits before the point and 12 behind it.
 */
export const isDecimal = (text: string): boolean => withinLimits.test(text);

const scaleOf = (decimal: Decimal): number => exact(decimal).scale;

/** a + b, with as many decimals as the longer of the two. */
export const add = (a: Decimal, b: Decimal): Decimal => {
  const [left, right] = [exact(a), exact(b)];
  const scale = Math.max(left.scale, right.scale);
  return written(unitsAt(left, scale) + unitsAt(right, scale), scale);
};

/** The amount with the opposite sign; zero stays zero. */
export const negate = (a: Decimal): Decimal => {
  const { units, scale } = exact(a);
  return written(-units, scale);
};

/** -1, 0 or 1, as a is less than, equal to or greater than b; `"1.0"` equals `"1"`. */
export const compare = (a: Decimal, b: Decimal): -1 | 0 | 1 => {
  const [left, right] = [exact(a), exact(b)];
  const scale = Math.max(left.scale, right.scale);
  const difference = unitsAt(left, scale) - unitsAt(right, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

export const isZero = (a: Decimal): boolean => exact(a).units === 0n;

/** unit × quantity, exact: the product has the decimals of both factors together. */
export const multiply = (unit: Decimal, quantity: Decimal | number): Decimal => {
  const [price, count] = [exact(unit), exact(String(quantity))];
  return written(price.units * count.units, price.scale + count.scale);
};

/** Whether the number is written with no more decimals than the currency has. */
export const fits = (decimal: Decimal, currency: string): boolean => scaleOf(decimal) <= minorDigits(currency);

/** The amount with exactly the currency's decimals. Throws a `RangeError` when it has more: it was not rounded. */
export const format = (decimal: Decimal, currency: string): Decimal => {
  const digits = minorDigits(currency);
  const number = exact(decimal);
  if (number.scale > digits) throw new RangeError(`${decimal} has more than the ${digits} decimals of ${currency}`);
  return written(unitsAt(number, digits), digits);
};

/** The total of amounts in one currency, with its decimals; of none: zero. Throws a `RangeError` as `format` does. */
export const sum = (amounts: readonly Decimal[], currency: string): Decimal => {
  const digits = minorDigits(currency);
  return amounts.reduce((total, amount) => add(total, format(amount, currency)), written(0n, digits));
};

/** A usage line: quantity × unit price, cut to the currency's decimals (regime `line-down`, rule-book.md §2.4; W38). */
export const lineDown = (quantity: Decimal, unitPrice: Decimal, currency: string): Decimal => {
  const digits = minorDigits(currency);
  const { units, scale } = exact(multiply(unitPrice, quantity));
  return written(down(units * tenTo(digits), tenTo(scale)), digits);
};
