import { randomBytes } from 'node:crypto';
import { EventStoreDBClient, jsonEvent, type Position as Place } from '@eventstore/db-client';
import { codec, type EventStore, type CommandHandler } from '#event-store';
import { openEventStoreDb } from '#event-store/eventstoredb';
import type { Position } from '#kernel';
import { CATALOGUE_ID, history, type SubscriptionCommands, writeSide } from '#ledger';
import { timelineOf } from '#policy';
import { byClients } from './compare.ts';
import type { Stage } from './dataset.ts';

/** How many events are appended at once while streams are copied. */
const PIECE = 500;

/** The events of a stage on a server: the ledger's write side over them, and a client for what is written by hand. */
export type Remote = {
  readonly store: EventStore;
  readonly handling: CommandHandler;
  readonly face: SubscriptionCommands;
  readonly client: EventStoreDBClient;
  /** What names of streams begin with: the ledger's, and those that are for the floor to write to. */
  readonly prefixes: { readonly ours: string; readonly floors: string };
  /** The place before the first of our events, as the ledger and as the driver call it. */
  readonly from: { readonly position: Position; readonly place: Place };
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

/** Copies a stage to a server: all of it for the ledger, and the streams of 20 events once more for the floor. */
export const openRemote = async (stage: Stage, url: string): Promise<Remote> => {
  const category = `bench${randomBytes(4).toString('hex')}`;
  const floorsCategory = `${category}floor`;
  const prefixes = { ours: `${category}-`, floors: `${floorsCategory}-` };
  const shapes = codec(history);
  const store = openEventStoreDb({ url, codec: shapes, categories: [category] });
  const floorsStore = openEventStoreDb({ url, codec: shapes, categories: [floorsCategory] });
  const client = EventStoreDBClient.connectionString(url);
  const close = async () => {
    await store.close();
    await floorsStore.close();
    await client.dispose();
  };
  try {
    const from = await begin(store, client, `${prefixes.ours}begin`);
    const ours = renamed(store, prefixes.ours);
    const floors = renamed(floorsStore, prefixes.floors);
    const streams = [`customer-${stage.customerId}`, `catalog-${CATALOGUE_ID}`, `subscription-${stage.longId}`];
    for (const stream of streams) await copy(stage, stream, ours);
    await byClients(16, stage.ids.length, async (n) => {
      for (const side of [ours, floors]) await copy(stage, `subscription-${stage.ids[n] ?? ''}`, side);
    });
    // The stage's read models are as empty as on the embedded store.
    const { reads, clock } = stage.ledger;
    const policies = timelineOf('seed-2021-09');
    const side = writeSide({ store: ours, reads, codec: shapes, clock, policies });
    await side.priceLists.refresh();
    return { store: ours, handling: side.handling, face: side.commands, client, prefixes, from, close };
  } catch (error) {
    await close();
    throw error;
  }
};

/** Appends something that is only there to have a position. */
const begin = async (store: EventStore, client: EventStoreDBClient, stream: string): Promise<Remote['from']> => {
  const { position: place } = await client.appendToStream(
    stream,
    jsonEvent({ type: 'BenchmarkBegun', data: {}, metadata: { schema: 1 } }),
  );
  const [event] = await store.read(stream);
  if (place === undefined || event === undefined) throw new Error('the event store does not say where it wrote');
  return { position: event.position, place };
};

const copy = async ({ ledger: { handling } }: Stage, stream: string, to: EventStore): Promise<void> => {
  const events = await handling.events(stream);
  for (let n = 0; n < events.length; n += PIECE) await to.append(stream, events.slice(n, n + PIECE), n - 1);
};
