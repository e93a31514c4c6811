import { setTimeout as delay } from 'node:timers/promises';
import { START, type Position } from '#kernel';
import { StoreUnavailable } from '../event-store.ts';
import type { Connection } from './connection.ts';
import { countdown, noAnswer } from './countdown.ts';
import { toPortError, EndsBefore } from './failures.ts';
import { endOf } from './reading.ts';
import { isSystems, type Record } from './mapping.ts';
import { Subscription } from './subscription.ts';

/** How many events wait for their reader at most; what else there is waits in the server. */
const WAITING = 1_000;
/** How long to wait before subscribing again, in milliseconds: the first time, and at most. */
const RETRY_DELAY = { first: 50, most: 2_000 };

/** Told what an operator may want to know. */
export type Logger = { warn(message: string): void };

export type FeedOptions = {
  readonly connection: Connection;
  /** Only streams whose names begin so. */
  readonly prefixes: readonly string[];
  /** How long to wait for an answer, in milliseconds. */
  readonly limit: number;
  readonly logger: Logger | undefined;
  /** Called off: by the reader, or because the store is closed. */
  readonly stop: AbortSignal;
};

/**
 * The events after a position, each once and in order, whatever becomes of the connection. A subscription of the driver
 * ends with its connection, so there is one after the other, each from where the last one has come to.
 */
export class Feed {
  readonly #options: FeedOptions;
  readonly #queue: Record[] = [];
  /** Of the last event taken in, or of a checkpoint since: what comes next comes after it. */
  #after: Position;
  #subscription: Subscription | undefined;
  #live = false;
  #away = false;
  #wait = RETRY_DELAY.first;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(after: Position, options: FeedOptions) {
    this.#after = after;
    this.#options = options;
    void this.#run();
  }

  /** What stopped the feed for good. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Whether all that there is has been taken, up to this position at least, and the server said that this was all. */
  isDry(upTo: Position): boolean {
    return this.#live && this.#queue.length === 0 && this.#after >= upTo;
  }

  /** The events that wait, oldest first: as many as this, or fewer if no more are on their way. */
  take(most: number): readonly Record[] {
    // History comes event by event, too; handed on like this, each would be a transaction for its reader.
    if (this.#subscription !== undefined && !this.#live && this.#queue.length < most) return [];
    const taken = this.#queue.splice(0, most);
    if (taken.length > 0) this.#subscription?.flow();
    return taken;
  }

  /** Resolves when something is different from now. */
  change(): Promise<void> {
    if (this.#options.stop.aborted) return Promise.resolve();
    return new Promise((resolve) => (this.#wake = resolve));
  }

  #isOver(): boolean {
    return this.#options.stop.aborted || this.#failure !== undefined;
  }

  async #run(): Promise<void> {
    const { stop, logger } = this.#options;
    stop.addEventListener('abort', () => this.#wake(), { once: true });
    while (!this.#isOver()) {
      try {
        await this.#assertSameLog();
        await this.#subscribe();
      } catch (error) {
        const failure = toPortError(error, 'following the log');
        if (!(failure instanceof StoreUnavailable)) this.#failure = failure;
        else if (!this.#away && !this.#isOver()) logger?.warn(`${failure.message}; trying again until it does`);
        this.#away = true;
      }
      this.#live = false;
      if (!this.#isOver()) await delay(this.#wait, undefined, { signal: stop }).catch(() => undefined);
      this.#wait = Math.min(this.#wait * 2, RETRY_DELAY.most);
    }
    this.#wake();
  }

  /** Checks that this is still the log from which the position was taken. In another, a subscription would wait without end. */
  async #assertSameLog(): Promise<void> {
    const { connection, limit } = this.#options;
    if (this.#after === START) return;
    const call = { what: 'asking where the log ends', kind: 'read', limit } as const;
    const end = await connection.run(call, ({ client, over }) => endOf({ client, over, limit }));
    if (end < this.#after) throw new EndsBefore(this.#after);
  }

  /** One subscription, until it ends or fails, or is called off. */
  async #subscribe(): Promise<void> {
    const { connection, limit, stop, prefixes } = this.#options;
    const session = await connection.session(limit);
    const { over } = session;
    const done = new AbortController();
    const silence = Promise.withResolvers<undefined>();
    const time = countdown(limit, () => silence.reject(noAnswer(limit)));
    const confirmed = () => {
      time.stop();
      this.#confirmed();
    };
    const subscription = new Subscription(session.client, this.#after, prefixes, { ...this.#listener, confirmed });
    this.#subscription = subscription;
    try {
      await Promise.race([subscription.over, silence.promise, aborted(over, done.signal), aborted(stop, done.signal)]);
    } catch (error) {
      connection.failed(session, { kind: 'read', limit }, error);
      throw error;
    } finally {
      time.stop();
      done.abort();
      this.#subscription = undefined;
      subscription.close();
    }
  }

  #confirmed(): void {
    if (this.#away) this.#options.logger?.warn('the event store is back: following the log');
    [this.#away, this.#wait] = [false, RETRY_DELAY.first];
  }

  readonly #listener = {
    hasRoom: () => this.#queue.length < WAITING,
    event: (record: Record) => {
      // Some servers send again what they have sent.
      if (record.position <= this.#after) return;
      this.#after = record.position;
      if (isSystems(record)) return;
      this.#queue.push(record);
      this.#wake();
    },
    checkpoint: (position: Position) => {
      if (position > this.#after) this.#after = position;
      this.#wake();
    },
    caughtUp: () => {
      this.#live = true;
      this.#wake();
    },
  };
}

/** Resolves when a signal is aborted; listens until `done` is. */
const aborted = (signal: AbortSignal, done: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { signal: done });
  });
