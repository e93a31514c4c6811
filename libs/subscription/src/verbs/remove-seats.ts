import { MOST_SEATS } from '#catalog';
import { isRefusal, refuse, type Event, type Instant } from '#kernel';
import { capped, post, type ChargesPosted } from '../charges/charges.ts';
import {
  all,
  countRefusal,
  mayTry,
  mustBeActive,
  notDuringTrial,
  notTooOften,
  onlyFor,
  policyOf,
  quantityRefusal,
  windowOpen,
  type RequestContext,
  type Guard,
} from '../guards.ts';
import { invalidated, type ScheduledChangeRemoved } from '../time/revoke-scheduled-change.ts';
import { splitLots } from '../lots.ts';
import { skuAt } from '../product.ts';
import { seatChange } from '../charges/seat-change.ts';
import type { Existing, SeatLot } from '../state.ts';
import type { DecisionContext } from '../context.ts';
import type { Decision } from '../refusals.ts';
import { verb } from '../verb.ts';
import { commandTo } from '../command.ts';

/** Remove seats, at once, if the policy allows that in mid-term. */
export class RemoveSeats extends commandTo('RemoveSeats')<{ readonly quantity: number }> {}

/** Seats were removed, from this instant on, with the lots from which they were taken. */
export type SeatsRemoved = Event<
  'SeatsRemoved',
  { readonly removed: number; readonly quantity: number; readonly lots: readonly SeatLot[] }
>;

/** New commerce: only lots within their window may be removed (R78; `nce.seatReduction.window`). */
const withinWindow: Guard = (state, { at }) => {
  const window = policyOf(state)['nce.seatReduction.window'];
  if (state.kind !== 'newCommerce') return undefined;
  if (window === 'none') return refuse('MUST_BE_SCHEDULED', 'seats are removed at renewal: schedule the change (R78)');
  return openSeats(state, window, at) > 0
    ? undefined
    : refuse('REDUCTION_WINDOW_PASSED', `seats can be removed only within ${window} after they were added`, { window });
};

const openSeats = ({ lots }: Existing, window: string, at: Instant): number =>
  lots.filter(({ since }) => windowOpen(since, window, at)).reduce((seats, { quantity }) => seats + quantity, 0);

const guard = all(
  mayTry('remove-seats'),
  onlyFor('remove-seats', 'newCommerce', 'legacy', 'isvSaas'),
  mustBeActive,
  notDuringTrial,
  withinWindow,
  notTooOften,
);

const decide = (
  { data, meta }: RemoveSeats,
  state: Existing,
  { at }: RequestContext,
  context: DecisionContext,
): Decision<SeatsRemoved | ChargesPosted | ScheduledChangeRemoved> => {
  const malformed = countRefusal(data.quantity);
  if (malformed !== undefined) return malformed;
  const window = policyOf(state)['nce.seatReduction.window'];
  if (state.kind === 'newCommerce' && data.quantity > openSeats(state, window, at))
    return refuse('REDUCTION_WINDOW_PASSED', `only ${openSeats(state, window, at)} seats are within their ${window}`, {
      window,
      open: openSeats(state, window, at),
    });
  const quantity = state.quantity - data.quantity;
  const found = skuAt(context, state, at);
  const no = quantityRefusal(quantity, {
    minSeats: isRefusal(found) ? 1 : found.sku.minSeats,
    maxSeats: MOST_SEATS,
  });
  if (no !== undefined) return no;
  const isOpen = ({ since }: SeatLot) => state.kind !== 'newCommerce' || windowOpen(since, window, at);
  const lots = splitLots(state.lots, data.quantity, isOpen).left;
  return [
    { type: 'SeatsRemoved', data: { removed: data.quantity, quantity, lots, effectiveAt: at } },
    post(state, meta.commandId, at, capped(seatChange('removeQuantity', state, { part: state, quantity, at }), state)),
    ...invalidated(state, 'quantityChange', at),
  ];
};

const evolve = (state: Existing, { data: { quantity, lots } }: SeatsRemoved): Existing => ({
  ...state,
  quantity,
  lots,
});

export const removeSeats = verb({
  command: RemoveSeats,
  action: 'remove-seats',
  guard,
  decide,
  evolve: { SeatsRemoved: evolve },
});
