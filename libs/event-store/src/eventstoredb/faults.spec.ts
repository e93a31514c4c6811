import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { binaryEvent, EventStoreDBClient } from '@eventstore/db-client';
import type { Fault } from '../../../../test/eventstoredb-stand-in/faults.ts';
import { StandIn } from '../../../../test/eventstoredb-stand-in/stand-in.ts';
import type { Recorded } from '#kernel';
import { codec } from '../codec.ts';
import { add, counter } from '../counter.testing.ts';
import {
  CorruptEvent,
  NO_STREAM,
  RevisionConflict,
  StoreUnavailable,
  StreamGone,
  type EventStore,
} from '../event-store.ts';
import { CommandHandler } from '../command-handler.ts';
import { draft, drafts, followUntil, endOfLog, history, idsOf, newStream } from '../testing.ts';
import { openEventStoreDb, type EventStoreDb } from './index.ts';

const shapes = codec({});
/** How long a call may take here, in milliseconds. */
const LIMIT = 400;
/** In time, in milliseconds: on a machine that has much else to do, too, and long before the driver would give up. */
const IN_TIME = 5_000;

let standIn: StandIn;
let store: EventStoreDb;
const warnings: string[] = [];

const open = (): EventStoreDb =>
  openEventStoreDb({
    url: standIn.url,
    codec: shapes,
    categories: ['contract', 'counter'],
    timeouts: { call: LIMIT },
    logger: { warn: (message) => warnings.push(message) },
  });

beforeAll(async () => {
  standIn = await StandIn.start();
});
afterAll(() => standIn.stop());
beforeEach(() => {
  warnings.length = 0;
  store = open();
});
afterEach(async () => {
  await standIn.clear();
  await store.close();
});

/** Asks again, as handling does, until the store answers. */
const insist = async <T>(ask: () => Promise<T>): Promise<T> => {
  for (;;)
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await delay(20);
    }
};

/** How long it takes until something fails, and how. */
const failing = async (work: Promise<unknown>): Promise<{ readonly error: unknown; readonly after: number }> => {
  const start = performance.now();
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, after: performance.now() - start };
};

const unanswered: readonly Fault[] = ['loseAnswer', 'loseRequest', 'breakAfter', 'breakBefore', 'lateCommit'];

describe('an append without an answer', () => {
  it.each(unanswered)('is unknown, and the same append again settles it: %s', async (fault) => {
    const stream = newStream();
    const events = drafts(3);
    await standIn.fault(fault);
    await expect(store.append(stream, events, NO_STREAM)).rejects.toThrow(StoreUnavailable);
    const receipt = await insist(() => store.append(stream, events, NO_STREAM));
    const recorded = await store.read(stream);
    expect(idsOf(recorded)).toEqual(idsOf(events));
    expect(receipt).toEqual({ revision: 2, position: recorded.at(-1)!.position });
  });

  it.each([...unanswered, 'notLeader'] as const)('does not show in handling a command: %s', async (fault) => {
    const handling = new CommandHandler(store, { codec: shapes, retries: [10, 20, 50] });
    const [id, command] = [crypto.randomUUID(), add(3)];
    await standIn.fault(fault, 2);
    expect(await handling.handle(counter, id, command)).toMatchObject({ outcome: 'recorded', revision: 0 });
    expect(await store.read(`counter-${id}`)).toHaveLength(1);
    expect(await handling.handle(counter, id, command)).toMatchObject({ outcome: 'replayed', revision: 0 });
  });

  it('is told in time, also when the server accepts calls and says nothing', async () => {
    await standIn.fault('silence', 1_000_000);
    for (const work of [store.append(newStream(), drafts(1), NO_STREAM), store.read(newStream()), store.ping()]) {
      const { error, after } = await failing(work);
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(after).toBeLessThan(IN_TIME);
    }
    await standIn.clear();
    await store.ping();
    expect(await store.append(newStream(), drafts(1), NO_STREAM)).toMatchObject({ revision: 0 });
  });

  it('is none when the answer is only slow', async () => {
    await standIn.fault('slow', LIMIT / 4);
    const stream = newStream();
    expect(await store.append(stream, drafts(2), NO_STREAM)).toMatchObject({ revision: 1 });
    expect(await store.read(stream)).toHaveLength(2);
  });

  it('costs those beside it no more than a retry', async () => {
    const appends = Array.from({ length: 16 }, () => ({ stream: newStream(), events: drafts(2) }));
    await standIn.fault('loseAnswer', 3);
    await Promise.all(appends.map(({ stream, events }) => insist(() => store.append(stream, events, NO_STREAM))));
    for (const { stream, events } of appends) expect(idsOf(await store.read(stream))).toEqual(idsOf(events));
  });
});

