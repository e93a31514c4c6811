import { MoveClock, simulatedClock } from '#calendar';
import type { EventStore, Handling } from '#event-store';
import { isRefusal, START, type Instant, type Meta, type Position, type Refusal } from '#kernel';
import type { ProcessRunner, ProjectionRunner, ReadStore } from '#read-store';
import * as renewals from '#projections/renewals';
import type { SimulatedClock } from './clock.ts';
import type { Scheduler } from './scheduler.ts';
import { readModels } from './read-models.ts';

/** What the simulated clock last showed is kept on the stream `clock-simulated`. */
export const CLOCK_ID = 'simulated';

type Parts = {
  readonly store: EventStore;
  readonly handling: Handling;
  readonly reads: ReadStore;
  readonly clock: SimulatedClock;
  readonly scheduler: Scheduler;
  readonly projections: ProjectionRunner;
  readonly processes: readonly ProcessRunner[];
};

/** Moves a simulated clock through everything that falls due on the way, in order (api.md §4.8). */
export class TimeMachine {
  readonly #parts: Parts;
  /** Where the log ended when it was last looked for. */
  #end: Position = START;
  #moving: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Resolves when all that fell due is recorded, every process has finished and every projection has caught up. */
  async moveTo(now: Instant, meta: Meta): Promise<Refusal | undefined> {
    const move = this.#moving.then(() => this.#move(now, meta));
    this.#moving = move.catch(() => undefined);
    return move;
  }

  async #move(now: Instant, meta: Meta): Promise<Refusal | undefined> {
    const { handling, clock, scheduler } = this.#parts;
    const command = new MoveClock({ now }, { ...meta, at: clock.now() });
    const moved = await handling.handle(simulatedClock, CLOCK_ID, command);
    if (isRefusal(moved)) return moved;
    await this.#quiet();
    let stop: Instant | undefined;
    for (let due = await renewals.earliestDue(readModels(this.#parts), now); due !== undefined && due !== stop;) {
      stop = due;
      clock.set(due);
      await scheduler.settleDue(due);
      await this.#quiet();
      due = await renewals.earliestDue(readModels(this.#parts), now);
    }
    clock.set(now);
    return undefined;
  }

  /** Until nobody has anything left to do: processes write, and what they write may be read by processes again. */
  async #quiet(): Promise<void> {
    const { store, processes, projections } = this.#parts;
    let before: Position | undefined;
    for (let end = this.#end; end !== before; this.#end = end) {
      before = end;
      end = await endOf(store, before);
      for (const process of processes) await process.idle(end);
      await projections.reached(end);
    }
  }
}

/** Where the log ends just now. */
const endOf = async (store: EventStore, from: Position): Promise<Position> => {
  const reading = new AbortController();
  let end = from;
  for await (const batch of store.follow(from, reading.signal)) {
    if (batch.length === 0) break;
    end = batch.at(-1)?.position ?? end;
  }
  reading.abort();
  return end;
};
