import type { Event, Instant } from '#kernel';
import type { Existing } from '../state.ts';

/** The subscription will not renew when its term ends (R70, R75); `cause` says which command decided that. */
export type AutoRenewDisabled = Event<'AutoRenewDisabled', { readonly cause: 'command' | 'pause' | 'suspend' }>;

/** Switches auto-renew off, if it is on. */
export const autoRenewOff = (
  state: Existing,
  cause: AutoRenewDisabled['data']['cause'],
  effectiveAt: Instant,
): readonly AutoRenewDisabled[] =>
  state.autoRenew ? [{ type: 'AutoRenewDisabled', data: { cause, effectiveAt } }] : [];
