import type { BillingCycle, Term } from '#calendar';
import type { Day, Instant } from '#kernel';
import type { Decimal } from '#money';
import type { Actions } from './allowed-actions.ts';
import type { AddOn, Existing, Kind, ScheduledChange, Status } from './state.ts';
import type { RefundOption } from './rules/refund-options.ts';

/** An add-on in the view of its subscription (R37). */
export type AddOnView = Pick<AddOn, 'offerId' | 'skuId' | 'quantity' | 'status' | 'unitPrice'> & {
  readonly suspension: Existing['suspension'];
};

/**
 * A subscription as the API shows it (http-api.md §4.4), without the fields that depend on the instant of the request. It is
 * read from a stream or from the read model, with the same result.
 */
export type SubscriptionView = {
  readonly subscriptionId: string;
  readonly partnerId: string;
  readonly customerId: string;
  readonly orderId: string;
  readonly offerId: string;
  readonly skuId: string;
  readonly offerName: string;
  readonly friendlyName: string;
  readonly kind: Kind;
  readonly status: Status;
  /** Whether users can work (rule-book.md §4). */
  readonly access: boolean;
  readonly isTrial: boolean;
  readonly quantity: number;
  readonly term: Term;
  readonly billingCycle: BillingCycle;
  readonly unitPrice: Decimal;
  readonly currency: string;
  readonly catalogVersion: string;
  /** The name of the policy preset. */
  readonly policy: string;
  readonly purchasedAt: Instant;
  readonly termStart: Day;
  /** The term's last day; null for usage, which has no term (R75). */
  readonly termEnd: Day | null;
  readonly cycleStart: Day;
  /** The charge cycle's last day. */
  readonly cycleEnd: Day;
  readonly autoRenew: boolean;
  readonly cancelAtRenewal: boolean;
  readonly renewsOn: Day | null;
  readonly scheduledChange: ScheduledChange | null;
  readonly pendingPlan: { readonly billingCycle: BillingCycle; readonly effectiveOn: Day } | null;
  /** A scheduled change that could not be applied at renewal, and the refusal's code (E49). */
  readonly scheduledChangeFailed: Existing['scheduledChangeFailed'];
  readonly suspension: Existing['suspension'];
  readonly addOns: readonly AddOnView[];
  readonly upgradedFrom: string | null;
  readonly activationLink: string | null;
  readonly licenceReassignment: 'manual' | null;
  /** The revision of the stream's last event: the `ETag`. */
  readonly revision: number;
};

/** An add-on, and whether it is no longer sold on its base's plan. */
export type AddOnDetail = AddOnView & { readonly withdrawn: boolean };

/** The fields that depend on the instant of the request and on the caller: they are in no read model. */
export type SubscriptionOptions = Actions & {
  readonly refundOptions: readonly RefundOption[];
  /** No longer sold on its plan: it renews at its former price. */
  readonly withdrawn: boolean;
  readonly addOns: readonly AddOnDetail[];
};

/** One subscription, with the actions and refunds that its caller has at an instant. */
export type SubscriptionDetail = Omit<SubscriptionView, 'addOns'> & SubscriptionOptions;
