import { dayOf } from '#calendar';
import { refuse, type Event } from '#kernel';
import { compare, fits, format, minorDigits, negate, type Decimal } from '#money';
import { post, type ChargesPosted } from '../charges/charges.ts';
import { mayTry, type RequestContext } from '../guards.ts';
import type { Existing } from '../state.ts';
import type { Decision } from '../refusals.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

/** Correct the account manually: a credit (negative) or a debit, with its reason (rule-book.md §2.5). */
export class AdjustCharges extends commandTo('AdjustCharges')<{
  readonly amount: Decimal;
  readonly reason: string;
  readonly reference?: string;
}> {}

/** A manual correction with its reason; its money is in the `ChargesPosted` beside it (rule-book.md §2.5). */
export type ChargesAdjusted = Event<
  'ChargesAdjusted',
  { readonly amount: Decimal; readonly currency: string; readonly reason: string; readonly reference: string | null }
>;

const guard = mayTry('adjust');

const decide = (
  { data: { amount, reason, reference }, meta }: AdjustCharges,
  state: Existing,
  { at }: RequestContext,
): Decision<ChargesAdjusted | ChargesPosted> => {
  if (!fits(amount, state.currency)) {
    const because = `amount: ${state.currency} has ${minorDigits(state.currency)} decimals`;
    return refuse('VALIDATION_FAILED', because, { errors: [{ path: 'amount', message: because }] });
  }
  if (compare(amount, '0') === 0) return refuse('NOTHING_CHANGES', 'an adjustment of zero changes nothing');
  const subtotal = format(amount, state.currency);
  const isCredit = compare(amount, '0') < 0;
  const unitPrice = isCredit ? negate(subtotal) : subtotal;
  const line = {
    chargeType: isCredit ? ('customerCredit' as const) : ('customerDebit' as const),
    offerId: state.offerId,
    skuId: state.skuId,
    unitPrice,
    effectiveUnitPrice: unitPrice,
    quantity: 1,
    subtotal,
    chargeStart: dayOf(at),
    chargeEnd: dayOf(at),
    days: 1,
    cycleDays: 1,
    rounding: 'whole-cycle' as const,
  };
  const { currency } = state;
  return [
    {
      type: 'ChargesAdjusted',
      data: { amount: subtotal, currency, reason, reference: reference ?? null, effectiveAt: at },
    },
    post(state, meta.commandId, at, [line]),
  ];
};

export const adjust = verb({
  command: AdjustCharges,
  action: 'adjustments',
  guard,
  decide,
  evolve: { ChargesAdjusted: (state) => state },
});
