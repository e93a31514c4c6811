import { dayOf, type BillingCycle, type Term } from '#calendar';
import { isRefusal, refuse } from '#kernel';
import { charge, credit, post, type ChargesPosted } from '../charges/charges.ts';
import { paidPlan } from '../time/next-term.ts';
import {
  all,
  mayTry,
  mustBeActive,
  notTooOften,
  onlyFor,
  policyOf,
  quantityRefusal,
  type RequestContext,
  type Guard,
} from '../guards.ts';
import { invalidated, type ScheduledChangeRemoved } from '../time/revoke-scheduled-change.ts';
import { relation, skuAt, upgradesOf, type Wanted } from '../product.ts';
import { comingRefusal } from '../rules/may-come.ts';
import { overCap, seatsOn } from '../seat-cap.ts';
import type { Existing } from '../state.ts';
import type { DecisionContext } from '../context.ts';
import { conversion, type TrialConverted } from '../time/conversion.ts';
import type { Decision, Refusal } from '../refusals.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

/** Convert a trial now instead of at its end. */
export class ConvertTrial extends commandTo('ConvertTrial')<{
  readonly offerId?: string;
  readonly skuId?: string;
  readonly quantity?: number;
  readonly term?: Term;
  readonly billingCycle?: BillingCycle;
}> {}

const mustBeTrial: Guard = ({ isTrial }) =>
  isTrial ? undefined : refuse('NOT_A_TRIAL', 'the subscription is not a trial, or no longer one');

/** A marketplace trial converts automatically at its end, and cannot be cut short (R27). */
const guard = all(
  mayTry('convert'),
  onlyFor('convert', 'newCommerce', 'legacy'),
  mustBeActive,
  mustBeTrial,
  notTooOften,
);

/** `convert`, if the trial leads to a SKU that is sold, in a number of seats in which it converts. */
const actionNow = (state: Existing, at: string, context: DecisionContext): string | Refusal => {
  const paid = state.convertsTo ?? state;
  const possible = [paid, ...upgradesOf(context, paid, at)].some((to) => {
    const then = paidPlan(state, { offerId: to.offerId, skuId: to.skuId }, at, context);
    return (
      !isRefusal(then) &&
      wayRefusal(state, then.wanted, at, context) === undefined &&
      fewSeats(state, then.priced.sku.maxSeats) === undefined
    );
  });
  return possible ? 'convert' : refuse('OFFER_NOT_PURCHASABLE', 'no SKU to which the trial could convert is sold now');
};

const decide = (
  { data, meta }: ConvertTrial,
  state: Existing,
  requestContext: RequestContext,
  context: DecisionContext,
): Decision<TrialConverted | ChargesPosted | ScheduledChangeRemoved> => {
  const { at } = requestContext;
  const paid = paidPlan(state, data, at, context);
  if (isRefusal(paid)) return paid;
  const { priced, wanted } = paid;
  const quantity = data.quantity ?? state.quantity;
  const no =
    wayRefusal(state, wanted, at, context) ??
    fewSeats(state, quantity) ??
    quantityRefusal(quantity, priced.sku) ??
    comingRefusal(state, { offer: priced.offer, way: 'whole' }, requestContext, context) ??
    overCap(context.customer, { ...priced, ...state, has: seatsOn(state, wanted), wants: quantity });
  if (no !== undefined) return no;
  const converted = conversion(state, { ...wanted, quantity, priced }, 'command', at);
  const lines = [
    credit('convert', state, dayOf(at)),
    charge('convert', { ...state, ...converted.data, cycle: converted.data.cycle }),
  ];
  return [converted, post(state, meta.commandId, at, lines), ...invalidated(state, 'conversion', at)];
};

/** The paid SKU itself, or a SKU to which it may be upgraded. */
const wayRefusal = (state: Existing, wanted: Wanted, at: string, context: DecisionContext): Refusal | undefined => {
  const paid = state.convertsTo ?? state;
  const [from, to] = [skuAt(context, paid, at), skuAt(context, wanted, at)];
  if (isRefusal(from)) return from;
  if (isRefusal(to)) return to;
  const way = relation({ offerId: paid.offerId, sku: from.sku }, { offerId: wanted.offerId, sku: to.sku });
  return way === 'same' || way === 'upgrade'
    ? undefined
    : refuse('UPGRADE_NOT_ELIGIBLE', `the trial does not convert to ${wanted.offerId}/${wanted.skuId} (R83)`);
};

const fewSeats = (state: Existing, quantity: number): Refusal | undefined => {
  const least = policyOf(state)['nce.trial'].minSeatsToConvertNow;
  return state.kind === 'newCommerce' && least !== null && quantity < least
    ? refuse('QUANTITY_OUT_OF_RANGE', `a trial converts in mid-term with at least ${least} seats`, { minSeats: least })
    : undefined;
};

export const convert = verb({ command: ConvertTrial, action: 'convert', actionNow, guard, decide, evolve: {} });
