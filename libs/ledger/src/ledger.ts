import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { simulatedClock } from '#calendar';
import type { EventStore, CommandHandler } from '#event-store';
import type { Instant } from '#kernel';
import { openStores, usesFolder, type Places, type Stores } from './stores/index.ts';
import type { PolicyTimeline } from '#policy';
import type { Logger, ReadStore, Running } from '#read-store';
import { SimulatedClock, SystemClock, type Clock } from './context/clock.ts';
import { AccessDirectory } from './queries/access-directory.ts';
import type { Customers } from './queries/customers.ts';
import { DirectOrders } from './queries/orders.ts';
import { following, sharedLook } from './roles/poll.ts';
import type { Orders } from './processes/order.process.ts';
import type { PriceLists } from './queries/catalog-cache.ts';
import { Projecting } from './roles/projector.ts';
import { Scheduler } from './roles/scheduler.ts';
import { Scheduling } from './roles/scheduler.role.ts';
import type { SubscriptionCommands } from './commands/subscription-commands.ts';
import { SubscriptionViews } from './queries/subscription-views.ts';
import { CLOCK_ID, TimeMachine } from './roles/time-machine.ts';
import type { DispatchDeps } from './commands/dispatch.ts';
import { writeSide } from './compose.ts';

/** How often a process looks for what others have recorded, for those who only read, in milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** A clock that is moved by hand is waited for. */
const LOOK_AT_CLOCK_EVERY_MS = 100;

/** What a process does: answer requests, keep read models, do what falls due and finish processes (architecture.md §6). */
export type Duty = 'api' | 'projector' | 'scheduler';

export type LedgerOptions = {
  readonly places: Places;
  readonly clock: { readonly kind: 'system' } | { readonly kind: 'simulated'; readonly from: Instant };
  readonly policies: PolicyTimeline;
  readonly duties: ReadonlySet<Duty>;
  readonly logger: Logger;
  /** How much memory remembered states may take, in bytes; 256 MiB when left out. */
  readonly cacheBytes?: number;
};

/** The whole ledger without its face: stores, the command side, read models, processes, scheduler and clock. */
export class Ledger {
  readonly places: Places;
  readonly access: AccessDirectory;
  readonly store: EventStore;
  readonly reads: ReadStore;
  readonly handling: CommandHandler;
  readonly clock: Clock;
  readonly priceLists: PriceLists;
  readonly projecting: Projecting;
  readonly scheduling: Scheduling;
  readonly scheduler: Scheduler;
  readonly customers: Customers;
  readonly dispatching: DispatchDeps;
  readonly commands: SubscriptionCommands;
  readonly orders: Orders;
  readonly directOrders: DirectOrders;
  readonly views: SubscriptionViews;
  /** Only under a simulated clock. */
  readonly timeMachine: TimeMachine | undefined;
  readonly duties: ReadonlySet<Duty>;
  /** Whether it has been caught up with the log since this process began, and everything is there that must be. */
  isStarted = false;
  readonly #stores: Stores;
  readonly #closing = new AbortController();
  readonly #look = sharedLook(async () => {
    await Promise.all([this.#readClock(), this.priceLists.refresh()]);
  });
  readonly #logger: Logger;
  #following: Running | undefined;

  /**
   * Opens the stores; nothing runs yet. Throws `FolderInUse` when another process owns the data folder, and `WrongPlace`
   * where a URL is none.
   */
  static async open(options: LedgerOptions): Promise<Ledger> {
    return new Ledger(options, await openStores(options.places, { logger: options.logger }));
  }

  private constructor({ places, clock, policies, duties, logger, cacheBytes }: LedgerOptions, stores: Stores) {
    this.places = places;
    this.duties = duties;
    this.#stores = stores;
    this.#logger = logger;
    this.store = stores.events;
    this.reads = stores.reads;
    this.access = new AccessDirectory({ store: this.store, logger });
    const simulated = clock.kind === 'system' ? undefined : new SimulatedClock(clock.from);
    this.clock = simulated ?? new SystemClock();
    const { store, reads } = this;
    const side = writeSide({ store, reads, codec: stores.codec, clock: this.clock, policies, cacheBytes });
    this.handling = side.handling;
    this.priceLists = side.priceLists;
    this.customers = side.customers;
    this.dispatching = side.dispatching;
    this.commands = side.commands;
    this.orders = side.orders;
    const parts = { ...side, store, reads, clock: this.clock };
    this.directOrders = new DirectOrders(parts);
    this.views = new SubscriptionViews(parts);
    const holder = `${hostname()}/${String(process.pid)}/${randomUUID()}`;
    const catchUp = () => this.catchUp();
    const duty = { ...parts, logger, now: () => this.clock.now(), holder };
    this.projecting = new Projecting(duty);
    const { projecting } = this;
    this.scheduler = new Scheduler({ ...parts, ...{ projecting, catchUp, logger } });
    this.scheduling = new Scheduling({
      ...duty,
      ...{ scheduler: this.scheduler, catchUp },
      recordedAt: (instant) => simulated?.set(instant),
      prompt: simulated !== undefined && this.#isShared,
    });
    this.timeMachine =
      simulated &&
      new TimeMachine({
        ...parts,
        ...{ clock: simulated, scheduler: this.scheduler, projecting, scheduling: this.scheduling },
        closing: this.#closing.signal,
      });
  }

  /** Whether other processes may work on the same stores. */
  get #isShared(): boolean {
    return !usesFolder(this.places);
  }

  /** Aborts when the ledger closes. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Catches the clock and the price lists up with the log. May be called again when it rejects because a store is away. */
  async catchUpAtStart(): Promise<void> {
    await this.ready();
    await this.#readClock();
    await this.priceLists.refresh();
  }

  /**
   * Starts this process's duties, the scheduler among them: whatever it is to settle by has been recorded before. May be
   * called again when it rejects because a store is away; rejects with `CheckpointBeyondLog` where the log is not the one
   * that was projected.
   */
  async startDuties(): Promise<void> {
    if (this.duties.has('api')) await this.access.start();
    if (this.duties.has('projector')) await this.projecting.start();
    if (this.duties.has('scheduler')) await this.scheduling.start();
    if (!this.#isShared) return;
    const every = this.timeMachine ? LOOK_AT_CLOCK_EVERY_MS : LOOK_EVERY_MS;
    this.#following ??= following(this.#look, every, this.#logger);
  }

  /**
   * Before something is decided: what other processes have recorded for all (price lists, a moved clock) is known
   * afterwards. Costs a read where there may be others, and nothing where there are none.
   */
  catchUp(): Promise<void> | undefined {
    return this.#isShared ? this.#look() : undefined;
  }

  /** Resolves when the log answers; rejects with what is wrong with it. */
  ready(): Promise<void> {
    return this.#stores.ready();
  }

  /** Rejects with the reason, a `StoreUnavailable`, while nothing can be appended to the log. */
  writable(): Promise<void> {
    return this.#stores.writable();
  }

  async #readClock(): Promise<void> {
    if (!(this.clock instanceof SimulatedClock)) return;
    const { state: lastShown } = await this.handling.load(simulatedClock, CLOCK_ID);
    this.clock.set(lastShown);
  }

  /** Ends the duties, then lets go of the stores. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#following?.stop();
    await this.access.stop();
    await this.scheduling.stop();
    await this.projecting.stop();
    await this.#stores.close();
  }
}
