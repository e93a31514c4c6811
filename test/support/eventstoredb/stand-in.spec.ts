import {
  ANY,
  BACKWARDS,
  END,
  EventStoreDBClient,
  FORWARDS,
  NO_STREAM,
  STREAM_EXISTS,
  eventTypeFilter,
  excludeSystemEvents,
  jsonEvent,
  streamNameFilter,
  type AllStreamResolvedEvent,
  type EventData,
} from '@eventstore/db-client';
import { StandIn } from './stand-in.ts';

/** A real server, when there is one: what is said here of the stand-in has to be true of it, too. */
const real = process.env.EVENTSTORE_URL;

let standIn: StandIn | undefined;
let client: EventStoreDBClient;
/** With credentials, the client uses the older of the two calls for appending. */
const credentials = { username: 'admin', password: 'changeit' };

beforeAll(async () => {
  standIn = real === undefined ? await StandIn.start() : undefined;
  client = EventStoreDBClient.connectionString(real ?? standIn!.url);
});
afterAll(async () => {
  await client.dispose();
  await standIn?.stop();
});

const newStream = () => `conduct-${crypto.randomUUID()}`;
const events = (count: number, type = 'Happened'): EventData[] =>
  Array.from({ length: count }, (_, number) => jsonEvent({ type, data: { number }, metadata: { by: 'us' } }));

const all = async <E>(reading: AsyncIterable<E>): Promise<E[]> => {
  const read: E[] = [];
  for await (const each of reading) read.push(each);
  return read;
};
const revisions = async (stream: string, options = {}) =>
  (await all(client.readStream(stream, options))).map(({ event }) => Number(event?.revision));

describe.each([
  ['in a batch', {}],
  ['one by one', { credentials }],
] as const)('appending %s', (_, how) => {
  it('answers with the last revision and a position that grows', async () => {
    const stream = newStream();
    const first = await client.appendToStream(stream, events(3), { expectedRevision: NO_STREAM, ...how });
    expect(first).toMatchObject({ success: true, nextExpectedRevision: 2n });
    const second = await client.appendToStream(stream, events(2), { expectedRevision: 2n, ...how });
    expect(second.nextExpectedRevision).toBe(4n);
    expect(second.position!.commit > first.position!.commit).toBe(true);
    expect(await revisions(stream)).toEqual([0, 1, 2, 3, 4]);
  });

  it('says where the stream is', async () => {
    const stream = newStream();
    await expect(client.appendToStream(stream, events(1), { expectedRevision: 3n, ...how })).rejects.toMatchObject({
      type: 'wrong-expected-version',
      actualVersion: 'no_stream',
      expectedVersion: 3n,
    });
    await expect(
      client.appendToStream(stream, events(1), { expectedRevision: STREAM_EXISTS, ...how }),
    ).rejects.toMatchObject({ type: 'wrong-expected-version', expectedVersion: 'stream_exists' });
    await client.appendToStream(stream, events(2), { expectedRevision: ANY, ...how });
    await client.appendToStream(stream, events(1), { expectedRevision: STREAM_EXISTS, ...how });
    await expect(client.appendToStream(stream, events(1), { expectedRevision: 0n, ...how })).rejects.toMatchObject({
      actualVersion: 2n,
    });
  });

  it('knows the same again: by revision always, otherwise of late', async () => {
    const stream = newStream();
    const four = events(4);
    const first = await client.appendToStream(stream, four, { expectedRevision: NO_STREAM, ...how });
    const again = (some: EventData[], expectedRevision: bigint | typeof ANY | typeof NO_STREAM) =>
      client.appendToStream(stream, some, { expectedRevision, ...how });
    expect(await again(four, NO_STREAM)).toEqual(first);
    expect(await again(four, ANY)).toEqual(first);
    expect(await again(four.slice(1, 3), 0n)).toMatchObject({ nextExpectedRevision: 2n });
    await expect(again([...four, ...events(1)], NO_STREAM)).rejects.toMatchObject({ actualVersion: 3n });
    await expect(again([four[0]!, ...events(1)], ANY)).rejects.toMatchObject({ type: 'wrong-expected-version' });
    expect(await revisions(stream)).toEqual([0, 1, 2, 3]);
    // Where the stream is now, the same is written again.
    expect(await again(four, 3n)).toMatchObject({ nextExpectedRevision: 7n });
  });

  it('takes no more than a megabyte, and then all or nothing', async () => {
    const stream = newStream();
    const large = jsonEvent({ type: 'Large', data: { text: 'x'.repeat(600_000) } });
    await expect(
      client.appendToStream(stream, [large, { ...large, id: crypto.randomUUID() }], how),
    ).rejects.toMatchObject({ type: 'maximum-append-size-exceeded', maxAppendSize: 1_048_576 });
    await expect(revisions(stream)).rejects.toMatchObject({ type: 'stream-not-found', streamName: stream });
    expect(await client.appendToStream(stream, large, how)).toMatchObject({ success: true });
  });
});

describe('reading', () => {
  it('goes both ways, from anywhere, as far as one likes', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(6));
    expect(await revisions(stream, { fromRevision: 4n })).toEqual([4, 5]);
    expect(await revisions(stream, { fromRevision: 9n })).toEqual([]);
    expect(await revisions(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 2 })).toEqual([5, 4]);
    expect(await revisions(stream, { direction: BACKWARDS, fromRevision: 1n })).toEqual([1, 0]);
    const [last] = await all(client.readStream(stream, { fromRevision: END, direction: BACKWARDS, maxCount: 1 }));
    expect(last!.event).toMatchObject({ type: 'Happened', data: { number: 5 }, metadata: { by: 'us' }, isJson: true });
    expect(Math.abs(Date.now() - last!.event!.created.getTime())).toBeLessThan(60_000);
  });

  it('of all begins at a position forwards, and before it backwards', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(3));
    const [, second] = await all(client.readStream(stream));
    const fromPosition = second!.event!.position!;
    const read = async (direction: typeof FORWARDS | typeof BACKWARDS) =>
      (await all(client.readAll({ fromPosition, direction, maxCount: 1 }))).map(({ event }) => Number(event?.revision));
    expect(await read(FORWARDS)).toEqual([1]);
    expect(await read(BACKWARDS)).toEqual([0]);
  });
});

