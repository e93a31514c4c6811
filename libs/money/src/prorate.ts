import { minorDigits } from './currency.ts';
import type { Decimal } from './decimal.ts';
import { down, exact, halfUp, tenTo, written, type Exact } from './exact.ts';

/** A regime that a policy may select for pro-rated lines (rule-book.md §2.4). */
export type RoundingRegime = 'unit-down' | 'line-down' | 'line-half-up' | 'unit-half-up' | 'daily';

/**
 * How a line's amount was rounded, as the line says: a regime; `whole-cycle` (nothing pro-rated, half-up on the
 * line); `reversal` (the exact opposite of a posted line); `capped` (cut to what was still owed, invariant 3 of rule-book.md §2.4).
 */
export type RoundingName = RoundingRegime | 'whole-cycle' | 'reversal' | 'capped';

/** The formula's inputs. `days` of `cycleDays` are charged; `unitPrice` is for one seat for one whole charge cycle. */
export type Proration = {
  readonly unitPrice: Decimal;
  /** Seats: a whole number, 0 or more. */
  readonly quantity: number;
  readonly days: number;
  readonly cycleDays: number;
  /** ISO 4217: amounts have its decimals. */
  readonly currency: string;
  readonly regime: RoundingRegime;
  /** Rate into the billing currency, applied before anything is rounded; 1 when left out. */
  readonly fx?: Decimal;
};

/** A line's amount, and the corresponding price of one seat. */
export type Prorated = {
  /** With exactly the currency's decimals. */
  readonly subtotal: Decimal;
  /** The rounded price where a regime rounds the price, else the exact one cut to 10 decimals without trailing zeros. */
  readonly effectiveUnitPrice: Decimal;
  readonly rounding: RoundingName;
};

/**
 * The charge for `quantity` seats for `days` of a cycle (rule-book.md §2.3, §2.4), in integers, rounded once and last. A whole cycle is
 * unit × quantity, half-up on the line, whatever the regime; a part of it never costs more. Throws a `RangeError` for
 * days outside the cycle.
 */
export const prorate = (input: Proration): Prorated => {
  const { quantity, days, cycleDays, currency, regime } = input;
  const whole = Number.isInteger(days) && Number.isInteger(cycleDays) && Number.isInteger(quantity);
  if (!whole || days < 0 || cycleDays < 1 || days > cycleDays || quantity < 0)
    throw new RangeError(`${quantity} seats for ${days} of ${cycleDays} days cannot be charged`);
  const digits = minorDigits(currency);
  const price = converted(input);
  const wholeCycle = halfUp(price.units * BigInt(quantity) * tenTo(digits), tenTo(price.scale));
  if (days === cycleDays)
    return { subtotal: written(wholeCycle, digits), effectiveUnitPrice: cut(price, 1n, 1n), rounding: 'whole-cycle' };
  const { line, effectiveUnitPrice } = regimes[regime](price, { quantity, days, cycleDays, digits });
  // Only where the price of a unit or of a day was rounded up can a part come out above the whole.
  return { subtotal: written(line < wholeCycle ? line : wholeCycle, digits), effectiveUnitPrice, rounding: regime };
};

type Part = { readonly quantity: number; readonly days: number; readonly cycleDays: number; readonly digits: number };
/** The line in minor units, and the corresponding price of one seat. */
type Amounts = { readonly line: bigint; readonly effectiveUnitPrice: Decimal };

const converted = ({ unitPrice, fx }: Proration): Exact => {
  const price = exact(unitPrice);
  if (fx === undefined) return price;
  const rate = exact(fx);
  return { units: price.units * rate.units, scale: price.scale + rate.scale };
};

/** price × part / whole, cut to 10 decimals, without trailing zeros. */
const cut = ({ units, scale }: Exact, part: bigint, whole: bigint): Decimal =>
  written(down(units * part * tenTo(10), tenTo(scale) * whole), 10).replace(/\.?0+$/, '');

/** Rounds the price of one seat for the days, then multiplies by the seats. */
const onTheUnit =
  (round: typeof down) =>
  ({ units, scale }: Exact, { quantity, days, cycleDays, digits }: Part): Amounts => {
    const unit = round(units * BigInt(days) * tenTo(digits), tenTo(scale) * BigInt(cycleDays));
    return { line: unit * BigInt(quantity), effectiveUnitPrice: written(unit, digits) };
  };

/** Multiplies by the seats, then rounds. */
const onTheLine =
  (round: typeof down) =>
  (price: Exact, { quantity, days, cycleDays, digits }: Part): Amounts => {
    const [part, whole] = [BigInt(days), BigInt(cycleDays)];
    const line = round(price.units * part * BigInt(quantity) * tenTo(digits), tenTo(price.scale) * whole);
    return { line, effectiveUnitPrice: cut(price, part, whole) };
  };

/** The longest charge cycle of a plan that is paid by the month. */
const LONGEST_MONTH = 31;

/**
 * How many decimals the price of a day keeps: two, as the printed figures have it (W31), or the currency's if it has
 * more; three for a plan that is paid by the month and in a currency without a minor unit, where two would lose whole
 * units over a year.
 */
const decimalsOfDay = ({ cycleDays, digits }: Part): number =>
  Math.max(digits, cycleDays <= LONGEST_MONTH || digits === 0 ? 3 : 2);

/** Rounds the price of one day, multiplies by the days and the seats, and rounds the line (W31). */
const byTheDay = ({ units, scale }: Exact, part: Part): Amounts => {
  const { quantity, days, cycleDays, digits } = part;
  const decimals = decimalsOfDay(part);
  const unit = halfUp(units * tenTo(decimals), tenTo(scale) * BigInt(cycleDays)) * BigInt(days);
  return {
    line: halfUp(unit * BigInt(quantity), tenTo(decimals - digits)),
    effectiveUnitPrice: written(unit, decimals),
  };
};

const regimes: Readonly<Record<RoundingRegime, (price: Exact, part: Part) => Amounts>> = {
  'unit-down': onTheUnit(down),
  'unit-half-up': onTheUnit(halfUp),
  'line-down': onTheLine(down),
  'line-half-up': onTheLine(halfUp),
  daily: byTheDay,
};

/** All regimes that a policy may name. */
export const roundingRegimes = Object.keys(regimes) as readonly RoundingRegime[];
