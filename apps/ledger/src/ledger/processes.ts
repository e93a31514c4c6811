import type { EventStore } from '#event-store';
import type { Instant, Recorded } from '#kernel';
import { ProcessRunner, type Logger, type ReadStore } from '#read-store';
import type { Orders } from './orders.ts';
import type { Purchases } from './purchases.ts';
import type { Upgrades } from './upgrades.ts';

type Parts = {
  readonly log: EventStore;
  readonly store: ReadStore;
  readonly logger: Logger;
  readonly now: () => Instant;
  readonly upgrades: Upgrades;
  readonly purchases: Purchases;
  readonly orders: Orders;
};

/** What spans two aggregates, each with a checkpoint of its own: an event of this type, and what follows from it. */
export const processesOf = ({ upgrades, purchases, orders, ...runner }: Parts): readonly ProcessRunner[] => {
  const process = (name: string, type: string, react: (event: Recorded) => Promise<void>) =>
    new ProcessRunner({ ...runner, name, handles: [type], react });
  return [
    process('upgrades', 'UpgradeStarted', (event) => upgrades.whenSeatsLeaveThenDeliver(event)),
    process('purchases', 'OfferSlotClaimed', (event) => purchases.whenSlotIsClaimedThenPurchase(event)),
    process('increases', 'SeatsClaimed', (event) => purchases.whenSeatsAreClaimedThenAdd(event)),
    process('orders', 'CartOrdered', (event) => orders.whenCartIsOrderedThenFulfil(event)),
  ];
};
