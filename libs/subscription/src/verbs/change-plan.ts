import { addDays, anchorOf, billingCycles, dayOf, monthsOf, terms, type BillingCycle, type Term } from '#calendar';
import { isRefusal, refuse, type Day, type Event, type Instant } from '#kernel';
import type { Decimal } from '#money';
import { addOnsOn, chargedParts } from '../add-on.ts';
import { capped, charge, credit, post, type ChargesPosted } from '../charges/charges.ts';
import {
  all,
  mayTry,
  mustBeActive,
  notDuringTrial,
  notTooOften,
  onlyFor,
  policyOf,
  type RequestContext,
  type Guard,
} from '../guards.ts';
import { invalidated, type ScheduledChangeRemoved } from '../time/revoke-scheduled-change.ts';
import { priceAt, type Priced } from '../product.ts';
import type { Existing } from '../state.ts';
import type { DecisionContext } from '../context.ts';
import { openTerm, type OpenedTerm } from '../time/term.ts';
import type { Decision, Refusal } from '../refusals.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

/** Change the term or billing plan in mid-term, as far as the preset allows (R78; `docs-2022-03`). */
export class ChangePlan extends commandTo('ChangePlan')<{
  readonly term?: Term;
  readonly billingCycle?: BillingCycle;
}> {}

/** The billing plan changes with the next charge cycle; the term stays. */
export type PlanChangeScheduled = Event<
  'PlanChangeScheduled',
  { readonly billingCycle: BillingCycle; readonly unitPrice: Decimal; readonly effectiveOn: Day }
>;

/** A billing plan that was to begin with the next charge cycle was revoked: the running one goes on. */
export type PlanChangeRevoked = Event<
  'PlanChangeRevoked',
  { readonly revoked: { readonly billingCycle: BillingCycle; readonly unitPrice: Decimal; readonly effectiveOn: Day } }
>;

/** A longer term began at once. */
export type TermChanged = Event<
  'TermChanged',
  OpenedTerm & {
    readonly term: Term;
    readonly billingCycle: BillingCycle;
    readonly unitPrice: Decimal;
    readonly catalogVersion: string;
    /** The add-ons, where there are any, at the prices of the new term (R37). */
    readonly addOns?: Existing['addOns'];
  }
>;

const someWayOpen: Guard = (state) =>
  terms.some((term) => termRefusal(state, term) === undefined) ||
  billingCycles.some((cycle) => cycle !== state.billingCycle && frequencyRefusal(state, cycle) === undefined)
    ? undefined
    : refuse('MUST_BE_SCHEDULED', 'term and billing plan change at renewal: schedule the change (R78)');

const guard = all(
  mayTry('plan'),
  onlyFor('plan', 'newCommerce'),
  mustBeActive,
  notDuringTrial,
  someWayOpen,
  notTooOften,
);

const decide = (
  { data, meta }: ChangePlan,
  state: Existing,
  { at }: RequestContext,
  context: DecisionContext,
): Decision<PlanChangeScheduled | PlanChangeRevoked | TermChanged | ChargesPosted | ScheduledChangeRemoved> => {
  const { term = state.term, billingCycle = state.billingCycle } = data;
  const no = planRefusal(state, term, billingCycle);
  if (no !== undefined) return no;
  const { offerId, skuId, currency, pendingPlan: revoked } = state;
  // Back to the running plan, at the term's own price.
  if (revoked !== null && term === state.term && billingCycle === state.billingCycle)
    return [{ type: 'PlanChangeRevoked', data: { revoked, effectiveAt: at } }, ...invalidated(state, 'planChange', at)];
  const priced = priceAt(context, { offerId, skuId, term, billingCycle, currency }, at);
  if (isRefusal(priced)) return priced;
  const addOns = addOnsOn({ term, billingCycle }, state, at, context);
  if (isRefusal(addOns)) return addOns;
  const changed =
    term === state.term
      ? planFromNextCycle(state, billingCycle, priced, at)
      : longerTerm(state, { term, billingCycle, ...priced, addOns, referenceId: meta.commandId }, at);
  return [...changed, ...invalidated(state, 'planChange', at)];
};

const planFromNextCycle = (
  state: Existing,
  billingCycle: BillingCycle,
  { unitPrice }: Pick<Priced, 'unitPrice'>,
  effectiveAt: Instant,
): readonly PlanChangeScheduled[] => [
  {
    type: 'PlanChangeScheduled',
    data: { billingCycle, unitPrice, effectiveOn: addDays(state.cycle.end, 1), effectiveAt },
  },
];

type Longer = Pick<Existing, 'term' | 'billingCycle' | 'unitPrice' | 'catalogVersion' | 'addOns'> & {
  readonly referenceId: string;
};

/** Credits the rest of the old term; the new one begins with a whole cycle on this day, its anchor (rule-book.md §2.5). */
const longerTerm = (
  state: Existing,
  { term, billingCycle, unitPrice, catalogVersion, addOns, referenceId }: Longer,
  effectiveAt: Instant,
): readonly (TermChanged | ChargesPosted)[] => {
  const day = dayOf(effectiveAt);
  const opened = openTerm(day, term, billingCycle, anchorOf(day, policyOf(state).anchor));
  const after = chargedParts({ ...state, billingCycle, unitPrice, addOns, cycle: opened.cycle });
  const lines = chargedParts(state).flatMap((part, i) => [
    credit('changeBillingPlan', part, day),
    ...after.slice(i, i + 1).map((next) => charge('changeBillingPlan', next)),
  ]);
  const plan = { term, billingCycle, unitPrice, catalogVersion, ...(addOns.length > 0 ? { addOns } : {}) };
  return [
    { type: 'TermChanged', data: { ...opened, ...plan, effectiveAt } },
    post(state, referenceId, effectiveAt, capped(lines, state)),
  ];
};

const planRefusal = (state: Existing, term: Term, billingCycle: BillingCycle): Refusal | undefined => {
  if (term !== state.term) return termRefusal(state, term);
  return billingCycle === (state.pendingPlan?.billingCycle ?? state.billingCycle)
    ? refuse('NOTHING_CHANGES', `the subscription is on ${term}, paid ${billingCycle}, already`)
    : frequencyRefusal(state, billingCycle);
};

/** Three-year terms only, between monthly and annual (`nce.billingFrequency.midTerm`). */
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

const evolve = (state: Existing, { type, data }: PlanChangeScheduled | PlanChangeRevoked | TermChanged): Existing => {
  if (type === 'PlanChangeRevoked') return { ...state, pendingPlan: null };
  if (type === 'PlanChangeScheduled') {
    const { billingCycle, unitPrice, effectiveOn } = data;
    return { ...state, pendingPlan: { billingCycle, unitPrice, effectiveOn } };
  }
  // The windows of `termStart` open with a purchase or a renewal (A2), not with a plan change: `termStartedAt` stays.
  const { effectiveAt: _, ...term } = data;
  return { ...state, ...term, aligned: false, pendingPlan: null, linesBefore: state.lines.length };
};

export const changePlan = verb({
  command: ChangePlan,
  action: 'plan',
  guard,
  decide,
  evolve: { PlanChangeScheduled: evolve, PlanChangeRevoked: evolve, TermChanged: evolve },
});
