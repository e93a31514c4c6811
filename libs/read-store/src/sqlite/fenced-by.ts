import type { ReadStore } from '../read-store.ts';

/** The same store; every write first calls `assertHeld`, which throws when the lease is lost. */
export const fencedStore = (store: ReadStore, assertHeld: () => void): ReadStore => {
  const write = async <T>(work: () => Promise<T>): Promise<T> => {
    assertHeld();
    return work();
  };
  return {
    db: store.db,
    leases: store.leases,
    // A snapshot is checked against the log when it is read: no lease is needed to write one.
    snapshots: store.snapshots,
    fencedBy: (lease) => store.fencedBy(lease),
    builds: () => store.builds(),
    create: (build, tables) => write(() => store.create(build, tables)),
    apply: (steps) => write(() => store.apply(steps)),
    activate: (build) => write(() => store.activate(build)),
    discard: (build) => write(() => store.discard(build)),
    getSetting: (key) => store.getSetting(key),
    putSetting: (key, value) => write(() => store.putSetting(key, value)),
    close: () => store.close(),
  };
};
