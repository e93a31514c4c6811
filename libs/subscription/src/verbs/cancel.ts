import { refuse, type Event, type Instant } from '#kernel';
import { linesBack, post, type ChargesPosted } from '../charges/charges.ts';
import * as marketplace from '../rules/cancel-marketplace.ts';
import * as newCommerce from '../rules/cancel-new-commerce.ts';
import { all, byKind, mayTry, type RequestContext, type Guard } from '../guards.ts';
import { invalidated, type ScheduledChangeRemoved } from '../time/revoke-scheduled-change.ts';
import { deleted, type Existing, type Reason } from '../state.ts';
import type { Decision } from '../refusals.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

/** End the whole subscription (R62). The reason is stored (R39). */
export class CancelSubscription extends commandTo('CancelSubscription')<{
  readonly reason: Reason;
  readonly comment?: string;
}> {}

/** The subscription was cancelled: access ends permanently (R60, R61). */
export type SubscriptionCancelled = Event<
  'SubscriptionCancelled',
  { readonly reason: Reason; readonly comment: string | null; readonly refund: 'full' | 'prorated' }
>;

/** The seed cannot cancel a legacy subscription: suspend it instead (A24). */
const suspendInstead: Guard = () =>
  refuse('WRONG_COMMERCE_KIND', 'a legacy subscription cannot be cancelled: suspend it', { rule: 'A24' });

/** Consumed usage cannot be returned (R53, R55). */
const notReturnable: Guard = () =>
  refuse('NOT_RETURNABLE', 'a usage-based service cannot be returned: deprovision it (R53, R54)');

const guard = all(
  mayTry('cancel'),
  byKind({
    newCommerce: newCommerce.guard,
    isvSaas: marketplace.guard, // R46
    legacy: suspendInstead,
    usage: notReturnable,
  }),
);

/** Whether cancelling now would end it now, or only at renewal: `allowedActions` names them differently (A3, R52). */
const actionNow = (state: Existing, at: Instant): string =>
  state.kind !== 'isvSaas' || marketplace.isImmediate(state, at) ? 'cancel' : 'cancel-at-renewal';

/** Ends the whole subscription, never some of its seats (R62), and keeps the reason (R39). */
const decide = (
  { data, meta }: CancelSubscription,
  state: Existing,
  { at }: RequestContext,
): Decision<SubscriptionCancelled | marketplace.CancellationScheduled | ChargesPosted | ScheduledChangeRemoved> => {
  if (state.kind === 'isvSaas' && !marketplace.isImmediate(state, at)) return [marketplace.scheduled(state, data, at)];
  const { refund, lines } =
    state.kind === 'isvSaas'
      ? { refund: 'full' as const, lines: linesBack(state, state.purchasedAt) } // R47: all charged on the order
      : newCommerce.refundOf(state, at);
  const { reason, comment = null } = data;
  return [
    { type: 'SubscriptionCancelled', data: { reason, comment, refund, effectiveAt: at } },
    ...(lines.length > 0 ? [post(state, meta.commandId, at, lines)] : []),
    ...invalidated(state, 'cancel', at),
  ];
};

/** The event ends access (R60) and cannot be undone (R61). */
const evolve = (state: Existing): Existing => deleted(state);

export const cancel = verb({
  command: CancelSubscription,
  action: 'cancel',
  actionNow,
  guard,
  decide,
  evolve: { SubscriptionCancelled: evolve },
});
