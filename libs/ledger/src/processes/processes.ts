import type { EventStore } from '#event-store';
import type { Instant, Recorded } from '#kernel';
import { ProcessRunner, type Logger, type ReadStore } from '#read-store';
import type { Orders } from './order.process.ts';
import type { Purchases } from './reservation-recovery.process.ts';
import type { Upgrades } from './upgrade.process.ts';

/** Whoever reacts to what has happened. */
export type Reactions = {
  readonly upgrades: Pick<Upgrades, 'whenSeatsLeaveThenDeliver'>;
  readonly purchases: Pick<Purchases, 'whenSlotIsClaimedThenPurchase' | 'whenSeatsAreClaimedThenAdd'>;
  readonly orders: Pick<Orders, 'whenCartIsOrderedThenFulfil'>;
};

type Parts = Reactions & {
  readonly log: EventStore;
  readonly store: ReadStore;
  readonly logger: Logger;
  readonly now: () => Instant;
  readonly recordedAt: (instant: Instant) => void;
  readonly catchUp: () => Promise<void> | undefined;
  readonly prompt: boolean;
};

/** The names under which their checkpoints are kept. */
export const processNames = ['upgrades', 'purchases', 'increases', 'orders'] as const;

/** What spans two aggregates, each with a checkpoint of its own: an event of this type, and what follows from it. */
export const processesOf = ({
  upgrades,
  purchases,
  orders,
  recordedAt,
  catchUp,
  ...runner
}: Parts): readonly ProcessRunner[] => {
  const process = (
    name: (typeof processNames)[number],
    type: string,
    then: (event: Recorded) => Promise<void>,
  ): ProcessRunner =>
    new ProcessRunner({
      ...runner,
      name,
      handles: [type],
      react: async (event) => {
        recordedAt(event.meta.recordedAt);
        await catchUp();
        await then(event);
      },
    });
  return [
    process('upgrades', 'UpgradeStarted', (event) => upgrades.whenSeatsLeaveThenDeliver(event)),
    process('purchases', 'OfferSlotClaimed', (event) => purchases.whenSlotIsClaimedThenPurchase(event)),
    process('increases', 'SeatsClaimed', (event) => purchases.whenSeatsAreClaimedThenAdd(event)),
    process('orders', 'CartOrdered', (event) => orders.whenCartIsOrderedThenFulfil(event)),
  ];
};
