import { plus } from '#calendar';
import type { Event, Instant } from '#kernel';
import { policyOf } from '../guards.ts';
import { deleted, type AddOn, type Existing } from '../state.ts';
import type { AddOnEnded } from '../add-on-events.ts';

/** The subscription was permanently deleted (R61). */
export type SubscriptionDeleted = Event<
  'SubscriptionDeleted',
  { readonly cause: 'termEnded' | 'trialEnded' | 'stageEnded' | 'retentionElapsed' | 'upgraded' | 'deprovisioned' }
>;

/** The term ended without a renewal: access remains for a while, unbilled (`docs-2022-03`). */
export type SubscriptionExpired = Event<'SubscriptionExpired', { readonly until: Instant }>;

/** Access has ended, the data still exists (`docs-2022-03`). */
export type SubscriptionDisabled = Event<'SubscriptionDisabled', { readonly until: Instant }>;

export type TermEnd = SubscriptionDeleted | SubscriptionExpired | SubscriptionDisabled;

const EXPIRED = 'P30D';
const DISABLED = 'P90D';

/** What follows a term that does not renew (A10, R43; `nce.afterTermEnd`). */
export const endTerm = (state: Existing, effectiveAt: Instant): readonly TermEnd[] => {
  if (state.kind !== 'newCommerce' || policyOf(state)['nce.afterTermEnd'] === 'deleted')
    return [{ type: 'SubscriptionDeleted', data: { cause: state.isTrial ? 'trialEnded' : 'termEnded', effectiveAt } }];
  // A paused subscription has no access to lose: 30 days in place of the expired stage, then the 90 as for all.
  return state.status === 'active'
    ? [{ type: 'SubscriptionExpired', data: { until: plus(effectiveAt, EXPIRED), effectiveAt } }]
    : [{ type: 'SubscriptionDisabled', data: { until: plus(plus(effectiveAt, EXPIRED), DISABLED), effectiveAt } }];
};

/** A suspended subscription that was not reactivated: its data is deleted (R41, R42, E33), and with it that of its add-ons. */
export const endRetention = (state: Existing, effectiveAt: Instant): readonly (AddOnEnded | SubscriptionDeleted)[] => [
  ...ended(
    state.addOns.filter((addOn) => expiryOf(addOn) !== null),
    effectiveAt,
  ),
  { type: 'SubscriptionDeleted', data: { cause: 'retentionElapsed', effectiveAt } },
];

/** When an add-on that was suspended by itself is deleted; null if it has no date of its own. */
export const expiryOf = ({ suspension }: AddOn): Instant | null => suspension?.autoExpiresAt ?? null;

/** Add-ons that were suspended by themselves, and whose data is deleted by an instant (R41, R42). */
export const endAddOns = ({ addOns }: Existing, effectiveAt: Instant): readonly AddOnEnded[] =>
  ended(
    addOns.filter((addOn) => (expiryOf(addOn) ?? FOREVER) <= effectiveAt),
    effectiveAt,
  );

const FOREVER: Instant = '9999-12-31T23:59:59.999Z';

const ended = (addOns: readonly AddOn[], effectiveAt: Instant): readonly AddOnEnded[] =>
  addOns.map(({ offerId, skuId }) => ({
    type: 'AddOnEnded',
    data: { offerId, skuId, quantity: 0, cause: 'retentionElapsed', effectiveAt },
  }));

/** What follows an expired or disabled stage. */
export const endStage = (state: Existing, effectiveAt: Instant): readonly TermEnd[] =>
  state.status === 'expired'
    ? [{ type: 'SubscriptionDisabled', data: { until: plus(effectiveAt, DISABLED), effectiveAt } }]
    : [{ type: 'SubscriptionDeleted', data: { cause: 'stageEnded', effectiveAt } }];

export const evolve = (state: Existing, event: TermEnd): Existing => {
  switch (event.type) {
    case 'SubscriptionDeleted':
      return deleted(state);
    case 'SubscriptionExpired':
      return { ...state, status: 'expired', stageEndsAt: event.data.until };
    case 'SubscriptionDisabled':
      return { ...state, status: 'disabled', stageEndsAt: event.data.until };
  }
};
