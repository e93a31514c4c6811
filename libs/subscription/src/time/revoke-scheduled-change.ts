import type { Event, Instant } from '#kernel';
import { policyOf } from '../guards.ts';
import type { Existing, SavedChange, ScheduledChange } from '../state.ts';

/** A saved change was dropped before renewal; the event holds it, so that a client can offer to save it again (A9). */
export type ScheduledChangeRemoved = Event<
  'ScheduledChangeRemoved',
  {
    readonly cause:
      | 'command'
      | 'pause'
      | 'suspend'
      | 'cancel'
      | 'autoRenewOff'
      | 'quantityChange'
      | 'midTermUpgrade'
      | 'conversion'
      | 'planChange'
      | 'addOnChange';
    readonly removed: ScheduledChange;
  }
>;

/** Mid-term changes that A5's list does not name. */
const unlisted: ReadonlySet<ScheduledChangeRemoved['data']['cause']> = new Set(['planChange', 'addOnChange']);

/** The removal of a pending change by a mid-term one (R71, R88, R94; A5's list, or any under `docs-2022-03`). */
export const invalidated = (
  state: Existing,
  cause: ScheduledChangeRemoved['data']['cause'],
  effectiveAt: Instant,
): readonly ScheduledChangeRemoved[] => {
  if (state.scheduledChange === null) return [];
  const onlyListed = policyOf(state)['nce.scheduledChange.invalidatedBy'] === 'listed';
  if (unlisted.has(cause) && onlyListed) return [];
  return [{ type: 'ScheduledChangeRemoved', data: { cause, removed: state.scheduledChange, effectiveAt } }];
};

/** The change that waits for the renewal, complete enough to be saved again; null without one. */
export const savedOf = ({ scheduledChange, scheduledSubscriptionId }: Existing): SavedChange | null =>
  scheduledChange === null ? null : { change: scheduledChange, newSubscriptionId: scheduledSubscriptionId };

export const evolve = (state: Existing): Existing => ({
  ...state,
  scheduledChange: null,
  scheduledSubscriptionId: null,
});
