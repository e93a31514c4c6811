/** What the stand-in can be made to do wrong. */
export type Fault =
  /** Takes an append in, and never answers it. */
  | 'loseAnswer'
  /** Never answers an append, and does not take it in either. */
  | 'loseRequest'
  /** Takes an append in, and breaks all connections instead of answering. */
  | 'breakAfter'
  /** Breaks all connections instead of taking an append in. */
  | 'breakBefore'
  /** Takes an append in, and says that it took too long. */
  | 'lateCommit'
  /** Says of an append that another node leads: this one, in fact. */
  | 'notLeader'
  /** Says that of a read which only the leader may answer. */
  | 'readsAtFollower'
  /** Answers nothing at all that is asked from now on. */
  | 'silence'
  /** Answers appends and reads later; the value is in milliseconds. */
  | 'slow'
  /** Breaks all connections after a subscription has sent an event. */
  | 'breakSubscription'
  /** Sends every checkpoint twice, and then the first one of all. */
  | 'duplicateCheckpoint'
  /** Sends the checkpoint 2^64-1 before every other. */
  | 'maximumCheckpoint';

/** The switches: how often each fault is still to happen. */
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

  /** Whether the fault is to happen now; it then is to happen once less. */
  take(fault: Fault): boolean {
    const left = this.value(fault);
    if (left > 0) this.#left.set(fault, left - 1);
    return left > 0;
  }
}
