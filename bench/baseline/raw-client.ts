import { jsonEvent, NO_STREAM, streamNameFilter, type EventStoreDBClient, type Position } from '@eventstore/db-client';
import { fold, type States } from './replay.ts';
import type { Log } from './subscriptions.ts';

type JSONRecord = { [name: string]: unknown };

/** A baseline's log on a server: calls of the driver, and nothing around them. Streams have names with this prefix. */
export const rawLog = (client: EventStoreDBClient, prefix: string): Log => ({
  read: async (stream) => {
    const read: { revision: number; type: string; data: object }[] = [];
    for await (const { event } of client.readStream(`${prefix}${stream}`)) {
      if (event === undefined) continue;
      read.push({ revision: Number(event.revision), type: event.type, data: event.data as object });
    }
    return read;
  },
  append: (stream, facts, metadata, after) => {
    const events = facts.map(({ id, type, data }) => jsonEvent({ id, type, data: data as JSONRecord, metadata }));
    return client.appendToStream(`${prefix}${stream}`, events, {
      expectedRevision: after === -1 ? NO_STREAM : BigInt(after),
    });
  },
});

/** Reads `events` events of the streams with this prefix in order, and folds their data into a state by stream. */
export const rawReplay = async (
  client: EventStoreDBClient,
  { prefix, from, events }: { readonly prefix: string; readonly from: Position; readonly events: number },
): Promise<number> => {
  const states: States = new Map();
  const filter = streamNameFilter({ prefixes: [prefix] });
  const subscription = client.subscribeToAll({ fromPosition: from, filter });
  let read = 0;
  for await (const { event } of subscription) {
    if (event === undefined) continue;
    const { streamId: stream, revision, type, data } = event;
    fold(states, { stream, revision: Number(revision), type, data: data as object });
    if ((read += 1) === events) break;
  }
  await subscription.unsubscribe();
  return read;
};
