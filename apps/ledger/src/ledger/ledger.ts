import { simulatedClock } from '#calendar';
import { Handling, type EventStore } from '#event-store';
import type { Instant } from '#kernel';
import { openDataFolder, type DataFolder } from '#ledger-store';
import type { PolicyTimeline } from '#policy';
import { projections } from '#projections';
import { ProjectionRunner, type Logger, type ProcessRunner, type ReadStore } from '#read-store';
import { SimulatedClock, SystemClock, type Clock } from './clock.ts';
import { Customers } from './customers.ts';
import { DirectOrders } from './direct-orders.ts';
import { Holdings } from './holdings.ts';
import { OfferSlots } from './offer-slots.ts';
import { Orders } from './orders.ts';
import { PriceLists } from './price-lists.ts';
import { processesOf } from './processes.ts';
import { Purchases } from './purchases.ts';
import { Scheduler } from './scheduler.ts';
import { SubscriptionCommands } from './subscription-commands.ts';
import { SubscriptionViews } from './subscription-views.ts';
import { CLOCK_ID, TimeMachine } from './time-machine.ts';
import { Upgrades } from './upgrades.ts';

/** Which duties a process has (architecture.md §6). */
export type Duty = 'api' | 'projector' | 'scheduler';

export type LedgerOptions = {
  /** Folder of the embedded store. */
  readonly dataFolder: string;
  readonly clock: { readonly kind: 'system' } | { readonly kind: 'simulated'; readonly from: Instant };
  readonly policies: PolicyTimeline;
  readonly duties: ReadonlySet<Duty>;
  readonly logger: Logger;
};

/** The whole ledger without its face: stores, the command side, read models, processes, scheduler and clock. */
export class Ledger {
  readonly store: EventStore;
  readonly reads: ReadStore;
  readonly handling: Handling;
  readonly clock: Clock;
  readonly priceLists: PriceLists;
  readonly projections: ProjectionRunner;
  readonly processes: readonly ProcessRunner[];
  readonly scheduler: Scheduler;
  readonly customers: Customers;
  readonly commands: SubscriptionCommands;
  readonly orders: Orders;
  readonly directOrders: DirectOrders;
  readonly views: SubscriptionViews;
  /** Only under a simulated clock. */
  readonly timeMachine: TimeMachine | undefined;
  readonly duties: ReadonlySet<Duty>;
  readonly #folder: DataFolder;

  /** Opens the stores; nothing runs yet. Throws `FolderInUse` when another process owns the data folder. */
  static async open(options: LedgerOptions): Promise<Ledger> {
    return new Ledger(options, await openDataFolder(options.dataFolder));
  }

  private constructor({ clock, policies, duties, logger }: LedgerOptions, folder: DataFolder) {
    this.duties = duties;
    this.#folder = folder;
    this.store = folder.events;
    this.reads = folder.reads;
    this.handling = new Handling(this.store, { codec: folder.codec });
    this.clock = clock.kind === 'system' ? new SystemClock() : new SimulatedClock(clock.from);
    this.priceLists = new PriceLists(this.handling);
    const now = () => this.clock.now();
    this.projections = new ProjectionRunner({ log: this.store, store: this.reads, projections, logger, now });
    const surroundings = () => this.commands.surroundings();
    const { store: log, reads, handling } = this;
    const parts = { store: log, reads, handling, clock: this.clock, surroundings };
    const slots = new OfferSlots(this.handling);
    const upgrades = new Upgrades(parts);
    this.customers = new Customers(parts);
    const purchases = new Purchases({ ...parts, slots, customers: this.customers });
    this.commands = new SubscriptionCommands({
      customers: this.customers,
      ...parts,
      priceLists: this.priceLists,
      policies,
      slots,
      holdings: new Holdings(parts),
      upgrades,
    });
    this.orders = new Orders({ ...parts, commands: this.commands });
    this.directOrders = new DirectOrders(parts);
    this.views = new SubscriptionViews(parts);
    const { orders } = this;
    this.processes = processesOf({ log, store: reads, logger, now, upgrades, purchases, orders });
    this.scheduler = new Scheduler({
      ...parts,
      projections: this.projections,
      onError: (error, subscriptionId) => {
        logger.error({ error, subscriptionId }, 'what fell due could not be settled');
      },
    });
    this.timeMachine =
      this.clock instanceof SimulatedClock
        ? new TimeMachine({
            ...parts,
            clock: this.clock,
            scheduler: this.scheduler,
            projections: this.projections,
            processes: this.processes,
          })
        : undefined;
  }

  /** Catches the clock and the price lists up with the log, then starts this process's duties. */
  async start(): Promise<void> {
    if (this.clock instanceof SimulatedClock) {
      const { state: lastShown } = await this.handling.load(simulatedClock, CLOCK_ID);
      this.clock.set(lastShown);
    }
    await this.priceLists.refresh();
    if (this.duties.has('projector')) await this.projections.start();
    if (this.duties.has('scheduler')) {
      for (const process of this.processes) await process.start();
      this.scheduler.start();
    }
  }

  /** Ends the duties, then lets go of the stores. */
  async close(): Promise<void> {
    await this.scheduler.stop();
    for (const process of this.processes) await process.stop();
    await this.projections.stop();
    await this.#folder.close();
  }
}
