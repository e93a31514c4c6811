import type { Refusal, RefusalCode } from '#ledger';

/** Codes of problems that the HTTP layer finds itself, beside the refusals of the core (http-api.md §6). */
export type EdgeCode =
  | 'UNAUTHENTICATED'
  | 'ROUTE_NOT_FOUND'
  | 'BODY_TOO_LARGE'
  | 'URI_TOO_LONG'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'TOO_MANY_REQUESTS'
  | 'EVENT_STORE_UNAVAILABLE'
  | 'READ_STORE_UNAVAILABLE'
  | 'PROJECTION_BEHIND'
  | 'INTERNAL_ERROR';

/** Every code of a problem. Those of a refusal are listed by the lib that refuses, in its `refusals.ts`. */
export type ProblemCode = RefusalCode | EdgeCode;

/** The status of each code. The only place where codes become HTTP; a missing code does not compile. */
export const statusOf: Readonly<Record<ProblemCode, number>> = {
  VALIDATION_FAILED: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN_ROLE: 403,

  ROUTE_NOT_FOUND: 404,
  SUBSCRIPTION_NOT_FOUND: 404,
  CUSTOMER_NOT_FOUND: 404,
  CART_NOT_FOUND: 404,
  ORDER_NOT_FOUND: 404,
  PARTNER_NOT_FOUND: 404,
  KEY_NOT_FOUND: 404,
  ADDON_NOT_FOUND: 404,

  OFFER_UNKNOWN: 409,
  SKU_UNKNOWN: 409,
  PLAN_NOT_OFFERED: 409,
  OFFER_NOT_PURCHASABLE: 409,
  SEGMENT_NOT_SUPPORTED: 409,
  COUNTRY_NOT_SUPPORTED: 409,
  NOT_IN_CSP: 409,
  EXCLUSIVE_TO_OTHERS: 409,
  NOT_TRANSACTABLE_HERE: 409,
  ALREADY_OWNED_SINGLE: 409,
  SUSPENDED_EXISTS: 409,
  OFFER_LIMIT: 409,
  PREVIEW_REQUIRED: 409,
  PARTNER_MODEL_NOT_ALLOWED: 409,
  CUSTOM_END_DATE_NOT_OFFERED: 409,
  SUBSCRIPTION_EXISTS: 409,
  CUSTOMER_EXISTS: 409,

  ADDON_NOT_IN_CATALOGUE: 409,
  ADDON_PREREQUISITE_MISSING: 409,
  ADDON_NOT_FOR_PARENT: 409,
  PARENT_NOT_ACTIVE: 409,

  CART_EXPIRED: 409,
  CART_NOT_REVIEWED: 409,
  CART_ALREADY_ORDERED: 409,
  CART_EMPTY: 409,

  SUBSCRIPTION_DELETED: 409,
  SUBSCRIPTION_SUSPENDED: 409,
  SUBSCRIPTION_PAUSED: 409,
  NOT_ACTIVE: 409,
  NOT_SUSPENDED: 409,
  NOT_PAUSED: 409,
  NOT_PENDING: 409,
  NOT_A_TRIAL: 409,
  TRIAL_LOCKED: 409,
  WRONG_COMMERCE_KIND: 409,
  USE_PAUSE_OR_SUPPORT: 409,

  QUANTITY_OUT_OF_RANGE: 409,
  MUST_BE_SCHEDULED: 409,
  AUTO_RENEW_OFF: 409,
  NO_SCHEDULED_CHANGE: 409,
  NOTHING_CHANGES: 409,
  AUTO_RENEW_NOT_CONFIGURABLE: 409,
  REDUCTION_WINDOW_PASSED: 409,
  TOO_MANY_UPDATES: 409,

  CANCELLATION_WINDOW_PASSED: 409,
  NOT_RETURNABLE: 409,

  SOURCE_NOT_ACTIVE: 409,
  UPGRADE_NOT_ELIGIBLE: 409,
  QUANTITY_EXCEEDS_SOURCE: 409,
  MUST_UPGRADE_ALL: 409,
  TARGET_NOT_FOUND: 409,
  TARGET_NOT_ACTIVE: 409,
  TARGET_IS_SOURCE: 409,
  TARGET_OTHER_SKU: 409,
  TARGET_ENDS_EARLIER: 409,
  TARGET_TERM_SHORTER: 409,
  TARGET_PLAN_NOT_OFFERED: 409,
  TARGET_IN_CANCELLATION_WINDOW: 409,

  QUOTE_STALE: 409,
  CLOCK_BACKWARDS: 409,
  CATALOG_VERSION_EXISTS: 409,
  PARTNER_EXISTS: 409,

  REVISION_MISMATCH: 412,
  BODY_TOO_LARGE: 413,
  URI_TOO_LONG: 414,
  UNSUPPORTED_MEDIA_TYPE: 415,
  IDEMPOTENCY_KEY_REUSED: 422,
  TOO_MANY_REQUESTS: 429,

  INTERNAL_ERROR: 500,
  PROCESS_PENDING: 503,
  EVENT_STORE_UNAVAILABLE: 503,
  READ_STORE_UNAVAILABLE: 503,
  PROJECTION_BEHIND: 503,
};

