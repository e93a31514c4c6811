import type { ReadStore } from '../read-store.ts';

/** The same store, of which every write first asks `mustHold`, which throws when the lease is lost. */
export const underLease = (store: ReadStore, mustHold: () => void): ReadStore => {
  const write = async <T>(work: () => Promise<T>): Promise<T> => {
    mustHold();
    return work();
  };
  return {
    db: store.db,
    leases: store.leases,
    under: (lease) => store.under(lease),
    builds: () => store.builds(),
    create: (build, tables) => write(() => store.create(build, tables)),
    apply: (steps) => write(() => store.apply(steps)),
    publish: (build) => write(() => store.publish(build)),
    discard: (build) => write(() => store.discard(build)),
    setting: (key) => store.setting(key),
    keep: (key, value) => write(() => store.keep(key, value)),
    close: () => store.close(),
  };
};
