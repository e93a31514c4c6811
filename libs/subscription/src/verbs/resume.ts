import { refuse, type Event } from '#kernel';
import { all, mayTry, notTooOften, onlyFor, type RequestContext, type Guard } from '../guards.ts';
import type { Existing } from '../state.ts';
import type { Decision } from '../refusals.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

/** Give access back after a pause (R69). */
export class ResumeSubscription extends commandTo('ResumeSubscription')<Record<never, never>> {}

/** Users can work again, after a pause (R69). */
export type SubscriptionResumed = Event<'SubscriptionResumed'>;

const mustBePaused: Guard = ({ status }) => {
  if (status === 'paused') return undefined;
  if (status === 'suspended')
    return refuse('SUBSCRIPTION_SUSPENDED', 'only support reactivates a subscription that it suspended', {
      rule: 'A22',
    });
  return refuse('NOT_PAUSED', `the subscription is ${status}, not paused`);
};

const guard = all(mayTry('resume'), onlyFor('resume', 'newCommerce'), mustBePaused, notTooOften);

/** Restores access at once (R69), but not auto-renew or scheduled changes (R70, A9, E35). */
const decide = (_: ResumeSubscription, __: Existing, { at }: RequestContext): Decision<SubscriptionResumed> => [
  { type: 'SubscriptionResumed', data: { effectiveAt: at } },
];

const evolve = (state: Existing): Existing => ({ ...state, status: 'active' });

export const resume = verb({
  command: ResumeSubscription,
  action: 'resume',
  guard,
  decide,
  evolve: { SubscriptionResumed: evolve },
});
