import { codec, CommandHandler, type EventStore } from '#event-store';
import { history, subscription } from '#subscription';
import type { SubscriptionCommands } from '#ledger';
import { compare, type Result } from '../compare.ts';

/** A subscription with 10,000 events, and the baseline that reads its stream. */
export type LongStream = {
  readonly store: EventStore;
  readonly handler: CommandHandler;
  readonly target: SubscriptionCommands;
  readonly longId: string;
  readonly readBaseline: (stream: string) => readonly object[] | Promise<readonly object[]>;
};

/** How often the stream is read in one run; the figure is one reading. */
export type Times = { readonly times: number; readonly rounds: number };

const each = async (times: number, work: () => unknown): Promise<number> => {
  const began = performance.now();
  for (let n = 0; n < times; n += 1) await work();
  return (performance.now() - began) / times;
};

/** The baseline of B5: an indexed read of the whole stream, parsed. */
const indexedRead =
  ({ readBaseline, longId }: LongStream, times: number) =>
  () =>
    each(times, () => readBaseline(`subscription-${longId}`));

/** B5: the state of a stream of 10,000 events: it is cached, and only later events are read. */
export const cachedState = (stream: LongStream, { times, rounds }: Times): Promise<Result> => {
  const { handler, target, longId } = stream;
  const decider = subscription(target.context());
  return compare(rounds, () => each(times * 100, () => handler.load(decider, longId)), indexedRead(stream, times));
};

/** The same by a process that has just started and has nothing cached: for information, next to B5. */
export const uncachedState = (stream: LongStream, { times, rounds }: Times): Promise<Result> => {
  const { store, target, longId } = stream;
  const decider = subscription(target.context());
  return compare(
    rounds,
    () => each(times, () => new CommandHandler(store, { codec: codec(history) }).load(decider, longId)),
    indexedRead(stream, times),
  );
};
