import {
  streamNameFilter,
  type AllStreamSubscription,
  type EventStoreDBClient,
  type Position as DriverPosition,
} from '@eventstore/db-client';
import type { Position } from '#kernel';
import { isSomewhere, toDriverPosition, toPosition } from './position.ts';
import { recordIn, type Record } from './mapping.ts';

/** A checkpoint comes after as many windows of 32 events that the filter has seen. */
const CHECKPOINT = 8;

/** Receives the events in the order in which the server has sent them. */
export type Listener = {
  readonly confirmed: () => void;
  readonly event: (record: Record) => void;
  /** Everything relevant up to there has been delivered. */
  readonly checkpoint: (position: Position) => void;
  /** That was all, for now. */
  readonly caughtUp: () => void;
  /** Whether another event may be delivered; if not, `flow` is to be called once there is room again. */
  readonly hasRoom: () => boolean;
};

/**
 * A subscription of the driver. It holds events back for its reader while it announces checkpoints and the end of history
 * at once, ahead of them: here everything comes in its order.
 */
export class Subscription {
  /** Resolves when the subscription ends, rejects when it fails. */
  readonly over: Promise<void>;
  readonly #source: AllStreamSubscription;
  readonly #listener: Listener;
  #closed = false;

  constructor(client: EventStoreDBClient, after: Position, prefixes: readonly string[], listener: Listener) {
    this.#listener = listener;
    this.#source = client.subscribeToAll({
      fromPosition: toDriverPosition(after),
      filter: streamNameFilter({
        prefixes: [...prefixes],
        checkpointInterval: CHECKPOINT,
        checkpointReached: (_, position) => this.#checkpoint(position),
      }),
    });
    this.over = new Promise((resolve, reject) => {
      // It stays on: an error without a listener ends the process.
      this.#source.on('error', reject);
      this.#source.on('end', resolve);
      this.#source.on('close', resolve);
    });
    this.#source.on('confirmation', () => this.#closed || listener.confirmed());
    this.#source.on('caughtUp', () => {
      this.#drain(() => true);
      if (!this.#closed) listener.caughtUp();
    });
    this.#source.on('readable', () => this.flow());
  }

  /** Tells what is held back, as long as there is room. */
  flow(): void {
    this.#drain(this.#listener.hasRoom);
  }

  /** Tells nothing more, and ends the call. */
  close(): void {
    this.#closed = true;
    this.over.catch(() => undefined);
    // Waiting for that would be waiting for a server that may be silent.
    this.#source.unsubscribe().catch(() => undefined);
  }

  #drain(hasRoom: () => boolean): void {
    while (!this.#closed && hasRoom()) {
      const resolved = this.#source.read() as Parameters<typeof recordIn>[0] | null;
      if (resolved === null) return;
      const record = recordIn(resolved);
      if (record !== undefined) this.#listener.event(record);
    }
  }

  /** The driver awaits this, and a subscription whose callback throws stalls without a word. */
  async #checkpoint(position: DriverPosition): Promise<void> {
    this.#drain(() => true);
    if (!this.#closed && isSomewhere(position)) this.#listener.checkpoint(toPosition(position));
  }
}
