import type { Recorded } from '#kernel';
import type { UpgradeStarted } from '#subscription';
import { deterministicId } from '../context/deterministic-id.ts';
import type { Outcome } from '../context/refusals.ts';

/** Seats that left their subscription for another one. */
export type Started = Recorded<UpgradeStarted>;

/** What a command needs of the process that moves seats from one subscription to another. */
export type SeatTransfers = {
  /** Sends the seats to their target, or only previews it. */
  receive(started: Started, dryRun: boolean): Promise<Outcome>;
  /** The upgrade whose seats have left a subscription and have not arrived yet. */
  transitOf(subscriptionId: string): Promise<Started | undefined>;
};

/** The id of the command of one step of an upgrade: repeated after a crash, a step is the same command. */
export const stepIdOf = (transitionId: string, step: string): string => deterministicId('upgrade', transitionId, step);

/** The id of the command by which the target receives the seats. */
export const receiveIdOf = (transitionId: string): string => stepIdOf(transitionId, 'receive');

/** The upgrade with this id among some events. */
export const startedIn = (events: readonly Recorded[], transitionId: string): Started | undefined =>
  events.find(
    (event): event is Started =>
      event.type === 'UpgradeStarted' && (event as Started).data.transitionId === transitionId,
  );
