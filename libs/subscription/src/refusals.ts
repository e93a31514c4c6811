import type { IneligibilityCode } from '#catalog';
import type * as kernel from '#kernel';

/** The refusal codes of a subscription (http-api.md §6), grouped as there. */
export type RefusalCode =
  // who may, and what exists
  | 'VALIDATION_FAILED'
  | 'FORBIDDEN_ROLE'
  | 'SUBSCRIPTION_NOT_FOUND'
  | 'CUSTOMER_NOT_FOUND'
  | 'ADDON_NOT_FOUND'
  // buying
  | IneligibilityCode
  | 'OFFER_UNKNOWN'
  | 'SKU_UNKNOWN'
  | 'PLAN_NOT_OFFERED'
  | 'OFFER_NOT_PURCHASABLE'
  | 'PARTNER_MODEL_NOT_ALLOWED'
  | 'CUSTOM_END_DATE_NOT_OFFERED'
  | 'SUBSCRIPTION_EXISTS'
  // add-ons
  | 'ADDON_NOT_IN_CATALOGUE'
  | 'ADDON_PREREQUISITE_MISSING'
  | 'ADDON_NOT_FOR_PARENT'
  | 'PARENT_NOT_ACTIVE'
  // state
  | 'SUBSCRIPTION_DELETED'
  | 'SUBSCRIPTION_SUSPENDED'
  | 'SUBSCRIPTION_PAUSED'
  | 'NOT_ACTIVE'
  | 'NOT_SUSPENDED'
  | 'NOT_PAUSED'
  | 'NOT_PENDING'
  | 'NOT_A_TRIAL'
  | 'TRIAL_LOCKED'
  | 'WRONG_COMMERCE_KIND'
  | 'USE_PAUSE_OR_SUPPORT'
  // changes
  | 'QUANTITY_OUT_OF_RANGE'
  | 'MUST_BE_SCHEDULED'
  | 'AUTO_RENEW_OFF'
  | 'NO_SCHEDULED_CHANGE'
  | 'NOTHING_CHANGES'
  | 'AUTO_RENEW_NOT_CONFIGURABLE'
  | 'REDUCTION_WINDOW_PASSED'
  | 'TOO_MANY_UPDATES'
  // cancelling
  | 'CANCELLATION_WINDOW_PASSED'
  | 'NOT_RETURNABLE'
  // upgrades
  | 'SOURCE_NOT_ACTIVE'
  | 'UPGRADE_NOT_ELIGIBLE'
  | 'QUANTITY_EXCEEDS_SOURCE'
  | 'MUST_UPGRADE_ALL'
  | 'TARGET_NOT_FOUND'
  | 'TARGET_NOT_ACTIVE'
  | 'TARGET_IS_SOURCE'
  | 'TARGET_OTHER_SKU'
  | 'TARGET_ENDS_EARLIER'
  | 'TARGET_TERM_SHORTER'
  | 'TARGET_PLAN_NOT_OFFERED'
  | 'TARGET_IN_CANCELLATION_WINDOW'
  // other
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'PROCESS_PENDING';

export type Refusal<Code extends RefusalCode = RefusalCode> = kernel.Refusal<Code>;
export type Decision<E> = kernel.Decision<E, RefusalCode>;
