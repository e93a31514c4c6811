import { dayOf, startOf, plus, durationMs, type BillingCycle, type Term } from '#calendar';
import { isRefusal, type Event, type Instant, type RefusalCode } from '#kernel';
import type { Decimal } from '#money';
import { pinAt, type PolicyPin } from '#policy';
import { charge, post, type ChargesPosted } from './charges.ts';
import { conversion, paidPlan, type TrialConverted } from './convert.ts';
import { policyOf } from './guards.ts';
import { priceAt, type Priced } from './product.ts';
import { changeRefusal, isPartial, withChange } from './schedule-change.ts';
import type { Existing, ScheduledChange } from './state.ts';
import type { Surroundings } from './surroundings.ts';
import { firstCycleOfPlan, nextCycle, openTerm, type OpenedTerm } from './term.ts';
import { seatsLeave, type UpgradeStarted } from './transfer.ts';

/** The next charge cycle of the running term began. */
export type ChargeCycleStarted = Event<
  'ChargeCycleStarted',
  {
    readonly cycle: Existing['cycle'];
    readonly cyclesFrom: string;
    readonly billingCycle: BillingCycle;
    readonly unitPrice: Decimal;
  }
>;

/** A new term began, with the scheduled change in it (R74, R80), at the prices and under the rules in force then (E53). */
export type SubscriptionRenewed = Event<
  'SubscriptionRenewed',
  OpenedTerm & {
    readonly offerId: string;
    readonly skuId: string;
    readonly offerName: string;
    readonly quantity: number;
    readonly term: Term;
    readonly billingCycle: BillingCycle;
    readonly unitPrice: Decimal;
    readonly catalogVersion: string;
    readonly policy: PolicyPin;
    readonly applied: ScheduledChange | null;
    /** R87: users' licences are not moved along by themselves. */
    readonly licenceReassignment: 'manual' | null;
  }
>;

/** The saved change could not be applied at renewal: it renewed unchanged, and says so (E49). */
export type ScheduledChangeFailed = Event<
  'ScheduledChangeFailed',
  { readonly code: RefusalCode; readonly change: ScheduledChange }
>;

export type Renewal =
  ChargeCycleStarted | SubscriptionRenewed | TrialConverted | ScheduledChangeFailed | ChargesPosted | UpgradeStarted;

const reference = (state: Existing, what: string, at: Instant): string =>
  `${state.subscriptionId}/${what}/${dayOf(at)}`;

/** The next cycle's charge in advance; a pending billing plan takes over with it (§2.5). */
export const startCycle = (state: Existing, at: Instant): readonly (ChargeCycleStarted | ChargesPosted)[] => {
  const { pendingPlan } = state;
  const next =
    pendingPlan === null
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
        };
  const line = charge(pendingPlan === null ? 'cycleCharge' : 'changeBillingPlan', { ...state, ...next });
  return [
    { type: 'ChargeCycleStarted', data: { ...next, effectiveAt: at } },
    post(state, reference(state, 'cycle', at), at, [line]),
  ];
};

/** Renews: applies the scheduled change if it still can be, else renews unchanged and flags it (E49). */
export const renew = (state: Existing, at: Instant, surroundings: Surroundings): readonly Renewal[] => {
  const { scheduledChange } = state;
  const no = scheduledChange === null ? undefined : changeRefusal(state, scheduledChange, at, surroundings);
  const failed: readonly ScheduledChangeFailed[] =
    no === undefined || scheduledChange === null
      ? []
      : [{ type: 'ScheduledChangeFailed', data: { code: no.refused, change: scheduledChange, effectiveAt: at } }];
  const change = no === undefined ? scheduledChange : null;
  return [
    ...failed,
    ...(change !== null && isPartial(state, change) ? renewInParts : renewWhole)(state, change, at, surroundings),
  ];
};

type Renewed = { readonly quantity: number; readonly term: Term; readonly billingCycle: BillingCycle } & Pick<
  Priced,
  'unitPrice' | 'catalogVersion'
> & { readonly offerId: string; readonly skuId: string; readonly offerName: string };

const renewWhole = (
  state: Existing,
  change: ScheduledChange | null,
  at: Instant,
  surroundings: Surroundings,
): readonly Renewal[] => {
  const wanted = withChange(state, change ?? {});
  const renewed = renewal(
    state,
    { ...wanted, ...priceOrPinned(state, wanted, at, surroundings) },
    change,
    at,
    surroundings,
  );
  return [renewed, firstCharge(state, renewed, at)];
};

/** Some seats go to another SKU as the new term begins (R92): the others renew, the moved ones open their own term. */
const renewInParts = (
  state: Existing,
  change: ScheduledChange | null,
  at: Instant,
  surroundings: Surroundings,
): readonly Renewal[] => {
  const moved = change?.upgradeQuantity ?? 0;
  const { offerId, skuId, currency } = state;
  const wanted = withChange(state, change ?? {});
  const staying = { ...wanted, offerId, skuId, quantity: wanted.quantity - moved };
  const renewed = renewal(
    state,
    { ...staying, ...priceOrPinned(state, staying, at, surroundings) },
    change,
    at,
    surroundings,
  );
  const charged = firstCharge(state, renewed, at);
  const priced = priceAt(surroundings, { ...wanted, currency }, at);
  if (isRefusal(priced)) return [renewed, charged]; // changeRefusal has looked already
  const after = evolveRenewed({ ...state, quantity: wanted.quantity }, renewed);
  const leaving = {
    transitionId: reference(state, 'upgrade', at),
    quantity: moved,
    target: change?.target ?? 'new',
    newSubscriptionId: state.scheduledSubscriptionId ?? state.subscriptionId,
    priced,
    atRenewal: true,
  };
  return [renewed, charged, ...seatsLeave({ ...after, quantity: wanted.quantity }, leaving, at)];
};

