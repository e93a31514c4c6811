import type { SnapshotShape } from '#kernel';
import type { SeenUsage } from './seen-usage.ts';
import type { Existing, Subscription } from './state.ts';
import { partsOf, type MeteredUsage } from './unbilled.ts';

/** The most reported usages in a snapshot; a subscription with more is read from its stream. */
const MOST_SEEN = 1_000;

type Packed = Omit<Existing, 'usage'> & {
  readonly usage: Omit<Existing['usage'], 'seen' | 'unbilled'> & {
    readonly seen: readonly (readonly [string, string])[][];
    readonly unbilled: readonly (readonly MeteredUsage[])[];
  };
};

/**
 * A subscription's state as JSON. Raise the version with every change after which the same events fold into another state:
 * in `evolve` and in the upcasters of its events (`snapshot.spec.ts` notices most of these).
 */
export const snapshots: SnapshotShape<Subscription> = {
  version: 1,
  pack: (state) => {
    if (state.status === 'none') return undefined;
    const { seen, unbilled } = state.usage;
    if (seen.reduce((sum, { size }) => sum + size, 0) > MOST_SEEN) return undefined;
    const usage = {
      ...state.usage,
      seen: seen.map((part) => [...part]),
      unbilled: unbilled.map((part) => [...part.values()]),
    };
    return { ...state, usage };
  },
  unpack: (packed) => {
    const { usage, ...state } = packed as Packed;
    const seen: SeenUsage = usage.seen.map((part) => new Map(part));
    return { ...state, usage: { ...usage, seen, unbilled: partsOf(usage.unbilled) } };
  },
};
