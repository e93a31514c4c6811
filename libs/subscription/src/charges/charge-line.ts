import type { Day } from '#kernel';
import type { Decimal, RoundingName } from '#money';

/** Why money moved (rule-book.md §2.5). */
export type ChargeType = ProratedCharge | 'customerCredit' | 'customerDebit' | 'extendTerm';

/** The charges whose amount comes from a price and days. */
export type ProratedCharge =
  | 'new'
  | 'cycleCharge'
  | 'renew'
  | 'addQuantity'
  | 'removeQuantity'
  | 'cancelImmediate'
  | 'convert'
  | 'moveQuantity'
  | 'changeBillingPlan'
  | 'suspend'
  | 'reactivate'
  | 'usage';

/**
 * One line of money with every input of its formula, so that anyone can recompute the amount:
 * `subtotal = unitPrice × days/cycleDays × quantity`, rounded as `rounding` names (rule-book.md §2.3, §2.4). Credits are
 * negative; dates are inclusive.
 */
export type ChargeLine = {
  readonly chargeType: ChargeType;
  readonly offerId: string;
  readonly skuId: string;
  readonly unitPrice: Decimal;
  readonly effectiveUnitPrice: Decimal;
  readonly quantity: number | Decimal;
  readonly subtotal: Decimal;
  readonly chargeStart: Day;
  readonly chargeEnd: Day;
  readonly days: number;
  readonly cycleDays: number;
  readonly rounding: RoundingName;
};
