import { dayOf } from '#calendar';
import { addOnsFor, catalogueAt, type Sku } from '#catalog';
import { isRefusal, refuse, type Event } from '#kernel';
import { compare, multiply } from '#money';
import { capped, charge, post, type ChargesPosted } from '../charges/charges.ts';
import { chargedAs } from '../add-on.ts';
import type { AddOnAdded, AddOnEnded } from '../add-on-events.ts';
import { all, mayTry, notDuringTrial, onlyFor, quantityRefusal, type RequestContext, type Guard } from '../guards.ts';
import { invalidated, type ScheduledChangeRemoved } from '../time/revoke-scheduled-change.ts';
import { priceAt, skuAt, type Priced } from '../product.ts';
import { seatChange } from '../charges/seat-change.ts';
import type { AddOn, Existing } from '../state.ts';
import type { DecisionContext } from '../context.ts';
import type { Decision, Refusal } from '../refusals.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

type AddOnRequest = { readonly offerId: string; readonly skuId: string; readonly quantity: number };

/** Set all add-ons of a base: all or nothing (R33). */
export class SetAddOns extends commandTo('SetAddOns')<{ readonly addOns: readonly AddOnRequest[] }> {}

/** An add-on has more or fewer seats. */
export type AddOnQuantityChanged = Event<'AddOnQuantityChanged', AddOnRequest & { readonly before: number }>;

type Changed = AddOnAdded | AddOnQuantityChanged | AddOnEnded;

/** The base must be active (E30). */
const parentActive: Guard = ({ status }) =>
  status === 'active'
    ? undefined
    : refuse('PARENT_NOT_ACTIVE', `the base is ${status}: add-ons need an active one (R31)`);

/** Not for indirect resellers (E30). */
const mayBuyAddOns: Guard = (_, { partner: { model } }) =>
  model === 'indirectReseller'
    ? refuse('PARTNER_MODEL_NOT_ALLOWED', 'only direct-bill partners and indirect providers buy add-ons (R34)')
    : undefined;

const guard = all(
  mayTry('add-ons'),
  onlyFor('add-ons', 'legacy', 'newCommerce'),
  mayBuyAddOns,
  parentActive,
  notDuringTrial,
);

/** `add-ons`, if this base can have any, more of them, or (legacy) fewer. */
const actionNow = (state: Existing, at: string, context: DecisionContext): string | Refusal => {
  const held = (request: AddOnRequest) => state.addOns.find((addOn) => nameOf(addOn) === nameOf(request));
  const mayGrow = (request: AddOnRequest) =>
    held(request)?.status !== 'suspended' && (held(request)?.quantity ?? 0) < request.quantity;
  const catalogue = catalogueAt(context.catalogue, at);
  const offered = catalogue === undefined ? [] : addOnsFor(catalogue, state.offerId, state.skuId);
  // At the largest quantity: an add-on that is refused then does not fit at all.
  const grows = offered
    .map(({ offer: { offerId }, sku: { skuId, maxSeats } }) => ({ offerId, skuId, quantity: maxSeats }))
    .some((request) => mayGrow(request) && !isRefusal(fitting(state, request, at, context)));
  const shrinks = state.kind === 'legacy' && state.addOns.some(({ status }) => status === 'active');
  return grows || shrinks
    ? 'add-ons'
    : refuse('ADDON_NOT_FOR_PARENT', `no add-on can be added to ${state.offerId}/${state.skuId} or removed now`);
};

/** Every add-on of the requested set with its quantity, or none of it (R33). */
const decide = (
  { data, meta }: SetAddOns,
  state: Existing,
  { at }: RequestContext,
  context: DecisionContext,
): Decision<Changed | ChargesPosted | ScheduledChangeRemoved> => {
  const names = data.addOns.map(nameOf);
  if (new Set(names).size < names.length)
    return refuse('VALIDATION_FAILED', 'addOns: names an add-on twice', {
      errors: [{ path: 'addOns', message: 'must not name an add-on twice' }],
    });
  const steps: Step[] = [];
  for (const request of [...data.addOns, ...missing(state, data.addOns)]) {
    const step = change(state, request, at, context);
    if (isRefusal(step)) return step;
    if (step !== undefined) steps.push(step);
  }
  if (steps.length === 0) return refuse('NOTHING_CHANGES', 'the base already has these add-ons');
  const lines = steps.flatMap((step) => step.lines);
  return [
    ...steps.map(({ event }) => event),
    ...(lines.length > 0 ? [post(state, meta.commandId, at, capped(lines, state))] : []),
    ...invalidated(state, 'addOnChange', at),
  ];
};

type Step = { readonly event: Changed; readonly lines: ReturnType<typeof seatChange> };

const nameOf = ({ offerId, skuId }: Pick<AddOnRequest, 'offerId' | 'skuId'>): string => `${offerId}/${skuId}`;

/** An add-on that is left out of the requested set ends: its quantity becomes 0. */
const missing = ({ addOns }: Existing, requested: readonly AddOnRequest[]): readonly AddOnRequest[] =>
  addOns
    .filter((addOn) => !requested.some((request) => nameOf(request) === nameOf(addOn)))
    .map(({ offerId, skuId }) => ({ offerId, skuId, quantity: 0 }));

