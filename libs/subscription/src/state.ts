import type { Anchor, BillingCycle, Term } from '#calendar';
import type { Day, Instant } from '#kernel';
import type { Decimal } from '#money';
import type { PolicyPin } from '#policy';
import type { ChargeLine } from './charges/charge-line.ts';
import type { SeenUsage } from './seen-usage.ts';
import type { Unbilled } from './unbilled.ts';

/** The four ways of selling (rules.md, "Commerce kinds"). */
export type Kind = 'newCommerce' | 'legacy' | 'isvSaas' | 'usage';

/** Why a subscription is paused, suspended or cancelled (R39). */
export type Reason = 'customerRequest' | 'nonPayment' | 'fraud';

/** The status of a subscription (rule-book.md §4). `expired` and `disabled` exist only under `docs-2022-03`. */
export type Status = 'pending' | 'active' | 'suspended' | 'paused' | 'expired' | 'disabled' | 'deleted';

/** A charge cycle: inclusive days, and how many days it would have if it were not cut short (rule-book.md §2.2). */
export type Cycle = { readonly start: Day; readonly end: Day; readonly days: number };

/** Seats that were added together, and when: a reduction within their window takes them first (`nce.seatReduction.window`). */
export type SeatLot = { readonly quantity: number; readonly since: Instant };

/** Which product at which plan. */
export type Product = {
  readonly offerId: string;
  readonly skuId: string;
  readonly offerName: string;
  readonly term: Term;
  readonly billingCycle: BillingCycle;
  readonly unitPrice: Decimal;
};

/** What changes at renewal; a field that is left out keeps its value (R84). */
export type ScheduledChange = {
  readonly offerId?: string;
  readonly skuId?: string;
  readonly quantity?: number;
  readonly term?: Term;
  readonly billingCycle?: BillingCycle;
  /** How many seats go to the new SKU, when not all do (R92). */
  readonly upgradeQuantity?: number;
  readonly target?: UpgradeTarget;
};

/** A saved change, with the id of the subscription that it will create, if any. */
export type SavedChange = { readonly change: ScheduledChange; readonly newSubscriptionId: string | null };

/** Where upgraded seats go (R97). */
export type UpgradeTarget = 'new' | { readonly subscriptionId: string };

/** Seats of an add-on SKU on a base: on its plan, its cycle and its term (R37). */
export type AddOn = {
  readonly offerId: string;
  readonly skuId: string;
  readonly offerName: string;
  readonly quantity: number;
  readonly unitPrice: Decimal;
  readonly status: 'active' | 'suspended';
  /** Why it is suspended: with its base, or by itself (R36, A15). */
  readonly cause: 'cascade' | 'command' | null;
  /** Absent while it is active. An add-on that was suspended by itself has its own date of deletion, as a base has (R41, R42). */
  readonly suspension?: AddOnSuspension;
};

/** Why and since when an add-on is suspended; `autoExpiresAt` is null if it was suspended with its base, which has the date. */
export type AddOnSuspension = {
  readonly reason: string;
  readonly suspendedAt: Instant;
  readonly autoExpiresAt: Instant | null;
};

/** The usage of a usage-based subscription. */
export type Usage = {
  /** Units of each meter that every cycle includes. */
  readonly included: Readonly<Record<string, Decimal>>;
  /** Units that are left of them in this cycle. */
  readonly left: Readonly<Record<string, Decimal>>;
  /** Billed when the cycle ends, in the order of first use. */
  readonly unbilled: Unbilled;
  readonly seen: SeenUsage;
};