describe('deleting', () => {
  it('hides a stream until somebody appends, who goes on counting', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(2));
    await expect(client.deleteStream(stream, { expectedRevision: 7n })).rejects.toMatchObject({
      type: 'wrong-expected-version',
      actualVersion: 1n,
    });
    await client.deleteStream(stream);
    await expect(revisions(stream)).rejects.toMatchObject({ type: 'stream-not-found' });
    await client.appendToStream(stream, events(1), { expectedRevision: NO_STREAM });
    expect(await revisions(stream)).toEqual([2]);
    expect((await client.getStreamMetadata(stream)).metadata).toMatchObject({ truncateBefore: 2 });
  });

  it('for ever ends a stream, and every subscription to it', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(1));
    const subscription = client.subscribeToStream(stream);
    const ended = new Promise((resolve) => subscription.on('error', resolve).on('data', () => undefined));
    await client.tombstoneStream(stream);
    expect(await ended).toMatchObject({ type: 'stream-deleted', streamName: stream });
    const gone = { type: 'stream-deleted', streamName: stream };
    await expect(revisions(stream)).rejects.toMatchObject(gone);
    await expect(client.appendToStream(stream, events(1))).rejects.toMatchObject(gone);
    await expect(client.appendToStream(stream, events(1), { credentials })).rejects.toMatchObject(gone);
    await expect(client.deleteStream(stream)).rejects.toMatchObject(gone);
  });

  it('by metadata hides the oldest at once', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(5));
    await client.setStreamMetadata(stream, { maxCount: 2 });
    expect(await revisions(stream)).toEqual([3, 4]);
    await client.setStreamMetadata(stream, { truncateBefore: 4 });
    expect(await revisions(stream)).toEqual([4]);
    expect((await client.getStreamMetadata(stream)).metadata).toEqual({ truncateBefore: 4 });
  });
});

describe('subscribing', () => {
  it('to a stream tells history, the end of it, and then what comes', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(3));
    const told: string[] = [];
    const subscription = client.subscribeToStream(stream, { fromRevision: 0n });
    subscription.on('confirmation', () => told.push('confirmed')).on('caughtUp', () => told.push('caught up'));
    for await (const { event } of subscription) {
      told.push(String(event?.revision));
      if (event?.revision === 2n) await client.appendToStream(stream, events(1));
      if (event?.revision === 3n) break;
    }
    await subscription.unsubscribe();
    expect(told.filter((word) => word !== 'caught up')).toEqual(['confirmed', '1', '2', '3']);
    expect(told.filter((word) => word === 'caught up')).toHaveLength(1);
  });

  it.each([
    ['a prefix of the stream', (tag: string) => streamNameFilter({ prefixes: [`x-${tag}`, 'nobody-'] })],
    ['a pattern of the stream', (tag: string) => streamNameFilter({ regex: `^x-${tag}` })],
    ['a prefix of the type', (tag: string) => eventTypeFilter({ prefixes: [tag] })],
    ['a pattern of the type', (tag: string) => eventTypeFilter({ regex: `^${tag}$` })],
  ])('to all passes by %s', async (_, filterOf) => {
    const tag = crypto.randomUUID();
    await client.appendToStream(`x-${tag}`, events(2, tag));
    await client.appendToStream(newStream(), events(2));
    await client.appendToStream(`x-${tag}`, events(1, tag));
    const seen: AllStreamResolvedEvent[] = [];
    for await (const resolved of client.subscribeToAll({ filter: filterOf(tag) })) if (seen.push(resolved) === 3) break;
    expect(seen.map(({ event }) => Number(event?.revision))).toEqual([0, 1, 2]);
  });

  it('to all says now and then how far it has looked', async () => {
    const start = await client.appendToStream(newStream(), events(1));
    for (let time = 0; time < 4; time += 1) await client.appendToStream(newStream(), events(40));
    const checkpoints: bigint[] = [];
    const reached = Promise.withResolvers<undefined>();
    const subscription = client.subscribeToAll({
      fromPosition: start.position!,
      filter: streamNameFilter({
        prefixes: ['nobody-'],
        checkpointInterval: 1,
        checkpointReached: async (_, { commit }) => {
          if (checkpoints.push(commit) === 4) reached.resolve(undefined);
        },
      }),
    });
    subscription.on('data', () => undefined);
    await reached.promise;
    await subscription.unsubscribe();
    expect(checkpoints).toEqual([...checkpoints].sort((a, b) => (a < b ? -1 : 1)));
    // The first may be where the subscription began.
    expect(checkpoints[0]! >= start.position!.commit && checkpoints[3]! > checkpoints[0]!).toBe(true);
  });

  it('to all but the server`s own', async () => {
    const { position } = await client.appendToStream(newStream(), events(1));
    const stream = newStream();
    await client.setStreamMetadata(stream, { maxCount: 7 });
    await client.appendToStream(stream, events(1));
    for await (const { event } of client.subscribeToAll({ fromPosition: position!, filter: excludeSystemEvents() })) {
      expect(event!.type).toBe('Happened');
      if (event!.streamId === stream) break;
    }
  });
});
