import type { RefusalCode as AccessCode } from '#access';
import type { RefusalCode as CalendarCode } from '#calendar';
import type { RefusalCode as CatalogCode } from '#catalog';
import type { RefusalCode as CustomerCode } from '#customer';
import type * as store from '#event-store';
import type * as kernel from '#kernel';
import type { RefusalCode as OrderCode } from '#order';
import type { RefusalCode as SubscriptionCode } from '#subscription';

/** The refusal codes of the ledger itself, beside those of its aggregates (http-api.md §6). */
type OwnCode =
  | 'PARTNER_NOT_FOUND'
  | 'CART_NOT_FOUND'
  | 'ORDER_NOT_FOUND'
  | 'SUBSCRIPTION_NOT_FOUND'
  | 'FORBIDDEN_ROLE'
  | 'OFFER_LIMIT'
  | 'QUOTE_STALE'
  | 'PROCESS_PENDING';

/** Every code with which a command or a query may be refused. Each lib lists its own, in its `refusals.ts`. */
export type RefusalCode =
  AccessCode | CalendarCode | CatalogCode | CustomerCode | OrderCode | SubscriptionCode | store.RefusalCode | OwnCode;

export type Refusal = kernel.Refusal<RefusalCode>;
export type Outcome<E extends kernel.Event = kernel.Event, S = unknown> = store.Outcome<E, S, RefusalCode>;
export type Decider<C extends kernel.Command, E extends kernel.Event, S> = kernel.Decider<C, E, S, RefusalCode>;
