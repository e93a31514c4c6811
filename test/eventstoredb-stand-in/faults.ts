/** The faults that the stand-in can simulate. */
export type Fault =
  /** Commits an append, and never answers it. */
  | 'loseAnswer'
  /** Drops an append, and never answers it. */
  | 'loseRequest'
  /** Commits an append, and breaks all connections instead of answering. */
  | 'breakAfter'
  /** Breaks all connections instead of committing an append. */
  | 'breakBefore'
  /** Commits an append, and reports a timeout. */
  | 'lateCommit'
  /** Rejects an append with “not the leader”, naming this same node as the leader. */
  | 'notLeader'
  /** Rejects a leader-only read in the same way. */
  | 'readsAtFollower'
  /** Never answers a read, nor confirms a subscription. */
  | 'loseRead'
  /** Leaves every further call unanswered. */
  | 'silence'
  /** Delays the answers to appends and reads; the value is in milliseconds. */
  | 'slow'
  /** Breaks all connections after a subscription has sent an event. */
  | 'breakSubscription'
  /** Sends every checkpoint twice, and then the very first one again. */
  | 'duplicateCheckpoint'
  /** Sends the checkpoint 2^64-1 before each checkpoint. */
  | 'maximumCheckpoint';

/** The switches: how many more times each fault will happen. */
export class Faults {
  readonly #left = new Map<Fault, number>();

  set(fault: Fault, times: number): void {
    this.#left.set(fault, times);
  }

  clear(): void {
    this.#left.clear();
  }

  value(fault: Fault): number {
    return this.#left.get(fault) ?? 0;
  }

  /** Whether the fault happens now; if so, one occurrence is used up. */
  take(fault: Fault): boolean {
    const left = this.value(fault);
    if (left > 0) this.#left.set(fault, left - 1);
    return left > 0;
  }
}
