import { CommandHandler, type Codec, type EventStore, type CommandHandlerOptions } from '#event-store';
import type { PolicyTimeline } from '#policy';
import type { ReadStore } from '#read-store';
import type { Clock } from './context/clock.ts';
import { Customers } from './queries/customers.ts';
import { Holdings } from './commands/customer-limits.ts';
import type { DispatchDeps } from './commands/dispatch.ts';
import { OfferSlots } from './commands/reservations.ts';
import { Orders } from './processes/order.process.ts';
import { PriceLists } from './queries/catalog-cache.ts';
import { ReservationRecovery } from './processes/reservation-recovery.process.ts';
import { SubscriptionCommands } from './commands/subscription-commands.ts';
import { UpgradeOutcomes } from './commands/upgrade-outcome.ts';
import { Upgrades } from './processes/upgrade.process.ts';

type Parts = {
  readonly store: EventStore;
  readonly reads: ReadStore;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly policies: PolicyTimeline;
  /** Memory limit of the cached states, in bytes. */
  readonly cacheBytes?: number | undefined;
  readonly retries?: CommandHandlerOptions['retries'];
  /** How long an order's response waits for its lines, in milliseconds. */
  readonly patienceMs?: number;
};

/** The command side over a log: everything that decides, and the processes that react. */
export const writeSide = ({ codec, policies, cacheBytes, retries, patienceMs, ...given }: Parts) => {
  const handling = new CommandHandler(given.store, {
    codec,
    snapshots: given.reads.snapshots,
    ...(cacheBytes !== undefined && { cacheBytes }),
    ...(retries && { retries }),
  });
  const priceLists = new PriceLists(handling);
  const surroundings = () => commands.surroundings();
  const parts = { ...given, handling, surroundings };
  const reservations = new OfferSlots(handling);
  const customers = new Customers(parts);
  const upgrades = new Upgrades(parts);
  const holdings = new Holdings(parts);
  const commands: SubscriptionCommands = new SubscriptionCommands({
    ...parts,
    ...{ priceLists, policies, reservations, holdings, customers },
    outcomes: new UpgradeOutcomes({ store: given.store, upgrades }),
  });
  const orders = new Orders({ ...parts, commands, ...(patienceMs !== undefined && { patienceMs }) });
  const recovery = new ReservationRecovery({ ...parts, reservations, customers });
  const dispatching: DispatchDeps = { handling, reservations, surroundings };
  return { handling, priceLists, customers, commands, upgrades, orders, recovery, surroundings, dispatching };
};
