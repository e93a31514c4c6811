import { dayOf } from '#calendar';
import { refuse, type Event, type Instant } from '#kernel';
import type { Decimal } from '#money';
import { chargedParts } from '../add-on.ts';
import type { ChargeLine } from '../charges/charge-line.ts';
import { capped, charge, credit, post, type ChargesPosted } from '../charges/charges.ts';
import { policyOf } from '../guards.ts';
import type { Priced } from '../product.ts';
import type { SubscriptionCreated } from '../created.ts';
import { splitLots } from '../lots.ts';
import { sourceOf } from './source.ts';
import type { Existing, SavedChange, SeatLot, UpgradeTarget } from '../state.ts';
import { endedByUpgrade, type AddOnEnded } from '../add-on-events.ts';
import type { SubscriptionDeleted } from '../time/end-term.ts';
import type { Decision, Refusal } from '../refusals.ts';
import { commandTo } from '../command.ts';

/**
 * Seats left for another subscription. Until `UpgradeCompleted` or `UpgradeReturned` they are counted only in this event,
 * so they are neither lost nor doubled, whichever process fails.
 */
export type UpgradeStarted = Event<
  'UpgradeStarted',
  {
    readonly transitionId: string;
    readonly moved: number;
    /** Seats that stay. */
    readonly quantity: number;
    readonly lots: readonly SeatLot[];
    readonly targetSubscriptionId: string;
    readonly target: { readonly offerId: string; readonly skuId: string };
    /** The source of the seats; the target must outlast it under the later rules (`nce.upgrade.existingTarget`). */
    readonly source: Pick<Existing, 'subscriptionId' | 'partnerId' | 'customerId' | 'term' | 'termEnd'>;
    /** The subscription to open, when the target is a new one. */
    readonly opening: SubscriptionCreated['data'] | null;
    readonly credits: readonly ChargeLine[];
    /** At renewal the seats were not credited: if they come back, they are charged like those that stayed. */
    readonly atRenewal: boolean;
    /** The lots of the moved seats, with their dates, so that moving opens no window. */
    readonly movedLots?: readonly SeatLot[];
    /** The saved change that moves the seats (at renewal), or that is dropped as they leave (R94). */
    readonly saved?: SavedChange;
  }
>;

/** The seats arrived. */
export type UpgradeCompleted = Event<'UpgradeCompleted', { readonly transitionId: string }>;

/** The target refused the seats: they are back, and their money is charged again. */
export type UpgradeReturned = Event<
  'UpgradeReturned',
  {
    readonly transitionId: string;
    readonly returned: number;
    readonly quantity: number;
    /** The code of the refusal. */
    readonly code: string;
    /** Whether they had left when a new term began. In mid-term, the upgrade does not count as an update. */
    readonly atRenewal?: boolean;
  }
>;

/** Tell the source that its seats arrived. Sent by the upgrade process. */
export class CompleteUpgrade extends commandTo('CompleteUpgrade')<{ readonly transitionId: string }> {}

export type Leaving = {
  readonly transitionId: string;
  readonly quantity: number;
  readonly target: UpgradeTarget;
  readonly newSubscriptionId: string;
  readonly priced: Priced;
  readonly atRenewal?: boolean;
  /** The billing plan that begins with the next cycle, at the price of the target SKU: a new subscription takes it over. */
  readonly pendingPlan?: Existing['pendingPlan'];
  readonly saved?: SavedChange | null;
  /** The existing target subscription, if it was loaded: its charge for the seats counts towards the cap. */
  readonly arriving?: Existing | undefined;
};

/**
 * Moves seats out, with the credit for the rest of the running cycle (W10). If none stay, the add-ons end with them, with
 * a credit for the rest of their cycle (R31, R35).
 */
export const seatsLeave = (
  state: Existing,
  leaving: Leaving,
  at: Instant,
): readonly (UpgradeStarted | AddOnEnded | ChargesPosted)[] => {
  const { transitionId, quantity: moved, target, newSubscriptionId, atRenewal = false, saved = null } = leaving;
  const quantity = state.quantity - moved;
  const { left, taken } = splitLots(state.lots, moved);
  const opened = target === 'new' ? opening(state, { ...leaving, lots: taken }, at) : null;
  const charged = chargedThere(leaving, opened, at);
  const credits = atRenewal ? [] : creditsFor(state, moved, charged, at);
  const started: UpgradeStarted = {
    type: 'UpgradeStarted',
    data: {
      transitionId,
      moved,
      quantity,
      lots: left,
      targetSubscriptionId: target === 'new' ? newSubscriptionId : target.subscriptionId,
      target: { offerId: leaving.priced.offer.offerId, skuId: leaving.priced.sku.skuId },
      source: sourceOf(state),
      opening: opened,
      credits,
      atRenewal,
      movedLots: taken,
      ...(saved === null ? {} : { saved }),
      effectiveAt: at,
    },
  };
  const ended = quantity === 0 ? endedByUpgrade(state.addOns, at) : [];
  return [started, ...ended, ...(credits.length > 0 ? [post(state, transitionId, at, credits)] : [])];
};