/** A problem of a request: its place, and a sentence. */
export type InvalidField = { readonly path: string; readonly message: string };

/** A request that gets a problem response. Thrown anywhere behind the routes; `ProblemFilter` turns it into HTTP. */
export class ProblemError extends Error {
  override readonly name: string = 'ProblemError';
  readonly code: ProblemCode;
  readonly facts: Readonly<Record<string, unknown>>;
  /** Seconds, for the header `Retry-After`. */
  readonly retryAfter: number | undefined;

  constructor(code: ProblemCode, detail: string, more: { facts?: Refusal['facts']; retryAfter?: number } = {}) {
    super(detail);
    this.code = code;
    this.facts = more.facts ?? {};
    this.retryAfter = more.retryAfter ?? (statusOf[code] === 503 ? 1 : undefined);
  }
}

/** A refusal of the core, thrown for `ProblemFilter`. */
export class RefusedError extends ProblemError {
  override readonly name = 'RefusedError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.refused, refusal.because, refusal.facts === undefined ? {} : { facts: refusal.facts });
    this.refusal = refusal;
  }
}

/** How many problems of a request are reported: a response must not be many times as large as the request. */
const MOST_PROBLEMS = 50;
/** How much of a path is reported: it may be a field name that the caller made up. */
const LONGEST_PATH = 200;

/** A malformed request: 400 with what is wrong with it, up to 50 problems. */
export class InvalidRequest extends ProblemError {
  override readonly name = 'InvalidRequest';

  constructor(errors: readonly InvalidField[]) {
    const [first] = errors;
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
    super('VALIDATION_FAILED', first === undefined ? 'the request is malformed' : sentence(shortened(first)) + more, {
      facts: { errors: errors.slice(0, MOST_PROBLEMS).map(shortened) },
    });
  }
}

/** Cut between characters, not within one. */
const shortened = ({ path, message }: InvalidField): InvalidField => ({
  path: path.length <= LONGEST_PATH ? path : `${path.slice(0, LONGEST_PATH)}…`.toWellFormed(),
  message,
});

const sentence = ({ path, message }: InvalidField): string => (path === '' ? message : `${path}: ${message}`);

/** The body of a problem response (RFC 9457). */
export type ProblemAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
};

/** The facts come first, so that none of them can overwrite the code. */
export const answerTo = ({ code, message, facts, retryAfter }: ProblemError): ProblemAnswer => ({
  status: statusOf[code],
  headers: {
    'content-type': 'application/problem+json; charset=utf-8',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Bearer' } : {}),
  },
  body: {
    ...facts,
    type: `urn:subledger:problem:${code}`,
    title: titleOf(code),
    status: statusOf[code],
    detail: message,
    code,
  },
});

/** `MUST_BE_SCHEDULED` → `Must be scheduled`. */
const titleOf = (code: ProblemCode): string => {
  const words = code.replaceAll('_', ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};
