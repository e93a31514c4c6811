import { anchorOf, dayOf, type BillingCycle, type Term } from '#calendar';
import type { Event } from '#kernel';
import type { Decimal } from '#money';
import { policyOf } from '../guards.ts';
import type { Priced, Wanted } from '../product.ts';
import type { Existing } from '../state.ts';
import { openTerm, type OpenedTerm } from './term.ts';

/** The trial is over and a paid term began at the same instant (R28, R86); its day is the new anchor (rule-book.md §2.2). */
export type TrialConverted = Event<
  'TrialConverted',
  OpenedTerm & {
    readonly cause: 'command' | 'trialEnded';
    readonly offerId: string;
    readonly skuId: string;
    readonly offerName: string;
    readonly quantity: number;
    readonly term: Term;
    readonly billingCycle: BillingCycle;
    readonly unitPrice: Decimal;
    readonly catalogVersion: string;
  }
>;

type Paid = Wanted & { readonly quantity: number; readonly priced: Priced };

/** The event of a conversion, with the term that it opens. */
export const conversion = (
  state: Existing,
  { offerId, skuId, term, billingCycle, quantity, priced }: Paid,
  cause: TrialConverted['data']['cause'],
  effectiveAt: string,
): TrialConverted => {
  const day = dayOf(effectiveAt);
  return {
    type: 'TrialConverted',
    data: {
      cause,
      ...openTerm(day, term, billingCycle, anchorOf(day, policyOf(state).anchor)),
      offerId,
      skuId,
      offerName: priced.offer.name,
      quantity,
      term,
      billingCycle,
      unitPrice: priced.unitPrice,
      catalogVersion: priced.catalogVersion,
      effectiveAt,
    },
  };
};

export const evolve = (state: Existing, { data: { cause: _, effectiveAt, ...paid } }: TrialConverted): Existing => ({
  ...state,
  ...paid,
  firstPaidAt: effectiveAt,
  isTrial: false,
  convertsTo: null,
  termStartedAt: effectiveAt,
  aligned: false,
  lots: [{ quantity: paid.quantity, since: effectiveAt }],
  scheduledChange: null,
  scheduledSubscriptionId: null,
});
