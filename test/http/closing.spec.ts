import { catalogueOf, offer, plan, sku } from '../support/client.ts';
import { KEY, spawnLedger } from '../support/ledger.ts';
import { WireTalk } from '../support/wire-talk.ts';

const catalogue = catalogueOf(
  'test-1',
  '2015-01-01T00:00:00Z',
  offer('P', [sku('1', [plan('P1M', 'monthly', '10.08')])]),
);

const head = (line: string, ...fields: readonly string[]): string =>
  [`${line} HTTP/1.1`, 'host: ledger', `authorization: Bearer ${KEY}`, ...fields, ''].join('\r\n');

const contoso = JSON.stringify({ name: 'Contoso', country: 'NL', segment: 'commercial', currency: 'EUR' });
const registration = `${head(
  'POST /v1/customers',
  'content-type: application/json',
  `content-length: ${Buffer.byteLength(contoso)}`,
)}\r\n${contoso}`;

/** Resolves when no request is accepted any more: the ledger is closing then. */
const isClosing = async (base: string): Promise<void> => {
  for (;;) {
    try {
      (await WireTalk.to(base)).hangUp();
    } catch {
      return;
    }
  }
};

// Each of these starts the built ledger, and lasts as long as the ledger waits for slow clients.

describe('a ledger that received SIGTERM', () => {
  let ledger: Awaited<ReturnType<typeof spawnLedger>>;

  const start = async (): Promise<string> => {
    ledger = await spawnLedger({ catalogue });
    return ledger.client.base;
  };
  afterEach(async () => {
    await ledger.kill();
    ledger.clear();
  });

  it('is not held up by a client that has sent half a request, and still exits with status 0', async () => {
    const base = await start();
    const halves = ['', 'POST /v1/cust', head('POST /v1/customers'), registration.slice(0, -10)];
    const slow = await Promise.all(halves.map(() => WireTalk.to(base)));
    slow.forEach((talk, i) => talk.say(halves[i]!));
    // Everything sent before has arrived.
    await ledger.client.must('GET', '/v1/customers');
    expect(await ledger.kill('SIGTERM')).toBe(0);
    expect(await Promise.all(slow.map((talk) => talk.heard()))).toEqual(['', '', '', '']);
  });

  it('lets a client complete a request that it has begun, and carries it out', async () => {
    const base = await start();
    const slow = await WireTalk.to(base);
    slow.say(registration.slice(0, -10));
    await ledger.client.must('GET', '/v1/customers');
    const ended = ledger.kill('SIGTERM');
    await isClosing(base);
    slow.say(registration.slice(-10));
    const answer = await slow.heard();
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
    expect(await ended).toBe(0);

    const next = await spawnLedger({ catalogue, data: ledger.folder });
    expect(await next.client.all('/v1/customers')).toMatchObject([{ name: 'Contoso' }]);
    await next.kill('SIGTERM');
  });

  it('refuses new requests on an open connection, and says that they may be retried', async () => {
    const base = await start();
    const open = await WireTalk.to(base);
    open.say(head('GET /v1/customers'));
    await ledger.client.must('GET', '/v1/customers');
    const ended = ledger.kill('SIGTERM');
    await isClosing(base);
    open.say('\r\n');
    const [fields, body] = (await open.heard()).split('\r\n\r\n');
    expect(fields).toMatch(/^HTTP\/1\.1 503 /);
    expect(fields).toMatch(/\r\ncontent-type: application\/problem\+json/);
    expect(fields).toMatch(/\r\nretry-after: 1/);
    expect(fields).toMatch(/\r\nconnection: close/i);
    expect(JSON.parse(body!)).toMatchObject({ status: 503, code: 'EVENT_STORE_UNAVAILABLE' });
    expect(await ended).toBe(0);
  });
});
