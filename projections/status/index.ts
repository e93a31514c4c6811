export { firstPurchaseDay } from './first-purchase.queries.ts';
export { status, type StatusTables } from './status.projection.ts';
export {
  findCustomer,
  findSubscription,
  listCustomers,
  listSubscriptions,
  type RegisteredCustomer,
  type SubscriptionFilter,
  type SubscriptionStatus,
} from './status.queries.ts';
