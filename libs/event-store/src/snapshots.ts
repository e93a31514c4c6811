import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Command, Decider, Event, Position, Recorded } from '#kernel';
import type { Revision } from './event-store.ts';
import type { StreamState } from './stream-state.ts';

/** The folded state of a stream after one of its events, as it is written down. */
export type Snapshot = {
  readonly stream: string;
  /** The `version` of the decider's `SnapshotShape`. */
  readonly schema: number;
  /** Revision, position and id of the last event that it holds. */
  readonly revision: Revision;
  readonly position: Position;
  readonly eventId: string;
  /** JSON: the packed state, and the ids of the stream's commands where they are few. */
  readonly body: string;
};

/** Where snapshots are kept: one for each stream. They are never needed; what is lost or out of date is read from the log. */
export interface Snapshots {
  /** Whether asking costs less than reading a page of events: then it is asked before the log, and otherwise only for long streams. */
  readonly isNear: boolean;
  find(stream: string): Promise<Snapshot | undefined>;
  /** Replaces those of the same streams. */
  put(snapshots: readonly Snapshot[]): Promise<void>;
}

/** After how many events beyond the last snapshot a state is written down: at least these, or a part of all its events. */
const EVERY = 8;
const PART = 8;
/** With how many ids of commands a snapshot is written; beyond that without any. */
const MOST_COMMANDS = 64;
/** How many snapshots wait to be written at most; how many are written together. */
const MOST_WAITING = 2_000;
const TOGETHER = 200;
/** How long nothing is asked of a store of snapshots that failed, in milliseconds. */
const PAUSE_MS = 5_000;

type Body = { readonly state: unknown; readonly commands?: readonly string[] };

/** Reads and writes snapshots for a `CommandHandler`. A store that fails costs time, and nothing else. */
export class SnapshotKeeper {
  readonly #store: Snapshots;
  readonly #waiting = new Map<string, Snapshot>();
  #isWriting = false;
  #pausedUntil = -Infinity;

  constructor(store: Snapshots) {
    this.#store = store;
  }

  get isNear(): boolean {
    return this.#store.isNear;
  }

  /** The state of a stream's snapshot and its last event's id; undefined where there is no usable one. */
  async find<C extends Command, E extends Event, S>(
    { snapshots: shape }: Decider<C, E, S>,
    stream: string,
  ): Promise<{ readonly current: StreamState<S>; readonly eventId: string } | undefined> {
    if (shape === undefined || this.#isPaused()) return undefined;
    try {
      const snapshot = this.#waiting.get(stream) ?? (await this.#store.find(stream));
      if (snapshot?.schema !== shape.version) return undefined;
      const { revision, position, eventId, body } = snapshot;
      const { state, commands } = JSON.parse(body) as Body;
      const commandsFrom = commands === undefined ? revision + 1 : 0;
      const current = { state: shape.unpack(state), revision, position, commands: new Set(commands), commandsFrom };
      return { current, eventId };
    } catch {
      this.#pause();
      return undefined;
    }
  }

  /** Writes a state down soon, where many events had to be read for it. `last` is the last one that it holds. */
  keep<C extends Command, E extends Event, S>(
    { snapshots: shape }: Decider<C, E, S>,
    { state, revision, position, commands, commandsFrom }: StreamState<S>,
    { read, last }: { readonly read: number; readonly last: Recorded },
  ): void {
    const due = Math.max(EVERY, revision / PART);
    if (shape === undefined || read < due || this.#waiting.size >= MOST_WAITING || this.#isPaused()) return;
    const packed = shape.pack(state);
    if (packed === undefined) return;
    const isComplete = commandsFrom === 0 && commands.size <= MOST_COMMANDS;
    const body: Body = { state: packed, ...(isComplete && { commands: [...commands] }) };
    const { stream, id: eventId } = last;
    this.#waiting.set(stream, {
      ...{ stream, schema: shape.version, revision, position, eventId },
      body: JSON.stringify(body),
    });
    if (!this.#isWriting) void this.#write();
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      await yieldToEventLoop();
      while (this.#waiting.size > 0) {
        const some = [...this.#waiting.values()].slice(0, TOGETHER);
        await this.#store.put(some);
        const written = some.filter((one) => this.#waiting.get(one.stream) === one);
        for (const { stream } of written) this.#waiting.delete(stream);
      }
    } catch {
      this.#pause();
    }
    this.#isWriting = false;
  }

  #isPaused(): boolean {
    return performance.now() < this.#pausedUntil;
  }

  #pause(): void {
    this.#waiting.clear();
    this.#pausedUntil = performance.now() + PAUSE_MS;
  }
}