const change = (
  state: Existing,
  request: AddOnRequest,
  at: string,
  context: DecisionContext,
): Step | Refusal | undefined => {
  const held = state.addOns.find((addOn) => nameOf(addOn) === nameOf(request));
  if (held?.quantity === request.quantity) return undefined;
  if (held?.status === 'suspended')
    return refuse('SUBSCRIPTION_SUSPENDED', `the add-on ${nameOf(request)} is suspended: its seats stay as they are`);
  if (held !== undefined && request.quantity < held.quantity) return fewer(state, { held, request }, at, context);
  const priced = fitting(state, request, at, context);
  if (isRefusal(priced)) return priced;
  if (held !== undefined) {
    const lines = seatChange('addQuantity', state, { part: chargedAs(state, held), quantity: request.quantity, at });
    return { event: changed(held, request, at), lines };
  }
  const { offerId, skuId, quantity } = request;
  const addOn = { offerId, skuId, quantity, offerName: priced.offer.name, unitPrice: priced.unitPrice };
  // Starts now, ends with the base's cycle and term: the first line is the rest of the cycle (R37, R38, E31).
  const line = charge('new', chargedAs(state, addOn), dayOf(at));
  return { event: { type: 'AddOnAdded', data: { ...addOn, effectiveAt: at } }, lines: [line] };
};

/** Legacy removes add-on seats at any time; new commerce only ends them with the base (rule-book.md §4.4). */
const fewer = (
  state: Existing,
  { held, request }: { readonly held: AddOn; readonly request: AddOnRequest },
  at: string,
  context: DecisionContext,
): Step | Refusal => {
  if (state.kind === 'newCommerce')
    return refuse(
      'MUST_BE_SCHEDULED',
      'add-ons of new commerce are reduced only with the base: switch auto-renew off to end them',
    );
  const found = skuAt(context, request, at);
  // A withdrawn SKU no longer has limits; quantity 0 is an end, not a number of seats.
  const no = request.quantity === 0 || isRefusal(found) ? undefined : limitRefusal(state, request, found.sku);
  if (no !== undefined) return no;
  const lines = seatChange('removeQuantity', state, { part: chargedAs(state, held), quantity: request.quantity, at });
  const ended: AddOnEnded = { type: 'AddOnEnded', data: { ...request, cause: 'command', effectiveAt: at } };
  return { event: request.quantity === 0 ? ended : changed(held, request, at), lines };
};

const changed = (
  held: AddOn,
  { offerId, skuId, quantity }: AddOnRequest,
  effectiveAt: string,
): AddOnQuantityChanged => ({
  type: 'AddOnQuantityChanged',
  data: { offerId, skuId, quantity, before: held.quantity, effectiveAt },
});

/** The add-on with its price on the base's plan, if this base and this customer may have it (R35, E30). */
const fitting = (state: Existing, request: AddOnRequest, at: string, context: DecisionContext): Priced | Refusal => {
  const { term, billingCycle, currency } = state;
  const priced = priceAt(context, { ...request, term, billingCycle, currency }, at);
  if (isRefusal(priced)) return priced;
  const { offer, sku } = priced;
  if (sku.addOn === null || offer.kind !== state.kind)
    return refuse('ADDON_NOT_FOR_PARENT', `${nameOf(request)} is not an add-on for a ${state.kind} subscription`);
  if (!sku.addOn.prerequisiteSkus.includes(nameOf(state)))
    return refuse('ADDON_PREREQUISITE_MISSING', `${nameOf(request)} cannot be combined with ${nameOf(state)} (R35)`);
  const { customer } = context;
  if (customer !== undefined && offer.countries !== 'all' && !offer.countries.includes(customer.country))
    return refuse('COUNTRY_NOT_SUPPORTED', `${nameOf(request)} is not sold in ${customer.country} (R35)`);
  return limitRefusal(state, request, sku) ?? priced;
};

/** Within the add-on's own limits, and its minimum share of the base (W40). */
const limitRefusal = (state: Existing, request: AddOnRequest, sku: Sku): Refusal | undefined =>
  quantityRefusal(request.quantity, sku) ?? shareRefusal(state, request, sku);

/** W40: at least this share of the base's seats. */
const shareRefusal = (state: Existing, { quantity }: AddOnRequest, { addOn }: Sku): Refusal | undefined => {
  const share = addOn?.minShareOfBase;
  return share !== null && share !== undefined && compare(multiply(share, state.quantity), String(quantity)) > 0
    ? refuse('QUANTITY_OUT_OF_RANGE', `the add-on needs ${share} of the base's ${state.quantity} seats`, { share })
    : undefined;
};

const evolve = (state: Existing, event: Changed): Existing => {
  const same = (addOn: AddOn) => nameOf(addOn) === nameOf(event.data);
  switch (event.type) {
    case 'AddOnAdded': {
      const { effectiveAt: _, ...added } = event.data;
      return {
        ...state,
        addOns: [...state.addOns, { ...added, status: 'active', cause: null }],
        deletedAddOns: state.deletedAddOns.filter((name) => name !== nameOf(added)),
      };
    }
    case 'AddOnQuantityChanged': {
      const { quantity } = event.data;
      return { ...state, addOns: state.addOns.map((addOn) => (same(addOn) ? { ...addOn, quantity } : addOn)) };
    }
    case 'AddOnEnded': {
      const addOns = state.addOns.filter((addOn) => !same(addOn));
      return event.data.cause === 'retentionElapsed'
        ? { ...state, addOns, deletedAddOns: [...state.deletedAddOns, nameOf(event.data)] }
        : { ...state, addOns };
    }
  }
};

export const setAddOns = verb({
  command: SetAddOns,
  action: 'add-ons',
  actionNow,
  guard,
  decide,
  evolve: { AddOnAdded: evolve, AddOnQuantityChanged: evolve, AddOnEnded: evolve },
});
