/** The refusal codes of the ledger's clock (http-api.md §6). */
export type RefusalCode = 'VALIDATION_FAILED' | 'CLOCK_BACKWARDS';
