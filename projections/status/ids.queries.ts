import type { Kysely } from 'kysely';
import type { StatusTables } from './status.projection.ts';
import type { SubscriptionRow } from './subscription-row.ts';

type Db = Kysely<StatusTables>;

/** A customer's subscriptions to an offer, without deleted ones. */
export const subscriptionsTo = async (
  db: Db,
  partnerId: string,
  wanted: { readonly customerId: string; readonly offerId: string },
): Promise<readonly string[]> => {
  const rows = await db
    .selectFrom('subscriptions')
    .select('subscription_id')
    .where('partner_id', '=', partnerId)
    .where('customer_id', '=', wanted.customerId)
    .where('offer_id', '=', wanted.offerId)
    .where('status', '!=', 'deleted')
    .orderBy('sequence')
    .execute();
  return rows.map((row) => row.subscription_id);
};

/** Ids of a customer's subscriptions of one kind and status, after a place in the list; at most `limit` of them. */
export const subscriptionsPage = async (
  db: Db,
  partnerId: string,
  wanted: Pick<SubscriptionRow, 'kind' | 'status'> & { readonly customerId: string },
  { after = 0, limit }: { readonly after?: number | undefined; readonly limit: number },
): Promise<readonly { readonly subscriptionId: string; readonly sequence: number }[]> => {
  const rows = await db
    .selectFrom('subscriptions')
    .select(['subscription_id', 'sequence'])
    .where('partner_id', '=', partnerId)
    .where('customer_id', '=', wanted.customerId)
    .where('status', '=', wanted.status)
    .where('kind', '=', wanted.kind)
    .where('sequence', '>', after)
    .orderBy('sequence')
    .limit(limit)
    .execute();
  return rows.map(({ subscription_id, sequence }) => ({ subscriptionId: subscription_id, sequence }));
};

/** The subscriptions of an order, in the order of their creation, without children of upgrades. */
export const subscriptionsOfOrder = async (db: Db, partnerId: string, orderId: string): Promise<readonly string[]> => {
  const rows = await db
    .selectFrom('subscriptions')
    .select('subscription_id')
    .where('partner_id', '=', partnerId)
    .where('order_id', '=', orderId)
    .where('upgraded_from', 'is', null)
    .orderBy('sequence')
    .execute();
  return rows.map((row) => row.subscription_id);
};
