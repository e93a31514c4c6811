import { codec, Handling } from '#event-store';
import { history, subscription } from '#subscription';
import { contest, type Result } from '../contest.ts';
import type { Stage } from '../stage.ts';

/** How often a stream is read in one run; the figure is one reading. */
const TIMES = 10;

const each = async (times: number, work: () => unknown): Promise<number> => {
  const began = performance.now();
  for (let n = 0; n < times; n += 1) await work();
  return (performance.now() - began) / times;
};

/** The floor of W5: an indexed read of the whole stream, parsed. */
const indexedRead = ({ floor, longId }: Stage) => {
  const select = floor.prepare('SELECT revision, type, data FROM events WHERE stream = ? ORDER BY revision');
  select.setReturnArrays(true);
  return () => {
    const rows = select.all(`subscription-${longId}`) as unknown as [number, string, string][];
    return rows.map(([revision, type, data]) => ({ revision, type, data: JSON.parse(data) as object }));
  };
};

/** W5: what a stream of 10,000 has come to: its folded state is at hand, and caught up from its revision on. */
export const stateAtHand = (stage: Stage, rounds: number): Promise<Result> => {
  const { handling, commands } = stage.ledger;
  const decider = subscription(commands.surroundings());
  const read = indexedRead(stage);
  return contest(
    rounds,
    () => each(TIMES * 100, () => handling.load(decider, stage.longId)),
    () => each(TIMES, read),
  );
};

/** The same by a process that has just started and remembers nothing: for information, next to W5. */
export const stateFromNothing = (stage: Stage, rounds: number): Promise<Result> => {
  const { store, commands } = stage.ledger;
  const decider = subscription(commands.surroundings());
  return contest(
    rounds,
    () => each(TIMES, () => new Handling(store, { codec: codec(history) }).load(decider, stage.longId)),
    () => each(TIMES, indexedRead(stage)),
  );
};
