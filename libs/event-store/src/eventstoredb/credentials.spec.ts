import { StandIn } from '../../../../test/eventstoredb-stand-in/stand-in.ts';
import { START } from '#kernel';
import { codec } from '../codec.ts';
import { NO_STREAM, StoreUnavailable } from '../event-store.ts';
import { drafts, endOfLog, history, idsOf, newStream } from '../testing.ts';
import { openEventStoreDb, type EventStoreDb } from './index.ts';

let standIn: StandIn;
let store: EventStoreDb;
const warnings: string[] = [];

beforeAll(async () => {
  standIn = await StandIn.start({ secure: true });
});
afterAll(() => standIn.stop());
beforeEach(() => {
  warnings.length = 0;
});
afterEach(() => store.close());

const openAs = (user: string, password: string): void => {
  store = openEventStoreDb({
    url: standIn.urlFor(user, password),
    codec: codec({}),
    categories: ['contract'],
    // How fast a server is is not judged.
    timeouts: { call: 20_000 },
    logger: { warn: (message) => warnings.push(message) },
  });
};

/** The message of a failed call. */
const refusal = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StoreUnavailable);
  return (error as Error).message;
};

it('are used on a connection that was just opened', async () => {
  openAs('admin', 'changeit');
  await store.ping();
  const start = await endOfLog(store);
  const [stream, events] = [newStream(), drafts(3)];
  expect(await store.append(stream, events, NO_STREAM)).toMatchObject({ revision: 2 });
  expect(idsOf(await store.read(stream))).toEqual(idsOf(events));
  expect(idsOf(await history(store, start))).toEqual(idsOf(events));
});

it.each([
  ['a wrong password', 'admin', 'wrong'],
  ['an unknown user', 'stranger', 'changeit'],
])('are reported as refused: %s', async (_, user, password) => {
  openAs(user, password);
  const denied = /^the event store denies access: /;
  expect(await refusal(store.ping())).toMatch(denied);
  expect(await refusal(store.read(newStream()))).toMatch(denied);
  expect(await refusal(store.append(newStream(), drafts(1), NO_STREAM))).toMatch(denied);
});

it('are ignored without TLS, and the reason of a failure is the same each time', async () => {
  const url = standIn.urlFor('admin', 'changeit').replace(/\?.*/, '?tls=false');
  store = openEventStoreDb({ url, codec: codec({}), categories: ['contract'] });
  const reasons = [await refusal(store.ping()), await refusal(store.ping())];
  expect(reasons[0]).toMatch(/^the event store does not answer: .*Failed to connect\.?$/);
  expect(reasons[1]).toBe(reasons[0]);
});

it('may allow writing but not following the log, which is reported once and does not disturb writers', async () => {
  openAs('ops', 'changeit');
  const stop = new AbortController();
  const following = (async () => {
    for await (const _ of store.follow(START, stop.signal));
  })();
  const stream = newStream();
  for (let revision = NO_STREAM; revision < 200 || warnings.length === 0; revision += 1) {
    await store.append(stream, drafts(1), revision);
    expect(await store.read(stream)).toHaveLength(revision + 2);
  }
  stop.abort();
  await following;
  expect(warnings).toEqual([expect.stringMatching(/^the event store denies access: following the log/)]);
});
