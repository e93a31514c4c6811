import type { Result } from './contest.ts';
import { rowOf, subjects, type Row, type RowId } from './row.ts';
import { purchases, renames } from './rows/commands.ts';
import { overHttp } from './rows/http.ts';
import { stateAtHand, stateFromNothing } from './rows/long-stream.ts';
import { readModels } from './rows/projections.ts';
import { replays } from './rows/replay.ts';
import { clearStage, setStage } from './stage.ts';

export type RunOptions = {
  /** Fewer events and rounds: to see that it works, not to quote. */
  readonly quick: boolean;
  readonly onProgress: (line: string) => void;
};

type Size = {
  readonly streams: number;
  readonly longest: number;
  readonly rounds: number;
  readonly single: number;
  readonly concurrent: number;
  readonly purchases: number;
  readonly requests: number;
};

const many: Size = {
  streams: 4_000,
  longest: 10_000,
  rounds: 11,
  single: 3_000,
  concurrent: 6_000,
  purchases: 3_000,
  requests: 8_000,
};
const few: Size = {
  streams: 500,
  longest: 10_000,
  rounds: 1,
  single: 300,
  concurrent: 2_000,
  purchases: 1_000,
  requests: 2_000,
};

export type Report = { readonly rows: readonly Row[]; readonly notes: readonly string[] };

/** Runs the wanted rows; answers them in the order of `subjects`. */
export const run = async (wanted: ReadonlySet<RowId>, { quick, onProgress }: RunOptions): Promise<Report> => {
  const size = quick ? few : many;
  const found = new Map<RowId, Row>();
  const record = async (id: RowId, contest: () => Promise<Result>) => {
    if (!wanted.has(id)) return;
    onProgress(`${id}: ${subjects[id].what}`);
    found.set(id, rowOf(id, await contest()));
  };
  const notes = [...wanted].some((id) => id !== 'HTTP') ? await onStage(size, record, onProgress) : [];
  await record('HTTP', () => overHttp(size));
  const ids = Object.keys(subjects) as RowId[];
  return { rows: ids.flatMap((id) => found.get(id) ?? []), notes: wanted.has('W5') ? notes : [] };
};

type Recorder = (id: RowId, contest: () => Promise<Result>) => Promise<void>;

/** The rows that need no server. Those that leave the log as it is come first, so that each finds what it says it measures. */
const onStage = async (size: Size, record: Recorder, onProgress: RunOptions['onProgress']): Promise<string[]> => {
  const { streams, longest, rounds } = size;
  onProgress(`making ${streams} streams of 20 events, and one of ${longest}`);
  const stage = await setStage(streams, longest);
  try {
    await record('W3', () => replays(stage, rounds));
    await record('W4', () => readModels(stage, rounds));
    await record('W5', () => stateAtHand(stage, rounds));
    const cold = await stateFromNothing(stage, Math.min(rounds, 3));
    await record('W1s', () => renames(stage, { clients: 1, commands: size.single, rounds }));
    await record('W1c', () => renames(stage, { clients: 64, commands: size.concurrent, rounds }));
    await record('W2', () => purchases(stage, { clients: 64, commands: size.purchases, rounds }));
    return [coldLoad(cold)];
  } finally {
    await clearStage(stage);
  }
};

const coldLoad = ({ ours, floor }: Result): string =>
  `W5 by a process that remembers nothing: ${ours.toFixed(1)} ms for 10,000 events read, decoded and folded; ` +
  `an indexed read and JSON.parse alone: ${floor.toFixed(1)} ms`;
