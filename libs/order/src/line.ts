import type { BillingCycle, Term } from '#calendar';
import type { Day } from '#kernel';
import type { Decimal } from '#money';

/** One line of a cart. Its number is its place in the cart, from 0. */
export type CartLine = {
  readonly offerId: string;
  readonly skuId: string;
  /** Seats; left out for offers that are billed by usage (R20). */
  readonly quantity?: number;
  readonly term: Term;
  readonly billingCycle: BillingCycle;
  readonly friendlyName?: string;
  readonly customTermEndDate?: Day;
};

/** A line that is being bought, with the id of its subscription. */
export type OrderLine = CartLine & { readonly line: number; readonly subscriptionId: string };

/** Why a line cannot be bought: the refusal of its purchase, with its code. */
export type LineError = { readonly line: number; readonly code: string; readonly detail: string };

/** The price of a line: its first charge, in the customer's currency. */
export type LineAmount = { readonly line: number; readonly amount: Decimal; readonly currency: string };

export type Total = { readonly currency: string; readonly amount: Decimal };

/** The result of buying a cart's lines, previewed one after the other. */
export type Review = {
  readonly totals: readonly Total[];
  readonly amounts: readonly LineAmount[];
  readonly errors: readonly LineError[];
};
