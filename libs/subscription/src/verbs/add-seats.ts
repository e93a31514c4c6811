import { MOST_SEATS } from '#catalog';
import { isRefusal, type Event } from '#kernel';
import { capped, post, type ChargesPosted } from '../charges/charges.ts';
import {
  all,
  countRefusal,
  mayTry,
  mustBeActive,
  notDuringTrial,
  notTooOften,
  onlyFor,
  quantityRefusal,
  type RequestContext,
} from '../guards.ts';
import { invalidated, type ScheduledChangeRemoved } from '../time/revoke-scheduled-change.ts';
import { skuAt } from '../product.ts';
import { overCap } from '../seat-cap.ts';
import { seatChange } from '../charges/seat-change.ts';
import type { Existing } from '../state.ts';
import type { DecisionContext } from '../context.ts';
import type { Decision } from '../refusals.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

/** Add seats, at once (R79). */
export class AddSeats extends commandTo('AddSeats')<{ readonly quantity: number }> {}

/** Seats were added, from this instant on (R79). */
export type SeatsAdded = Event<'SeatsAdded', { readonly added: number; readonly quantity: number }>;

const guard = all(
  mayTry('add-seats'),
  onlyFor('add-seats', 'newCommerce', 'legacy', 'isvSaas'),
  mustBeActive,
  notDuringTrial,
  notTooOften,
);

/** At once (R79). The seats' price stays as it was pinned; a scheduled change is dropped (R88, A5, E36). */
const decide = (
  { data, meta }: AddSeats,
  state: Existing,
  { at }: RequestContext,
  context: DecisionContext,
): Decision<SeatsAdded | ChargesPosted | ScheduledChangeRemoved> => {
  const quantity = state.quantity + data.quantity;
  const found = skuAt(context, state, at);
  // A withdrawn SKU no longer has limits: the subscription may still grow within an integer.
  const limits = isRefusal(found) ? { minSeats: 1, maxSeats: MOST_SEATS } : found.sku;
  const no =
    countRefusal(data.quantity) ??
    quantityRefusal(quantity, limits) ??
    (isRefusal(found)
      ? undefined
      : overCap(context.customer, { ...found, ...state, has: state.quantity, wants: quantity }));
  if (no !== undefined) return no;
  return [
    { type: 'SeatsAdded', data: { added: data.quantity, quantity, effectiveAt: at } },
    post(state, meta.commandId, at, capped(seatChange('addQuantity', state, { part: state, quantity, at }), state)),
    ...invalidated(state, 'quantityChange', at),
  ];
};

const evolve = (state: Existing, { data: { added, quantity, effectiveAt } }: SeatsAdded): Existing => ({
  ...state,
  quantity,
  lots: [...state.lots, { quantity: added, since: effectiveAt }],
});

export const addSeats = verb({ command: AddSeats, action: 'add-seats', guard, decide, evolve: { SeatsAdded: evolve } });
