import {
  ANY,
  BACKWARDS,
  END,
  EventStoreDBClient,
  FORWARDS,
  NO_STREAM,
  START,
  STREAM_EXISTS,
  binaryEvent,
  eventTypeFilter,
  excludeSystemEvents,
  jsonEvent,
  streamNameFilter,
  type AllStreamResolvedEvent,
  type EventData,
  type Position,
} from '@eventstore/db-client';
import { StandIn } from './stand-in.ts';

/** A real server, if one is configured: every statement about the stand-in must hold for it as well. */
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
  it('returns the last revision, and a position that grows', async () => {
    const stream = newStream();
    const first = await client.appendToStream(stream, events(3), { expectedRevision: NO_STREAM, ...how });
    expect(first).toMatchObject({ success: true, nextExpectedRevision: 2n });
    const second = await client.appendToStream(stream, events(2), { expectedRevision: 2n, ...how });
    expect(second.nextExpectedRevision).toBe(4n);
    expect(second.position!.commit > first.position!.commit).toBe(true);
    expect(await revisions(stream)).toEqual([0, 1, 2, 3, 4]);
  });

  it('reports the revision of the stream when another one was expected', async () => {
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

  it('recognises a repetition: always with a revision, otherwise among recent events', async () => {
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
    // Without a revision, other events may lie in between: the answer is about the last one.
    expect(await again([four[0]!, four[2]!], ANY)).toMatchObject({ nextExpectedRevision: 2n });
    expect(await revisions(stream)).toEqual([0, 1, 2, 3]);
    // At the current revision, the same events are written again.
    expect(await again(four, 3n)).toMatchObject({ nextExpectedRevision: 7n });
    // If an id occurs twice in a stream, or in two streams, the first occurrence counts.
    expect(await again([four[1]!], ANY)).toMatchObject({ nextExpectedRevision: 1n });
    const elsewhere = newStream();
    for (const revision of [0n, 1n])
      expect(await client.appendToStream(elsewhere, four[1]!, how)).toMatchObject({ nextExpectedRevision: revision });
  });

  it('recognises a repetition of events that are no longer visible, without their position', async () => {
    const stream = newStream();
    const two = events(2);
    await client.appendToStream(stream, two, { expectedRevision: NO_STREAM, ...how });
    await client.setStreamMetadata(stream, { truncateBefore: 2 });
    for (const expectedRevision of [NO_STREAM, ANY] as const) {
      const again = await client.appendToStream(stream, two, { expectedRevision, ...how });
      expect(again).toMatchObject({ success: true, nextExpectedRevision: 1n });
      expect(again.position).toBeUndefined();
    }
  });

  it('of no events succeeds at the current revision, and only there', async () => {
    const stream = newStream();
    const nothing = (expectedRevision: bigint | typeof ANY | typeof NO_STREAM) =>
      client.appendToStream(stream, [], { expectedRevision, ...how });
    expect(await nothing(NO_STREAM)).toMatchObject({ nextExpectedRevision: 0n });
    await expect(revisions(stream)).rejects.toMatchObject({ type: 'stream-not-found' });
    const { position } = await client.appendToStream(stream, events(3), { expectedRevision: NO_STREAM, ...how });
    const after = await nothing(2n);
    expect(after.nextExpectedRevision).toBe(2n);
    expect(after.position!.commit > position!.commit).toBe(true);
    expect(await nothing(ANY)).toMatchObject({ nextExpectedRevision: 2n });
    await expect(nothing(1n)).rejects.toMatchObject({ type: 'wrong-expected-version', actualVersion: 2n });
    await expect(nothing(NO_STREAM)).rejects.toMatchObject({ type: 'wrong-expected-version', actualVersion: 2n });
  });

  it('accepts at most a megabyte, and writes all or nothing', async () => {
    const stream = newStream();
    const large = jsonEvent({ type: 'Large', data: { text: 'x'.repeat(600_000) } });
    await expect(
      client.appendToStream(stream, [large, { ...large, id: crypto.randomUUID() }], how),
    ).rejects.toMatchObject({ type: 'maximum-append-size-exceeded', maxAppendSize: 1_048_576 });
    await expect(revisions(stream)).rejects.toMatchObject({ type: 'stream-not-found', streamName: stream });
    expect(await client.appendToStream(stream, large, how)).toMatchObject({ success: true });
    await client.tombstoneStream(stream);
    await expect(
      client.appendToStream(stream, [large, { ...large, id: crypto.randomUUID() }], how),
    ).rejects.toMatchObject({ type: 'maximum-append-size-exceeded' });
  });
});

