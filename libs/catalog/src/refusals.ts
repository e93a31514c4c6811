import type * as kernel from '#kernel';

/** Why an offer may not be bought (http-api.md §6). */
export type IneligibilityCode =
  | 'PREVIEW_REQUIRED'
  | 'SEGMENT_NOT_SUPPORTED'
  | 'COUNTRY_NOT_SUPPORTED'
  | 'NOT_IN_CSP'
  | 'EXCLUSIVE_TO_OTHERS'
  | 'NOT_TRANSACTABLE_HERE'
  | 'SUSPENDED_EXISTS'
  | 'ALREADY_OWNED_SINGLE'
  | 'OFFER_LIMIT';

/** The refusal codes of the catalog. */
export type RefusalCode = IneligibilityCode | 'CATALOG_VERSION_EXISTS';

export type Refusal<Code extends RefusalCode = RefusalCode> = kernel.Refusal<Code>;
