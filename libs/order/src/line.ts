import type { BillingCycle, Term } from '#calendar';
import type { Day } from '#kernel';
import type { Decimal } from '#money';

/** One thing to buy, as somebody put it into a cart. Its number is its place in the cart, from 0. */
export type CartLine = {
  readonly offerId: string;
  readonly skuId: string;
  /** Seats; left out for what is billed by usage (R20). */
  readonly quantity?: number;
  readonly term: Term;
  readonly billingCycle: BillingCycle;
  readonly friendlyName?: string;
  readonly customTermEndDate?: Day;
};

/** A line that is being bought, with the subscription that it becomes. */
export type OrderLine = CartLine & { readonly line: number; readonly subscriptionId: string };

/** Why a line cannot be bought: the refusal that its purchase meets, with the code that the subscription gave it. */
export type LineError = { readonly line: number; readonly code: string; readonly detail: string };

/** What a line costs when it is bought: its first charge, in the customer's currency. */
export type LineAmount = { readonly line: number; readonly amount: Decimal; readonly currency: string };

export type Total = { readonly currency: string; readonly amount: Decimal };

/** What the purchases of a cart's lines would come to, tried one after the other. */
export type Review = {
  readonly totals: readonly Total[];
  readonly amounts: readonly LineAmount[];
  readonly errors: readonly LineError[];
};