it('appending the same events again in reverse order, without a revision, is never answered', async () => {
  const stream = newStream();
  const three = events(3);
  await client.appendToStream(stream, three);
  // Only the older of the two calls accepts a deadline.
  const again = client.appendToStream(stream, [...three].reverse(), { credentials, deadline: 300 });
  await expect(again).rejects.toMatchObject({ type: 'deadline-exceeded' });
  expect(await revisions(stream)).toEqual([0, 1, 2]);
});

describe('reading', () => {
  it('works in both directions, from any revision, for any number of events', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(6));
    expect(await revisions(stream, { fromRevision: 4n })).toEqual([4, 5]);
    expect(await revisions(stream, { fromRevision: 9n })).toEqual([]);
    expect(await revisions(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 2 })).toEqual([5, 4]);
    expect(await revisions(stream, { direction: BACKWARDS, fromRevision: 1n })).toEqual([1, 0]);
    await expect(revisions(stream, { fromRevision: END })).rejects.toThrow('Unexpected ReadStreamResult');
    const [last] = await all(client.readStream(stream, { fromRevision: END, direction: BACKWARDS, maxCount: 1 }));
    expect(last!.event).toMatchObject({ type: 'Happened', data: { number: 5 }, metadata: { by: 'us' }, isJson: true });
    expect(Math.abs(Date.now() - last!.event!.created.getTime())).toBeLessThan(60_000);
  });

  it('of all begins at a position when forwards, and before it when backwards', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(3));
    const [, second] = await all(client.readStream(stream));
    const fromPosition = second!.event!.position!;
    const read = async (direction: typeof FORWARDS | typeof BACKWARDS) =>
      (await all(client.readAll({ fromPosition, direction, maxCount: 1 }))).map(({ event }) => Number(event?.revision));
    expect(await read(FORWARDS)).toEqual([1]);
    expect(await read(BACKWARDS)).toEqual([0]);
  });

  it('of all reports an invalid position, and returns nothing beyond the end', async () => {
    const { position } = await client.appendToStream(newStream(), events(1));
    const at = (commit: bigint) => ({ commit, prepare: commit });
    const between = at(position!.commit + 1n);
    const beyond = at(position!.commit + 1_000_000_000n);
    await client.appendToStream(newStream(), events(1));
    await expect(all(client.readAll({ fromPosition: between }))).rejects.toThrow('InvalidPosition');
    await expect(all(client.subscribeToAll({ fromPosition: between }))).rejects.toThrow('invalid position');
    expect(await all(client.readAll({ fromPosition: beyond }))).toEqual([]);
  });

  it('follows a link on request, if its target exists', async () => {
    const [stream, links] = [newStream(), newStream()];
    await client.appendToStream(stream, events(3));
    const linkTo = (revision: number) => binaryEvent({ type: '$>', data: Buffer.from(`${revision}@${stream}`) });
    await client.appendToStream(links, [linkTo(2), linkTo(0), linkTo(7)]);
    const read = async (resolveLinkTos: boolean) =>
      (await all(client.readStream(links, { resolveLinkTos }))).map(({ event, link }) => [
        event && `${event.type} ${event.revision}`,
        link && `${link.type} ${link.revision}`,
      ]);
    expect(await read(false)).toEqual([
      ['$> 0', undefined],
      ['$> 1', undefined],
      ['$> 2', undefined],
    ]);
    expect(await read(true)).toEqual([
      ['Happened 2', '$> 0'],
      ['Happened 0', '$> 1'],
      [undefined, '$> 2'],
    ]);
    await client.tombstoneStream(stream);
    expect((await read(true))[0]).toEqual([undefined, '$> 0']);
  });
});

