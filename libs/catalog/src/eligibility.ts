import type { PartnerFacts, Policy } from '#policy';
import type { Offer } from './catalog.ts';
import type { IneligibilityCode } from './refusals.ts';

/** Why an offer may not be bought. */
export type Reason = {
  readonly code: IneligibilityCode;
  /** One sentence for a person. */
  readonly detail: string;
  /** The suspended subscription to reactivate instead of buying again (R15). */
  readonly reactivateSubscriptionId?: string;
};

/** Who wants to buy what from whom, and what the customer holds already. */
export type EligibilityRequest = {
  readonly offer: Offer;
  readonly customer: { readonly country: string; readonly segment: string };
  readonly partner: { readonly partnerId: string; readonly facts: PartnerFacts };
  /** The customer's subscriptions, of any offer; deleted ones do not count. */
  readonly held: readonly { readonly subscriptionId: string; readonly offerId: string; readonly status: string }[];
  readonly policy: Policy;
};

/** All reasons against a purchase, the gravest first; empty: the offer may be bought (R5, R13-R19, R44, A18). */
export const eligibility = (request: EligibilityRequest): readonly Reason[] => [
  ...gate(request),
  ...customerReasons(request),
  ...offerReasons(request),
  ...limitReasons(request),
];

const gate = ({ offer, partner, policy }: EligibilityRequest): readonly Reason[] =>
  offer.kind === 'newCommerce' && policy['nce.previewGate'] === 'on' && !partner.facts.newCommercePreview
    ? [{ code: 'PREVIEW_REQUIRED', detail: 'New commerce is open only to partners in its technical preview.' }]
    : [];

/** The customer is of the wrong segment (R13), or in the wrong country (R16). */
const customerReasons = ({ offer, customer: { country, segment } }: EligibilityRequest): readonly Reason[] => [
  ...(offer.segments.includes(segment)
    ? []
    : [reason('SEGMENT_NOT_SUPPORTED', `${offer.name} is not sold to customers of the segment ${segment}.`)]),
  ...(offer.countries === 'all' || offer.countries.includes(country)
    ? []
    : [reason('COUNTRY_NOT_SUPPORTED', `${offer.name} is not sold to customers in ${country}.`)]),
];

/** Reasons in the offer itself (R7, R17–R19); an exclusive one is for the partners to which it was given (R6). */
const offerReasons = ({ offer, partner: { partnerId } }: EligibilityRequest): readonly Reason[] => [
  ...(offer.inCsp
    ? []
    : [reason('NOT_IN_CSP', `${offer.publisher.name} does not sell ${offer.name} through partners.`)]),
  ...(offer.exclusiveTo === null || offer.exclusiveTo.includes(partnerId)
    ? []
    : [reason('EXCLUSIVE_TO_OTHERS', `${offer.name} is exclusive to certain other partners.`)]),
  ...(offer.transactable
    ? []
    : [reason('NOT_TRANSACTABLE_HERE', `${offer.name} is bought and managed elsewhere, not here.`)]),
];

/** The limit is reached (R5, R14). A18: suspended ones count; a hint names the one to reactivate (R15). */
const limitReasons = ({ offer, held }: EligibilityRequest): readonly Reason[] => {
  const limit = offer.limitPerCustomer;
  const own = held.filter(({ offerId, status }) => offerId === offer.offerId && status !== 'deleted');
  if (limit === null || own.length < limit) return [];
  const suspended = own.find(({ status }) => status === 'suspended');
  return [
    ...(suspended === undefined
      ? []
      : [
          {
            code: 'SUSPENDED_EXISTS' as const,
            detail: `The customer has a suspended subscription to ${offer.name}: reactivate it instead.`,
            reactivateSubscriptionId: suspended.subscriptionId,
          },
        ]),
    limit === 1
      ? reason('ALREADY_OWNED_SINGLE', `The customer holds ${offer.name}, of which one is allowed.`)
      : reason('OFFER_LIMIT', `The customer holds ${own.length} of ${offer.name}, of which ${limit} are allowed.`),
  ];
};

const reason = (code: IneligibilityCode, detail: string): Reason => ({ code, detail });
