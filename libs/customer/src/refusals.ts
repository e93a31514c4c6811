import type * as kernel from '#kernel';

/** The refusal codes of a customer (http-api.md §6). */
export type RefusalCode =
  | 'FORBIDDEN_ROLE'
  | 'CUSTOMER_NOT_FOUND'
  | 'CUSTOMER_EXISTS'
  | 'SUBSCRIPTION_EXISTS'
  | 'ALREADY_OWNED_SINGLE'
  | 'OFFER_LIMIT';

export type Refusal = kernel.Refusal<RefusalCode>;
export type Decision<E> = kernel.Decision<E, RefusalCode>;
