import { compare, lineDown } from '#money';
import { linesOf, nothingUnbilled } from '../unbilled.ts';
import type { Existing, Usage } from '../state.ts';
import type { ChargeLine } from './charge-line.ts';

/** Usage at the start of a cycle: nothing to bill yet, and all included units available again. */
export const freshUsage = (usage: Usage): Usage => ({ ...usage, left: usage.included, unbilled: nothingUnbilled });

/**
 * One line a meter and unit price, in the order of their first use: Σ quantity × unit price, rounded once (rule-book.md §2.4, W38).
 * Nothing is pro-rated, so `days` is `cycleDays`, even if deprovisioning ends the cycle sooner: otherwise the amount would
 * not follow from the line's own formula.
 */
export const usageLines = (state: Existing, until = state.cycle.end): readonly ChargeLine[] =>
  linesOf(state.usage.unbilled)
    .filter(({ quantity }) => compare(quantity, '0') > 0)
    .map(({ quantity, unitPrice }) => ({
      chargeType: 'usage',
      offerId: state.offerId,
      skuId: state.skuId,
      unitPrice,
      effectiveUnitPrice: unitPrice,
      quantity,
      subtotal: lineDown(quantity, unitPrice, state.currency),
      chargeStart: state.cycle.start,
      chargeEnd: until,
      days: state.cycle.days,
      cycleDays: state.cycle.days,
      rounding: 'line-down',
    }));
