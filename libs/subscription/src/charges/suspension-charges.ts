import { dayOf, durationMs, elapsedMs } from '#calendar';
import type { Instant } from '#kernel';
import { add, compare, negate, type Decimal } from '#money';
import type { ChargeLine } from './charge-line.ts';
import { capped, charge, credit, isCorrection, linesOfCycle, reversal, type Charged } from './charges.ts';
import type { Existing } from '../state.ts';

/** How long after a term's start a suspension credits the whole running cycle (A8). */
const WHOLE_CYCLE_BACK = 'P30D';

/**
 * The credit for the running cycle: all of it within the term's first 30 days, pro rata later (A8, W28a, W31). Manual credits
 * and debits stay as they are: they were not charged for the cycle.
 */
export const suspensionCredit = (state: Existing, parts: readonly Charged[], at: Instant): readonly ChargeLine[] => {
  const whole = elapsedMs(state.termStartedAt, at) <= durationMs(WHOLE_CYCLE_BACK);
  if (!whole)
    return capped(
      parts.map((part) => credit('suspend', part, dayOf(at))),
      state,
    );
  return linesOfCycle(state)
    .filter((line) => !isCorrection(line) && isOneOf(parts, line))
    .map(({ postedFor: _, ...line }) => reversal('suspend', line));
};

type Sku = Pick<ChargeLine, 'offerId' | 'skuId'>;

const isOneOf = (parts: readonly Sku[], { offerId, skuId }: Sku): boolean =>
  parts.some((part) => part.offerId === offerId && part.skuId === skuId);

/**
 * From this day to the end of the running cycle; on a cycle's first day all of it (A8). What the suspension's cap withheld
 * in the same cycle is already paid for and is not charged twice.
 */
export const reactivationCharge = (state: Existing, parts: readonly Charged[], at: Instant): readonly ChargeLine[] =>
  parts.map((part) => {
    const line = charge('reactivate', part, dayOf(at));
    const paid = withheld(state, part);
    if (compare(paid, '0') <= 0) return line;
    const rest = add(line.subtotal, negate(paid));
    const subtotal = compare(rest, '0') > 0 ? rest : add(rest, negate(rest));
    return { ...line, subtotal, rounding: 'capped' };
  });

/** The value of the days that a suspension left unused and did not credit, because its credit was capped. */
const withheld = (state: Existing, part: Charged): Decimal => {
  const line = state.lines.findLast(
    ({ chargeType, chargeEnd, ...posted }) =>
      chargeType === 'suspend' && chargeEnd === state.cycle.end && isOneOf([part], posted),
  );
  return line?.rounding === 'capped' ? add(charge('suspend', part, line.chargeStart).subtotal, line.subtotal) : '0';
};
