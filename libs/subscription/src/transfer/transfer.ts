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
 * Seats left for another subscription. Until `UpgradeCompleted` or `UpgradeReturned` they belong to nobody's count but
 * this event's, so they are neither lost nor doubled whatever dies when.
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
    /** Where the seats come from; the target must outlast it under the later rules (`nce.upgrade.existingTarget`). */
    readonly source: Pick<Existing, 'subscriptionId' | 'partnerId' | 'customerId' | 'term' | 'termEnd'>;
    /** The subscription to open, when the target is a new one. */
    readonly opening: SubscriptionCreated['data'] | null;
    readonly credits: readonly ChargeLine[];
    /** At renewal nothing was credited for the seats: coming back, they are charged like those that stayed. */
    readonly atRenewal: boolean;
    /** The lots that the moved seats came in: they keep their dates, so that moving opens no window. */
    readonly movedLots?: readonly SeatLot[];
    /** The saved change that the seats leave by (at renewal), or that falls away as they leave (R94). */
    readonly saved?: SavedChange;
  }
>;

/** The seats arrived. */
export type UpgradeCompleted = Event<'UpgradeCompleted', { readonly transitionId: string }>;

/** The target refused the seats: they are back, and so is their money. */
export type UpgradeReturned = Event<
  'UpgradeReturned',
  {
    readonly transitionId: string;
    readonly returned: number;
    readonly quantity: number;
    /** Of the refusal, as it was named then. */
    readonly code: string;
    /** Whether they had left as a new term began. In mid-term, the upgrade counts as if it had never been asked for. */
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
  /** The billing plan that waits for the next cycle, at the price of the target SKU: it goes along to a new subscription. */
  readonly pendingPlan?: Existing['pendingPlan'];
  readonly saved?: SavedChange | null;
  /** The existing subscription that they go to, where it was looked up: what it charges for them counts in the cap. */
  readonly arriving?: Existing | undefined;
};

/**
 * Lets seats go, with the credit for the rest of the running cycle (W10). Where none stay, the add-ons end with them, with
 * the rest of their cycle back (R31, R35).
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

/** What is charged for the seats where they go: the cap is on the net of the operation (rule-book.md §2.4, invariant 3). */
const chargedThere = (
  { quantity, arriving }: Leaving,
  opened: SubscriptionCreated['data'] | null,
  at: Instant,
): Decimal => {
  if (opened !== null) return charge('convert', opened).subtotal;
  if (arriving === undefined) return '0';
  const day = dayOf(at < arriving.lastEffectiveAt ? arriving.lastEffectiveAt : at);
  // Looked at before the source's last event, its cycle may be over by then.
  return day > arriving.cycle.end ? '0' : charge('moveQuantity', { ...arriving, quantity }, day).subtotal;
};

const creditsFor = (state: Existing, moved: number, charged: Decimal, at: Instant): readonly ChargeLine[] => {
  const leaving = { ...state, quantity: moved };
  const parts = moved === state.quantity ? chargedParts(leaving) : [leaving];
  const lines = parts.map((part) => credit('convert', part, dayOf(at)));
  return capped(lines, state, charged);
};

/**
 * The new half: its own price (E40), the source's end and rhythm (R96, A12, E41) with the plan that waits for its next
 * cycle, the source's windows (E43).
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

/** Before any window: the child of an upgrade has none of its own until it renews (`childCancelWindow: none`). */
const LONG_AGO: Instant = '0000-01-01T00:00:00.000Z';

/** Whether no seats of that upgrade are under way: it has come to its end before. */
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
