import type { Anchor, Term } from '#calendar';
import type { CatalogueTimeline } from '#catalog';
import type { Day, Instant } from '#kernel';
import type { PolicyTimeline } from '#policy';

/** What a decision may look at beside the command and the state: price lists and rules by date, and who is buying. */
export type Surroundings = {
  readonly catalogue: CatalogueTimeline;
  readonly policies: PolicyTimeline;
  /** The customer, for a purchase, for add-ons, and for a suspension's retention (R41). */
  readonly customer?: CustomerFacts;
};

/** What a purchase must know of its customer (R1, R5, R13, R16). */
export type CustomerFacts = {
  readonly customerId: string;
  readonly country: string;
  readonly segment: string;
  readonly currency: string;
  readonly accountOpenedAt: Instant;
  /** First day of the customer's first subscription, where it is known (R41). */
  readonly firstBilledOn?: Day;
  /** Subscriptions to limited offers that are not deleted, as the customer's slots and their holders tell (R5, A18). */
  readonly held: readonly HeldSubscription[];
  /** What a custom end date may be aligned with; looked up only where one is asked for. */
  readonly alignable?: readonly AlignableSubscription[];
};

/** A subscription that another one's first term may be aligned with: active, of new commerce, no trial. */
export type AlignableSubscription = {
  readonly subscriptionId: string;
  readonly term: Term;
  readonly termEnd: Day;
  readonly anchor: Anchor;
};

export type HeldSubscription = {
  readonly subscriptionId: string;
  readonly offerId: string;
  readonly skuId: string;
  readonly quantity: number;
  readonly status: string;
};
