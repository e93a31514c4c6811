import { dayOf, durationMs, elapsedMs, startOf, type BillingCycle } from '#calendar';
import { isRefusal, type Event, type Instant } from '#kernel';
import type { Decimal } from '#money';
import { addOnsOn, chargedParts } from '../add-on.ts';
import { charge, post, type ChargesPosted } from '../charges/charges.ts';
import { policyOf } from '../guards.ts';
import { freshUsage, usageLines } from '../charges/usage.ts';
import type { Existing } from '../state.ts';
import type { DecisionContext } from '../context.ts';
import { firstCycleOfPlan, nextCycle } from './term.ts';

/** The next charge cycle of the running term began. */
export type ChargeCycleStarted = Event<
  'ChargeCycleStarted',
  {
    readonly cycle: Existing['cycle'];
    readonly cyclesFrom: string;
    readonly billingCycle: BillingCycle;
    readonly unitPrice: Decimal;
    /** The add-ons at the prices of a billing plan that began with this cycle. */
    readonly addOns?: Existing['addOns'];
  }
>;

/** The reference of charges for what fell due: the same whichever command or process finds it due. */
export const reference = (state: Existing, what: string, at: Instant): string =>
  `${state.subscriptionId}/${what}/${dayOf(at)}`;

/** The next cycle's charge in advance; a pending billing plan begins with it (rule-book.md §2.5). */
export const startCycle = (
  state: Existing,
  at: Instant,
  context: DecisionContext,
): readonly (ChargeCycleStarted | ChargesPosted)[] => {
  const { pendingPlan: waiting, term } = state;
  const addOns = waiting === null ? [] : addOnsOn({ ...waiting, term }, state, at, context);
  // A plan on which an add-on is no longer sold cannot begin: the running one goes on.
  const pendingPlan = isRefusal(addOns) ? null : waiting;
  const next =
    pendingPlan === null || isRefusal(addOns)
      ? {
          cycle: nextCycle(state),
          cyclesFrom: state.cyclesFrom,
          billingCycle: state.billingCycle,
          unitPrice: state.unitPrice,
        }
      : {
          cycle: firstCycleOfPlan(state, pendingPlan.billingCycle),
          cyclesFrom: pendingPlan.effectiveOn,
          billingCycle: pendingPlan.billingCycle,
          unitPrice: pendingPlan.unitPrice,
          ...(addOns.length > 0 ? { addOns } : {}),
        };
  const chargeType = pendingPlan === null ? 'cycleCharge' : 'changeBillingPlan';
  const lines = isBilled(state) ? chargedParts({ ...state, ...next }).map((part) => charge(chargeType, part)) : [];
  return [
    ...billUsage(state, at),
    { type: 'ChargeCycleStarted', data: { ...next, effectiveAt: at } },
    ...(lines.length > 0 ? [post(state, reference(state, 'cycle', at), at, lines)] : []),
  ];
};

/** The usage of the cycle that ends, billed in arrears (R55). */
const billUsage = (state: Existing, at: Instant): readonly ChargesPosted[] => {
  const lines = usageLines(state);
  return lines.length > 0 ? [post(state, reference(state, 'usage', at), at, lines)] : [];
};

/** Whether it is billed now: not while legacy or marketplace is suspended (A8); new commerce always is (R68). */
export const isBilled = ({ kind, status }: Existing): boolean => kind === 'newCommerce' || status === 'active';

export const evolve = (state: Existing, { data: { effectiveAt: _, ...cycle } }: ChargeCycleStarted): Existing =>
  withoutOldLines({ ...state, ...cycle, pendingPlan: null, usage: freshUsage(state.usage) });

/** Drops lines that a refund can no longer reach: neither in the running cycle nor within a full-refund window. */
export const withoutOldLines = (state: Existing): Existing => {
  const policy = policyOf(state);
  const windows = [policy['nce.cancel.fullRefund'], policy['isv.cancel.monthly'], policy['isv.cancel.annual']];
  const longest = Math.max(...windows.map(durationMs));
  const day = state.cycle.start;
  const start = startOf(day);
  return {
    ...state,
    linesBefore: 0,
    lines: state.lines.filter(({ chargeEnd, postedFor }) => chargeEnd >= day || elapsedMs(postedFor, start) <= longest),
  };
};
