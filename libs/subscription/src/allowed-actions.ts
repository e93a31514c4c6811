import type { Asking } from './guards.ts';
import type { Existing } from './state.ts';
import type { Surroundings } from './context.ts';
import { verbs } from './verbs.ts';

/**
 * The verbs that may be tried on a settled state, by the same guards that refuse them (R23, http-api.md §4.4). None
 * while seats are under way.
 */
export const allowedActions = (state: Existing, asking: Asking, surroundings: Surroundings): readonly string[] =>
  state.inTransit !== null
    ? []
    : Object.values(verbs)
        .filter(({ guard }) => guard(state, asking, surroundings) === undefined)
        .map(({ action }) => (typeof action === 'function' ? action(state, asking.at, surroundings) : action))
        .filter((action) => action !== null);
