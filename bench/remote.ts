import { randomBytes } from 'node:crypto';
import { EventStoreDBClient, jsonEvent, type Position as DriverPosition } from '@eventstore/db-client';
import { codec, type EventStore, type CommandHandler } from '#event-store';
import { openEventStoreDb } from '#event-store/eventstoredb';
import type { Position } from '#kernel';
import { CATALOGUE_ID, history, type SubscriptionCommands, writeSide } from '#ledger';
import { timelineOf } from '#policy';
import { byClients } from './compare.ts';
import type { Dataset } from './dataset.ts';

/** How many events are appended at once while streams are copied. */
const BATCH = 500;

/** The events of a dataset on a server: the ledger's write side over them, and a client for the baseline. */
export type Remote = {
  readonly store: EventStore;
  readonly handler: CommandHandler;
  readonly target: SubscriptionCommands;
  readonly client: EventStoreDBClient;
  /** Prefixes of stream names: the ledger's, and those that the baseline writes to. */
  readonly prefixes: { readonly ours: string; readonly baseline: string };
  /** The position before the first of our events, in the ledger's form and in the driver's. */
  readonly from: { readonly position: Position; readonly driverPosition: DriverPosition };
  readonly close: () => Promise<void>;
};

/** Streams go by other names on the server: no ledger follows them, whatever else it keeps there. */
const renamed = (store: EventStore, prefix: string): EventStore => ({
  read: (stream, from) => store.read(`${prefix}${stream}`, from),
  append: (stream, events, expected) => store.append(`${prefix}${stream}`, events, expected),
  follow: (position, signal) => store.follow(position, signal),
  logEnd: () => store.logEnd(),
  close: () => store.close(),
});

/** Copies a dataset to a server: all of it for the ledger, and the streams of 20 events once more for the baseline. */
export const openRemote = async (dataset: Dataset, url: string): Promise<Remote> => {
  const category = `bench${randomBytes(4).toString('hex')}`;
  const baselineCategory = `${category}floor`;
  const prefixes = { ours: `${category}-`, baseline: `${baselineCategory}-` };
  const shapes = codec(history);
  const store = openEventStoreDb({ url, codec: shapes, categories: [category] });
  const baselineStore = openEventStoreDb({ url, codec: shapes, categories: [baselineCategory] });
  const client = EventStoreDBClient.connectionString(url);
  const close = async () => {
    await store.close();
    await baselineStore.close();
    await client.dispose();
  };
  try {
    const from = await begin(store, client, `${prefixes.ours}begin`);
    const ours = renamed(store, prefixes.ours);
    const baseline = renamed(baselineStore, prefixes.baseline);
    const streams = [`customer-${dataset.customerId}`, `catalog-${CATALOGUE_ID}`, `subscription-${dataset.longId}`];
    for (const stream of streams) await copy(dataset, stream, ours);
    await byClients(16, dataset.ids.length, async (n) => {
      for (const side of [ours, baseline]) await copy(dataset, `subscription-${dataset.ids[n] ?? ''}`, side);
    });
    // The dataset's read models are as empty as on the embedded store.
    const { reads, clock } = dataset.ledger;
    const policies = timelineOf('seed-2021-09');
    const side = writeSide({ store: ours, reads, codec: shapes, clock, policies });
    await side.catalogCache.refresh();
    return { store: ours, handler: side.handler, target: side.commands, client, prefixes, from, close };
  } catch (error) {
    await close();
    throw error;
  }
};

/** Appends something that is only there to have a position. */
const begin = async (store: EventStore, client: EventStoreDBClient, stream: string): Promise<Remote['from']> => {
  const { position: driverPosition } = await client.appendToStream(
    stream,
    jsonEvent({ type: 'BenchmarkBegun', data: {}, metadata: { schema: 1 } }),
  );
  const [event] = await store.read(stream);
  if (driverPosition === undefined || event === undefined)
    throw new Error('the event store does not say where it wrote');
  return { position: event.position, driverPosition };
};

const copy = async ({ ledger: { store } }: Dataset, stream: string, to: EventStore): Promise<void> => {
  const events = await store.read(stream);
  for (let n = 0; n < events.length; n += BATCH) await to.append(stream, events.slice(n, n + BATCH), n - 1);
};
