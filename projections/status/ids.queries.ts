import type { Kysely } from 'kysely';
import type { StatusTables } from './status.projection.ts';

type Db = Kysely<StatusTables>;

/** A customer's subscriptions to an offer; no deleted ones. */
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

/** The subscriptions that came of an order, in the order in which they came to be; no children of upgrades. */
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
