import { StoreUnavailable } from './event-store.ts';

/** Commands on one stream wait for each other instead of colliding; those on different streams do not. */
export class CommandQueue {
  readonly #last = new Map<string, Promise<unknown>>();

  /**
   * Runs the work after all earlier work on this stream, whether that succeeded or not. If the store is unavailable, queued
   * commands fail with the same error instead of waiting one by one, which could take minutes.
   */
  run<T>(stream: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(stream);
    const mine =
      before === undefined
        ? work()
        : before.then(work, (error: unknown) => (isAway(error) ? Promise.reject(error) : work()));
    this.#last.set(stream, mine);
    const leave = () => {
      if (this.#last.get(stream) === mine) this.#last.delete(stream);
    };
    mine.then(leave, leave);
    return mine;
  }
}

const isAway = (error: unknown): error is StoreUnavailable => error instanceof StoreUnavailable;
