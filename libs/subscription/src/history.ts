import type { History } from '#kernel';

/** Old shapes of the subscription's events; none yet. Only ever appended to. */
export const history: History = {};
