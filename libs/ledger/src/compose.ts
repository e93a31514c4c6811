import { CommandHandler, type Codec, type EventStore, type CommandHandlerOptions } from '#event-store';
import type { PolicyTimeline } from '#policy';
import type { ReadStore } from '#read-store';
import type { Clock } from './context/clock.ts';
import { Customers } from './queries/customers.ts';
import { CustomerLimits } from './commands/customer-limits.ts';
import type { DispatchDeps } from './commands/dispatch.ts';
import { Reservations } from './commands/reservations.ts';
import { Orders } from './processes/order.process.ts';
import { CatalogCache } from './queries/catalog-cache.ts';
import { ReservationRecovery } from './processes/reservation-recovery.process.ts';
import { SubscriptionCommands } from './commands/subscription-commands.ts';
import { UpgradeOutcomes } from './commands/upgrade-outcome.ts';
import { Upgrades } from './processes/upgrade.process.ts';

type WriteSideDeps = {
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
export const writeSide = ({ codec, policies, cacheBytes, retries, patienceMs, ...given }: WriteSideDeps) => {
  const handler = new CommandHandler(given.store, {
    codec,
    snapshots: given.reads.snapshots,
    ...(cacheBytes !== undefined && { cacheBytes }),
    ...(retries && { retries }),
  });
  const catalogCache = new CatalogCache(handler);
  const context = () => commands.context();
  const parts = { ...given, handler, context };
  const reservations = new Reservations(handler);
  const customers = new Customers(parts);
  const upgrades = new Upgrades(parts);
  const customerLimits = new CustomerLimits(parts);
  const commands: SubscriptionCommands = new SubscriptionCommands({
    ...parts,
    ...{ catalogCache, policies, reservations, customerLimits, customers },
    outcomes: new UpgradeOutcomes({ store: given.store, upgrades }),
  });
  const orders = new Orders({ ...parts, commands, ...(patienceMs !== undefined && { patienceMs }) });
  const recovery = new ReservationRecovery({ ...parts, reservations, customers });
  const dispatching: DispatchDeps = { handler, reservations, context };
  return { handler, catalogCache, customers, commands, upgrades, orders, recovery, context, dispatching };
};
