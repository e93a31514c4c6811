import { days } from '#calendar';
import type { Day, Event, Instant } from '#kernel';
import { add, compare, negate, prorate, sum, type Decimal } from '#money';
import { resolve, roundingFor } from '#policy';
import type { ChargeLine, ChargeType, ProratedCharge } from './charge-line.ts';
import type { Cycle, Existing } from '../state.ts';

/** Money posted by one operation. Recorded in the same append as the decision that causes it. */
export type ChargesPosted = Event<
  'ChargesPosted',
  {
    /** One per operation; both sides of an upgrade share it. */
    readonly referenceId: string;
    readonly subscriptionId: string;
    readonly partnerId: string;
    readonly customerId: string;
    readonly orderId: string;
    readonly currency: string;
    readonly lines: readonly ChargeLine[];
  }
>;

/** What a line charges for: the seats, their price and the charge cycle that it is a part of. */
export type Charged = Pick<
  Existing,
  'kind' | 'offerId' | 'skuId' | 'unitPrice' | 'quantity' | 'currency' | 'billingCycle' | 'policy'
> & {
  readonly cycle: Cycle;
};

/** A charge for `charged.quantity` seats for the days from one to another, both included (A19); by default the whole cycle. */
export const charge = (
  chargeType: ProratedCharge,
  charged: Charged,
  from: Day = charged.cycle.start,
  to: Day = charged.cycle.end,
): ChargeLine => {
  const { kind, offerId, skuId, unitPrice, quantity, currency, billingCycle, cycle } = charged;
  const part = days(from, to);
  const regime = roundingFor(resolve(charged.policy), kind, chargeType, billingCycle);
  const amount = prorate({ unitPrice, quantity, days: part, cycleDays: cycle.days, currency, regime });
  return {
    chargeType,
    offerId,
    skuId,
    unitPrice,
    effectiveUnitPrice: amount.effectiveUnitPrice,
    quantity,
    subtotal: amount.subtotal,
    chargeStart: from,
    chargeEnd: to,
    days: part,
    cycleDays: cycle.days,
    rounding: amount.rounding,
  };
};

/** A credit for what `charge` would charge. */
export const credit = (chargeType: ProratedCharge, charged: Charged, from?: Day): ChargeLine => {
  const line = charge(chargeType, charged, from);
  return { ...line, subtotal: negate(line.subtotal) };
};

/** A posted line, reversed exactly; never recomputed (rule-book.md §2.4, invariant 2). */
export const reversal = (chargeType: ChargeType, line: ChargeLine): ChargeLine => ({
  ...line,
  chargeType,
  subtotal: negate(line.subtotal),
  rounding: 'reversal',
});

/** A manual credit or debit: it belongs to no charge cycle, whatever day it was posted for (rule-book.md §2.5). */
export const isCorrection = ({ chargeType }: ChargeLine): boolean =>
  chargeType === 'customerCredit' || chargeType === 'customerDebit';

/** Each line posted since an instant, reversed; their sum is exactly zero (rule-book.md §2.4, invariant 2). */
export const linesBack = (state: Existing, since: Instant): readonly ChargeLine[] =>
  state.lines
    .filter(({ postedFor }) => postedFor >= since)
    .map(({ postedFor: _, ...line }) => reversal('cancelImmediate', line));

/**
 * The posted lines of the running cycle. A plan change in mid-term credits the rest of the old cycle from the day on
 * which the new one starts: those credits belong to the old cycle.
 */
export const linesOfCycle = ({ lines, linesBefore, cycle }: Existing): Existing['lines'] =>
  lines
    .slice(linesBefore)
    .filter(
      ({ chargeType, chargeStart, subtotal }) =>
        chargeStart >= cycle.start && !(chargeType === 'changeBillingPlan' && compare(subtotal, '0') < 0),
    );

const totalOf = (lines: readonly ChargeLine[], currency: string): Decimal =>
  sum(
    lines.map(({ subtotal }) => subtotal),
    currency,
  );

/**
 * Lines of an operation whose net credit is cut to what the running cycle's lines still sum to (rule-book.md §2.4, invariant 3). The net
 * is that of all lines of the operation's reference: `elsewhere` is what it charges on another subscription. The last
 * credit lines are cut first, none beyond zero. If manual credits have left less than nothing, nothing more is
 * credited.
 */
export const capped = (
  lines: readonly ChargeLine[],
  state: Existing,
  elsewhere: Decimal = '0',
): readonly ChargeLine[] => {
  const posted = totalOf(linesOfCycle(state), state.currency);
  const net = add(totalOf(lines, state.currency), elsewhere);
  const left = add(compare(posted, '0') > 0 ? posted : '0', net);
  return compare(left, '0') < 0 ? cut(lines, negate(left)) : lines;
};

/** Takes an amount off the credit lines, the last one first. */
const cut = (lines: readonly ChargeLine[], amount: Decimal): readonly ChargeLine[] => {
  let over = amount;
  return lines.reduceRight<readonly ChargeLine[]>((after, line) => {
    if (compare(over, '0') <= 0 || compare(line.subtotal, '0') >= 0) return [line, ...after];
    const rest = add(line.subtotal, over);
    const subtotal = compare(rest, '0') < 0 ? rest : add(rest, negate(rest));
    over = compare(rest, '0') > 0 ? rest : '0';
    return [{ ...line, subtotal, rounding: 'capped' }, ...after];
  }, []);
};

/** The event that posts lines under one reference. */
export const post = (
  owner: Pick<Existing, 'subscriptionId' | 'partnerId' | 'customerId' | 'orderId' | 'currency'>,
  referenceId: string,
  effectiveAt: Instant,
  lines: readonly ChargeLine[],
): ChargesPosted => ({
  type: 'ChargesPosted',
  data: {
    referenceId,
    subscriptionId: owner.subscriptionId,
    partnerId: owner.partnerId,
    customerId: owner.customerId,
    orderId: owner.orderId,
    currency: owner.currency,
    lines,
    effectiveAt,
  },
});

/** Keeps posted lines in the state: refunds reverse them, and no credit exceeds them. */
export const evolve = (state: Existing, { data }: ChargesPosted): Existing => ({
  ...state,
  lines: [...state.lines, ...data.lines.map((line) => ({ ...line, postedFor: data.effectiveAt }))],
});
