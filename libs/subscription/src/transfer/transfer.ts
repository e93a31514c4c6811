import { dayOf } from '#calendar';
import { commandClass, refuse, type Decision, type Event, type Instant, type Refusal, type RefusalCode } from '#kernel';
import type { ChargeLine } from '../charges/charge-line.ts';
import { capped, charge, credit, post, reversal, type ChargesPosted } from '../charges/charges.ts';
import { policyOf } from '../guards.ts';
import type { Priced } from '../product.ts';
import type { SubscriptionCreated } from '../verbs/purchase.ts';
import { withoutSeats } from '../verbs/remove-seats.ts';
import type { Existing, SeatLot, UpgradeTarget } from '../state.ts';
import type { SubscriptionDeleted } from '../time/end-term.ts';

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
  }
>;

/** The seats arrived. */
export type UpgradeCompleted = Event<'UpgradeCompleted', { readonly transitionId: string }>;

/** The target refused the seats: they are back, and so is their money. */
export type UpgradeReturned = Event<
  'UpgradeReturned',
  { readonly transitionId: string; readonly returned: number; readonly quantity: number; readonly code: RefusalCode }
>;

/** Tell the source that its seats arrived. Sent by the upgrade process. */
export class CompleteUpgrade extends commandClass('CompleteUpgrade')<{ readonly transitionId: string }> {}

/** Give the source its seats back, because the target refused them. Sent by the upgrade process. */
export class ReturnUpgrade extends commandClass('ReturnUpgrade')<{
  readonly transitionId: string;
  readonly code: RefusalCode;
}> {}

export type Leaving = {
  readonly transitionId: string;
  readonly quantity: number;
  readonly target: UpgradeTarget;
  readonly newSubscriptionId: string;
  readonly priced: Priced;
  readonly atRenewal?: boolean;
};

/** Lets seats go, with the credit for the rest of the running cycle (W10). */
export const seatsLeave = (
  state: Existing,
  leaving: Leaving,
  at: Instant,
): readonly (UpgradeStarted | ChargesPosted)[] => {
  const { transitionId, quantity: moved, target, newSubscriptionId, atRenewal = false } = leaving;
  const day = dayOf(at);
  const opened = target === 'new' ? opening(state, leaving, at) : null;
  // The cap is on the net of the operation, so on what it charges for the seats where they go, too.
  const charged = opened === null ? '0' : charge('convert', opened).subtotal;
  const credits = atRenewal ? [] : capped([credit('convert', { ...state, quantity: moved }, day)], state, charged);
  const started: UpgradeStarted = {
    type: 'UpgradeStarted',
    data: {
      transitionId,
      moved,
      quantity: state.quantity - moved,
      lots: withoutSeats(state.lots, moved),
      targetSubscriptionId: target === 'new' ? newSubscriptionId : target.subscriptionId,
      target: { offerId: leaving.priced.offer.offerId, skuId: leaving.priced.sku.skuId },
      source: sourceOf(state),
      opening: opened,
      credits,
      atRenewal,
      effectiveAt: at,
    },
  };
  return credits.length > 0 ? [started, post(state, transitionId, at, credits)] : [started];
};

const sourceOf = ({
  subscriptionId,
  partnerId,
  customerId,
  term,
  termEnd,
}: Existing): UpgradeStarted['data']['source'] => ({
  subscriptionId,
  partnerId,
  customerId,
  term,
  termEnd,
});

/** The new half: its own price (E40), the source's end and rhythm (R96, A12, E41), the source's windows (E43). */
const opening = (
  state: Existing,
  { quantity, newSubscriptionId, priced }: Leaving,
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
  ...windowOfChild(state),
  upgradedFrom: state.subscriptionId,
  activationLink: null,
  pending: false,
  aligned: state.aligned,
  includedUnits: {},
  effectiveAt: at,
});

const windowOfChild = (state: Existing): Pick<Existing, 'startedAt' | 'termStartedAt'> =>
  policyOf(state)['nce.partial.childCancelWindow'] === 'inheritSource'
    ? { startedAt: state.startedAt, termStartedAt: state.termStartedAt }
    : { startedAt: LONG_AGO, termStartedAt: LONG_AGO };

/** Before any window: the child of an upgrade has none of its own until it renews (`childCancelWindow: none`). */
const LONG_AGO: Instant = '0000-01-01T00:00:00.000Z';

const strange = (state: Existing, transitionId: string): Refusal | undefined =>
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

/** Exact reversal of the credit; seats that left at renewal are charged for the term that began then. */
export const decideReturn = (
  { data: { transitionId, code } }: ReturnUpgrade,
  state: Existing,
): Decision<UpgradeReturned | ChargesPosted> => {
  const no = strange(state, transitionId);
  const { inTransit } = state;
  if (no !== undefined || inTransit === null) return no ?? [];
  const { quantity: returned, credits, effectiveAt } = inTransit;
  const lines =
    credits.length > 0
      ? credits.map((line) => reversal('convert', line))
      : [charge('renew', { ...state, quantity: returned })];
  const quantity = state.quantity + returned;
  return [
    { type: 'UpgradeReturned', data: { transitionId, returned, quantity, code, effectiveAt } },
    post(state, transitionId, effectiveAt, lines),
  ];
};

export const evolve = (state: Existing, event: UpgradeStarted | UpgradeCompleted | UpgradeReturned): Existing => {
  switch (event.type) {
    case 'UpgradeStarted': {
      const { transitionId, moved, quantity, lots, targetSubscriptionId, credits, atRenewal, effectiveAt } = event.data;
      const lotsBefore = atRenewal ? [{ quantity: quantity + moved, since: effectiveAt }] : state.lots;
      const inTransit = { transitionId, quantity: moved, lotsBefore, targetSubscriptionId, effectiveAt, credits };
      return { ...state, quantity, lots, inTransit };
    }
    case 'UpgradeCompleted':
      return { ...state, inTransit: null };
    case 'UpgradeReturned': {
      const { quantity } = event.data;
      return { ...state, quantity, lots: state.inTransit?.lotsBefore ?? state.lots, inTransit: null };
    }
  }
};
