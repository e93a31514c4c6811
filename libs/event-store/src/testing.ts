import { randomUUID } from 'node:crypto';
import { START, type EventMeta, type Position, type Recorded } from '#kernel';
import { NO_STREAM, type Draft, type EventStore } from './event-store.ts';

const at = '2021-06-18T09:00:00.000Z';

const meta: EventMeta = {
  commandId: '00000000-0000-4000-8000-000000000001',
  fingerprint: 'f'.repeat(64),
  $correlationId: '00000000-0000-4000-8000-000000000002',
  $causationId: '00000000-0000-4000-8000-000000000003',
  actor: { id: 'alice', role: 'admin-agent', partnerId: 'contoso' },
  recordedAt: at,
  schema: 1,
};

/** An event to be written, with an id of its own. */
export const draft = (data: object = {}): Draft => ({
  id: randomUUID(),
  type: 'SomethingHappened',
  data: { effectiveAt: at, ...data },
  meta,
});

export const drafts = (count: number): Draft[] => Array.from({ length: count }, (_, number) => draft({ number }));

/** A stream without events, in a category that the suite uses: `contract` or `sideline`. */
export const newStream = (category = 'contract'): string => `${category}-${randomUUID()}`;

export const idsOf = (events: readonly { readonly id: string }[]): string[] => events.map(({ id }) => id);

/** Opens a store for one test, which closes it. Its log may already hold other events. */
export type Open = () => EventStore | Promise<EventStore>;

/** Runs a test on a store of its own. */
export const opened = async (open: Open, test: (store: EventStore) => Promise<void>): Promise<void> => {
  const store = await open();
  try {
    await test(store);
  } finally {
    await store.close();
  }
};

/** The current end of the log: a test that starts here sees only its own events. */
export const endOfLog = async (store: EventStore): Promise<Position> =>
  (await store.append(newStream(), [draft()], NO_STREAM)).position;

/** Passes each batch of a follower to `look`, until that returns true. Returns the events of all batches. */
export const followUntil = async (
  store: EventStore,
  position: Position,
  look: (batch: readonly Recorded[], before: readonly Recorded[]) => boolean | Promise<boolean>,
  categories?: readonly string[],
): Promise<Recorded[]> => {
  const seen: Recorded[] = [];
  const stop = new AbortController();
  for await (const batch of store.follow(position, stop.signal, categories)) {
    const enough = await look(batch, seen);
    seen.push(...batch);
    if (enough) stop.abort();
  }
  return seen;
};

/** The log from a position to its end. */
export const history = (store: EventStore, position: Position = START): Promise<Recorded[]> =>
  followUntil(store, position, (batch) => batch.length === 0);