/** The charge for the seats in the target: the cap is on the net of the operation (rule-book.md §2.4, invariant 3). */
const chargedThere = (
  { quantity, arriving }: Leaving,
  opened: SubscriptionCreated['data'] | null,
  at: Instant,
): Decimal => {
  if (opened !== null) return charge('convert', opened).subtotal;
  if (arriving === undefined) return '0';
  const day = dayOf(at < arriving.lastEffectiveAt ? arriving.lastEffectiveAt : at);
  // The target was loaded before the source's last event, so its cycle may be over by then.
  return day > arriving.cycle.end ? '0' : charge('moveQuantity', { ...arriving, quantity }, day).subtotal;
};

const creditsFor = (state: Existing, moved: number, charged: Decimal, at: Instant): readonly ChargeLine[] => {
  const leaving = { ...state, quantity: moved };
  const parts = moved === state.quantity ? chargedParts(leaving) : [leaving];
  const lines = parts.map((part) => credit('convert', part, dayOf(at)));
  return capped(lines, state, charged);
};

/**
 * The new half: its own price (E40), the source's end and cycles (R96, A12, E41) with the plan that begins with its next
 * cycle, and the source's windows (E43).
 */
const opening = (
  state: Existing,
  { quantity, newSubscriptionId, priced, pendingPlan, lots }: Leaving & { readonly lots: readonly SeatLot[] },
  at: Instant,
): SubscriptionCreated['data'] => ({
  subscriptionId: newSubscriptionId,
  partnerId: state.partnerId,
  customerId: state.customerId,
  orderId: state.orderId,
  kind: state.kind,
  offerId: priced.offer.offerId,
  skuId: priced.sku.skuId,
  offerName: priced.offer.name,
  friendlyName: priced.offer.name,
  quantity,
  term: state.term,
  billingCycle: state.billingCycle,
  unitPrice: priced.unitPrice,
  currency: state.currency,
  catalogVersion: priced.catalogVersion,
  policy: state.policy,
  isTrial: false,
  convertsTo: null,
  anchor: state.anchor,
  termStart: dayOf(at),
  termEnd: state.termEnd,
  cycle: { ...state.cycle, start: dayOf(at) },
  cyclesFrom: state.cyclesFrom,
  autoRenew: state.autoRenew,
  ...windowOfChild(state, lots),
  ...(pendingPlan === null || pendingPlan === undefined ? {} : { pendingPlan }),
  upgradedFrom: state.subscriptionId,
  activationLink: null,
  pending: false,
  aligned: state.aligned,
  includedUnits: {},
  effectiveAt: at,
});

const windowOfChild = (
  state: Existing,
  lots: readonly SeatLot[],
): Pick<SubscriptionCreated['data'], 'startedAt' | 'termStartedAt' | 'lots'> =>
  policyOf(state)['nce.partial.childCancelWindow'] === 'inheritSource'
    ? { startedAt: state.startedAt, termStartedAt: state.termStartedAt, lots }
    : { startedAt: LONG_AGO, termStartedAt: LONG_AGO };

/** Before any window: the child of an upgrade has no window of its own until it renews (`childCancelWindow: none`). */
const LONG_AGO: Instant = '0000-01-01T00:00:00.000Z';

/** Refuses an upgrade whose seats are not in transit: it ended before. */
export const strange = (state: Existing, transitionId: string): Refusal | undefined =>
  state.inTransit?.transitionId === transitionId
    ? undefined
    : refuse('NOTHING_CHANGES', `no seats of the upgrade ${transitionId} are under way`);

/** The upgrade is over. A source that has no seats left ends in the same append (rule-book.md §4.4). */
export const decideCompletion = (
  { data: { transitionId } }: CompleteUpgrade,
  state: Existing,
): Decision<UpgradeCompleted | SubscriptionDeleted> => {
  const no = strange(state, transitionId);
  if (no !== undefined) return no;
  const effectiveAt = state.lastEffectiveAt;
  const completed: UpgradeCompleted = { type: 'UpgradeCompleted', data: { transitionId, effectiveAt } };
  return state.quantity > 0
    ? [completed]
    : [completed, { type: 'SubscriptionDeleted', data: { cause: 'upgraded', effectiveAt } }];
};

export const evolve = (state: Existing, event: UpgradeStarted | UpgradeCompleted | UpgradeReturned): Existing => {
  switch (event.type) {
    case 'UpgradeStarted': {
      const { moved, quantity, lots, saved = null, opening: opened, ...under } = event.data;
      const { transitionId, targetSubscriptionId, target, credits, atRenewal, effectiveAt } = under;
      const lotsBefore = atRenewal ? [{ quantity: quantity + moved, since: effectiveAt }] : state.lots;
      const way = {
        transitionId,
        quantity: moved,
        targetSubscriptionId,
        target,
        opens: opened !== null,
        atRenewal,
        effectiveAt,
      };
      return {
        ...state,
        quantity,
        lots,
        inTransit: { ...way, lotsBefore, credits, addOnsBefore: state.addOns, saved },
      };
    }
    case 'UpgradeCompleted':
      return { ...state, inTransit: null };
    case 'UpgradeReturned': {
      const { quantity } = event.data;
      return { ...state, quantity, lots: state.inTransit?.lotsBefore ?? state.lots, inTransit: null };
    }
  }
};
