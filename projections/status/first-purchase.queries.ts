import type { Kysely } from 'kysely';
import type { StatusTables } from './status.projection.ts';

/** The day of the customer's first subscription, with which the first billing period began (R41); none without any. */
export const firstPurchaseDay = async (db: Kysely<StatusTables>, customerId: string): Promise<string | undefined> => {
  const first = await db
    .selectFrom('subscriptions')
    .select('purchased_at')
    .where('customer_id', '=', customerId)
    .orderBy('purchased_at')
    .limit(1)
    .executeTakeFirst();
  return first?.purchased_at.slice(0, 10);
};
