import type { BillingCycle, Term } from '#calendar';
import type { Instant } from '#kernel';
import type { Decimal } from '#money';
import type { CommerceKind } from '#policy';

/** One published version of everything that is for sale. */
export type Catalogue = {
  readonly version: string;
  readonly effectiveFrom: Instant;
  readonly offers: readonly Offer[];
};

/** A product, with the customers to whom it may be sold. Ids contain no slash, so that `offerId/skuId` names one SKU. */
export type Offer = {
  readonly offerId: string;
  readonly name: string;
  readonly kind: CommerceKind;
  readonly publisher: { readonly kind: 'microsoft' | 'partner'; readonly name: string };
  readonly billingType: 'license' | 'usage';
  readonly category: 'enterprise' | 'smallBusiness' | 'trial';
  /** Kinds of customers: `commercial`, `education`, `government` … (R13). */
  readonly segments: readonly string[];
  /** ISO 3166 codes of two letters (R16). */
  readonly countries: 'all' | readonly string[];
  /** How many subscriptions a customer may hold, suspended ones included (R5); null: any number. */
  readonly limitPerCustomer: number | null;
  /** Whether the publisher sells through partners at all (R17). */
  readonly inCsp: boolean;
  /** Whether it can be bought here rather than elsewhere (R7, R19). */
  readonly transactable: boolean;
  /** The only partners that may sell it (R18); null: all may. */
  readonly exclusiveTo: readonly string[] | null;
  readonly skus: readonly Sku[];
};

/** Names a SKU within the catalogue: `offerId/skuId`. */
export type SkuRef = string;

/** A variant of an offer that can be bought: an edition, a trial, an add-on. */
export type Sku = {
  readonly skuId: string;
  readonly name: string;
  readonly minSeats: number;
  readonly maxSeats: number;
  /** Length of the trial that it begins with (R26); null: none. */
  readonly trialDays: number | null;
  /** The paid SKU to which a trial converts; null: this one. */
  readonly convertsTo: SkuRef | null;
  /** Over all of the customer's subscriptions to it (E48); null: no such limit. */
  readonly maxSeatsPerCustomer: number | null;
  readonly addOn: AddOn | null;
  readonly upgradeTargets: readonly SkuRef[];
  /** The page where an ISV's set-up is completed (R24); `{subscriptionId}` is replaced. */
  readonly setupUrl: string | null;
  readonly plans: readonly Plan[];
};

/** What makes a SKU an add-on: it is bought on one of these bases, never by itself (R31-R35). */
export type AddOn = {
  readonly prerequisiteSkus: readonly SkuRef[];
  /** The least share of the base's seats, `"0.05"` (W40); null: none. */
  readonly minShareOfBase: Decimal | null;
};

/** A term and how it is charged. */
export type Plan = {
  readonly term: Term;
  readonly billingCycle: BillingCycle;
  /** By currency: for one seat for one whole charge cycle. May have more decimals than the currency. */
  readonly prices: Readonly<Record<string, Decimal>>;
  /** Usage only: what each charge cycle includes, by meter. */
  readonly includedUnits?: Readonly<Record<string, Decimal>>;
};

/** The largest number of seats. */
export const MOST_SEATS = 2_147_483_647;
