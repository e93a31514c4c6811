import type { Anchor, Term } from '#calendar';
import type { CatalogueTimeline } from '#catalog';
import type { Day, Instant } from '#kernel';
import type { PolicyTimeline } from '#policy';
import type { Subscription } from './state.ts';

/** What a decision may look at beside the command and the state: price lists and rules by date, and who is buying. */
export type Surroundings = {
  readonly catalogue: CatalogueTimeline;
  readonly policies: PolicyTimeline;
  /** The customer, for a purchase, for add-ons, and for a suspension's retention (R41). */
  readonly customer?: CustomerFacts;
  /** The subscription that an upgrade into an existing one names, with everything recorded that fell due; looked up for that. */
  readonly target?: Subscription;
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
  /**
   * Seats that subscriptions of the customer have of the capped SKU that a command is about (E48). Left out where nobody looked,
   * or where they are claimed on the customer's stream already: then the cap is not judged.
   */
  readonly seats?: readonly HeldSeats[];
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

/** Seats of a SKU that a subscription has, or that are on their way to it. */
export type HeldSeats = {
  readonly subscriptionId: string;
  readonly offerId: string;
  readonly skuId: string;
  readonly quantity: number;
};

export type HeldSubscription = HeldSeats & { readonly status: string };
