import { commandClass, refuse, type Decision, type Event, type Refusal } from '#kernel';
import { chargedAs } from '../add-on.ts';
import { post, type ChargesPosted } from '../charges/charges.ts';
import { all, mayTry, onlyFor, type Asking } from '../guards.ts';
import { suspensionCredit, reactivationCharge } from '../charges/suspension-charges.ts';
import type { AddOn, Existing, Reason } from '../state.ts';

type Named = { readonly offerId: string; readonly skuId: string };

/** Suspend a single add-on; its base goes on. */
export class SuspendAddOn extends commandClass('SuspendAddOn')<
  Named & { readonly reason: Reason; readonly comment?: string }
> {}

/** Give a single add-on back. */
export class ReactivateAddOn extends commandClass('ReactivateAddOn')<Named> {}

/** `cascade`: with its base, and back with it (R36, A15); `command`: by itself, and stays so (E28). */
export type AddOnCause = 'cascade' | 'command';

/** An add-on rests: with its base, or by itself (R36, E28). */
export type AddOnSuspended = Event<'AddOnSuspended', Named & { readonly cause: AddOnCause; readonly reason: Reason }>;

/** An add-on works again: with its base, or by itself (A15). */
export type AddOnReactivated = Event<'AddOnReactivated', Named & { readonly cause: AddOnCause }>;

export const suspendGuard = all(mayTry('suspend'), onlyFor('suspend', 'legacy'));
export const reactivateGuard = all(mayTry('reactivate'), onlyFor('reactivate', 'legacy'));

const find = ({ addOns }: Existing, { offerId, skuId }: Named): AddOn | Refusal =>
  addOns.find((addOn) => addOn.offerId === offerId && addOn.skuId === skuId) ??
  refuse('ADDON_NOT_FOUND', `the subscription has no add-on ${offerId}/${skuId}`);

export const decideSuspension = (
  { data, meta }: SuspendAddOn,
  state: Existing,
  { at }: Asking,
): Decision<AddOnSuspended | ChargesPosted> => {
  const { offerId, skuId, reason } = data;
  const addOn = find(state, data);
  if ('refused' in addOn) return addOn;
  if (addOn.status === 'suspended') return refuse('SUBSCRIPTION_SUSPENDED', 'the add-on is suspended already');
  const lines = suspensionCredit(state, [chargedAs(state, addOn)], at);
  return [
    { type: 'AddOnSuspended', data: { offerId, skuId, cause: 'command', reason, effectiveAt: at } },
    post(state, meta.commandId, at, lines),
  ];
};

/** E29: not while its base is suspended. */
export const decideReactivation = (
  { data, meta }: ReactivateAddOn,
  state: Existing,
  { at }: Asking,
): Decision<AddOnReactivated | ChargesPosted> => {
  const { offerId, skuId } = data;
  const addOn = find(state, data);
  if ('refused' in addOn) return addOn;
  if (state.status !== 'active')
    return refuse('PARENT_NOT_ACTIVE', `the base is ${state.status}: its add-on is not reactivated before it (27009)`);
  if (addOn.status === 'active') return refuse('NOT_SUSPENDED', 'the add-on is active');
  const lines = reactivationCharge(state, [chargedAs(state, addOn)], at);
  return [
    { type: 'AddOnReactivated', data: { offerId, skuId, cause: 'command', effectiveAt: at } },
    post(state, meta.commandId, at, lines),
  ];
};

export const evolve = (state: Existing, event: AddOnSuspended | AddOnReactivated): Existing => {
  const { offerId, skuId, cause } = event.data;
  const now =
    event.type === 'AddOnSuspended'
      ? ({ status: 'suspended', cause } as const)
      : ({ status: 'active', cause: null } as const);
  return {
    ...state,
    addOns: state.addOns.map((addOn) =>
      addOn.offerId === offerId && addOn.skuId === skuId ? { ...addOn, ...now } : addOn,
    ),
  };
};
