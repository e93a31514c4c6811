import type { DatabaseSync } from 'node:sqlite';

/** What a hand-written replay keeps of a subscription. */
type State = Record<string, unknown>;
export type States = Map<string, State>;

/** How many rows are fetched at once. */
const BATCH = 500;

/** Reads the whole table in order, parses both texts of each event, and folds the data into a state by stream. */
export const replay = (database: DatabaseSync): { readonly events: number; readonly states: States } => {
  const select = database.prepare(
    'SELECT position, stream, revision, id, type, data, meta FROM events WHERE position > ? ORDER BY position LIMIT ?',
  );
  select.setReturnArrays(true);
  const states: States = new Map();
  let events = 0;
  let after = 0;
  for (;;) {
    const rows = select.all(after, BATCH) as unknown as [number, string, number, string, string, string, string][];
    for (const [position, stream, revision, id, type, data, meta] of rows) {
      const read = { stream, revision, id, type, data: JSON.parse(data) as object, meta: JSON.parse(meta) as object };
      fold(states, read);
      after = position;
    }
    events += rows.length;
    if (rows.length < BATCH) return { events, states };
  }
};

type Read = { readonly stream: string; readonly revision: number; readonly type: string; readonly data: object };

/** In place, without a rule: whatever an event says is what is remembered. */
export const fold = (states: States, { stream, revision, type, data }: Read): void => {
  const known = states.get(stream);
  const state = known ?? {};
  if (known === undefined) states.set(stream, state);
  Object.assign(state, data);
  if (type === 'SubscriptionPaused') state['status'] = 'paused';
  else if (type === 'SubscriptionCreated' || type === 'SubscriptionResumed') state['status'] = 'active';
  state['revision'] = revision;
};
