import { refuse, type Event } from '#kernel';
import { all, mayTry, mustBeActive, notTooOften, onlyFor, type RequestContext, type Guard } from '../guards.ts';
import { autoRenewOff, type AutoRenewDisabled } from '../time/auto-renew-off.ts';
import { invalidated, type ScheduledChangeRemoved } from '../time/revoke-scheduled-change.ts';
import type { Existing } from '../state.ts';
import type { Decision } from '../refusals.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

/** Choose whether the subscription renews when its term ends (R75). */
export class SetAutoRenew extends commandTo('SetAutoRenew')<{ readonly enabled: boolean }> {}

/** The subscription will renew when its term ends (R75). */
export type AutoRenewEnabled = Event<'AutoRenewEnabled'>;

/** A cancellation that was scheduled for the renewal was revoked (A3). */
export type CancellationRevoked = Event<'CancellationRevoked'>;

/** Legacy subscriptions always renew (R75). */
const configurable: Guard = ({ kind }) =>
  kind === 'legacy' ? refuse('AUTO_RENEW_NOT_CONFIGURABLE', 'a legacy subscription always renews (R75)') : undefined;

/** The stages after a term that did not renew: auto-renew is permanently off, and switching it off again is accepted. */
const isOver = ({ status }: Existing): boolean => status === 'expired' || status === 'disabled';

/** Stopping is always possible: neither the limit of updates nor the end of the term prevents switching off. */
const mayStop: Guard = (state, requestContext, context) =>
  isOver(state)
    ? undefined
    : (mustBeActive(state, requestContext, context) ??
      (state.autoRenew ? undefined : notTooOften(state, requestContext, context)));

/** For active subscriptions (R76); usage has no term to renew (R75). */
const guard = all(
  mayTry('auto-renew'),
  onlyFor('auto-renew', 'newCommerce', 'legacy', 'isvSaas'),
  configurable,
  mayStop,
);

/** Off drops a scheduled change, which needs it on (R82, A17). */
const decide = (
  { data: { enabled } }: SetAutoRenew,
  state: Existing,
  { at }: RequestContext,
): Decision<AutoRenewEnabled | AutoRenewDisabled | CancellationRevoked | ScheduledChangeRemoved> => {
  if (isOver(state)) return enabled ? refuse('NOT_ACTIVE', `the subscription is ${state.status}, not active`) : [];
  if (state.autoRenew === enabled) return refuse('NOTHING_CHANGES', `auto-renew is ${enabled ? 'on' : 'off'} already`);
  const revoked: readonly CancellationRevoked[] = state.cancelAtRenewal
    ? [{ type: 'CancellationRevoked', data: { effectiveAt: at } }]
    : [];
  if (enabled) return [...revoked, { type: 'AutoRenewEnabled', data: { effectiveAt: at } }];
  return [...autoRenewOff(state, 'command', at), ...invalidated(state, 'autoRenewOff', at)];
};

const evolve = (state: Existing, { type }: AutoRenewEnabled | AutoRenewDisabled | CancellationRevoked): Existing => {
  if (type === 'CancellationRevoked') return { ...state, cancelAtRenewal: false };
  return { ...state, autoRenew: type === 'AutoRenewEnabled' };
};

export const autoRenew = verb({
  command: SetAutoRenew,
  action: 'auto-renew',
  guard,
  decide,
  evolve: { AutoRenewEnabled: evolve, AutoRenewDisabled: evolve, CancellationRevoked: evolve },
});
