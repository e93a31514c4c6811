import type { BillingCycle, Term } from '#calendar';
import type { Day } from '#kernel';

/** The data of a purchase. */
export type PurchaseRequest = {
  readonly subscriptionId: string;
  readonly orderId: string;
  readonly customerId: string;
  readonly offerId: string;
  readonly skuId: string;
  /** Left out for usage, which has no seats (R20). */
  readonly quantity?: number;
  readonly term: Term;
  readonly billingCycle: BillingCycle;
  readonly friendlyName?: string;
  /** The inclusive last day of an aligned first term; one of the offered dates. */
  readonly customTermEndDate?: Day;
};
