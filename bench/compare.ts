import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** One run of a contender; answers its figure, in the row's unit. */
export type Run = () => number | Promise<number>;

export type Result = { readonly ours: number; readonly baseline: number; readonly runs: number };

const median = (figures: readonly number[]): number => {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [below = 0, above = 0] = sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1);
  return (below + above) / 2;
};

/**
 * Lets both run in turn, so that whatever else the machine does meets both alike; who begins changes from round to round.
 * The first round warms up and does not count.
 */
export const compare = async (rounds: number, ours: Run, baseline: Run): Promise<Result> => {
  const figures = { ours: [] as number[], baseline: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    const inTurn = [
      { run: ours, into: figures.ours },
      { run: baseline, into: figures.baseline },
    ];
    for (const { run, into } of round % 2 === 0 ? inTurn : inTurn.reverse()) {
      // What the one left behind is not cleared away in the other's time.
      collectGarbage();
      const figure = await run();
      if (round > 0) into.push(figure);
    }
  }
  return { ours: median(figures.ours), baseline: median(figures.baseline), runs: rounds };
};

/** How many a second, when `count` of something take as long as `work` does. */
export const rate = async (count: number, work: () => unknown): Promise<number> => {
  const began = performance.now();
  await work();
  return (count / (performance.now() - began)) * 1_000;
};

/** Runs a task `count` times, by a number of clients, each of which waits for a result before it begins the next. */
export const byClients = async (
  clients: number,
  count: number,
  work: (n: number) => Promise<unknown>,
): Promise<void> => {
  let next = 0;
  const client = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: clients }, client));
};
