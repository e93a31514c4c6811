export { subscriptionsOfOrder, subscriptionsPage, subscriptionsTo } from './ids.queries.ts';
export { status, type StatusTables } from './status.projection.ts';
export {
  findCustomer,
  findSubscription,
  firstPurchaseDay,
  listCustomers,
  listSubscriptions,
  type RegisteredCustomer,
  type SubscriptionFilter,
} from './status.queries.ts';
