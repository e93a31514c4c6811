/** The lease of whoever keeps the read models: one process at a time (architecture.md §6). */
export const PROJECTING = 'projections';

/** The lease of whoever does what falls due and finishes what spans two aggregates: one process at a time. */
export const SCHEDULING = 'scheduler';
