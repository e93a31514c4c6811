import { refuse, type Event } from '#kernel';
import { mayTry, type RequestContext } from '../guards.ts';
import type { Existing } from '../state.ts';
import type { Decision } from '../refusals.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

/** Give the subscription another label. Never touches a scheduled change (A5). */
export class RenameSubscription extends commandTo('RenameSubscription')<{
  readonly friendlyName: string;
}> {}

/** The subscription has another label. */
export type SubscriptionRenamed = Event<'SubscriptionRenamed', { readonly friendlyName: string }>;

const guard = mayTry('rename');

const decide = (
  { data: { friendlyName } }: RenameSubscription,
  state: Existing,
  { at }: RequestContext,
): Decision<SubscriptionRenamed> =>
  friendlyName === state.friendlyName
    ? refuse('NOTHING_CHANGES', `the subscription is already called ${friendlyName}`)
    : [{ type: 'SubscriptionRenamed', data: { friendlyName, effectiveAt: at } }];

const evolve = (state: Existing, { data: { friendlyName } }: SubscriptionRenamed): Existing => ({
  ...state,
  friendlyName,
});

export const rename = verb({
  command: RenameSubscription,
  action: 'rename',
  guard,
  decide,
  evolve: { SubscriptionRenamed: evolve },
});
