/**
 * The right to do what only one process may do at a time. Each time it changes hands its epoch rises, so that a former
 * holder that was paused and does not know of the change is recognised.
 */
export type Lease = {
  /** What it is the right to do: `projections`, `scheduler`. */
  readonly name: string;
  /** Who has it; another one for each process and each of its starts. */
  readonly holder: string;
  /** 1, 2, 3 …: how often it has changed hands. */
  readonly epoch: number;
};

/** Who may do what alone, as the read store keeps it. Every method rejects with `ReadStoreUnavailable` when that is away. */
export interface Leases {
  /**
   * Takes the lease for `ttlMs` milliseconds by the store's clock, if it is free or its time is over; `undefined` while
   * another process has it. Waits for the last holder's write at that moment: afterwards it writes nothing more.
   */
  acquire(name: string, holder: string, ttlMs: number): Promise<Lease | undefined>;

  /** Another `ttlMs` milliseconds from now. `false` when another process has taken it meanwhile. */
  renew(lease: Lease, ttlMs: number): Promise<boolean>;

  /** Gives it back, so that the next one need not wait. Does nothing when another process has taken it meanwhile. */
  release(lease: Lease): Promise<void>;

  /** The holder; `undefined` if it is free. For people to look at. */
  holderOf(name: string): Promise<string | undefined>;
}

/** A write under a lease that another process holds by now. Nothing of it was written. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  readonly lease: Lease;
  constructor(lease: Lease) {
    super(`${lease.holder} no longer leads ${lease.name}: another process has taken over`);
    this.lease = lease;
  }
}

/** Leases within one process, for a store that one process owns. They end when they are given back, or with the process. */
export class OwnLeases implements Leases {
  readonly #held = new Map<string, Lease>();
  readonly #epochs = new Map<string, number>();

  async acquire(name: string, holder: string): Promise<Lease | undefined> {
    const held = this.#held.get(name);
    if (held && held.holder !== holder) return undefined;
    const lease = { name, holder, epoch: (this.#epochs.get(name) ?? 0) + 1 };
    this.#epochs.set(name, lease.epoch);
    this.#held.set(name, lease);
    return lease;
  }

  async renew(lease: Lease): Promise<boolean> {
    return this.holds(lease);
  }

  async release(lease: Lease): Promise<void> {
    if (this.holds(lease)) this.#held.delete(lease.name);
  }

  async holderOf(name: string): Promise<string | undefined> {
    return this.#held.get(name)?.holder;
  }

  /** Whether it has not been taken since. */
  holds({ name, epoch }: Lease): boolean {
    return this.#held.get(name)?.epoch === epoch;
  }
}