/** Price and version of the catalogue in force; a product that it no longer holds renews at the price it had. */
const priceOrPinned = (
  state: Existing,
  wanted: ReturnType<typeof withChange>,
  at: Instant,
  surroundings: Surroundings,
): Pick<Renewed, 'unitPrice' | 'catalogVersion' | 'offerName'> => {
  const priced = priceAt(surroundings, wanted, at);
  if (isRefusal(priced)) return state;
  return { unitPrice: priced.unitPrice, catalogVersion: priced.catalogVersion, offerName: priced.offer.name };
};

const renewal = (
  state: Existing,
  renewed: Renewed,
  applied: ScheduledChange | null,
  at: Instant,
  { policies }: Surroundings,
): SubscriptionRenewed => {
  const { offerId, skuId, offerName, quantity, term, billingCycle, unitPrice, catalogVersion } = renewed;
  const otherSku = offerId !== state.offerId || skuId !== state.skuId;
  const automatic = policyOf(state)['nce.scheduledUpgrade.reassign'] !== 'manual' && quantity === state.quantity;
  return {
    type: 'SubscriptionRenewed',
    data: {
      ...openTerm(dayOf(at), term, billingCycle, state.anchor),
      offerId,
      skuId,
      offerName,
      quantity,
      term,
      billingCycle,
      unitPrice,
      catalogVersion,
      policy: pinAt(policies, at),
      applied,
      licenceReassignment: otherSku && !automatic ? 'manual' : null,
      effectiveAt: at,
    },
  };
};

const firstCharge = (state: Existing, { data }: SubscriptionRenewed, at: Instant): ChargesPosted =>
  post(state, reference(state, 'renewal', at), at, [charge('renew', { ...state, ...data })]);

/** A trial that reached its end becomes paid (R28, R86), with the values saved for it. */
export const endTrial = (state: Existing, at: Instant, surroundings: Surroundings): readonly Renewal[] => {
  const { scheduledChange } = state;
  const asked = scheduledChange ?? {};
  const scheduled = paidPlan(state, asked, at, surroundings);
  const paid = isRefusal(scheduled) ? paidPlan(state, {}, at, surroundings) : scheduled;
  const failed: readonly ScheduledChangeFailed[] =
    isRefusal(scheduled) && scheduledChange !== null
      ? [{ type: 'ScheduledChangeFailed', data: { code: scheduled.refused, change: scheduledChange, effectiveAt: at } }]
      : [];
  if (isRefusal(paid)) return failed; // the caller ends what nothing can follow
  const quantity = failed.length > 0 ? state.quantity : (scheduledChange?.quantity ?? state.quantity);
  const converted = conversion(state, { ...paid.wanted, quantity, priced: paid.priced }, 'trialEnded', at);
  const line = charge('renew', { ...state, ...converted.data });
  return [...failed, converted, post(state, reference(state, 'conversion', at), at, [line])];
};

export const evolve = (
  state: Existing,
  event: ChargeCycleStarted | SubscriptionRenewed | ScheduledChangeFailed,
): Existing => {
  switch (event.type) {
    case 'ChargeCycleStarted': {
      const { effectiveAt: _, ...cycle } = event.data;
      return withoutOldLines({ ...state, ...cycle, pendingPlan: null });
    }
    case 'SubscriptionRenewed':
      return withoutOldLines(evolveRenewed(state, event));
    case 'ScheduledChangeFailed':
      return {
        ...state,
        scheduledChangeFailed: { at: event.data.effectiveAt, code: event.data.code },
        scheduledChange: null,
      };
  }
};

const evolveRenewed = (
  state: Existing,
  { data: { applied, effectiveAt, ...term } }: SubscriptionRenewed,
): Existing => ({
  ...state,
  ...term,
  termStartedAt: effectiveAt,
  lots: [{ quantity: term.quantity, since: effectiveAt }],
  scheduledChange: null,
  scheduledSubscriptionId: null,
  scheduledChangeFailed: applied === null ? state.scheduledChangeFailed : null,
  pendingPlan: null,
  licenceReassignment: term.licenceReassignment ?? state.licenceReassignment,
});

/** Forgets lines that no refund can reach any more: neither in the running cycle nor within a full-refund window. */
const withoutOldLines = (state: Existing): Existing => {
  const policy = policyOf(state);
  const windows = [policy['nce.cancel.fullRefund'], policy['isv.cancel.monthly'], policy['isv.cancel.annual']];
  const longest = windows.reduce((a, b) => (durationMs(a) >= durationMs(b) ? a : b));
  const start = state.cycle.start;
  return {
    ...state,
    lines: state.lines.filter(
      ({ chargeEnd, postedFor }) => chargeEnd >= start || plus(postedFor, longest) >= startOf(start),
    ),
  };
};
