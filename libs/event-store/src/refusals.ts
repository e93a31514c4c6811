/** With which codes a command is refused before, or instead of, its aggregate's own decision (http-api.md §6). */
export type RefusalCode = 'REVISION_MISMATCH' | 'IDEMPOTENCY_KEY_REUSED';
