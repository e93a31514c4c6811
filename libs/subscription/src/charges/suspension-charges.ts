import { dayOf, durationMs, elapsedMs } from '#calendar';
import type { Instant } from '#kernel';
import type { ChargeLine } from './charge-line.ts';
import { capped, charge, credit, reversal, type Charged } from './charges.ts';
import type { Existing } from '../state.ts';

/** How long after a term's beginning a suspension takes the whole running cycle back (A8). */
const WHOLE_CYCLE_BACK = 'P30D';

/** The running cycle's money back: all of it within the term's first 30 days, pro rata later (A8, W28a, W31). */
export const suspensionCredit = (state: Existing, parts: readonly Charged[], at: Instant): readonly ChargeLine[] => {
  const whole = elapsedMs(state.termStartedAt, at) <= durationMs(WHOLE_CYCLE_BACK);
  if (!whole)
    return capped(
      parts.map((part) => credit('suspend', part, dayOf(at))),
      state,
    );
  return state.lines
    .filter(({ chargeStart, offerId, skuId }) => {
      const named = parts.some((part) => part.offerId === offerId && part.skuId === skuId);
      return named && chargeStart >= state.cycle.start;
    })
    .map(({ postedFor: _, ...line }) => reversal('suspend', line));
};

/** From this day to the end of the running cycle; on a cycle's first day all of it (A8). */
export const reactivationCharge = (parts: readonly Charged[], at: Instant): readonly ChargeLine[] =>
  parts.map((part) => charge('reactivate', part, dayOf(at)));
