import type { Result } from './compare.ts';
import type { RowId } from './row.ts';

/** Told of how it goes, a line at a time. */
export type OnProgress = (line: string) => void;

/** Measures a row, if it is wanted. */
export type Recorder = (id: RowId, comparison: () => Promise<Result>) => Promise<void>;

/** How much of everything. */
export type Size = {
  readonly streams: number;
  readonly longest: number;
  readonly rounds: number;
  readonly single: number;
  readonly concurrent: number;
  readonly purchases: number;
};

type Sizes = {
  readonly embedded: Size & { readonly requests: number };
  readonly cluster: Size;
  /** How many subscriptions the ledger of the rows of growth has; the smaller one a tenth. */
  readonly growth: number;
};

/** What is quoted. */
export const fullSizes: Sizes = {
  embedded: {
    ...{ streams: 4_000, longest: 10_000, rounds: 11 },
    ...{ single: 3_000, concurrent: 6_000, purchases: 3_000, requests: 8_000 },
  },
  cluster: {
    ...{ streams: 1_000, longest: 10_000, rounds: 7 },
    ...{ single: 300, concurrent: 1_000, purchases: 300 },
  },
  growth: 10_000,
};
/** To see that it works. */
export const quickSizes: Sizes = {
  embedded: {
    ...{ streams: 500, longest: 10_000, rounds: 1 },
    ...{ single: 300, concurrent: 2_000, purchases: 1_000, requests: 2_000 },
  },
  cluster: {
    ...{ streams: 200, longest: 10_000, rounds: 1 },
    ...{ single: 200, concurrent: 500, purchases: 200 },
  },
  growth: 500,
};
