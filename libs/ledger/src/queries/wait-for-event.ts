import type { EventStore } from '#event-store';
import type { Position, Recorded } from '#kernel';

type Wanted<E extends Recorded> = {
  readonly stream: string;
  /** The first revision to look at. */
  readonly from: number;
  /** A position before the event, from which to follow if the stream does not have it yet. */
  readonly after: Position;
  readonly is: (event: Recorded) => event is E;
  readonly timeoutMs: number;
};

/** The first matching event of a stream, recorded already or within the time; otherwise undefined. */
export const waitForEvent = async <E extends Recorded>(
  store: EventStore,
  { stream, from, after, is, timeoutMs }: Wanted<E>,
): Promise<E | undefined> => {
  const recorded = await store.read(stream, from);
  const already = recorded.find(is);
  if (already !== undefined) return already;
  const end = recorded.at(-1)?.position ?? after;
  for await (const batch of store.follow(end, AbortSignal.timeout(timeoutMs))) {
    const found = batch.find((event) => event.stream === stream && is(event));
    if (found !== undefined && is(found)) return found;
  }
  return undefined;
};
