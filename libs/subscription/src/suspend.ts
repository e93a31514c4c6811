import { commandClass, refuse, type Decision, type Event, type Instant } from '#kernel';
import { autoRenewOff, type AutoRenewDisabled } from './auto-renew.ts';
import { all, mayTry, mustBeActive, notDuringTrial, onlyFor, type Asking, type Guard } from './guards.ts';
import { invalidated, type ScheduledChangeRemoved } from './invalidate.ts';
import type { Existing } from './state.ts';

export type SuspendReason = 'customerRequest' | 'nonPayment' | 'fraud';

/** Take access away for a reason that must be told (R39, E55). */
export class SuspendSubscription extends commandClass('SuspendSubscription')<{
  readonly reason: SuspendReason;
  readonly comment?: string;
}> {}

/** Access is taken away, and why (R39). */
export type SubscriptionSuspended = Event<
  'SubscriptionSuspended',
  { readonly reason: SuspendReason; readonly comment: string | null; readonly autoExpiresAt: Instant | null }
>;

/** Suspending new commerce takes a support request; pausing is the partner's own way (R45, A22). */
export const onlyBySupport: Guard = ({ kind }, { actor: { role } }) =>
  kind === 'newCommerce' && role !== 'support'
    ? refuse(
        'USE_PAUSE_OR_SUPPORT',
        'new commerce is suspended and reactivated by support alone: pause it instead (R45)',
      )
    : undefined;

export const guard = all(
  mayTry('suspend'),
  onlyFor('suspend', 'newCommerce'),
  onlyBySupport,
  mustBeActive,
  notDuringTrial,
);

/** With the effects of a pause: billing goes on, auto-renew goes off (A22). */
export const decide = (
  { data: { reason, comment } }: SuspendSubscription,
  state: Existing,
  { at }: Asking,
): Decision<SubscriptionSuspended | AutoRenewDisabled | ScheduledChangeRemoved> => [
  {
    type: 'SubscriptionSuspended',
    data: { reason, comment: comment ?? null, autoExpiresAt: null, effectiveAt: at },
  },
  ...autoRenewOff(state, 'suspend', at),
  ...invalidated(state, 'suspend', at),
];

export const evolve = (state: Existing, { data }: SubscriptionSuspended): Existing => ({
  ...state,
  status: 'suspended',
  suspension: { reason: data.reason, suspendedAt: data.effectiveAt, autoExpiresAt: data.autoExpiresAt },
});
