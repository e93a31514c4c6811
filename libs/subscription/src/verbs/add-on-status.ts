import { refuse } from '#kernel';
import { chargedAs } from '../add-on.ts';
import type { AddOnReactivated, AddOnSuspended } from '../add-on-events.ts';
import { post, type ChargesPosted } from '../charges/charges.ts';
import { all, mayTry, onlyFor, type RequestContext } from '../guards.ts';
import { suspensionCredit, reactivationCharge } from '../charges/suspension-charges.ts';
import type { DecisionContext } from '../context.ts';
import type { AddOn, AddOnSuspension, Existing, Reason } from '../state.ts';
import { autoExpiresAt } from '../time/retention.ts';
import type { Decision, Refusal } from '../refusals.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

type Named = { readonly offerId: string; readonly skuId: string };

/** Suspend a single add-on; its base goes on. */
export class SuspendAddOn extends commandTo('SuspendAddOn')<
  Named & { readonly reason: Reason; readonly comment?: string }
> {}

/** Reactivate a single add-on. */
export class ReactivateAddOn extends commandTo('ReactivateAddOn')<Named> {}

const suspendGuard = all(mayTry('suspend'), onlyFor('suspend', 'legacy'));
const reactivateGuard = all(mayTry('reactivate'), onlyFor('reactivate', 'legacy'));

const find = ({ addOns, deletedAddOns }: Existing, { offerId, skuId }: Named): AddOn | Refusal => {
  const name = `${offerId}/${skuId}`;
  const held = addOns.find((addOn) => addOn.offerId === offerId && addOn.skuId === skuId);
  if (held !== undefined) return held;
  return deletedAddOns.includes(name)
    ? refuse('SUBSCRIPTION_DELETED', `the add-on ${name} was deleted when its suspension ran out (R41)`)
    : refuse('ADDON_NOT_FOUND', `the subscription has no add-on ${name}`);
};

const decideSuspension = (
  { data, meta }: SuspendAddOn,
  state: Existing,
  { at }: RequestContext,
  context: DecisionContext,
): Decision<AddOnSuspended | ChargesPosted> => {
  const { offerId, skuId, reason } = data;
  const addOn = find(state, data);
  if ('refused' in addOn) return addOn;
  if (addOn.status === 'suspended') return refuse('SUBSCRIPTION_SUSPENDED', 'the add-on is suspended already');
  const lines = suspensionCredit(state, [chargedAs(state, addOn)], at);
  const expiresAt = autoExpiresAt(state, at, context);
  return [
    {
      type: 'AddOnSuspended',
      data: { offerId, skuId, cause: 'command', reason, autoExpiresAt: expiresAt, effectiveAt: at },
    },
    post(state, meta.commandId, at, lines),
  ];
};

/** E29: not while its base is suspended. */
const decideReactivation = (
  { data, meta }: ReactivateAddOn,
  state: Existing,
  { at }: RequestContext,
): Decision<AddOnReactivated | ChargesPosted> => {
  const { offerId, skuId } = data;
  const addOn = find(state, data);
  if ('refused' in addOn) return addOn;
  if (state.status !== 'active')
    return refuse('PARENT_NOT_ACTIVE', `the base is ${state.status}: reactivate it before its add-on`, { rule: 'E29' });
  if (addOn.status === 'active') return refuse('NOT_SUSPENDED', 'the add-on is active');
  const lines = reactivationCharge(state, [chargedAs(state, addOn)], at);
  return [
    { type: 'AddOnReactivated', data: { offerId, skuId, cause: 'command', effectiveAt: at } },
    post(state, meta.commandId, at, lines),
  ];
};

const evolve = (state: Existing, event: AddOnSuspended | AddOnReactivated): Existing => ({
  ...state,
  addOns: state.addOns.map((addOn) =>
    addOn.offerId === event.data.offerId && addOn.skuId === event.data.skuId ? changed(addOn, event) : addOn,
  ),
});

const changed = ({ suspension: _, ...addOn }: AddOn, { type, data }: AddOnSuspended | AddOnReactivated): AddOn =>
  type === 'AddOnReactivated'
    ? { ...addOn, status: 'active', cause: null }
    : { ...addOn, status: 'suspended', cause: data.cause, suspension: addOnSuspension(data) };

/** What the state keeps, and the API shows, of an add-on's suspension. */
export const addOnSuspension = ({
  reason,
  effectiveAt,
  autoExpiresAt: expiresAt,
}: AddOnSuspended['data']): AddOnSuspension => ({
  reason,
  suspendedAt: effectiveAt,
  autoExpiresAt: expiresAt ?? null,
});

export const suspendAddOn = verb({
  command: SuspendAddOn,
  action: null,
  guard: suspendGuard,
  decide: decideSuspension,
  evolve: { AddOnSuspended: evolve },
});

export const reactivateAddOn = verb({
  command: ReactivateAddOn,
  action: null,
  guard: reactivateGuard,
  decide: decideReactivation,
  evolve: { AddOnReactivated: evolve },
});
