import { START } from '#kernel';
import { evolve, type Subscription, type SubscriptionEvent } from '#subscription';
import { contest, rate, type Result } from '../contest.ts';
import { replay } from '../floor/replay.ts';
import type { Stage } from '../stage.ts';

const nothing: Subscription = { status: 'none' };

/** W3: every event of the log read, decoded and folded into the state of its stream. */
export const replays = async ({ ledger: { store }, floor }: Stage, rounds: number): Promise<Result> => {
  const expected = Number(floor.prepare('SELECT count(*) AS events FROM events').get()?.['events']);
  const complete = (events: number) => {
    if (events !== expected) throw new Error(`${events} events were replayed, not ${expected}`);
  };
  const ours = async () => {
    const states = new Map<string, Subscription>();
    const reading = new AbortController();
    let events = 0;
    for await (const batch of store.follow(START, reading.signal)) {
      for (const event of batch) {
        // Those few that are no subscription's fold to nothing.
        const state = states.get(event.stream) ?? nothing;
        states.set(event.stream, evolve(state, event as unknown as SubscriptionEvent));
      }
      events += batch.length;
      if (batch.length === 0) break;
    }
    complete(events);
  };
  return contest(
    rounds,
    () => rate(expected, ours),
    () => rate(expected, () => complete(replay(floor).events)),
  );
};
