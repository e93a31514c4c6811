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
/** A limit, in milliseconds, that a busy machine meets too, and far below the driver's own. */
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

/** Repeats a call, as command handling does, until the store answers. */
const insist = async <T>(ask: () => Promise<T>): Promise<T> => {
  for (;;)
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await delay(20);
    }
};

/** How long it takes until a call fails, and how it fails. */
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
  it.each(unanswered)('has an unknown outcome, which repeating the append resolves: %s', async (fault) => {
    const stream = newStream();
    const events = drafts(3);
    await standIn.fault(fault);
    await expect(store.append(stream, events, NO_STREAM)).rejects.toThrow(StoreUnavailable);
    const receipt = await insist(() => store.append(stream, events, NO_STREAM));
    const recorded = await store.read(stream);
    expect(idsOf(recorded)).toEqual(idsOf(events));
    expect(receipt).toEqual({ revision: 2, position: recorded.at(-1)!.position });
  });

  it.each([...unanswered, 'notLeader'] as const)('does not affect the handling of a command: %s', async (fault) => {
    const handling = new CommandHandler(store, { codec: shapes, retries: [10, 20, 50] });
    const [id, command] = [crypto.randomUUID(), add(3)];
    await standIn.fault(fault, 2);
    expect(await handling.handle(counter, id, command)).toMatchObject({ outcome: 'recorded', revision: 0 });
    expect(await store.read(`counter-${id}`)).toHaveLength(1);
    expect(await handling.handle(counter, id, command)).toMatchObject({ outcome: 'replayed', revision: 0 });
  });

  it('fails in time, even if the server accepts calls and never answers', async () => {
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

  it('does not fail when the answer is only slow', async () => {
    await standIn.fault('slow', LIMIT / 4);
    const stream = newStream();
    expect(await store.append(stream, drafts(2), NO_STREAM)).toMatchObject({ revision: 1 });
    expect(await store.read(stream)).toHaveLength(2);
  });

  it('costs concurrent appends no more than a retry', async () => {
    const appends = Array.from({ length: 16 }, () => ({ stream: newStream(), events: drafts(2) }));
    await standIn.fault('loseAnswer', 3);
    await Promise.all(appends.map(({ stream, events }) => insist(() => store.append(stream, events, NO_STREAM))));
    for (const { stream, events } of appends) expect(idsOf(await store.read(stream))).toEqual(idsOf(events));
  });
});

describe('competing appends', () => {
  it.each([undefined, ...unanswered])('16 at one revision: exactly one succeeds (%s)', async (fault) => {
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

/** Writes to some streams continuously; calling the result stops, and returns the ids of all answered events. */
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
    /** Writes a last event; returns everything seen up to it. */
    end: async () => {
      const event = draft();
      last.resolve(event.id);
      await insist(() => store.append(newStream(), [event], NO_STREAM));
      return { seen: await seen, last: event.id };
    },
  };
};

/** Expects every answered event to be in the log once, and to be delivered once, in the order of the log. */
const nothingLostOrDoubled = async (start: string, answered: readonly string[], seen: readonly Recorded[]) => {
  const log = await history(store, start);
  const ids = new Set(idsOf(log));
  expect(ids.size).toBe(log.length);
  expect(answered.filter((id) => !ids.has(id))).toEqual([]);
  expect(idsOf(seen)).toEqual(idsOf(log).slice(0, seen.length));
  expect(seen.length).toBe(log.length);
};

describe('a server that becomes unavailable and returns', () => {
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
  it.each(mishaps)('loses and duplicates nothing when it %s', async (_, mishap) => {
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

  it('is reported once when it becomes unavailable, and once when it is back', async () => {
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

  it('may be unavailable at the first call', async () => {
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

  it('recognises after a restart the appends from before', async () => {
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

  it('continues after thousands of foreign events, without delivering them', async () => {
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

  it('reports another log when the server was emptied', async () => {
    const { position } = await store.append(newStream(), drafts(50), NO_STREAM);
    await standIn.wipe();
    await expect(history(store, position)).rejects.toThrow('the log ends before position');
  });

  it('rejects an invalid position', async () => {
    const { position } = await store.append(newStream(), drafts(2), NO_STREAM);
    await store.append(newStream(), drafts(2), NO_STREAM);
    await expect(history(store, 'elsewhere')).rejects.toThrow('"elsewhere" is no position');
    const between = position.replaceAll(/\d{20}/g, (digits) => String(BigInt(digits) + 1n).padStart(20, '0'));
    await expect(history(store, between)).rejects.toThrow('no event at that position');
  });

  it('ends its calls: a reader that stops early leaves none open', async () => {
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

describe('foreign changes in the database', () => {
  /** The driver alone; with credentials it does not affect the store's connection. */
  const outside = () => EventStoreDBClient.connectionString(standIn.url);
  const credentials = { username: 'admin', password: 'changeit' };

  it("are reported for an event that is not the ledger's", async () => {
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

  it('may hide a stream: it is then empty, and continues its revisions', async () => {
    const stream = newStream();
    await store.append(stream, drafts(2), NO_STREAM);
    const client = outside();
    await client.deleteStream(stream);
    await client.dispose();
    expect(await store.read(stream)).toEqual([]);
    expect(await store.append(stream, drafts(1), 1)).toMatchObject({ revision: 2 });
    expect((await store.read(stream)).map(({ revision }) => revision)).toEqual([2]);
  });

  it('may tombstone a stream: appends then fail with a reason of their own', async () => {
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
  it('is shared by all stores of a process, and leads to one server', async () => {
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

  it('survives four thousand reads of missing streams', async () => {
    // More than a server tolerates that counts cancelled calls. With the patience of a ledger.
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

  it('finds the leader through any node that answers, not only the first', async () => {
    await store.close();
    const [, address = ''] = /\/\/(.*)\?/.exec(standIn.url) ?? [];
    // A port without a listener.
    for (const url of [`esdb+discover://127.0.0.1:1,${address}?tls=false`, `esdb://127.0.0.1:1,${address}?tls=false`]) {
      const cluster = openEventStoreDb({ url, codec: shapes, categories: ['contract'], timeouts: { call: LIMIT } });
      const stream = newStream();
      expect(await cluster.append(stream, drafts(2), NO_STREAM)).toMatchObject({ revision: 1 });
      await cluster.close();
    }
  });

  it('switches from a node that is not the leader to the leader for reading', async () => {
    const stream = newStream();
    await store.append(stream, drafts(2), NO_STREAM);
    await standIn.fault('readsAtFollower');
    expect(await store.read(stream)).toHaveLength(2);
    await standIn.fault('readsAtFollower');
    await store.ping();
    // Only the leader may answer: another node may be behind.
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
    // The last one may be about to end.
    expect(after).toBeLessThanOrEqual(before + 1);
    await insist(() => store.ping());
  });

  it('reports to a reader of further events that a stream is gone, when the log was replaced', async () => {
    const stream = newStream();
    await store.append(stream, drafts(2), NO_STREAM);
    await standIn.wipe();
    expect(await insist(() => store.read(stream))).toEqual([]);
    await expect(store.read(stream, 2)).rejects.toThrow(StreamGone);
  });

  it('is refused with an invalid connection string', async () => {
    await store.close();
    expect(() => openEventStoreDb({ url: 'http://nowhere', codec: shapes, categories: [] })).toThrow();
  });
});