describe('deleting', () => {
  it('hides a stream until the next append, which continues its revisions', async () => {
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

  it('needs a stream, or at least its metadata', async () => {
    const missing = { type: 'wrong-expected-version', actualVersion: -1n };
    await expect(client.deleteStream(newStream())).rejects.toMatchObject(missing);
    await expect(client.deleteStream(newStream(), { expectedRevision: NO_STREAM })).rejects.toMatchObject(missing);
    const described = newStream();
    await client.setStreamMetadata(described, { maxCount: 7 });
    await client.deleteStream(described, { expectedRevision: NO_STREAM });
  });

  it('is undone by setting the metadata of the stream, which is then empty', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(2));
    await client.deleteStream(stream);
    // The server's own entry follows, which makes the stream begin where it ended.
    expect(await client.setStreamMetadata(stream, { maxCount: 7 })).toMatchObject({ nextExpectedRevision: 1n });
    expect(await revisions(`$$${stream}`)).toEqual([2]);
    expect(await revisions(stream)).toEqual([]);
    expect((await client.getStreamMetadata(stream)).metadata).toEqual({ maxCount: 7, truncateBefore: 2 });
    await client.appendToStream(stream, events(1));
    expect(await revisions(stream)).toEqual([2]);
  });

  it('permanently ends a stream and every subscription to it', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(1));
    const gone = { type: 'stream-deleted', streamName: stream };
    const types: string[] = [];
    const subscription = client.subscribeToStream(stream);
    const ended = new Promise((resolve) => subscription.on('error', resolve));
    await new Promise((resolve) =>
      subscription.on('data', ({ event }) => types.push(event!.type)).on('caughtUp', () => resolve(undefined)),
    );
    await client.tombstoneStream(stream);
    expect(await ended).toMatchObject(gone);
    expect(types).toEqual(['Happened', '$streamDeleted']);
    await expect(all(client.subscribeToStream(stream))).rejects.toMatchObject(gone);
    await expect(revisions(stream)).rejects.toMatchObject(gone);
    await expect(client.appendToStream(stream, events(1))).rejects.toMatchObject(gone);
    await expect(client.appendToStream(stream, events(1), { credentials })).rejects.toMatchObject(gone);
    await expect(client.deleteStream(stream)).rejects.toMatchObject(gone);
    const alsoGone = { type: 'stream-deleted', streamName: `$$${stream}` };
    await expect(client.getStreamMetadata(stream)).rejects.toMatchObject(alsoGone);
    await expect(client.setStreamMetadata(stream, { maxCount: 7 })).rejects.toMatchObject(alsoGone);
    const never = newStream();
    await client.tombstoneStream(never, { expectedRevision: NO_STREAM });
    await expect(revisions(never)).rejects.toMatchObject({ type: 'stream-deleted', streamName: never });
  });

  it('by metadata hides the oldest events at once', async () => {
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
  it('to a stream delivers its history, its end, and then new events', async () => {
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
    ['a prefix of the stream', (tag: string) => streamNameFilter({ prefixes: [`x-${tag}`, 'absent-'] })],
    ['a pattern of the stream', (tag: string) => streamNameFilter({ regex: `^x-${tag}` })],
    ['a prefix of the type', (tag: string) => eventTypeFilter({ prefixes: [tag] })],
    ['a pattern of the type', (tag: string) => eventTypeFilter({ regex: `^${tag}$` })],
  ])('to all filters by %s', async (_, filterOf) => {
    const tag = crypto.randomUUID();
    await client.appendToStream(`x-${tag}`, events(2, tag));
    await client.appendToStream(newStream(), events(2));
    await client.appendToStream(`x-${tag}`, events(1, tag));
    const seen: AllStreamResolvedEvent[] = [];
    for await (const resolved of client.subscribeToAll({ filter: filterOf(tag) })) if (seen.push(resolved) === 3) break;
    expect(seen.map(({ event }) => Number(event?.revision))).toEqual([0, 1, 2]);
  });

  it('to all reports now and then how far it has searched', async () => {
    const start = await client.appendToStream(newStream(), events(1));
    for (let time = 0; time < 4; time += 1) await client.appendToStream(newStream(), events(40));
    const checkpoints: bigint[] = [];
    const reached = Promise.withResolvers<undefined>();
    const subscription = client.subscribeToAll({
      fromPosition: start.position!,
      filter: streamNameFilter({
        prefixes: ['absent-'],
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

  it('to all searches page by page, and the first page begins with the event that was delivered last', async () => {
    await client.appendToStream(newStream(), events(40));
    const { position: end } = await client.appendToStream(newStream(), events(1));
    const stream = newStream();
    await client.appendToStream(stream, events(40));
    const read = await all(client.readStream(stream));
    const places = [end!, ...read.map(({ event }) => event!.position!)].map(({ commit }) => commit);
    const reached = Promise.withResolvers<Position>();
    const subscription = client.subscribeToAll({
      fromPosition: end!,
      filter: streamNameFilter({
        prefixes: ['absent-'],
        maxSearchWindow: 5,
        checkpointInterval: 3,
        checkpointReached: async (_, position) => reached.resolve(position),
      }),
    });
    subscription.on('data', () => undefined);
    const { commit } = await reached.promise;
    await subscription.unsubscribe();
    // Three pages of five: the checkpoint is where the third begins.
    expect(places.indexOf(commit)).toBe(10);
  });

  it('to all continues from any checkpoint without a gap', async () => {
    const tag = crypto.randomUUID();
    const start = await client.appendToStream(newStream(), events(1));
    for (let time = 0; time < 6; time += 1) {
      // Two pages without matching events.
      await client.appendToStream(newStream(), events(70));
      await client.appendToStream(`x-${tag}`, events(1));
    }
    const checkpoints: Position[] = [];
    /** The events after a position, up to the last one of this test. */
    const after = async (fromPosition: Position, checkpointReached?: (position: Position) => void) => {
      const seen: Position[] = [];
      const subscription = client.subscribeToAll({
        fromPosition,
        filter: streamNameFilter({
          prefixes: [`x-${tag}`],
          checkpointInterval: 1,
          checkpointReached: async (_, position) => checkpointReached?.(position),
        }),
      });
      for await (const { event } of subscription) {
        seen.push(event!.position);
        if (event!.revision === 5n) break;
      }
      await subscription.unsubscribe();
      return seen;
    };
    const everything = await after(start.position!, (position) => checkpoints.push(position));
    expect(everything).toHaveLength(6);
    // Its commit position is that of the next entry, and its prepare position is smaller.
    expect(checkpoints.some(({ commit, prepare }) => prepare < commit)).toBe(true);
    expect(await after({ commit: everything[3]!.commit, prepare: 0n })).toEqual(everything.slice(3));
    expect(await after(everything[3]!)).toEqual(everything.slice(4));
    const last = everything.at(-1)!;
    for (const checkpoint of checkpoints.filter(({ commit }) => commit < last.commit)) {
      const behind = everything.filter(
        ({ commit }) => commit > checkpoint.commit || (commit === checkpoint.commit && commit > checkpoint.prepare),
      );
      expect(await after(checkpoint)).toEqual(behind);
    }
  });

  it('to all from the end has no history to search, and no checkpoint', async () => {
    const told: string[] = [];
    const live = Promise.withResolvers<undefined>();
    const subscription = client.subscribeToAll({
      fromPosition: END,
      filter: streamNameFilter({ prefixes: ['absent-'], checkpointReached: async () => void told.push('checkpoint') }),
    });
    subscription.on('data', () => undefined).on('caughtUp', () => live.resolve(undefined));
    await live.promise;
    expect(told).toEqual([]);
    await subscription.unsubscribe();
  });

  it.each([
    ['a stream', (stream: string) => client.subscribeToStream(stream)],
    ['all', () => client.subscribeToAll({ fromPosition: START, filter: streamNameFilter({ prefixes: ['slow-'] }) })],
  ])('to %s loses nothing when the reader is too slow, and then catches up', async (_, subscribe) => {
    const stream = `slow-${crypto.randomUUID()}`;
    const data = 'x'.repeat(20_000);
    const write = (count: number) =>
      client.appendToStream(
        stream,
        Array.from({ length: count }, () => jsonEvent({ type: 'Large', data })),
      );
    await write(1);
    const again = Promise.withResolvers<undefined>();
    const seen: bigint[] = [];
    const subscription = subscribe(stream);
    subscription.once('caughtUp', () => subscription.once('caughtUp', () => again.resolve(undefined)));
    for await (const { event } of subscription) {
      if (event!.streamId !== stream) continue;
      seen.push(event!.revision);
      if (event!.revision === 0n) for (let time = 0; time < 10; time += 1) await write(40);
      if (event!.revision < 400n) continue;
      await again.promise;
      break;
    }
    await subscription.unsubscribe();
    expect(seen).toEqual(Array.from({ length: 401 }, (_each, revision) => BigInt(revision)));
  });

  it('to all can exclude the server`s own events', async () => {
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
