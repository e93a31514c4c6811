import dns from 'node:dns';
import { WireTalk } from '../../../../test/support/wire-talk.ts';
import { httpServer } from './server.ts';

const { lookup } = dns;

beforeAll(() => {
  // A name with two addresses, whatever this machine's own name is.
  const both = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  dns.lookup = ((name: string, _: object, tell: (error: null, all: object[]) => void) => {
    tell(null, name === 'localhost' ? both : both.slice(1));
  }) as unknown as typeof lookup;
});
afterAll(() => {
  dns.lookup = lookup;
});

it.each(['127.0.0.1', '::1'])('a server that is closing waits for requests in flight at %s', async (host) => {
  const server = httpServer().getInstance();
  let answer = (_: string) => {};
  let asked = () => {};
  const asking = new Promise<void>((resolve) => (asked = resolve));
  server.get('/slow', () => {
    asked();
    return new Promise<string>((resolve) => (answer = resolve));
  });
  const base = await server.listen({ port: 0, host: 'localhost' });
  const talk = await WireTalk.to(base, host);
  talk.say('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n');
  await asking;
  let closed = false;
  const closing = server.close().then(() => (closed = true));
  // The last step before the server is closed is to refuse connections.
  for (let refused = false; !refused;)
    refused = await WireTalk.to(base, host).then(
      (late) => (late.hangUp(), false),
      () => true,
    );
  expect(closed).toBe(false);
  answer('here you are');
  expect(await talk.heard()).toMatch(/^HTTP\/1\.1 200 [\s\S]*here you are$/);
  await closing;
});
