import { StoreUnavailable } from './event-store.ts';

/** Commands on one stream wait for each other instead of colliding; those on different streams do not. */
export class CommandQueue {
  readonly #last = new Map<string, Promise<unknown>>();

  /**
   * Runs the work after all that came before it on this stream, whether that succeeded or not. Where the store stays away,
   * whoever stands in line is told the same as whoever has tried: one after the other they would wait for minutes.
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
