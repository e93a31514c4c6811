/** A rule said no. A value, not an exception: refusing is a normal answer, and records nothing. */
export type Refusal = {
  readonly refused: RefusalCode;
  /** One sentence for a person: what was asked, which limit or state forbids it. */
  readonly because: string;
  /** What a program may want to know: the window, the limit, what may be done instead. JSON-safe. */
  readonly facts?: Readonly<Record<string, unknown>>;
};

/** Every no that the core can say: the names of the rule book (http-api.md §6), grouped as there. */
export type RefusalCode =
  // who may, and what exists
  | 'VALIDATION_FAILED'
  | 'FORBIDDEN_ROLE'
  | 'SUBSCRIPTION_NOT_FOUND'
  | 'CUSTOMER_NOT_FOUND'
  | 'CART_NOT_FOUND'
  | 'ORDER_NOT_FOUND'
  | 'PARTNER_NOT_FOUND'
  | 'KEY_NOT_FOUND'
  | 'ADDON_NOT_FOUND'
  // buying
  | 'OFFER_UNKNOWN'
  | 'SKU_UNKNOWN'
  | 'PLAN_NOT_OFFERED'
  | 'OFFER_NOT_PURCHASABLE'
  | 'SEGMENT_NOT_SUPPORTED'
  | 'COUNTRY_NOT_SUPPORTED'
  | 'NOT_IN_CSP'
  | 'EXCLUSIVE_TO_OTHERS'
  | 'NOT_TRANSACTABLE_HERE'
  | 'ALREADY_OWNED_SINGLE'
  | 'SUSPENDED_EXISTS'
  | 'OFFER_LIMIT'
  | 'PREVIEW_REQUIRED'
  | 'PARTNER_MODEL_NOT_ALLOWED'
  | 'CUSTOM_END_DATE_NOT_OFFERED'
  | 'SUBSCRIPTION_EXISTS'
  | 'CUSTOMER_EXISTS'
  // add-ons
  | 'ADDON_NOT_IN_CATALOGUE'
  | 'ADDON_PREREQUISITE_MISSING'
  | 'ADDON_NOT_FOR_PARENT'
  | 'PARENT_NOT_ACTIVE'
  // carts
  | 'CART_EXPIRED'
  | 'CART_NOT_REVIEWED'
  | 'CART_ALREADY_ORDERED'
  | 'CART_EMPTY'
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
  | 'QUOTE_STALE'
  | 'REVISION_MISMATCH'
  | 'CLOCK_BACKWARDS'
  | 'CATALOG_VERSION_EXISTS'
  | 'PARTNER_EXISTS'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'PROCESS_PENDING';

/** Says no. `because` is a sentence for a person, `facts` are for programs. */
export const refuse = (refused: RefusalCode, because: string, facts?: Refusal['facts']): Refusal =>
  facts === undefined ? { refused, because } : { refused, because, facts };

/** Whether an answer is a refusal. */
export const isRefusal = (answer: unknown): answer is Refusal =>
  typeof answer === 'object' && answer !== null && 'refused' in answer;
