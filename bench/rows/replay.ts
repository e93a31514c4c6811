import type { EventStore } from '#event-store';
import type { Position } from '#kernel';
import { evolve, type Subscription, type SubscriptionEvent } from '#subscription';
import { compare, rate, type Result } from '../compare.ts';

const emptyState: Subscription = { status: 'none' };

/** The part of a log that is read, and the baseline that reads it. */
export type Replay = {
  readonly store: EventStore;
  readonly from: Position;
  /** How many events there are from there on. */
  readonly events: number;
  /** Returns how many events it has read. */
  readonly replayBaseline: () => number | Promise<number>;
};

/** B3: every event of the log read, decoded and folded into the state of its stream. */
export const replays = ({ store, from, events, replayBaseline }: Replay, rounds: number): Promise<Result> => {
  const complete = (read: number) => {
    if (read !== events) throw new Error(`${read} events were replayed, not ${events}`);
  };
  const ours = async () => {
    const states = new Map<string, Subscription>();
    const reading = new AbortController();
    let read = 0;
    for await (const batch of store.follow(from, reading.signal)) {
      for (const event of batch) {
        // Those few that are no subscription's fold to nothing.
        const state = states.get(event.stream) ?? emptyState;
        states.set(event.stream, evolve(state, event as unknown as SubscriptionEvent));
      }
      read += batch.length;
      if (batch.length === 0) break;
    }
    complete(read);
  };
  return compare(
    rounds,
    () => rate(events, ours),
    () => rate(events, async () => complete(await replayBaseline())),
  );
};
