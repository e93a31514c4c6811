import { addDays, anchorOf, dayOf, monthsOf, type BillingCycle, type Term } from '#calendar';
import { commandClass, isRefusal, refuse, type Decision, type Event, type Refusal, type Day } from '#kernel';
import type { Decimal } from '#money';
import { capped, charge, credit, post, type ChargesPosted } from './charges.ts';
import {
  all,
  mayTry,
  mustBeActive,
  notDuringTrial,
  notTooOften,
  onlyFor,
  policyOf,
  type Asking,
  type Guard,
} from './guards.ts';
import { invalidated, type ScheduledChangeRemoved } from './invalidate.ts';
import { priceAt } from './product.ts';
import type { Existing } from './state.ts';
import type { Surroundings } from './surroundings.ts';
import { openTerm, type OpenedTerm } from './term.ts';

/** Another term or billing plan in mid-term, as far as the preset allows (R78; `docs-2022-03`). */
export class ChangePlan extends commandClass('ChangePlan')<{
  readonly term?: Term;
  readonly billingCycle?: BillingCycle;
}> {}

/** The billing plan will be another from the next charge cycle on; the term stays. */
export type PlanChangeScheduled = Event<
  'PlanChangeScheduled',
  { readonly billingCycle: BillingCycle; readonly unitPrice: Decimal; readonly effectiveOn: Day }
>;

/** A longer term began at once. */
export type TermChanged = Event<
  'TermChanged',
  OpenedTerm & {
    readonly term: Term;
    readonly billingCycle: BillingCycle;
    readonly unitPrice: Decimal;
    readonly catalogVersion: string;
  }
>;

const someWayOpen: Guard = (state) => {
  const policy = policyOf(state);
  return policy['nce.term.midTerm'] === 'forbidden' && policy['nce.billingFrequency.midTerm'] === 'forbidden'
    ? refuse('MUST_BE_SCHEDULED', 'term and billing plan change at renewal: schedule the change (R78)')
    : undefined;
};

export const guard = all(
  mayTry('plan'),
  onlyFor('plan', 'newCommerce'),
  mustBeActive,
  notDuringTrial,
  someWayOpen,
  notTooOften,
);

export const decide = (
  { data, meta }: ChangePlan,
  state: Existing,
  { at }: Asking,
  surroundings: Surroundings,
): Decision<PlanChangeScheduled | TermChanged | ChargesPosted | ScheduledChangeRemoved> => {
  const { term = state.term, billingCycle = state.billingCycle } = data;
  const { currency, offerId, skuId } = state;
  if (term === state.term && billingCycle === (state.pendingPlan?.billingCycle ?? state.billingCycle))
    return refuse('NOTHING_CHANGES', `the subscription is on ${term}, paid ${billingCycle}, already`);
  const no = term === state.term ? frequencyRefusal(state, billingCycle) : termRefusal(state, term);
  if (no !== undefined) return no;
  const priced = priceAt(surroundings, { offerId, skuId, term, billingCycle, currency }, at);
  if (isRefusal(priced)) return priced;
  const { unitPrice, catalogVersion } = priced;
  const dropped = invalidated(state, 'planChange', at);
  if (term === state.term) {
    const effectiveOn = addDays(state.cycle.end, 1);
    return [
      { type: 'PlanChangeScheduled', data: { billingCycle, unitPrice, effectiveOn, effectiveAt: at } },
      ...dropped,
    ];
  }
  const day = dayOf(at);
  const opened = openTerm(day, term, billingCycle, anchorOf(day, policyOf(state).anchor));
  const lines = [
    credit('changeBillingPlan', state, day),
    charge('changeBillingPlan', { ...state, billingCycle, unitPrice, cycle: opened.cycle }),
  ];
  return [
    { type: 'TermChanged', data: { ...opened, term, billingCycle, unitPrice, catalogVersion, effectiveAt: at } },
    post(state, meta.commandId, at, capped(lines, state)),
    ...dropped,
  ];
};

/** Three-year terms alone, between monthly and annual (`nce.billingFrequency.midTerm`). */
const frequencyRefusal = (state: Existing, billingCycle: BillingCycle): Refusal | undefined => {
  const allowed = policyOf(state)['nce.billingFrequency.midTerm'] !== 'forbidden';
  const among = [state.billingCycle, billingCycle].every((cycle) => cycle === 'monthly' || cycle === 'annual');
  return allowed && state.term === 'P3Y' && among
    ? undefined
    : refuse('MUST_BE_SCHEDULED', 'the billing plan changes at renewal: schedule the change (R78)');
};

/** To a longer term only (`nce.term.midTerm`). */
const termRefusal = (state: Existing, term: Term): Refusal | undefined =>
  policyOf(state)['nce.term.midTerm'] !== 'forbidden' && monthsOf(term) > monthsOf(state.term)
    ? undefined
    : refuse('MUST_BE_SCHEDULED', 'a shorter term begins at renewal: schedule the change (R78)');

export const evolve = (state: Existing, { type, data }: PlanChangeScheduled | TermChanged): Existing => {
  if (type === 'PlanChangeScheduled') {
    const { billingCycle, unitPrice, effectiveOn } = data;
    return { ...state, pendingPlan: { billingCycle, unitPrice, effectiveOn } };
  }
  const { effectiveAt, ...term } = data;
  return { ...state, ...term, termStartedAt: effectiveAt, pendingPlan: null };
};
