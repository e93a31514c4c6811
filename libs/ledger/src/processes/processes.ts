import type { OfferSlotClaimed, SeatsClaimed } from '#customer';
import type { EventStore } from '#event-store';
import type { Instant } from '#kernel';
import type { CartOrdered } from '#order';
import { ProcessRunner, type Logger, type ReadStore } from '#read-store';
import type { UpgradeStarted } from '#subscription';
import type { Orders } from './order.process.ts';
import { process, type Process } from './process.ts';
import type { ReservationRecovery } from './reservation-recovery.process.ts';
import type { Upgrades } from './upgrade.process.ts';

/** What the processes do. */
export type Reactions = {
  readonly upgrades: Pick<Upgrades, 'deliver'>;
  readonly recovery: Pick<ReservationRecovery, 'completePurchase' | 'completeIncrease'>;
  readonly orders: Pick<Orders, 'fulfil'>;
};

/** What spans two aggregates: the events that start it, and what follows from each. */
export const processesOf = ({ upgrades, recovery, orders }: Reactions): readonly Process[] => [
  process<UpgradeStarted>({ name: 'upgrades', on: { UpgradeStarted: (event) => upgrades.deliver(event) } }),
  process<OfferSlotClaimed>({
    name: 'purchases',
    on: { OfferSlotClaimed: (event) => recovery.completePurchase(event) },
  }),
  process<SeatsClaimed>({ name: 'increases', on: { SeatsClaimed: (event) => recovery.completeIncrease(event) } }),
  process<CartOrdered>({ name: 'orders', on: { CartOrdered: (event) => orders.fulfil(event) } }),
];

type RunnerDeps = {
  readonly log: EventStore;
  readonly store: ReadStore;
  readonly logger: Logger;
  readonly now: () => Instant;
  readonly recordedAt: (instant: Instant) => void;
  readonly refresh: () => Promise<void> | undefined;
  readonly prompt: boolean;
};

/** A runner for each process, with a checkpoint of its own. */
export const runnersOf = (
  processes: readonly Process[],
  { recordedAt, refresh, ...runner }: RunnerDeps,
): readonly ProcessRunner[] =>
  processes.map(
    ({ name, handles, react }) =>
      new ProcessRunner({
        ...runner,
        name,
        handles,
        react: async (event) => {
          recordedAt(event.meta.recordedAt);
          await refresh();
          await react(event);
        },
      }),
  );
