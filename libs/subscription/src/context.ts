import type { Anchor, Term } from '#calendar';
import type { CatalogueTimeline } from '#catalog';
import type { Day, Instant } from '#kernel';
import type { PolicyTimeline } from '#policy';
import type { Subscription } from './state.ts';

/** The context of a decision beside the command and the state: catalogs and rules by date, and the customer. */
export type DecisionContext = {
  readonly catalogue: CatalogueTimeline;
  readonly policies: PolicyTimeline;
  /** The customer, for a purchase, for add-ons, and for a suspension's retention (R41). */
  readonly customer?: CustomerFacts;
  /** The existing subscription that an upgrade names, settled to the present; loaded only for that. */
  readonly target?: Subscription;
};

/** The facts about a customer that a purchase needs (R1, R5, R13, R16). */
export type CustomerFacts = {
  readonly customerId: string;
  readonly country: string;
  readonly segment: string;
  readonly currency: string;
  readonly accountOpenedAt: Instant;
  /** First day of the customer's first subscription, where it is known (R41). */
  readonly firstBilledOn?: Day;
  /** Subscriptions to limited offers that are not deleted, according to the customer's slots and their holders (R5, A18). */
  readonly held: readonly HeldSubscription[];
  /**
   * Seats that subscriptions of the customer have of the capped SKU of a command (E48). Left out if they were not loaded,
   * or if they are reserved on the customer's stream already: then the cap is not judged.
   */
  readonly seats?: readonly HeldSeats[];
  /** The subscriptions with which a custom end date may be aligned; loaded only if one is requested. */
  readonly alignable?: readonly AlignableSubscription[];
};

/** A subscription with which another one's first term may be aligned: active, new commerce, not a trial. */
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
