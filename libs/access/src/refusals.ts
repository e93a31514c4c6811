import type * as kernel from '#kernel';

/** The refusal codes of partners and keys (http-api.md §6). */
export type RefusalCode = 'NOTHING_CHANGES' | 'KEY_NOT_FOUND' | 'PARTNER_EXISTS';

export type Decision<E> = kernel.Decision<E, RefusalCode>;
