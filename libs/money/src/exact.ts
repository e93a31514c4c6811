/** An exact decimal number: `units` / 10^`scale`. Inside this library only; outside, amounts are strings. */
export type Exact = { readonly units: bigint; readonly scale: number };

const plain = /^-?\d+(\.\d+)?$/;

export const tenTo = (power: number): bigint => 10n ** BigInt(power);

/** Reads plain decimal notation. Throws a `TypeError` for anything else: an unchecked amount is a defect. */
export const exact = (text: string): Exact => {
  if (!plain.test(text)) throw new TypeError(`${JSON.stringify(text)} is not a decimal number`);
  const point = text.indexOf('.');
  if (point < 0) return { units: BigInt(text), scale: 0 };
  return { units: BigInt(text.slice(0, point) + text.slice(point + 1)), scale: text.length - point - 1 };
};

/** Writes `units` / 10^`scale` with exactly `scale` decimals. There is no minus zero. */
export const written = (units: bigint, scale: number): string => {
  if (scale === 0) return units.toString();
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
};

/** The same number counted in smaller units; `scale` must not be less than its own. */
export const unitsAt = ({ units, scale }: Exact, wanted: number): bigint => units * tenTo(wanted - scale);

/** Quotient cut towards zero; the divisor is positive. */
export const down = (dividend: bigint, divisor: bigint): bigint => dividend / divisor;

/** Quotient rounded to the nearest, a half away from zero; the divisor is positive. */
export const halfUp = (dividend: bigint, divisor: bigint): bigint =>
  dividend < 0n ? -((-2n * dividend + divisor) / (2n * divisor)) : (2n * dividend + divisor) / (2n * divisor);
