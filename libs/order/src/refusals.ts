import type * as kernel from '#kernel';

/** The refusal codes of carts and orders (http-api.md §6). */
export type RefusalCode =
  | 'FORBIDDEN_ROLE'
  | 'CUSTOMER_NOT_FOUND'
  | 'CART_NOT_FOUND'
  | 'CART_EXPIRED'
  | 'CART_NOT_REVIEWED'
  | 'CART_ALREADY_ORDERED'
  | 'CART_EMPTY'
  | 'ORDER_NOT_FOUND'
  | 'NOTHING_CHANGES';

export type Refusal = kernel.Refusal<RefusalCode>;
export type Decision<E> = kernel.Decision<E, RefusalCode>;
