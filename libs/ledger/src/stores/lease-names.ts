/** The lease of the process that updates the read models: one at a time (architecture.md §6). */
export const PROJECTOR_LEASE = 'projections';

/** The lease of the process that records what falls due and runs the processes: one at a time. */
export const SCHEDULER_LEASE = 'scheduler';
