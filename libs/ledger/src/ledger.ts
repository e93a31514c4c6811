import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { simulatedClock } from '#calendar';
import type { EventStore, CommandHandler } from '#event-store';
import type { Instant } from '#kernel';
import { openStores, usesFolder, type StoreLocations, type Stores } from './stores/index.ts';
import type { PolicyTimeline } from '#policy';
import type { Logger, ReadStore, Running } from '#read-store';
import { SimulatedClock, SystemClock, type Clock } from './context/clock.ts';
import { AccessDirectory } from './queries/access-directory.ts';
import type { Customers } from './queries/customers.ts';
import { DirectOrders } from './queries/orders.ts';
import { poll, singleFlight } from './roles/poll.ts';
import type { Orders } from './processes/order.process.ts';
import type { CatalogCache } from './queries/catalog-cache.ts';
import { ProjectorRole } from './roles/projector.ts';
import { Scheduler } from './roles/scheduler.ts';
import { SchedulerRole } from './roles/scheduler.role.ts';
import type { SubscriptionCommands } from './commands/subscription-commands.ts';
import { SubscriptionViews } from './queries/subscription-views.ts';
import { CLOCK_ID, TimeMachine } from './roles/time-machine.ts';
import type { DispatchDeps } from './commands/dispatch.ts';
import { writeSide } from './compose.ts';

/** How often a process that only reads looks for what others have recorded, in milliseconds. */
const POLL_MS = 1_000;
/** The same for a simulated clock, for which callers wait. */
const POLL_CLOCK_MS = 100;

/** A duty of a process: respond to requests, update read models, or record what falls due and run processes (architecture.md §6). */
export type ProcessRole = 'api' | 'projector' | 'scheduler';

export type LedgerOptions = {
  readonly locations: StoreLocations;
  readonly clock: { readonly kind: 'system' } | { readonly kind: 'simulated'; readonly from: Instant };
  readonly policies: PolicyTimeline;
  readonly roles: ReadonlySet<ProcessRole>;
  readonly logger: Logger;
  /** Memory limit of the cached states, in bytes; 256 MiB when left out. */
  readonly cacheBytes?: number;
};

/** The ledger without HTTP: stores, the command side, read models, processes, scheduler and clock. */
export class Ledger {
  readonly locations: StoreLocations;
  readonly access: AccessDirectory;
  readonly store: EventStore;
  readonly reads: ReadStore;
  readonly handler: CommandHandler;
  readonly clock: Clock;
  readonly catalogCache: CatalogCache;
  readonly projectorRole: ProjectorRole;
  readonly schedulerRole: SchedulerRole;
  readonly scheduler: Scheduler;
  readonly customers: Customers;
  readonly dispatching: DispatchDeps;
  readonly commands: SubscriptionCommands;
  readonly orders: Orders;
  readonly directOrders: DirectOrders;
  readonly views: SubscriptionViews;
  /** Only with a simulated clock. */
  readonly timeMachine: TimeMachine | undefined;
  readonly roles: ReadonlySet<ProcessRole>;
  /** Whether it has caught up with the log since this process began, and the start-up steps are done. */
  isStarted = false;
  readonly #stores: Stores;
  readonly #closing = new AbortController();
  readonly #refresh = singleFlight(async () => {
    await Promise.all([this.#readClock(), this.catalogCache.refresh()]);
  });
  readonly #logger: Logger;
  #polling: Running | undefined;

  /**
   * Opens the stores; nothing runs yet. Throws `FolderInUse` when another process owns the data folder, and `WrongPlace`
   * if a URL is invalid.
   */
  static async open(options: LedgerOptions): Promise<Ledger> {
    return new Ledger(options, await openStores(options.locations, { logger: options.logger }));
  }

  private constructor({ locations, clock, policies, roles, logger, cacheBytes }: LedgerOptions, stores: Stores) {
    this.locations = locations;
    this.roles = roles;
    this.#stores = stores;
    this.#logger = logger;
    this.store = stores.events;
    this.reads = stores.reads;
    this.access = new AccessDirectory({ store: this.store, logger });
    const simulated = clock.kind === 'system' ? undefined : new SimulatedClock(clock.from);
    this.clock = simulated ?? new SystemClock();
    const { store, reads } = this;
    const side = writeSide({ store, reads, codec: stores.codec, clock: this.clock, policies, cacheBytes });
    this.handler = side.handler;
    this.catalogCache = side.catalogCache;
    this.customers = side.customers;
    this.dispatching = side.dispatching;
    this.commands = side.commands;
    this.orders = side.orders;
    const parts = { ...side, store, reads, clock: this.clock };
    this.directOrders = new DirectOrders(parts);
    this.views = new SubscriptionViews(parts);
    const holder = `${hostname()}/${String(process.pid)}/${randomUUID()}`;
    const refresh = () => this.refresh();
    const role = { ...parts, logger, now: () => this.clock.now(), holder };
    this.projectorRole = new ProjectorRole(role);
    const { projectorRole } = this;
    this.scheduler = new Scheduler({ ...parts, ...{ projectorRole, refresh, logger } });
    this.schedulerRole = new SchedulerRole({
      ...role,
      ...{ scheduler: this.scheduler, refresh },
      recordedAt: (instant) => simulated?.set(instant),
      prompt: simulated !== undefined && this.#isShared,
    });
    this.timeMachine =
      simulated &&
      new TimeMachine({
        ...parts,
        ...{ clock: simulated, scheduler: this.scheduler, projectorRole, schedulerRole: this.schedulerRole },
        closing: this.#closing.signal,
      });
  }

  /** Whether other processes may use the same stores. */
  get #isShared(): boolean {
    return !usesFolder(this.locations);
  }

  /** Aborts when the ledger closes. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Catches the clock and the catalogs up with the log. May be repeated when it rejects because a store is unavailable. */
  async refreshAtStart(): Promise<void> {
    await this.ready();
    await this.#readClock();
    await this.catalogCache.refresh();
  }

  /**
   * Starts this process's duties, including the scheduler: the rules by which it settles must have been recorded before. May be
   * repeated when it rejects because a store is unavailable; rejects with `CheckpointBeyondLog` if the log is not the one
   * that was projected.
   */
  async startRoles(): Promise<void> {
    if (this.roles.has('api')) await this.access.start();
    if (this.roles.has('projector')) await this.projectorRole.start();
    if (this.roles.has('scheduler')) await this.schedulerRole.start();
    if (!this.#isShared) return;
    const every = this.timeMachine ? POLL_CLOCK_MS : POLL_MS;
    this.#polling ??= poll(this.#refresh, every, this.#logger);
  }

  /**
   * Call it before a decision: afterwards, what other processes have recorded (catalogs, a moved clock) is known.
   * Costs a read if there may be other processes, and nothing otherwise.
   */
  refresh(): Promise<void> | undefined {
    return this.#isShared ? this.#refresh() : undefined;
  }

  /** Resolves when the log responds; otherwise rejects with the reason. */
  ready(): Promise<void> {
    return this.#stores.ready();
  }

  /** Rejects with the reason, a `StoreUnavailable`, while nothing can be appended to the log. */
  writable(): Promise<void> {
    return this.#stores.writable();
  }

  async #readClock(): Promise<void> {
    if (!(this.clock instanceof SimulatedClock)) return;
    const { state: lastShown } = await this.handler.load(simulatedClock, CLOCK_ID);
    this.clock.set(lastShown);
  }

  /** Ends the duties, then closes the stores. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#polling?.stop();
    await this.access.stop();
    await this.schedulerRole.stop();
    await this.projectorRole.stop();
    await this.#stores.close();
  }
}
