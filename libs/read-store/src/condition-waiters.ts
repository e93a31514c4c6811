/** How long to wait: `timeoutMs` milliseconds, or until `signal` aborts; whichever comes first, for ever without both. */
export type Patience = { readonly timeoutMs?: number; readonly signal?: AbortSignal };

type Waiter = { readonly isSo: () => boolean; readonly resolve: (so: boolean) => void };

/** Callers that wait until something is so. Nobody polls: `look` is called when something has changed. */
export class Waiters {
  readonly #waiting = new Set<Waiter>();

  /** Resolves to `true` once it is so, to `false` when patience runs out first. */
  until(isSo: () => boolean, { timeoutMs, signal }: Patience = {}): Promise<boolean> {
    if (isSo()) return Promise.resolve(true);
    if (signal?.aborted || timeoutMs === 0) return Promise.resolve(false);
    return new Promise((resolve) => {
      const giveUp = () => waiter.resolve(false);
      const timer = timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs);
      const waiter: Waiter = {
        isSo,
        resolve: (so) => {
          this.#waiting.delete(waiter);
          clearTimeout(timer);
          signal?.removeEventListener('abort', giveUp);
          resolve(so);
        },
      };
      signal?.addEventListener('abort', giveUp);
      this.#waiting.add(waiter);
    });
  }

  /** Lets those go on for whom it is so now. */
  look(): void {
    for (const waiter of [...this.#waiting]) if (waiter.isSo()) waiter.resolve(true);
  }

  /** Sends everybody away with `false`. */
  dismiss(): void {
    for (const waiter of [...this.#waiting]) waiter.resolve(false);
  }
}
