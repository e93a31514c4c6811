import { StandIn } from '../../../../test/eventstoredb-stand-in/stand-in.ts';
import { START } from '#kernel';
import { codec } from '../codec.ts';
import { NO_STREAM, StoreUnavailable } from '../event-store.ts';
import { drafts, endOfLog, idsOf, newStream } from '../testing.ts';
import { openEventStoreDb, type EventStoreDb } from './index.ts';

let standIn: StandIn;
let store: EventStoreDb;
const warnings: string[] = [];
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);

beforeAll(async () => {
  process.on('unhandledRejection', note);
  standIn = await StandIn.start();
});
afterAll(async () => {
  process.off('unhandledRejection', note);
  await standIn.stop();
});
beforeEach(() => {
  warnings.length = 0;
  unhandled.length = 0;
  store = openEventStoreDb({
    url: standIn.url,
    codec: codec({}),
    categories: ['contract'],
    logger: { warn: (message) => warnings.push(message) },
  });
});
afterEach(async () => {
  await standIn.clear();
  await store.close();
});

/** One more event, and what becomes of it. */
const appended = async (): Promise<'recorded' | 'unknown'> => {
  try {
    await store.append(newStream(), drafts(1), NO_STREAM);
    return 'recorded';
  } catch (error) {
    expect(error).toBeInstanceOf(StoreUnavailable);
    return 'unknown';
  }
};

describe('thousands of appends at once', () => {
  const mishaps: readonly (readonly [
    what: string,
    mishap: () => Promise<void> | void,
    mend: () => Promise<void> | void,
  ])[] = [
    ['hangs', () => standIn.hang(), () => standIn.goOn()],
    ['is killed', () => standIn.kill(), () => standIn.restart()],
    ['breaks all connections', () => standIn.breakAll(), () => undefined],
  ];

  it.each(mishaps)('are all answered when the server %s meanwhile, and the process lives', async (_, mishap, mend) => {
    const all = Array.from({ length: 2_000 }, appended);
    await Promise.race(all);
    await mishap();
    const outcomes = await Promise.all(all);
    await mend();
    expect(outcomes).toContain('recorded');
    while ((await appended()) === 'unknown');
    expect(unhandled).toEqual([]);
  });

  it('are all answered when the server does not exist', async () => {
    await standIn.kill();
    const outcomes = await Promise.all(Array.from({ length: 2_000 }, appended));
    expect(new Set(outcomes)).toEqual(new Set(['unknown']));
    await standIn.restart();
    expect(unhandled).toEqual([]);
  });
});

describe('reads that are more than a connection carries', () => {
  it('wait for their turn, and are not late for that', async () => {
    const [stream, events] = [newStream(), drafts(2)];
    await store.append(stream, events, NO_STREAM);
    // A quarter of what a call may take. With a hundred at a time, the last ones are sent after that.
    await standIn.fault('slow', 500);
    const reads = await Promise.all(Array.from({ length: 500 }, () => store.read(stream)));
    expect(new Set(reads.map((read) => idsOf(read).join()))).toEqual(new Set([idsOf(events).join()]));
  });
});

describe('a call that is not answered', () => {
  /** Appends until told to stop; how each fared, without the recorded ones. */
  const appending = () => {
    let enough = false;
    const failed: string[] = [];
    const failure = Promise.withResolvers<undefined>();
    const done = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!enough) {
          if ((await appended()) === 'recorded') continue;
          failed.push('unknown');
          failure.resolve(undefined);
        }
      }),
    );
    return {
      failure: failure.promise,
      end: async () => {
        enough = true;
        await done;
        return failed;
      },
    };
  };

  /** Follows the log until it is stopped. */
  const following = (from: string) => {
    const stop = new AbortController();
    const atEnd = Promise.withResolvers<undefined>();
    const done = (async () => {
      for await (const batch of store.follow(from, stop.signal)) if (batch.length === 0) atEnd.resolve(undefined);
    })();
    return {
      atEnd: atEnd.promise,
      end: () => {
        stop.abort();
        return done;
      },
    };
  };

  beforeEach(async () => {
    expect(await appended()).toBe('recorded');
  });

  it('costs no other call anything: a read', async () => {
    const follower = following(await endOfLog(store));
    await follower.atEnd;
    const appends = appending();
    await standIn.fault('loseRead');
    await expect(store.read(newStream())).rejects.toThrow(StoreUnavailable);
    // By then it is known whether the connection lives.
    await store.ping();
    expect(await appends.end()).toEqual([]);
    expect(warnings).toEqual([]);
    await follower.end();
  });

  it('costs no other call anything: a subscription', async () => {
    const appends = appending();
    await standIn.fault('loseRead');
    const follower = following(START);
    await follower.atEnd;
    expect(warnings).toEqual([expect.stringContaining('no answer within'), expect.stringContaining('is back')]);
    expect(await appends.end()).toEqual([]);
    await follower.end();
  });

  it('costs no other call anything: an append', async () => {
    await standIn.fault('slow', 100);
    const appends = appending();
    await standIn.fault('loseRequest');
    await appends.failure;
    await store.ping();
    expect(await appends.end()).toEqual(['unknown']);
  });

  it('ends the connection when the next one is not answered either', async () => {
    const asking = async () => {
      for (;;) await store.ping();
    };
    await standIn.fault('loseRequest', 2);
    const asked = Promise.race(Array.from({ length: 8 }, asking));
    asked.catch(() => undefined);
    expect(await appended()).toBe('unknown');
    await expect(asked).rejects.toThrow('the connection was given up');
    expect(await appended()).toBe('recorded');
  });
});