describe('rivals', () => {
  it.each([undefined, ...unanswered])('16 at one revision: exactly one wins (%s)', async (fault) => {
    const stream = newStream();
    await store.append(stream, drafts(1), NO_STREAM);
    if (fault !== undefined) await standIn.fault(fault, 4);
    const rivals = Array.from({ length: 16 }, () => drafts(2));
    const outcomes = await Promise.allSettled(rivals.map((events) => insist(() => store.append(stream, events, 0))));
    const winners = rivals.filter((_, index) => outcomes[index]!.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    expect(idsOf(await store.read(stream, 1))).toEqual(idsOf(winners[0]!));
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(RevisionConflict);
  });
});

/** Writes to some streams without pause until told to stop; what was answered. */
const writing = (into: EventStore, writers: number): (() => Promise<string[]>) => {
  let enough = false;
  const answered: string[] = [];
  const all = Array.from({ length: writers }, async () => {
    const stream = newStream();
    for (let revision = NO_STREAM; !enough; revision += 1) {
      const event = draft();
      await insist(() => into.append(stream, [event], revision));
      answered.push(event.id);
    }
  });
  return async () => {
    enough = true;
    await Promise.all(all);
    return answered;
  };
};

/** Follows from a position on until it has seen a last event. */
const following = (from: string) => {
  const last = Promise.withResolvers<string>();
  let lastId: string | undefined;
  void last.promise.then((id) => (lastId = id));
  const seen = followUntil(store, from, (batch, before) =>
    [...batch, ...before].some(({ id }: Recorded) => id === lastId),
  );
  return {
    /** What was seen up to a last event that is written now. */
    end: async () => {
      const event = draft();
      last.resolve(event.id);
      await insist(() => store.append(newStream(), [event], NO_STREAM));
      return { seen: await seen, last: event.id };
    },
  };
};

/** Whether everything that was answered is in the log once, and was told once, in the order of the log. */
const nothingLostOrDoubled = async (start: string, answered: readonly string[], seen: readonly Recorded[]) => {
  const log = await history(store, start);
  const ids = new Set(idsOf(log));
  expect(ids.size).toBe(log.length);
  expect(answered.filter((id) => !ids.has(id))).toEqual([]);
  expect(idsOf(seen)).toEqual(idsOf(log).slice(0, seen.length));
  expect(seen.length).toBe(log.length);
};

describe('a server that goes and comes', () => {
  const killed = async () => {
    await standIn.kill();
    await delay(150);
    await standIn.restart();
  };
  const hanging = (time: number) => async () => {
    standIn.hang();
    await delay(time);
    standIn.goOn();
  };
  const mishaps: readonly (readonly [what: string, mishap: () => Promise<void>])[] = [
    ['is killed and started again', killed],
    ['breaks all connections', () => standIn.breakAll()],
    ['hangs for a while', hanging(LIMIT * 2)],
    ['hangs for a moment', hanging(LIMIT / 4)],
    ['breaks the connection behind an event', () => standIn.fault('breakSubscription')],
    ['loses answers', () => standIn.fault('loseAnswer', 3)],
  ];
  it.each(mishaps)('loses and doubles nothing when it %s', async (_, mishap) => {
    const start = await endOfLog(store);
    const follower = following(start);
    const stop = writing(store, 6);
    for (let time = 0; time < 3; time += 1) {
      await delay(100);
      await mishap();
    }
    await delay(100);
    const answered = await stop();
    const { seen } = await follower.end();
    expect(answered.length).toBeGreaterThan(5);
    await nothingLostOrDoubled(start, answered, seen);
  });

  it('is told once when it goes, and once when it is back', async () => {
    const follower = following(await endOfLog(store));
    await standIn.kill();
    while (warnings.length === 0) await delay(10);
    await expect(store.ping()).rejects.toThrow(StoreUnavailable);
    await expect(store.append(newStream(), drafts(1), NO_STREAM)).rejects.toThrow(StoreUnavailable);
    expect(warnings).toEqual([expect.stringContaining('the event store does not answer')]);
    await standIn.restart();
    await follower.end();
    expect(warnings).toEqual([expect.any(String), expect.stringContaining('is back')]);
    await store.ping();
  });

  it('may be away when it is first asked', async () => {
    const start = await endOfLog(store);
    await standIn.kill();
    const follower = following(start);
    const { error, after } = await failing(store.append(newStream(), drafts(1), NO_STREAM));
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(after).toBeLessThan(IN_TIME);
    await standIn.restart();
    const { seen, last } = await follower.end();
    expect(seen.map(({ id }) => id)).toEqual([last]);
  });

  it('recognises after a restart what it has taken in before', async () => {
    const stream = newStream();
    const events = drafts(3);
    const receipt = await store.append(stream, events, NO_STREAM);
    await standIn.kill();
    await standIn.restart();
    expect(await insist(() => store.append(stream, events, NO_STREAM))).toEqual(receipt);
    expect(await store.read(stream)).toHaveLength(3);
  });
});

describe('following', () => {
  it.each(['duplicateCheckpoint', 'maximumCheckpoint'] as const)('is not misled by a checkpoint: %s', async (fault) => {
    const start = await endOfLog(store);
    await standIn.fault(fault, 1_000);
    const follower = following(start);
    const stop = writing(store, 4);
    for (let time = 0; time < 3; time += 1) {
      await delay(100);
      await standIn.breakAll();
    }
    const answered = await stop();
    const { seen } = await follower.end();
    await nothingLostOrDoubled(start, answered, seen);
  });

  it('goes on after thousands of events of others, without telling them', async () => {
    const others = openOthers();
    const start = await endOfLog(store);
    const follower = following(start);
    for (let time = 0; time < 5; time += 1) {
      await others.append(`elsewhere-${time}`, drafts(300), NO_STREAM);
      if (time % 2 === 1) await standIn.breakAll();
      await insist(() => store.ping());
    }
    const { seen, last } = await follower.end();
    expect(idsOf(seen)).toEqual([last]);
    await others.close();
  });

  it('says that it is another log when the server was emptied', async () => {
    const { position } = await store.append(newStream(), drafts(50), NO_STREAM);
    await standIn.wipe();
    await expect(history(store, position)).rejects.toThrow('the log ends before position');
  });

  it('says when a position is none', async () => {
    const { position } = await store.append(newStream(), drafts(2), NO_STREAM);
    await store.append(newStream(), drafts(2), NO_STREAM);
    await expect(history(store, 'elsewhere')).rejects.toThrow('"elsewhere" is no position');
    const between = position.replaceAll(/\d{20}/g, (digits) => String(BigInt(digits) + 1n).padStart(20, '0'));
    await expect(history(store, between)).rejects.toThrow('no event at that position');
  });

  it('lets go of its calls: whoever leaves early leaves none open', async () => {
    const start = await endOfLog(store);
    await store.append(newStream(), drafts(20), NO_STREAM);
    for (let time = 0; time < 130; time += 1)
      for await (const _ of store.follow(start, AbortSignal.timeout(5_000))) break;
    await store.ping();
    expect(await history(store, start)).toHaveLength(20);
  });
});

const openOthers = (): EventStoreDb =>
  openEventStoreDb({
    url: standIn.url,
    codec: shapes,
    timeouts: { call: LIMIT },
    categories: ['elsewhere', 'contract'],
  });

describe('what others do to the database', () => {
  /** The driver by itself; with credentials it does not touch what the store is waiting for. */
  const outside = () => EventStoreDBClient.connectionString(standIn.url);
  const credentials = { username: 'admin', password: 'changeit' };

  it('is reported when it is no event of the ledger', async () => {
    const start = await endOfLog(store);
    const stream = newStream();
    await store.append(stream, drafts(1), NO_STREAM);
    const foreign = binaryEvent({ type: 'Strange', data: Buffer.from([1, 2, 3]) });
    const client = outside();
    await client.appendToStream(stream, foreign, { credentials });
    await client.dispose();
    await expect(store.read(stream)).rejects.toThrow(CorruptEvent);
    const told: Recorded[] = [];
    await expect(followUntil(store, start, (batch) => told.push(...batch) < 0)).rejects.toThrow(CorruptEvent);
    expect(told).toHaveLength(1);
  });

  it('may hide a stream: it is empty then, and goes on counting', async () => {
    const stream = newStream();
    await store.append(stream, drafts(2), NO_STREAM);
    const client = outside();
    await client.deleteStream(stream);
    await client.dispose();
    expect(await store.read(stream)).toEqual([]);
    expect(await store.append(stream, drafts(1), 1)).toMatchObject({ revision: 2 });
    expect((await store.read(stream)).map(({ revision }) => revision)).toEqual([2]);
  });

  it('may end a stream for ever: that is no conflict and no silence', async () => {
    const start = await endOfLog(store);
    const stream = newStream();
    await store.append(stream, drafts(2), NO_STREAM);
    const client = outside();
    await client.tombstoneStream(stream);
    await client.dispose();
    await expect(store.append(stream, drafts(1), 1)).rejects.toThrow('is not possible');
    expect(await history(store, start)).toHaveLength(2);
  });
});

describe('a connection', () => {
  it('is one for all stores of a process, and to one server', async () => {
    const second = open();
    expect(() => openEventStoreDb({ url: 'esdb://127.0.0.1:1?tls=false', codec: shapes, categories: [] })).toThrow(
      'this process is',
    );
    const stream = newStream();
    await store.append(stream, drafts(1), NO_STREAM);
    await second.close();
    expect(await store.read(stream)).toHaveLength(1);
    await store.close();
    const elsewhere = openEventStoreDb({
      url: 'esdb://127.0.0.1:1?tls=false',
      codec: shapes,
      categories: [],
      timeouts: { call: LIMIT },
    });
    await expect(elsewhere.ping()).rejects.toThrow(StoreUnavailable);
    await elsewhere.close();
  });

  it('outlives four thousand looks for streams that are not there', async () => {
    // More than a server puts up with that counts calls which are cancelled. As patient as a ledger is.
    const patient = openEventStoreDb({ url: standIn.url, codec: shapes, categories: ['contract'] });
    for (let looks = 0; looks < 4_000; looks += 8)
      expect(await Promise.all(Array.from({ length: 8 }, () => patient.read(newStream())))).toEqual(Array(8).fill([]));
    await patient.close();
  });

  it('finds the leader by gossip', async () => {
    await store.close();
    const cluster = openEventStoreDb({
      categories: ['contract'],
      url: standIn.url.replace('esdb:', 'esdb+discover:'),
      codec: shapes,
      timeouts: { call: LIMIT },
    });
    const stream = newStream();
    expect(await cluster.append(stream, drafts(2), NO_STREAM)).toMatchObject({ revision: 1 });
    expect(await cluster.read(stream)).toHaveLength(2);
    await cluster.close();
  });

  it('finds the leader by any node that answers, also when it is not the first', async () => {
    await store.close();
    const [, address = ''] = /\/\/(.*)\?/.exec(standIn.url) ?? [];
    // A port on which nobody listens.
    for (const url of [`esdb+discover://127.0.0.1:1,${address}?tls=false`, `esdb://127.0.0.1:1,${address}?tls=false`]) {
      const cluster = openEventStoreDb({ url, codec: shapes, categories: ['contract'], timeouts: { call: LIMIT } });
      const stream = newStream();
      expect(await cluster.append(stream, drafts(2), NO_STREAM)).toMatchObject({ revision: 1 });
      await cluster.close();
    }
  });

  it('goes from a node that does not lead to the one that does, to read', async () => {
    const stream = newStream();
    await store.append(stream, drafts(2), NO_STREAM);
    await standIn.fault('readsAtFollower');
    expect(await store.read(stream)).toHaveLength(2);
    await standIn.fault('readsAtFollower');
    await store.ping();
    // Nobody else may answer: another node may be behind.
    await standIn.fault('readsAtFollower', 1_000);
    await expect(store.read(stream)).rejects.toThrow(StoreUnavailable);
    await expect(store.append(stream, [], 1)).rejects.toThrow(StoreUnavailable);
    await standIn.clear();
    expect(await store.read(stream)).toHaveLength(2);
  });

  const whereFilesAreListed = existsSync('/proc/self/fd') ? it : it.skip;
  whereFilesAreListed('leaves none behind for each attempt at a server that hangs', async () => {
    const isSocket = (file: string) => statSync(join('/proc/self/fd', file), { throwIfNoEntry: false })?.isSocket();
    const sockets = () => readdirSync('/proc/self/fd').filter(isSocket).length;
    await store.ping();
    const before = sockets();
    standIn.hang();
    for (let attempt = 0; attempt < 5; attempt += 1) await expect(store.ping()).rejects.toThrow(StoreUnavailable);
    const after = sockets();
    standIn.goOn();
    // The last one may be on its way out.
    expect(after).toBeLessThanOrEqual(before + 1);
    await insist(() => store.ping());
  });

  it('tells who reads on that a stream is gone, once the log is another one', async () => {
    const stream = newStream();
    await store.append(stream, drafts(2), NO_STREAM);
    await standIn.wipe();
    expect(await insist(() => store.read(stream))).toEqual([]);
    await expect(store.read(stream, 2)).rejects.toThrow(StreamGone);
  });

  it('is refused when its string is none', async () => {
    await store.close();
    expect(() => openEventStoreDb({ url: 'http://nowhere', codec: shapes, categories: [] })).toThrow();
  });
});
