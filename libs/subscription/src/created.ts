import type { Anchor, BillingCycle, Term } from '#calendar';
import type { Day, Event, Instant } from '#kernel';
import type { Decimal } from '#money';
import type { PolicyPin } from '#policy';
import { nothingSeen } from './seen-usage.ts';
import { nothingUnbilled } from './unbilled.ts';
import type { Cycle, Existing, Kind, Subscription } from './state.ts';

/** A subscription was created, by purchase or as the new half of a partial upgrade. Pins everything it was decided under. */
export type SubscriptionCreated = Event<
  'SubscriptionCreated',
  {
    readonly subscriptionId: string;
    readonly partnerId: string;
    readonly customerId: string;
    readonly orderId: string;
    readonly kind: Kind;
    readonly offerId: string;
    readonly skuId: string;
    readonly offerName: string;
    readonly friendlyName: string;
    readonly quantity: number;
    readonly term: Term;
    readonly billingCycle: BillingCycle;
    readonly unitPrice: Decimal;
    readonly currency: string;
    readonly catalogVersion: string;
    readonly policy: PolicyPin;
    /** A trial's last day is its term's end. */
    readonly isTrial: boolean;
    readonly convertsTo: { readonly offerId: string; readonly skuId: string } | null;
    readonly anchor: Anchor;
    readonly termStart: Day;
    readonly termEnd: Day;
    readonly cycle: Cycle;
    /** The day from which charge cycles are counted (A12: the child of an upgrade follows its source's). */
    readonly cyclesFrom: Day;
    readonly autoRenew: boolean;
    /** The instant from which the cancellation windows count: for the child of an upgrade not the present one (E43). */
    readonly startedAt: Instant;
    readonly termStartedAt: Instant;
    readonly upgradedFrom: string | null;
    readonly activationLink: string | null;
    /** Billing waits until the publisher has finished the set-up (`isv.activation`). */
    readonly pending: boolean;
    /** The term ends on a chosen day: the next one is whole, and sets a new anchor (rule-book.md §2.2). */
    readonly aligned: boolean;
    /** What each cycle of a usage plan includes, by meter. */
    readonly includedUnits: Readonly<Record<string, Decimal>>;
    /** The lots of the seats of a partial upgrade; absent: one, of `termStartedAt`. */
    readonly lots?: Existing['lots'];
    /** A billing plan that begins with the next cycle of the subscription from which the seats came. */
    readonly pendingPlan?: Existing['pendingPlan'];
  }
>;

/** The first state: everything that was pinned. */
export const evolve = (_: Subscription, { data }: SubscriptionCreated): Existing => {
  const { effectiveAt, pending, includedUnits, lots, pendingPlan = null, ...pinned } = data;
  return {
    ...pinned,
    status: pending ? 'pending' : 'active',
    purchasedAt: effectiveAt,
    firstPaidAt: effectiveAt,
    addOns: [],
    deletedAddOns: [],
    usage: { included: includedUnits, left: includedUnits, unbilled: nothingUnbilled, seen: nothingSeen },
    cancelAtRenewal: false,
    scheduledChange: null,
    scheduledSubscriptionId: null,
    scheduledChangeFailed: null,
    pendingPlan,
    suspension: null,
    stageEndsAt: null,
    licenceReassignment: null,
    lots: lots ?? [{ quantity: data.quantity, since: data.termStartedAt }],
    updates: 0,
    inTransit: null,
    lines: [],
    linesBefore: 0,
    lastEffectiveAt: effectiveAt,
  };
};
