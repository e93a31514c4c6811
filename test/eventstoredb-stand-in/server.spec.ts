import { EventStoreDBClient, NO_STREAM, jsonEvent, streamNameFilter } from '@eventstore/db-client';
import { startServer, type Running, type ServerOptions } from './server.ts';

let server: Running;
let client: EventStoreDBClient;

const start = async (options: Partial<ServerOptions> = {}) => {
  server = await startServer({ port: 0, ...options });
  const { host, port } = server.address();
  client = EventStoreDBClient.connectionString(`esdb://${host}:${port}?tls=false`);
};
afterEach(async () => {
  await client.dispose();
  await server.end(0);
});

const event = (text = '') => jsonEvent({ type: 'Happened', data: { text } });

it('enforces the configured maximum size of an append', async () => {
  await start({ maximumAppendSize: 100 });
  await client.appendToStream('some', event('x'.repeat(50)));
  await expect(client.appendToStream('some', [event('x'.repeat(50)), event('x'.repeat(50))])).rejects.toMatchObject({
    type: 'maximum-append-size-exceeded',
    maxAppendSize: 100,
  });
});

it.each([
  ['in a batch', {}, 'deadline-exceeded'],
  ['one by one', { credentials: { username: 'admin', password: 'changeit' } }, 'timeout'],
])('reports a slow commit as failed, and commits it nevertheless: %s', async (_, how, type) => {
  await start({ commitTimeout: 0 });
  const some = event();
  const options = { expectedRevision: NO_STREAM, ...how } as const;
  await expect(client.appendToStream('some', some, options)).rejects.toMatchObject({ type });
  const read = [];
  for await (const resolved of client.readStream('some')) read.push(resolved.event?.id);
  expect(read).toEqual([some.id]);
  const other = client.appendToStream('some', event(), options);
  await expect(other).rejects.toMatchObject({ type: 'wrong-expected-version' });
});

it('sends 2^64-1 as its only checkpoint when nothing has passed since the beginning of the log', async () => {
  await start();
  const checkpoints: bigint[] = [];
  const last = Promise.withResolvers<undefined>();
  const subscription = client.subscribeToAll({
    filter: streamNameFilter({
      prefixes: ['some'],
      checkpointInterval: 1,
      checkpointReached: async (_, { commit }) => void checkpoints.push(commit),
    }),
  });
  subscription.on('data', () => last.resolve(undefined));
  await new Promise((resolve) => subscription.on('caughtUp', () => resolve(undefined)));
  await client.appendToStream(
    'other',
    Array.from({ length: 200 }, () => event()),
  );
  await client.appendToStream('some', event());
  await last.promise;
  await subscription.unsubscribe();
  expect(checkpoints).toEqual([18446744073709551615n]);
});

it('cancels calls that are still open some time after it was asked to end, and accepts no new ones meanwhile', async () => {
  await start();
  await client.appendToStream('some', event());
  const subscription = client.subscribeToStream('some');
  const failed = new Promise((resolve) => subscription.on('error', resolve));
  await new Promise((resolve) => subscription.on('data', resolve));
  const ended = server.end(300);
  const late = EventStoreDBClient.connectionString(`esdb://127.0.0.1:${server.address().port}?tls=false`);
  await expect(late.deleteStream('some')).rejects.toMatchObject({ type: 'unavailable' });
  expect(await failed).toMatchObject({ type: 'cancelled' });
  await ended;
});
