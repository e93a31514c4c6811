import { setTimeout as delay } from 'node:timers/promises';
import type { EventStore } from '#event-store';
import type { Instant, Position } from '#kernel';
import { SCHEDULER_LEASE } from '../stores/index.ts';
import {
  Leadership,
  processPosition,
  type LeadershipStatus,
  type Logger,
  type ProcessRunner,
  type ProcessStatus,
  type ReadStore,
  type Running,
} from '#read-store';
import { processNames } from '../processes/process.ts';
import { processesOf, runnersOf, type Reactions } from '../processes/processes.ts';
import type { Scheduler } from './scheduler.ts';

/** How often another process is asked how far it has come, in milliseconds. */
const POLL_MS = 20;

type SchedulerRoleDeps = Reactions & {
  readonly store: EventStore;
  readonly reads: ReadStore;
  readonly scheduler: Scheduler;
  readonly logger: Logger;
  readonly now: () => Instant;
  /** Called with the instant at which an event was recorded, before the reaction to it. */
  readonly recordedAt: (instant: Instant) => void;
  /** Called before that, too: publications before the event must be known. */
  readonly refresh: () => Promise<void> | undefined;
  readonly holder: string;
  /** Whether other processes may wait for the processes: then their checkpoints are saved promptly. */
  readonly prompt: boolean;
};

/**
 * The role of a scheduler: of all processes that have it, one records what falls due and runs the processes
 * (orders, upgrades, reservations); the others stand by.
 */
export class SchedulerRole {
  readonly #deps: SchedulerRoleDeps;
  readonly #leadership: Leadership;
  /** Set while this process does it. */
  #running: readonly ProcessRunner[] | undefined;

  constructor(deps: SchedulerRoleDeps) {
    this.#deps = deps;
    const { reads, holder, logger } = deps;
    this.#leadership = new Leadership({
      name: SCHEDULER_LEASE,
      holder,
      store: reads,
      logger,
      begin: (store) => this.#begin(store),
    });
  }

  /** Begins to do it, or to stand by. */
  start(): Promise<void> {
    return this.#leadership.start();
  }

  stop(): Promise<void> {
    return this.#leadership.stop();
  }

  async #begin(store: ReadStore): Promise<Running> {
    const { scheduler, store: log, ...deps } = this.#deps;
    const running = runnersOf(processesOf(deps), { ...deps, log, store });
    const stopAll = async () => {
      for (const process of running) await process.stop();
    };
    try {
      for (const process of running) await process.start();
    } catch (error) {
      await stopAll();
      throw error;
    }
    this.#running = running;
    const beat = scheduler.beat();
    const stop = async () => {
      this.#running = undefined;
      await beat.stop();
      await stopAll();
    };
    return { stop };
  }

  /**
   * Resolves to `true` once every event up to `position` has been handled, by this or another process; to `false` when the
   * signal aborts first. The resulting events may be further on in the log.
   */
  async reached(position: Position, signal: AbortSignal): Promise<boolean> {
    const condition = async () => {
      const running = this.#running;
      if (running === undefined) return this.#writtenDown(position);
      const done = await Promise.all(running.map((process) => process.reached(position, { signal })));
      return done.every(Boolean);
    };
    while (!signal.aborted) {
      if (await condition()) return true;
      await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
    return false;
  }

  async #writtenDown(position: Position): Promise<boolean> {
    for (const name of processNames) if ((await processPosition(this.#deps.reads, name)) < position) return false;
    return true;
  }

  /** The state of each process; empty if another operating-system process runs them. */
  statuses(): readonly ProcessStatus[] {
    return this.#running?.map((process) => process.status()) ?? [];
  }

  /** Whether this process does it, or stands by. */
  status(): LeadershipStatus {
    return this.#leadership.status();
  }
}
