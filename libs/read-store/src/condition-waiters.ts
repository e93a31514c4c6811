/** How long to wait: `timeoutMs` milliseconds, or until `signal` aborts, whichever comes first; without a limit if both are absent. */
export type WaitOptions = { readonly timeoutMs?: number; readonly signal?: AbortSignal };

type Waiter = { readonly condition: () => boolean; readonly resolve: (met: boolean) => void };

/** Callers that wait for a condition. There is no polling: `check` is called when something has changed. */
export class ConditionWaiters {
  readonly #waiting = new Set<Waiter>();

  /** Resolves to `true` once the condition holds, to `false` when the wait ends first. */
  until(condition: () => boolean, { timeoutMs, signal }: WaitOptions = {}): Promise<boolean> {
    if (condition()) return Promise.resolve(true);
    if (signal?.aborted || timeoutMs === 0) return Promise.resolve(false);
    return new Promise((resolve) => {
      const giveUp = () => waiter.resolve(false);
      const timer = timeoutMs === undefined ? undefined : setTimeout(giveUp, timeoutMs);
      const waiter: Waiter = {
        condition,
        resolve: (met) => {
          this.#waiting.delete(waiter);
          clearTimeout(timer);
          signal?.removeEventListener('abort', giveUp);
          resolve(met);
        },
      };
      signal?.addEventListener('abort', giveUp);
      this.#waiting.add(waiter);
    });
  }

  /** Resolves the waiters whose condition holds. */
  check(): void {
    for (const waiter of [...this.#waiting]) if (waiter.condition()) waiter.resolve(true);
  }

  /** Resolves all waiters to `false`. */
  cancelAll(): void {
    for (const waiter of [...this.#waiting]) waiter.resolve(false);
  }
}
