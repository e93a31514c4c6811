import type { Event } from '#kernel';
import type { Existing, SavedChange } from '../state.ts';

/** What shall change at renewal is saved, in place of what was saved before (R78, R85). */
export type ChangeScheduled = Event<
  'ChangeScheduled',
  SavedChange & {
    /** Absent: by command. It is saved again where it had fallen away with seats that came back. */
    readonly cause?: 'upgradeReturned';
  }
>;

export const evolve = (state: Existing, { data: { change, newSubscriptionId } }: ChangeScheduled): Existing => ({
  ...state,
  scheduledChange: change,
  scheduledSubscriptionId: newSubscriptionId,
  scheduledChangeFailed: null,
});
