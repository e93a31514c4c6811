import type { Result } from './compare.ts';

/** The rows of the embedded store, then those of EventStoreDB and of PostgreSQL: the same work there. */
export type RowId =
  | ('W1s' | 'W1c' | 'W2' | 'HTTP' | 'W3' | 'W4' | 'W5')
  | ('W1s-esdb' | 'W1c-esdb' | 'W2-esdb' | 'W3-esdb' | 'W5-esdb')
  | ('W4-pg' | 'W4f-pg')
  | ('G1' | 'G2' | 'G3' | 'G4');

/**
 * A row as `--json` prints it (http-api.md §5). A ratio above 1 is faster than the baseline, which `--json` calls `floor`; in
 * the rows of growth (`G…`) it is the ledger itself, when it was smaller or younger.
 */
export type Row = {
  readonly id: RowId;
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  readonly floor: number;
  readonly ratio: number;
  readonly runs: number;
};

/** What a row is, what it is measured in, and from which ratio on it is good (http-api.md §5), where that was ever said. */
export type Subject = {
  readonly what: string;
  readonly unit: 'commands/s' | 'purchases/s' | 'settlements/s' | 'events/s' | 'ms' | 'MB';
  readonly goal?: number;
};

export const subjects: Readonly<Record<RowId, Subject>> = {
  W1s: { what: 'rename on streams of 20, 1 client', unit: 'commands/s', goal: 0.9 },
  W1c: { what: 'rename on streams of 20, 64 clients', unit: 'commands/s', goal: 0.9 },
  W2: { what: 'new purchases, 64 clients', unit: 'purchases/s', goal: 0.5 },
  HTTP: { what: 'rename over HTTP, 64 connections', unit: 'commands/s', goal: 0.7 },
  W3: { what: 'whole log read, decoded and folded', unit: 'events/s', goal: 0.9 },
  W4: { what: 'all read models from the log, against one table', unit: 'events/s', goal: 0.3 },
  W5: { what: 'stream of 10,000, cached state caught up', unit: 'ms', goal: 1 },
  'W1s-esdb': { what: 'W1s on EventStoreDB', unit: 'commands/s', goal: 0.9 },
  'W1c-esdb': { what: 'W1c on EventStoreDB', unit: 'commands/s', goal: 0.9 },
  'W2-esdb': { what: 'W2 on EventStoreDB', unit: 'purchases/s' },
  'W3-esdb': { what: 'W3 on EventStoreDB', unit: 'events/s', goal: 0.9 },
  'W5-esdb': { what: 'W5 on EventStoreDB', unit: 'ms', goal: 1 },
  'W4-pg': { what: 'W4 into PostgreSQL, against a statement an event', unit: 'events/s', goal: 0.3 },
  'W4f-pg': { what: 'the same, against an upsert a batch', unit: 'events/s' },
  G1: { what: 'month-end, the 12th against the first', unit: 'settlements/s', goal: 0.8 },
  G2: { what: 'read models from the log, ten times as many', unit: 'events/s', goal: 0.5 },
  G3: { what: 'a page of charges by type, of ten times as many', unit: 'ms', goal: 0.5 },
  G4: { what: 'memory of the process, ten times as many', unit: 'MB', goal: 0.5 },
};

const rounded = (figure: number): number => Number(figure.toPrecision(4));

/** A row of the report. The ratio of rates is ours by the baseline's, that of times and sizes the baseline's by ours. */
export const rowOf = (id: RowId, { ours, baseline, runs }: Result): Row => {
  const { what, unit } = subjects[id];
  const ratio = unit === 'ms' || unit === 'MB' ? baseline / ours : ours / baseline;
  return { id, what, unit, ours: rounded(ours), floor: rounded(baseline), ratio: rounded(ratio), runs };
};
