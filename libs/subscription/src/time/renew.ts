import { anchorOf, dayOf, type BillingCycle, type Term } from '#calendar';
import { isRefusal, type Day, type Event, type Instant } from '#kernel';
import type { Decimal } from '#money';
import { pinAt, type PolicyPin } from '#policy';
import { addOnsLeftBehind, chargedParts, withoutAddOns } from '../add-on.ts';
import { charge, post, type ChargesPosted } from '../charges/charges.ts';
import { changeRefusal, coming, seatsThatLeave, withChange } from './next-term.ts';
import { policyOf } from '../guards.ts';
import { priceAt, type Priced, type Wanted } from '../product.ts';
import { isBilled, reference, withoutOldLines } from './start-cycle.ts';
import type { AddOn, Existing, ScheduledChange } from '../state.ts';
import type { DecisionContext } from '../context.ts';
import { openTerm, type OpenedTerm } from './term.ts';
import { seatsLeave, type UpgradeStarted } from '../transfer/transfer.ts';
import { endedByUpgrade, type AddOnEnded } from '../add-on-events.ts';
import { savedOf } from './revoke-scheduled-change.ts';
import type { Refusal } from '../refusals.ts';

/** A new term began, with the scheduled change (R74, R80), at the prices and under the rules in force then (E53). */
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
    /** The add-ons that renew along, at the prices of the new term (R37). */
    readonly addOns: Existing['addOns'];
    /** R87: users' licences are not moved along by themselves. */
    readonly licenceReassignment: 'manual' | null;
  }
>;

/** The saved change could not be applied at renewal: the subscription renewed unchanged (E49). */
export type ScheduledChangeFailed = Event<
  'ScheduledChangeFailed',
  { readonly code: string; readonly change: ScheduledChange }
>;

type Renewal = SubscriptionRenewed | ScheduledChangeFailed | ChargesPosted | UpgradeStarted | AddOnEnded;

/** Renews (R74): applies the scheduled change, if it is still possible, before the first charge (R80); otherwise flags it (E49). */
export const renew = (state: Existing, at: Instant, context: DecisionContext): readonly Renewal[] => {
  const { scheduledChange } = state;
  const no = scheduledChange === null ? undefined : changeRefusal(state, scheduledChange, at, context);
  const change = no === undefined ? scheduledChange : null;
  const apply = change !== null && seatsThatLeave(state, change) > 0 ? renewInParts : renewWhole;
  return [...changeFailed(state, no, at), ...apply(state, change, at, context)];
};

/** The event that the saved change could not be applied, if there was one and it is refused. */
export const changeFailed = (
  { scheduledChange }: Existing,
  no: Refusal | undefined,
  effectiveAt: Instant,
): readonly ScheduledChangeFailed[] =>
  no === undefined || scheduledChange === null
    ? []
    : [{ type: 'ScheduledChangeFailed', data: { code: no.refused, change: scheduledChange, effectiveAt } }];

const renewWhole = (
  state: Existing,
  change: ScheduledChange | null,
  at: Instant,
  context: DecisionContext,
): readonly (SubscriptionRenewed | AddOnEnded | ChargesPosted)[] => {
  const quantity = change?.quantity ?? state.quantity;
  const wanted = withChange(state, change ?? {});
  const leftBehind = addOnsLeftBehind(state, wanted, at, context);
  const base = { ...state, addOns: withoutAddOns(state.addOns, leftBehind) };
  const renewed = renewal(base, { wanted, quantity, change }, at, context);
  return [...endedByUpgrade(leftBehind, at), renewed, ...firstCharge(base, renewed, at)];
};

/** Some seats move to another SKU when the new term begins (R92): the others renew, the moved ones start their own term. */
const renewInParts = (
  state: Existing,
  change: ScheduledChange | null,
  at: Instant,
  context: DecisionContext,
): readonly Renewal[] => {
  const then = coming(state, change ?? {}, at, context);
  if (change === null || isRefusal(then)) return renewWhole(state, null, at, context); // changeRefusal has judged it
  const { offerId, skuId, scheduledSubscriptionId, subscriptionId } = state;
  const { quantity } = then.wanted;
  const moved = seatsThatLeave(state, change);
  const staying = { ...then.wanted, offerId, skuId };
  const renewed = renewal(state, { wanted: staying, quantity: quantity - moved, change }, at, context);
  const together = { ...evolveRenewed(state, renewed), quantity, lots: [{ quantity, since: at }] };
  const leaving = {
    transitionId: reference(state, 'upgrade', at),
    quantity: moved,
    target: change.target ?? 'new',
    newSubscriptionId: scheduledSubscriptionId ?? subscriptionId,
    priced: then.priced,
    atRenewal: true,
    saved: savedOf(state),
  };
  return [renewed, ...firstCharge(state, renewed, at), ...seatsLeave(together, leaving, at)];
};

