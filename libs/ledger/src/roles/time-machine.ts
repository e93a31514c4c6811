import { setTimeout as delay } from 'node:timers/promises';
import { MoveClock, simulatedClock } from '#calendar';
import type { EventStore, CommandHandler } from '#event-store';
import { isRefusal, refuse, type Instant, type Position } from '#kernel';
import type { ReadStore } from '#read-store';
import * as renewals from '#projections/renewals';
import type { SimulatedClock } from '../context/clock.ts';
import { deterministicId } from '../context/deterministic-id.ts';
import type { ProjectorRole } from './projector.ts';
import { readModels } from '../queries/read-models.ts';
import type { Scheduler } from './scheduler.ts';
import type { SchedulerRole } from './scheduler.role.ts';
import type { Refusal } from '../context/refusals.ts';
import type { PartnerMeta } from '#policy';

/** The time of the simulated clock is recorded on the stream `clock-simulated`. */
export const CLOCK_ID = 'simulated';

/** How often the read models are asked how far they have come, in milliseconds. */
const POLL_MS = 20;
/** How long a move waits at each stop for the projector and the scheduler in other processes. */
const WAIT_MS = 60_000;
/** How often in a row processes may react to events of processes: a checkout's purchase reserves places, which is reacted to. */
const ROUNDS = 4;

type TimeMachineDeps = {
  readonly store: EventStore;
  readonly handler: CommandHandler;
  readonly reads: ReadStore;
  readonly clock: SimulatedClock;
  readonly scheduler: Pick<Scheduler, 'settleDue'>;
  readonly projectorRole: Pick<ProjectorRole, 'reached'>;
  readonly schedulerRole: Pick<SchedulerRole, 'reached'>;
  /** Aborts when the ledger closes. */
  readonly closing: AbortSignal;
};

/**
 * Moves a simulated clock through everything that falls due on the way, in order (http-api.md §4.8). Each instant at which it
 * stops is recorded before anything else: other processes follow it there, and an interrupted move stays where it was.
 */
export class TimeMachine {
  readonly #deps: TimeMachineDeps;
  #moving: Promise<unknown> = Promise.resolve();

  constructor(deps: TimeMachineDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves when all that fell due is recorded, every process has finished and every projection has caught up; to a
   * refusal when the clock would go back, or when a required role does not run in any process (PROCESS_PENDING).
   */
  async moveTo(now: Instant, meta: PartnerMeta): Promise<Refusal | undefined> {
    const move = this.#moving.then(() => this.#move(now, meta));
    this.#moving = move.catch(() => undefined);
    return move;
  }

  async #move(now: Instant, meta: PartnerMeta): Promise<Refusal | undefined> {
    const { handler, scheduler, closing } = this.#deps;
    const asked = new MoveClock({ now }, { ...meta, at: this.#deps.clock.now() });
    const previewed = await handler.handle(simulatedClock, CLOCK_ID, asked, { dryRun: true });
    if (isRefusal(previewed)) return previewed;
    if (!(await this.#settled())) return pending();
    let passed: Instant | undefined;
    for (let due = await this.#earliestDue(now); due !== undefined; due = await this.#earliestDue(now, passed)) {
      await this.#stopAt(due, meta);
      const { recorded, away } = await scheduler.settleDue(due, closing);
      // Nothing that falls due later may be recorded before it: the clock stays here until the next request.
      if (away !== undefined) throw away;
      if (!(await this.#settled())) return pending();
      // A stream that cannot be settled at all does not hold up the others: they go on from instant to instant.
      if (recorded === 0) passed = due;
    }
    await this.#stopAt(now, meta);
    return (await this.#settled()) ? undefined : pending();
  }

  #earliestDue(until: Instant, after?: Instant): Promise<Instant | undefined> {
    return renewals.earliestDue(readModels(this.#deps), until, after);
  }

  /** Moves the clock to an instant, unless another process has moved it further meanwhile. */
  async #stopAt(now: Instant, meta: PartnerMeta): Promise<void> {
    const { handler, clock } = this.#deps;
    const commandId = deterministicId('clock', meta.commandId, now);
    await handler.handle(simulatedClock, CLOCK_ID, new MoveClock({ now }, { ...meta, commandId, at: clock.now() }));
    clock.set(now);
  }

  /**
   * Waits until everything that was recorded up to now is handled, with its consequences: processes may react to the events of
   * processes, a few times over. It does not wait for the log to be quiet: others may go on writing meanwhile.
   */
  async #settled(): Promise<boolean> {
    const { store, schedulerRole, projectorRole, closing } = this.#deps;
    const signal = AbortSignal.any([closing, AbortSignal.timeout(WAIT_MS)]);
    let { position } = await store.logEnd();
    for (let round = 0; round < ROUNDS; round += 1) {
      if (!(await schedulerRole.reached(position, signal))) return false;
      const { position: end } = await store.logEnd();
      if (end === position) break;
      position = end;
    }
    return (await projectorRole.reached(position, { signal })) && (await this.#shows(position, signal));
  }

  /** Asks the read models themselves: a database that crashed may have lost what was seen there before. */
  async #shows(end: Position, signal: AbortSignal): Promise<boolean> {
    const condition = async () => {
      const served = (await this.#deps.reads.builds()).filter((build) => build.served);
      return served.every(({ checkpoint }) => checkpoint.position >= end);
    };
    while (!(await condition())) {
      if (signal.aborted) return false;
      await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
    return true;
  }
}

const pending = (): Refusal =>
  refuse('PROCESS_PENDING', 'what fell due is still being recorded: try again, and the clock continues from there');