/** Seats that have left for another subscription and have not arrived yet. No other change is possible meanwhile. */
export type SeatsInTransit = {
  readonly transitionId: string;
  readonly quantity: number;
  /** The lots before the seats left; restored if they come back. */
  readonly lotsBefore: readonly SeatLot[];
  readonly targetSubscriptionId: string;
  readonly effectiveAt: Instant;
  /** The SKU to which they go. */
  readonly target: { readonly offerId: string; readonly skuId: string };
  /** Whether they create a subscription. */
  readonly opens: boolean;
  /** What was credited when they left; reversed exactly if they come back. */
  readonly credits: readonly ChargeLine[];
  /** Whether they left when a new term began. */
  readonly atRenewal: boolean;
  /** The add-ons before all seats left and ended them; restored if the seats come back. */
  readonly addOnsBefore: readonly AddOn[];
  /** The saved change that moved these seats, or that was dropped when they left; null if there was none. */
  readonly saved: SavedChange | null;
};

/** No event yet. */
export type None = { readonly status: 'none' };

/** A subscription that was created, in any status. */
export type Existing = Product & {
  readonly status: Status;
  readonly subscriptionId: string;
  readonly partnerId: string;
  readonly customerId: string;
  readonly orderId: string;
  readonly kind: Kind;
  readonly friendlyName: string;
  readonly quantity: number;
  readonly currency: string;
  readonly catalogVersion: string;
  readonly policy: PolicyPin;
  readonly purchasedAt: Instant;
  /** Where the cancellation windows start: the purchase, or that of the source of a partial upgrade (A2, E43). */
  readonly startedAt: Instant;
  /** The same for windows that restart with each term. */
  readonly termStartedAt: Instant;
  /** When the first paid term began: the purchase, or the end of its trial (A14, A21). */
  readonly firstPaidAt: Instant;
  readonly isTrial: boolean;
  /** The SKU that a trial becomes. */
  readonly convertsTo: { readonly offerId: string; readonly skuId: string } | null;
  readonly anchor: Anchor;
  readonly termStart: Day;
  readonly termEnd: Day;
  readonly cycle: Cycle;
  /** The day from which the charge cycles are counted: the term's first, or that of a change of billing plan. */
  readonly cyclesFrom: Day;
  /** Whether the running term ends on a chosen day. */
  readonly aligned: boolean;
  readonly autoRenew: boolean;
  readonly cancelAtRenewal: boolean;
  readonly scheduledChange: ScheduledChange | null;
  /** Id of the subscription that a scheduled partial upgrade will create. */
  readonly scheduledSubscriptionId: string | null;
  readonly scheduledChangeFailed: { readonly at: Instant; readonly code: string } | null;
  readonly pendingPlan: {
    readonly billingCycle: BillingCycle;
    readonly unitPrice: Decimal;
    readonly effectiveOn: Day;
  } | null;
  readonly suspension: {
    readonly reason: string;
    readonly suspendedAt: Instant;
    readonly autoExpiresAt: Instant | null;
  } | null;
  /** When an expired or disabled subscription enters its next stage. */
  readonly stageEndsAt: Instant | null;
  readonly upgradedFrom: string | null;
  readonly licenceReassignment: 'manual' | null;
  readonly activationLink: string | null;
  readonly addOns: readonly AddOn[];
  /** Add-ons, as `offerId/skuId`, that were deleted when their own suspension ran out and were not bought again. */
  readonly deletedAddOns: readonly string[];
  readonly usage: Usage;
  readonly lots: readonly SeatLot[];
  /** Updates of the running term (`nce.updates.max`). */
  readonly updates: number;
  readonly inTransit: SeatsInTransit | null;
  /** Lines that a refund may still reverse, or that limit a credit. */
  readonly lines: readonly (ChargeLine & { readonly postedFor: Instant })[];
  /** How many of `lines` were posted before a plan change in mid-term started the running cycle; 0 if it started by itself. */
  readonly linesBefore: number;
  readonly lastEffectiveAt: Instant;
};

export type Subscription = None | Existing;

export const none: None = { status: 'none' };

/** Permanent deletion (R61): it also drops the add-ons and everything that was scheduled. */
export const deleted = (state: Existing): Existing => ({
  ...state,
  status: 'deleted',
  autoRenew: false,
  scheduledChange: null,
  scheduledSubscriptionId: null,
  pendingPlan: null,
  suspension: null,
  stageEndsAt: null,
  addOns: [],
});
