import type { AnchorRule, BillingCycle, Term } from '#calendar';
import type { RoundingRegime } from '#money';

/** The four ways in which a subscription is sold: new commerce, legacy licences, marketplace SaaS, usage. */
export type CommerceKind = 'newCommerce' | 'legacy' | 'isvSaas' | 'usage';

/** A span of fixed length, ISO 8601: `PT24H`, `P30D`. A day is exactly 24 hours. */
export type Duration = `P${string}`;

/** A dimension that a new-commerce change at renewal may have; `seatIncreases`: more seats as well as fewer. */
export type ScheduledKind = 'sku' | 'quantity' | 'term' | 'billingFrequency' | 'seatIncreases';

/** What an existing subscription must fulfil to take seats of another. The first three always hold. */
export type ExistingTargetRule =
  'active' | 'sameCustomer' | 'sameSku' | 'notInCancellationWindow' | 'termNotShorter' | 'endNotEarlier';

/** The rules of new-commerce trials. `null`: as the SKU says, or no such limit. */
export type TrialRules = {
  /** The seats that a trial has. */
  readonly seats: number | null;
  readonly days: number | null;
  /** The plan of the paid term that follows; the one that was bought where null. */
  readonly convertsTo: { readonly term: Term; readonly billingCycle: BillingCycle } | null;
  readonly quantityChange: boolean;
  readonly pause: boolean;
  /** Whether it may be cancelled (A16): the refund is 0. */
  readonly cancel: boolean;
  /** The seats that a conversion by command needs; one at the trial's end may have fewer. */
  readonly minSeatsToConvertNow: number | null;
};

/** A choice of regime: one for every plan, or one for plans charged monthly and one for those charged less often. */
export type Rounding = RoundingRegime | { readonly monthly: RoundingRegime; readonly longer: RoundingRegime };

/** The charges whose lines may be pro-rated. */
export type ProratedCharge =
  | 'new'
  | 'cycleCharge'
  | 'renew'
  | 'addQuantity'
  | 'removeQuantity'
  | 'cancelImmediate'
  | 'convert'
  | 'moveQuantity'
  | 'changeBillingPlan'
  | 'suspend'
  | 'reactivate';

/** The charges of usage-based services. */
export type UsageCharge = 'new' | 'cycleCharge' | 'usage';

export type RoundingKey = `rounding.${'nce' | 'isv' | 'legacy'}.${ProratedCharge}` | `rounding.usage.${UsageCharge}`;

/** The rules that differ between presets (rule-book.md §2.9), by key. A subscription keeps the ones to which it is pinned. */
export type Policy = Choices & { readonly [K in RoundingKey]: Rounding };

export type PolicyKey = keyof Policy;

type Choices = {
  readonly 'nce.cancel.fullRefund': Duration;
  readonly 'nce.cancel.proratedWindow': Duration;
  /** Where the two windows start; `termStart`: the purchase or the last renewal (A2). */
  readonly 'nce.cancel.anchor': 'subscriptionStart' | 'termStart';
  /** Whether the window's last instant still counts (A4). */
  readonly 'nce.cancel.boundary': 'inclusive' | 'exclusive';
  readonly 'nce.refund.dayCount': 'utcCalendarDay' | 'elapsed24h';
  /** How long a lot of seats may be given back; `none`: fewer seats must be scheduled. */
  readonly 'nce.seatReduction.window': 'none' | Duration;
  readonly 'nce.scheduledChange.kinds': readonly ScheduledKind[];
  readonly 'nce.scheduledChange.downgrade': 'allowed' | 'forbidden';
  /** Which mid-term changes drop a scheduled one: those of A5, or any. */
  readonly 'nce.scheduledChange.invalidatedBy': 'listed' | 'any';
  /** Who reassigns licences after a scheduled upgrade; `automatic` only where the quantity is unchanged. */
  readonly 'nce.scheduledUpgrade.reassign': 'manual' | 'automatic';
  /** What follows a term that does not renew: nothing (R43), or 30 days expired, then 90 disabled (paused: 30 + 90 disabled). */
  readonly 'nce.afterTermEnd': 'deleted' | 'expired-disabled-deleted';
  /** Whether monthly and annual may be swapped mid-term, from the next cycle. */
  readonly 'nce.billingFrequency.midTerm': 'forbidden' | 'threeYearTerms';
  /** Whether the term may be made longer mid-term, at once. */
  readonly 'nce.term.midTerm': 'forbidden' | 'longer';
  readonly 'nce.upgrade.mayAddSeats': boolean;
  /** The cancellation window of a subscription that a partial upgrade created: its source's until renewal, or none. */
  readonly 'nce.partial.childCancelWindow': 'inheritSource' | 'none';
  readonly 'nce.upgrade.existingTarget': readonly ExistingTargetRule[];
  readonly 'nce.addOn.purchase': 'viaBaseOnly';
  readonly 'nce.coterm': 'off' | 'on';
  readonly 'nce.calendarAlignment': 'off' | 'on';
  readonly 'nce.trial': TrialRules;
  /** How many updates a subscription takes in a term; stopping is not one of them. */
  readonly 'nce.updates.max': number | null;
  /** Whether new commerce is open only to partners in the technical preview (R44). */
  readonly 'nce.previewGate': 'on' | 'off';
  readonly 'legacy.trial.autoConvert': 'no' | 'yes';
  /** How long a suspended subscription's data is kept; `90-120`: by the account's age (R41). */
  readonly 'legacy.retention': '90-120' | Duration;
  readonly 'legacy.suspend.billing': 'stopWithCredit';
  readonly 'isv.suspend': 'asLegacy' | 'forbidden';
  /** Full refund while less than this has passed; at renewal after it. */
  readonly 'isv.cancel.monthly': Duration;
  readonly 'isv.cancel.annual': Duration;
  /** What makes a marketplace subscription monthly or annual for its window (A6). */
  readonly 'isv.cancel.keyedOn': 'billingFrequency' | 'term';
  readonly 'isv.cancel.anchor': 'orderPlaced' | 'effectiveStart';
  readonly 'isv.cancel.trialRestartsWindow': boolean;
  readonly 'isv.activation': 'atPurchase' | 'publisherConfirms';
  readonly anchor: AnchorRule;
  /** Who may do what: the seed's five roles everything, or the narrower matrix of rule-book.md §1.11. */
  readonly roles: 'seed' | 'docs-2023';
};
