import { anchorOf, dayOf } from '#calendar';
import { refuse, type Event } from '#kernel';
import { charge, post, type ChargesPosted } from '../charges/charges.ts';
import { all, mayTry, onlyFor, policyOf, type RequestContext, type Guard } from '../guards.ts';
import type { Existing } from '../state.ts';
import { openTerm, openTrial, type OpenedTerm } from '../time/term.ts';
import type { Decision } from '../refusals.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

/** The publisher has finished the set-up: access and billing start (`isv.activation`, D14). */
export class ActivateSubscription extends commandTo('ActivateSubscription')<Record<never, never>> {}

/** The publisher has finished the set-up: access and billing start, and the term with them (`isv.activation`, D14). */
export type SubscriptionActivated = Event<'SubscriptionActivated', OpenedTerm>;

const mustBePending: Guard = ({ status }) =>
  status === 'pending' ? undefined : refuse('NOT_PENDING', `the subscription is ${status}, not pending`);

const guard = all(mayTry('activate'), onlyFor('activate', 'isvSaas'), mustBePending);

/** The term, or the trial, runs from the day of activation. */
const decide = (
  { meta }: ActivateSubscription,
  state: Existing,
  { at }: RequestContext,
): Decision<SubscriptionActivated | ChargesPosted> => {
  const day = dayOf(at);
  const anchor = anchorOf(day, policyOf(state).anchor);
  const term = state.isTrial
    ? openTrial(day, state.cycle.days, anchor)
    : openTerm(day, state.term, state.billingCycle, anchor);
  return [
    { type: 'SubscriptionActivated', data: { ...term, effectiveAt: at } },
    post(state, meta.commandId, at, [charge('new', { ...state, cycle: term.cycle })]),
  ];
};

const evolve = (state: Existing, { data: { effectiveAt, ...term } }: SubscriptionActivated): Existing => ({
  ...state,
  ...term,
  status: 'active',
  termStartedAt: effectiveAt,
  aligned: false,
  firstPaidAt: effectiveAt,
});

export const activate = verb({
  command: ActivateSubscription,
  action: 'activate',
  guard,
  decide,
  evolve: { SubscriptionActivated: evolve },
});
