import { codec, CommandHandler, type EventStore } from '#event-store';
import { history, subscription } from '#subscription';
import type { SubscriptionCommands } from '#ledger';
import { contest, type Result } from '../compare.ts';

/** A subscription with 10,000 events, and how to read its stream by hand. */
export type LongStream = {
  readonly store: EventStore;
  readonly handling: CommandHandler;
  readonly face: SubscriptionCommands;
  readonly longId: string;
  readonly byHand: (stream: string) => readonly object[] | Promise<readonly object[]>;
};

/** How often the stream is read in one run; the figure is one reading. */
export type Times = { readonly times: number; readonly rounds: number };

const each = async (times: number, work: () => unknown): Promise<number> => {
  const began = performance.now();
  for (let n = 0; n < times; n += 1) await work();
  return (performance.now() - began) / times;
};

/** The floor of W5: an indexed read of the whole stream, parsed. */
const indexedRead =
  ({ byHand, longId }: LongStream, times: number) =>
  () =>
    each(times, () => byHand(`subscription-${longId}`));

/** W5: what a stream of 10,000 has come to: its folded state is at hand, and caught up from its revision on. */
export const stateAtHand = (stream: LongStream, { times, rounds }: Times): Promise<Result> => {
  const { handling, face, longId } = stream;
  const decider = subscription(face.surroundings());
  return contest(rounds, () => each(times * 100, () => handling.load(decider, longId)), indexedRead(stream, times));
};

/** The same by a process that has just started and remembers nothing: for information, next to W5. */
export const stateFromNothing = (stream: LongStream, { times, rounds }: Times): Promise<Result> => {
  const { store, face, longId } = stream;
  const decider = subscription(face.surroundings());
  return contest(
    rounds,
    () => each(times, () => new CommandHandler(store, { codec: codec(history) }).load(decider, longId)),
    indexedRead(stream, times),
  );
};
