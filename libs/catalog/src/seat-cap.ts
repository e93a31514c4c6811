import { refuse } from '#kernel';
import type { Refusal } from './refusals.ts';

/** A SKU's seats over all subscriptions of a customer: how many are held, requested in addition, and allowed. */
export type SeatsWanted = {
  readonly offerId: string;
  readonly skuId: string;
  readonly held: number;
  readonly more: number;
  readonly limit: number;
};

/** Refuses more seats of a SKU than a customer may hold over all subscriptions (E48, W41). */
export const seatCapRefusal = ({
  offerId,
  skuId,
  held,
  more,
  limit,
}: SeatsWanted): Refusal<'OFFER_LIMIT'> | undefined =>
  held + more <= limit
    ? undefined
    : refuse(
        'OFFER_LIMIT',
        `the customer holds ${held} seats of ${offerId}/${skuId}; ${more} more would exceed the limit of ${limit}`,
        { limit, held },
      );
