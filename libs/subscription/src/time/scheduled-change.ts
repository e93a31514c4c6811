import type { Event } from '#kernel';
import type { Existing, SavedChange } from '../state.ts';

/** A change was saved for the renewal; it replaces an earlier one (R78, R85). */
export type ChangeScheduled = Event<
  'ChangeScheduled',
  SavedChange & {
    /** Absent: by command. Otherwise saved again, because seats came back whose upgrade had dropped it. */
    readonly cause?: 'upgradeReturned';
  }
>;

export const evolve = (state: Existing, { data: { change, newSubscriptionId } }: ChangeScheduled): Existing => ({
  ...state,
  scheduledChange: change,
  scheduledSubscriptionId: newSubscriptionId,
  scheduledChangeFailed: null,
});
