import { commandClass, refuse, type Decision, type Event } from '#kernel';
import { all, mayTry, onlyFor, type Asking, type Guard } from './guards.ts';
import { onlyBySupport } from './suspend.ts';
import type { Existing } from './state.ts';

/** Give access back after a suspension. */
export class ReactivateSubscription extends commandClass('ReactivateSubscription')<Record<never, never>> {}

/** Users can work again, after a suspension. */
export type SubscriptionReactivated = Event<'SubscriptionReactivated'>;

const mustBeSuspended: Guard = ({ status }) =>
  status === 'suspended' ? undefined : refuse('NOT_SUSPENDED', `the subscription is ${status}, not suspended`);

export const guard = all(mayTry('reactivate'), onlyFor('reactivate', 'newCommerce'), onlyBySupport, mustBeSuspended);

export const decide = (_: ReactivateSubscription, __: Existing, { at }: Asking): Decision<SubscriptionReactivated> => [
  { type: 'SubscriptionReactivated', data: { effectiveAt: at } },
];

export const evolve = (state: Existing): Existing => ({ ...state, status: 'active', suspension: null });
