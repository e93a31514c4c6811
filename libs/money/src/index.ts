export { isCurrency, minorDigits } from './currency.ts';
export {
  add,
  compare,
  fits,
  format,
  isDecimal,
  isZero,
  lineDown,
  multiply,
  negate,
  sum,
  type Decimal,
} from './decimal.ts';
export {
  prorate,
  roundingRegimes,
  type Prorated,
  type Proration,
  type RoundingName,
  type RoundingRegime,
} from './prorate.ts';
