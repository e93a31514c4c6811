/** With which codes the ledger's clock refuses (http-api.md §6). */
export type RefusalCode = 'VALIDATION_FAILED' | 'CLOCK_BACKWARDS';
