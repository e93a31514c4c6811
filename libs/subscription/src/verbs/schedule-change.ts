import type { BillingCycle, Term } from '#calendar';
import { isRefusal, refuse } from '#kernel';
import type { ChangeScheduled } from '../time/scheduled-change.ts';
import { changeRefusal, coming, seatsThatLeave } from '../time/next-term.ts';
import { all, mayTry, mustBeActive, notTooOften, onlyFor, type RequestContext, type Guard } from '../guards.ts';
import { comingRefusal } from '../rules/may-come.ts';
import { overCap, seatsOn } from '../seat-cap.ts';
import type { Existing, ScheduledChange, UpgradeTarget } from '../state.ts';
import type { DecisionContext } from '../context.ts';
import { targetRefusal } from '../transfer/receive-upgrade.ts';
import { sourceOf } from '../transfer/source.ts';
import type { Decision, Refusal } from '../refusals.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

/** Save a change for the renewal; it replaces an earlier one (R78, R84, R85). */
export class ScheduleChange extends commandTo('ScheduleChange')<{
  readonly offerId?: string;
  readonly skuId?: string;
  readonly quantity?: number;
  readonly term?: Term;
  readonly billingCycle?: BillingCycle;
  readonly upgradeQuantity?: number;
  readonly target?: UpgradeTarget;
  /** Id of the subscription that a partial upgrade would open. */
  readonly newSubscriptionId: string;
}> {}

/** A scheduled change needs a renewal (R82, E38). */
const autoRenewOn: Guard = ({ autoRenew }) =>
  autoRenew
    ? undefined
    : refuse('AUTO_RENEW_OFF', 'a change is scheduled for the renewal, and auto-renew is off (R82)');

/** R75, R81, R82: only new commerce schedules changes, while it is active and will renew. */
const guard = all(
  mayTry('scheduled-change'),
  onlyFor('scheduled-change', 'newCommerce'),
  mustBeActive,
  autoRenewOn,
  notTooOften,
);

/** Only one change is kept: the last one saved (R84, R85). */
const decide = (
  { data }: ScheduleChange,
  state: Existing,
  requestContext: RequestContext,
  context: DecisionContext,
): Decision<ChangeScheduled> => {
  const { at } = requestContext;
  const { newSubscriptionId, ...change } = data;
  const leaving = seatsThatLeave(state, change) > 0;
  if (state.isTrial && leaving) return refuse('TRIAL_LOCKED', 'a trial converts as a whole: its seats cannot be split');
  const no =
    changeRefusal(state, change, at, context) ??
    unfitTarget(state, change, at, context) ??
    limitRefusal(state, change, requestContext, context);
  if (no !== undefined) return no;
  const opens = leaving && (change.target ?? 'new') === 'new';
  return [
    {
      type: 'ChangeScheduled',
      data: { change, newSubscriptionId: opens ? newSubscriptionId : null, effectiveAt: at },
    },
  ];
};

/** An existing target is judged as for an upgrade now, and again when the seats arrive (E49). */
const unfitTarget = (
  state: Existing,
  { target, ...change }: ScheduledChange,
  at: string,
  context: DecisionContext,
): Refusal | undefined => {
  const then = coming(state, change, at, context);
  if (target === undefined || target === 'new' || context.target === undefined || isRefusal(then)) return undefined;
  const { term, offerId, skuId } = then.wanted;
  const seats = {
    targetSubscriptionId: target.subscriptionId,
    target: { offerId, skuId },
    source: sourceOf({ ...state, term }),
    moved: seatsThatLeave(state, { ...change, target }),
    atRenewal: false,
    effectiveAt: at,
  };
  return targetRefusal(context.target, seats, at, context);
};

/**
 * The rules of a purchase, and the cap (E48), judged when the change is saved, together with others' saved changes: at
 * renewal, an accepted change is not refused for seats that others have bought since.
 */
const limitRefusal = (
  state: Existing,
  change: ScheduledChange,
  requestContext: RequestContext,
  context: DecisionContext,
): Refusal | undefined => {
  const then = coming(state, change, requestContext.at, context);
  if (isRefusal(then)) return then;
  const { wanted, priced } = then;
  const leaving = seatsThatLeave(state, change);
  const wants = leaving > 0 ? leaving : wanted.quantity;
  const opening = (change.target ?? 'new') === 'new' ? 'opening' : 'joining';
  const way = leaving > 0 ? opening : 'whole';
  return (
    comingRefusal(state, { offer: priced.offer, way }, requestContext, context) ??
    overCap(context.customer, { ...priced, ...state, has: seatsOn(state, wanted), wants })
  );
};

export const scheduleChange = verb({ command: ScheduleChange, action: 'scheduled-change', guard, decide, evolve: {} });
