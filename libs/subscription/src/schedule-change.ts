import type { BillingCycle, Term } from '#calendar';
import { commandClass, isRefusal, refuse, type Decision, type Event, type Refusal } from '#kernel';
import {
  all,
  mayTry,
  mustBeActive,
  notTooOften,
  onlyFor,
  policyOf,
  quantityRefusal,
  type Asking,
  type Guard,
} from './guards.ts';
import { priceAt, relation, skuAt } from './product.ts';
import type { Existing, ScheduledChange, UpgradeTarget } from './state.ts';
import type { Surroundings } from './surroundings.ts';

/** Save what shall change at renewal; overwrites what was saved before (R78, R84, R85). */
export class ScheduleChange extends commandClass('ScheduleChange')<{
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

export type ChangeScheduled = Event<
  'ChangeScheduled',
  { readonly change: ScheduledChange; readonly newSubscriptionId: string | null }
>;

/** A schedule needs something to happen at renewal (R82, E38). */
const autoRenewOn: Guard = ({ autoRenew }) =>
  autoRenew
    ? undefined
    : refuse('AUTO_RENEW_OFF', 'a change is scheduled for the renewal, and auto-renew is off (R82)');

/** R75, R81, R82: new commerce alone schedules changes, while it is active and will renew. */
export const guard = all(
  mayTry('scheduled-change'),
  onlyFor('scheduled-change', 'newCommerce'),
  mustBeActive,
  autoRenewOn,
  notTooOften,
);

/** What the subscription would be with a change applied; seats that a partial upgrade moves are still counted in. */
export const withChange = (state: Existing, change: ScheduledChange) => {
  const paid = state.convertsTo ?? state;
  return {
    offerId: change.offerId ?? paid.offerId,
    skuId: change.skuId ?? paid.skuId,
    quantity: change.quantity ?? state.quantity,
    term: change.term ?? state.term,
    billingCycle: change.billingCycle ?? state.billingCycle,
    currency: state.currency,
  };
};

export const decide = (
  { data }: ScheduleChange,
  state: Existing,
  { at }: Asking,
  surroundings: Surroundings,
): Decision<ChangeScheduled> => {
  const { newSubscriptionId, ...change } = data;
  const no = changeRefusal(state, change, at, surroundings);
  if (no !== undefined) return no;
  const opens = isPartial(state, change) && (change.target ?? 'new') === 'new';
  return [
    {
      type: 'ChangeScheduled',
      data: { change, newSubscriptionId: opens ? newSubscriptionId : null, effectiveAt: at },
    },
  ];
};

/** Whether a change moves some of the seats to another SKU, and leaves the others where they are (R92, R93). */
export const isPartial = (state: Existing, { quantity, upgradeQuantity }: ScheduledChange): boolean =>
  upgradeQuantity !== undefined && upgradeQuantity !== (quantity ?? state.quantity);

/** Why a change cannot be applied: judged when it is saved and again at renewal (E49). */
export const changeRefusal = (
  state: Existing,
  change: ScheduledChange,
  at: string,
  surroundings: Surroundings,
): Refusal | undefined => {
  const wanted = withChange(state, change);
  const priced = priceAt(surroundings, wanted, at);
  if (isRefusal(priced)) return priced;
  if (sameAsNow(state, wanted)) return refuse('NOTHING_CHANGES', 'that is what would renew anyway');
  const no = skuRefusal(state, change, at, surroundings) ?? seatsRefusal(state, change);
  return no ?? quantityRefusal(change.upgradeQuantity ?? wanted.quantity, priced.sku);
};

const sameAsNow = (state: Existing, wanted: ReturnType<typeof withChange>): boolean => {
  const now = withChange(state, {});
  return (['offerId', 'skuId', 'quantity', 'term', 'billingCycle'] as const).every((key) => now[key] === wanted[key]);
};

/** The SKU must be one that the current one leads to (R83). */
const skuRefusal = (
  state: Existing,
  change: ScheduledChange,
  at: string,
  surroundings: Surroundings,
): Refusal | undefined => {
  const now = withChange(state, {});
  const then = withChange(state, change);
  if (now.offerId === then.offerId && now.skuId === then.skuId)
    return change.upgradeQuantity === undefined
      ? undefined
      : refuse('UPGRADE_NOT_ELIGIBLE', 'an upgrade names another SKU');
  const [from, to] = [skuAt(surroundings, now, at), skuAt(surroundings, then, at)];
  if (isRefusal(from)) return from;
  if (isRefusal(to)) return to;
  const way = relation({ offerId: now.offerId, sku: from.sku }, { offerId: then.offerId, sku: to.sku });
  const downgradeAllowed =
    policyOf(state)['nce.scheduledChange.downgrade'] === 'allowed' && change.upgradeQuantity === undefined;
  if (way === 'upgrade' || (way === 'downgrade' && downgradeAllowed)) return undefined;
  return refuse(
    'UPGRADE_NOT_ELIGIBLE',
    `${now.offerId}/${now.skuId} does not lead to ${then.offerId}/${then.skuId} (R83)`,
  );
};

/** More seats wait for no renewal under the seed: they are added at once (R79); the later preset schedules them too. */
const seatsRefusal = (state: Existing, change: ScheduledChange): Refusal | undefined => {
  const { quantity = state.quantity, upgradeQuantity } = change;
  if (upgradeQuantity !== undefined && upgradeQuantity > quantity)
    return refuse('QUANTITY_EXCEEDS_SOURCE', `${upgradeQuantity} of ${quantity} seats cannot be upgraded (A11)`);
  const mayGrow = policyOf(state)['nce.scheduledChange.kinds'].includes('seatIncreases');
  return quantity > state.quantity && !mayGrow
    ? refuse('QUANTITY_OUT_OF_RANGE', 'more seats are added at once, not scheduled (R79)', { maxSeats: state.quantity })
    : undefined;
};

export const evolve = (state: Existing, { data: { change, newSubscriptionId } }: ChangeScheduled): Existing => ({
  ...state,
  scheduledChange: change,
  scheduledSubscriptionId: newSubscriptionId,
  scheduledChangeFailed: null,
});