/** Price and version of the catalog in force; a product that is no longer sold renews at its former price. */
const priceOrPinned = (
  { unitPrice, pendingPlan, catalogVersion, offerName }: Existing,
  wanted: Wanted,
  at: Instant,
  context: DecisionContext,
): Pick<Priced, 'unitPrice' | 'catalogVersion'> & { readonly offerName: string } => {
  const priced = priceAt(context, wanted, at);
  return isRefusal(priced)
    ? { unitPrice: pendingPlan?.unitPrice ?? unitPrice, catalogVersion, offerName }
    : { unitPrice: priced.unitPrice, catalogVersion: priced.catalogVersion, offerName: priced.offer.name };
};

const repriced = (
  addOn: AddOn,
  { term, billingCycle, currency }: Wanted,
  at: Instant,
  context: DecisionContext,
): AddOn => {
  const { offerId, skuId } = addOn;
  const priced = priceAt(context, { offerId, skuId, term, billingCycle, currency }, at);
  return isRefusal(priced) ? addOn : { ...addOn, unitPrice: priced.unitPrice };
};

type Renewing = {
  readonly wanted: Wanted;
  readonly quantity: number;
  readonly change: ScheduledChange | null;
};

const renewal = (
  state: Existing,
  { wanted, quantity, change }: Renewing,
  at: Instant,
  context: DecisionContext,
): SubscriptionRenewed => {
  const { offerId, skuId, term, billingCycle } = wanted;
  const otherSku = offerId !== state.offerId || skuId !== state.skuId;
  const automatic = policyOf(state)['nce.scheduledUpgrade.reassign'] !== 'manual' && quantity === state.quantity;
  return {
    type: 'SubscriptionRenewed',
    data: {
      ...openTerm(dayOf(at), term, billingCycle, anchorAfter(state, dayOf(at))),
      offerId,
      skuId,
      quantity,
      term,
      billingCycle,
      ...priceOrPinned(state, wanted, at, context),
      policy: pinAt(context.policies, at), // E53
      applied: change,
      addOns: state.addOns.map((addOn) => repriced(addOn, wanted, at, context)),
      // Users' licences are not reassigned automatically (R87).
      licenceReassignment: otherSku && !automatic ? 'manual' : null,
      effectiveAt: at,
    },
  };
};

/** Renewals keep the anchor (E3); the first term after an aligned end sets a new one (rule-book.md §2.2). */
const anchorAfter = (state: Existing, start: Day) =>
  state.aligned ? anchorOf(start, policyOf(state).anchor) : state.anchor;

/** The new term's first cycle. If all seats leave at once, there is nothing to charge. */
const firstCharge = (state: Existing, { data }: SubscriptionRenewed, at: Instant): readonly ChargesPosted[] =>
  data.quantity === 0 || !isBilled(state)
    ? []
    : [
        post(
          state,
          reference(state, 'renewal', at),
          at,
          chargedParts({ ...state, ...data }).map((part) => charge('renew', part)),
        ),
      ];

export const evolve = (state: Existing, event: SubscriptionRenewed | ScheduledChangeFailed): Existing => {
  if (event.type === 'SubscriptionRenewed') return withoutOldLines(evolveRenewed(state, event));
  const { effectiveAt, code } = event.data;
  return {
    ...state,
    scheduledChangeFailed: { at: effectiveAt, code },
    scheduledChange: null,
    scheduledSubscriptionId: null,
  };
};

const evolveRenewed = (
  state: Existing,
  { data: { applied, effectiveAt, ...term } }: SubscriptionRenewed,
): Existing => ({
  ...state,
  ...term,
  aligned: false,
  termStartedAt: effectiveAt,
  lots: [{ quantity: term.quantity, since: effectiveAt }],
  scheduledChange: null,
  scheduledSubscriptionId: null,
  scheduledChangeFailed: applied === null ? state.scheduledChangeFailed : null,
  pendingPlan: null,
  licenceReassignment: term.licenceReassignment ?? state.licenceReassignment,
});
