import { EventStoreDBClient, jsonEvent, type Credentials } from '@eventstore/db-client';
import { StandIn } from './stand-in.ts';

let standIn: StandIn;
let client: EventStoreDBClient;

beforeAll(async () => {
  standIn = await StandIn.start({ secure: true });
  client = EventStoreDBClient.connectionString(standIn.url);
});
afterAll(async () => {
  await client.dispose();
  await standIn.stop();
});

const ops = { username: 'ops', password: 'changeit' };
const denied = { type: 'access-denied' };

const newStream = () => `guarded-${crypto.randomUUID()}`;
const event = () => jsonEvent({ type: 'Happened', data: {} });
const all = async (reading: AsyncIterable<unknown>) => {
  let count = 0;
  for await (const _ of reading) count += 1;
  return count;
};

/** Every operation on a stream, with the given credentials. */
const deeds = (stream: string, as: { credentials?: Credentials } = {}) =>
  ({
    append: () => client.appendToStream(stream, event(), as),
    read: () => all(client.readStream(stream, as)),
    subscribe: () => all(client.subscribeToStream(stream, as)),
    describe: () => client.setStreamMetadata(stream, { maxCount: 7 }, as),
    metadata: () => client.getStreamMetadata(stream, as),
    delete: () => client.deleteStream(stream, as),
    tombstone: () => client.tombstoneStream(stream, as),
  }) as const;

it.each([
  ['a wrong password', { username: 'admin', password: 'admin' }],
  ['an unknown name', { username: 'stranger', password: 'changeit' }],
])('denies every call with %s', async (_, credentials) => {
  const stream = newStream();
  await client.appendToStream(stream, event());
  for (const deed of Object.values(deeds(stream, { credentials }))) await expect(deed()).rejects.toMatchObject(denied);
  await expect(all(client.readAll({ credentials }))).rejects.toMatchObject(denied);
  expect(await all(client.readStream(stream))).toBe(1);
});

it('shows a caller without credentials where the cluster is, and nothing else', async () => {
  const stream = newStream();
  await client.appendToStream(stream, event());
  const anonymous = EventStoreDBClient.connectionString(
    standIn.url.replace('esdb://admin:changeit@', 'esdb+discover://'),
  );
  await expect(all(anonymous.readStream(stream))).rejects.toMatchObject(denied);
  await expect(anonymous.appendToStream(stream, event())).rejects.toMatchObject(denied);
  expect(await all(anonymous.readStream(stream, { credentials: ops }))).toBe(1);
  await anonymous.dispose();
});

it('allows a user everything that no stream reserves, except the server`s own streams', async () => {
  const stream = newStream();
  const his = deeds(stream, { credentials: ops });
  await his.append();
  await his.describe();
  expect(await his.metadata()).toMatchObject({ metadata: { maxCount: 7 } });
  expect(await his.read()).toBe(1);
  await his.delete();
  await his.tombstone();
  await expect(all(client.readAll({ credentials: ops }))).rejects.toMatchObject(denied);
  await expect(all(client.readStream('$settings', { credentials: ops }))).rejects.toMatchObject(denied);
  expect(await all(client.readStream('$settings'))).toBe(1);
});

it.each([
  ['readRoles', ['read', 'subscribe']],
  ['writeRoles', ['append']],
  ['deleteRoles', ['delete', 'tombstone']],
  ['metaReadRoles', ['metadata']],
  ['metaWriteRoles', ['describe']],
] as const)('heeds %s in the metadata of a stream', async (role, reserved) => {
  for (const [roles, may] of [
    [['admin'], false],
    [['$ops', 'another'], true],
  ] as const) {
    for (const deed of reserved.filter((name) => name !== 'subscribe' || !may)) {
      const stream = newStream();
      await client.appendToStream(stream, event());
      await client.setStreamMetadata(stream, { acl: { [role]: [...roles] } });
      const outcome = deeds(stream, { credentials: ops })[deed]();
      if (may) await outcome;
      else await expect(outcome).rejects.toMatchObject(denied);
    }
  }
});

it('keeps its identity after a kill: clients that trust its certificate still connect', async () => {
  const stream = newStream();
  await client.appendToStream(stream, event());
  await standIn.kill();
  await standIn.restart();
  const again = EventStoreDBClient.connectionString(standIn.url);
  expect(await all(again.readStream(stream))).toBe(1);
  await again.dispose();
  await standIn.kill();
  await standIn.restart();
  expect(await all(EventStoreDBClient.connectionString(standIn.url).readStream(stream))).toBe(1);
});

it('appends in a batch only with the credentials of the connection', async () => {
  const stranger = EventStoreDBClient.connectionString(standIn.urlFor('admin', 'wrong'));
  await expect(stranger.appendToStream(newStream(), event())).rejects.toMatchObject(denied);
  await stranger.dispose();
  const operator = EventStoreDBClient.connectionString(standIn.urlFor('ops', 'changeit'));
  const [open, reserved] = [newStream(), newStream()];
  await client.setStreamMetadata(
    reserved,
    { acl: { writeRoles: ['admin'] } },
    { credentials: { username: 'admin', password: 'changeit' } },
  );
  await operator.appendToStream(open, event());
  await expect(operator.appendToStream(reserved, event())).rejects.toMatchObject(denied);
  await operator.appendToStream(open, event());
  await operator.dispose();
});
