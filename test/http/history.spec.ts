import { catalogueOf, offer, plan, sku } from '../support/client.ts';
import { KEY, startLedger, type RunningLedger } from '../support/ledger.ts';

const catalogue = catalogueOf(
  'test-1',
  '2015-01-01T00:00:00Z',
  offer('P', [sku('1', [plan('P1M', 'monthly', '10.08')])]),
);

describe('the history over HTTP', () => {
  let ledger: RunningLedger;
  let subscriptionId: string;

  beforeAll(async () => {
    ledger = await startLedger({ clock: '2021-06-18T09:00:00.000Z', catalogue });
    const customerId = await ledger.client.customer();
    subscriptionId = await ledger.client.buy(customerId, { offerId: 'P', quantity: 5 });
    await ledger.client.at('2021-06-20T10:00:00.000Z');
    await ledger.client.tell(subscriptionId, 'add-seats', { quantity: 2 });
  });
  afterAll(() => ledger.stop());

  const stream = (accept: string, path = '/v1/events', headers: Record<string, string> = {}) =>
    fetch(ledger.client.base + path, { headers: { authorization: `Bearer ${KEY}`, accept, ...headers } });

  it('shows who caused each event, when and why', async () => {
    const { items } = await ledger.client.must('GET', `/v1/subscriptions/${subscriptionId}/events?from=2`);
    expect(items[0]).toEqual({
      position: expect.any(String),
      eventId: expect.any(String),
      stream: `subscription-${subscriptionId}`,
      revision: 2,
      type: 'SeatsAdded',
      schema: 1,
      effectiveAt: '2021-06-20T10:00:00.000Z',
      recordedAt: '2021-06-20T10:00:00.000Z',
      actor: { id: expect.any(String), role: 'global-admin', partnerId: 'default' },
      commandId: expect.any(String),
      correlationId: expect.any(String),
      causationId: expect.any(String),
      policy: 'seed-2021-09',
      data: { added: 2, quantity: 7 },
    });
  });

  it('of one subscription is paged', async () => {
    const path = `/v1/subscriptions/${subscriptionId}/events`;
    const first = await ledger.client.must('GET', `${path}?limit=3`);
    const rest = await ledger.client.must('GET', `${path}?limit=3&cursor=${first.nextCursor}`);
    const revisions = [...first.items, ...rest.items].map(({ revision }) => revision as number);
    expect([revisions, rest.nextCursor]).toEqual([[0, 1, 2, 3], null]);
  });

  it('shows the state at an instant and at a revision', async () => {
    const at = (query: string) => ledger.client.must('GET', `/v1/subscriptions/${subscriptionId}/state?${query}`);
    expect((await at('at=2021-06-19T00:00:00Z')).quantity).toBe(5);
    expect((await at('at=2021-06-20T10:00:00Z')).quantity).toBe(7);
    expect((await at('revision=1')).quantity).toBe(5);
    const before = await ledger.client.call('GET', `/v1/subscriptions/${subscriptionId}/state?at=2021-06-18T08:59:59Z`);
    expect(before.status).toBe(404);
  });

  it('is paged like any other list, and can begin after any position', async () => {
    const all = await ledger.client.all('/v1/events');
    const first = await ledger.client.must('GET', '/v1/events?limit=2');
    const rest = await ledger.client.must('GET', `/v1/events?limit=500&cursor=${first.nextCursor}`);
    expect([...first.items, ...rest.items]).toEqual(all);
    const after = await ledger.client.must('GET', `/v1/events?after=${all[1].position}`);
    expect(after.items).toEqual(all.slice(2));
  });

  it.each(['text/event-stream', 'application/x-ndjson', 'application/json'])(
    'says in answer to HEAD which type it would return for %s',
    async (accept) => {
      const { base } = ledger.client;
      const headers = { authorization: `Bearer ${KEY}`, accept };
      const reply = await fetch(`${base}/v1/events`, { method: 'HEAD', headers });
      expect([reply.status, await reply.text()]).toEqual([200, '']);
      expect(reply.headers.get('content-type')).toContain(accept);
    },
  );

  it('is streamed as lines of JSON', async () => {
    const reply = await stream('application/x-ndjson');
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    const lines = (await reply.text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(await ledger.client.all('/v1/events'));
  });

  it('can be followed live, and resumed where the reader left off', async () => {
    const all = await ledger.client.all('/v1/events');
    const { position } = all.at(-2);
    const reply = await stream('text/event-stream', '/v1/events', { 'last-event-id': position });
    expect(reply.headers.get('content-type')).toBe('text/event-stream');
    const reader = reply.body!.pipeThrough(new TextDecoderStream()).getReader();
    const heard = async (text: string, until: string): Promise<string> =>
      text.includes(until) ? text : heard(text + ((await reader.read()).value ?? ''), until);
    const missed = await heard('', 'event: ChargesPosted\n');
    expect(missed.match(/^event: .*$/gm)).toEqual(['event: ChargesPosted']);
    expect(missed).toContain(`id: ${all.at(-1).position}\n`);
    await ledger.client.tell(subscriptionId, 'pause');
    await heard('', 'event: SubscriptionPaused\n');
    await reader.cancel();
  });

  it('ends a live stream when the key that opened it is revoked', async () => {
    const { keyId, key } = await ledger.client.must('POST', '/v1/keys', { name: 'leaked', role: 'auditor' });
    const reply = await stream('text/event-stream', '/v1/events', { authorization: `Bearer ${key}` });
    const body = reply.text().then(
      (text) => text,
      () => 'cut off',
    );
    await ledger.client.must('DELETE', `/v1/keys/${keyId}`);
    expect(await body).toBe('cut off');
  });

  it.each(['application/x-ndjson', 'text/event-stream'])(
    'as %s refuses to begin at an invalid position',
    async (accept) => {
      const reply = await stream(accept, '/v1/events?after=nowhere');
      expect(reply.status).toBe(400);
      expect(await reply.json()).toMatchObject({ code: 'VALIDATION_FAILED' });
    },
  );
});
