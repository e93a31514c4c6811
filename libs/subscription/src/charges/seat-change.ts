import { addDays, dayOf } from '#calendar';
import type { Instant } from '#kernel';
import type { ChargeLine, ProratedCharge } from './charge-line.ts';
import { charge, credit, isCorrection, reversal, type Charged } from './charges.ts';
import type { Existing } from '../state.ts';

/**
 * The lines of a change from `part.quantity` seats to another number, from the instant's day to the end of the running
 * cycle (rule-book.md §2.5): a whole day's worth on its last day (E18), a pair of lines for each change of one day (E17). `part` is the
 * base or one of its add-ons. Not capped yet: the cap is on the whole operation.
 */
export const seatChange = (
  chargeType: ProratedCharge,
  state: Existing,
  { part, quantity, at }: { readonly part: Charged; readonly quantity: number; readonly at: Instant },
): readonly ChargeLine[] => {
  const day = dayOf(at);
  const after = quantity > 0 ? [charge(chargeType, { ...part, quantity }, day)] : [];
  if (state.kind !== 'legacy') return [credit(chargeType, part, day), ...after];
  // Legacy: the advance charge is credited whole, and each number of seats pays for its own days (W27).
  const advance = openLine(state, part);
  if (advance === undefined) return after;
  const used = advance.chargeStart < day ? [charge(chargeType, part, advance.chargeStart, addDays(day, -1))] : [];
  return [reversal(chargeType, advance), ...used, ...after];
};

/** The charge that reaches to the end of the running cycle and was not reversed. */
const openLine = (state: Existing, { offerId, skuId, cycle }: Charged): ChargeLine | undefined => {
  const line = state.lines.findLast(
    (posted) =>
      posted.offerId === offerId &&
      posted.skuId === skuId &&
      posted.chargeEnd === cycle.end &&
      isCharge(posted) &&
      !isCorrection(posted),
  );
  if (line === undefined) return undefined;
  const { postedFor: _, ...open } = line;
  return open;
};

/** Whether a line is a charge: neither a credit that was cut to nothing nor the reversal of a charge of nothing. */
const isCharge = ({ chargeType, rounding, subtotal }: ChargeLine): boolean =>
  !subtotal.startsWith('-') && rounding !== 'reversal' && (rounding !== 'capped' || chargeType === 'reactivate');
