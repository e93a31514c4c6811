import { randomUUID } from 'node:crypto';
import { operationsOf, type Operation } from '../support/api.ts';
import type { Client, Reply } from '../support/client.ts';
import { startLedger, type RunningLedger } from '../support/ledger.ts';
import { shop } from '../support/shop.ts';

/** Values for parameters that do not accept just any value; none of them is a secret. */
const facts = { offerId: 'P', skuId: '1', partnerId: 'fabrikam', segment: 'commercial', target: 'new' };

/** The ids that belong to one partner, by the path under which they are found. */
type Belongings = Readonly<Record<string, readonly string[]>>;

const monthly = { term: 'P1M', billingCycle: 'monthly' };

/** Creates a customer with a subscription of every kind, in several states, carts, an order, and keys. */
const settleIn = async (client: Client): Promise<Belongings> => {
  const customerId = await client.customer();
  const lines = [{ offerId: 'P', skuId: '2', quantity: 1, ...monthly }];
  const open = await client.must('POST', '/v1/carts', { customerId, lines });
  const { cartId } = await client.must('POST', '/v1/carts', { customerId, lines });
  await client.must('POST', `/v1/carts/${cartId}/review`);
  const { orderId, subscriptions } = await client.must('POST', `/v1/carts/${cartId}/checkout`);
  const bought = [
    await client.buy(customerId, { offerId: 'P', quantity: 5, term: 'P1Y' }),
    await client.buy(customerId, { offerId: 'P', skuId: 'T', quantity: 25 }),
    await client.buy(customerId, { offerId: 'L', quantity: 5, term: 'P1Y' }),
    await client.buy(customerId, { offerId: 'M', quantity: 5 }),
    await client.buy(customerId, { offerId: 'U', quantity: undefined }),
  ];
  await client.must('PUT', `/v1/subscriptions/${bought[0]!}/add-ons`, {
    addOns: [{ offerId: 'P', skuId: 'A', quantity: 1 }],
  });
  await client.must('PUT', `/v1/subscriptions/${bought[0]!}/scheduled-change`, { quantity: 3 });
  const paused = await client.buy(customerId, { offerId: 'P' });
  await client.tell(paused, 'pause');
  const ended = await client.buy(customerId, { offerId: 'P' });
  await client.tell(ended, 'cancel', { reason: 'customerRequest' });
  const { keyId } = await client.must('POST', '/v1/keys', { name: 'of the first', role: 'auditor' });
  return {
    '/v1/customers': [customerId],
    '/v1/subscriptions': [...bought, paused, ended, subscriptions[0].subscriptionId],
    '/v1/carts': [open.cartId, cartId],
    '/v1/orders': [orderId],
    '/v1/keys': [keyId],
  };
};

const purchase = (belongings: Belongings) => ({
  ...{ customerId: belongings['/v1/customers']?.[0], offerId: 'P', skuId: '1', quantity: 1 },
  ...monthly,
});

const partnerOf = async (operator: Client, partnerId: string): Promise<Client> => {
  const kind = { name: partnerId, model: 'directBill', cloud: 'global', newCommercePreview: true };
  await operator.must('POST', '/v1/partners', { partnerId, ...kind });
  return operator.as((await operator.must('POST', '/v1/keys', { name: 'x', role: 'global-admin', partnerId })).key);
};

/** A refusal as its reader sees it, without the parts that differ in every answer. */
const no = ({ status, body, headers }: Reply) => ({
  status,
  body,
  etag: headers.get('etag'),
  position: headers.get('ledger-position'),
});

describe("one partner's resources", () => {
  let ledger: RunningLedger;
  let operator: Client;
  let first: Client;
  let second: Client;
  let operations: readonly Operation[];
  let theirs: Belongings;
  /** Every text that would reveal that the first partner has something. */
  let secrets: readonly string[];

  beforeAll(async () => {
    ledger = await startLedger({ clock: '2021-06-18T09:00:00.000Z', catalogue: shop });
    operator = ledger.client;
    operations = await operationsOf(operator);
    first = await partnerOf(operator, 'adatum');
    second = await partnerOf(operator, 'fabrikam');
    theirs = await settleIn(first);
    const charges = await first.all('/v1/charges');
    expect(charges.length).toBeGreaterThan(5);
    secrets = [
      ...Object.values(theirs).flat(),
      ...charges.flatMap(({ chargeId, referenceId }) => [chargeId as string, referenceId as string]),
    ];
  });
  afterAll(() => ledger.stop());

  /** A second partner, and the operator, whose key covers the whole ledger but not the partners' business. */
  const outsiders = (): readonly Client[] => [second, operator];

  const secretsIn = (text: string): readonly string[] => secrets.filter((secret) => text.includes(secret));

  /** The collection that the id in a path belongs to. */
  const collectionOf = ({ path }: Operation): string => path.slice(0, path.indexOf('/{'));

  const about = (): readonly Operation[] => operations.filter(({ path }) => path.includes('/{id}'));

  it('include one of every sort that a route has an id for', () => {
    expect(about().length).toBeGreaterThan(25);
    const unknown = operations.filter(
      ({ path }) => path.includes('{') && theirs[collectionOf({ path } as Operation)] === undefined,
    );
    // For a new sort of resource, create one for the first partner in `settleIn`.
    expect(unknown.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });

  it('cannot be created first by another partner: callers may not choose the ids derived from keys', async () => {
    const headers = { 'idempotency-key': 'order-1001' };
    const own = await first.must('POST', '/v1/subscriptions?dryRun=true', purchase(theirs), { headers });
    const customerId = await second.customer();
    const taken = { ...purchase(theirs), customerId, subscriptionId: own.subscriptionId };
    const reply = await second.call('POST', '/v1/subscriptions', taken);
    expect([reply.status, reply.body.errors]).toEqual([
      400,
      [{ path: 'subscriptionId', message: expect.stringContaining('version 8') }],
    ]);
    const facts = { name: 'x', country: 'NL', segment: 'commercial', currency: 'EUR', customerId: own.subscriptionId };
    expect((await second.call('POST', '/v1/customers', facts)).status).toBe(400);
  });

  // These send thousands of requests.

  it('do not exist for another partner, in any route, with or without a dry run', async () => {
    const before = await first.all('/v1/events');
    const found: string[] = [];
    for (const client of outsiders())
      for (const operation of about().filter(({ id }) => client !== operator || id !== 'revokeKey'))
        found.push(...(await answersDiffering(client, operation)));
    expect(found).toEqual([]);
    expect(await first.all('/v1/events')).toEqual(before);
  });

  /** An id of another partner must get exactly the same 404 as an id that never existed. */
  const answersDiffering = async (client: Client, operation: Operation): Promise<readonly string[]> => {
    const { method, path } = operation;
    const body = operation.bodyFor(facts);
    const call = async (id: string, query = '', headers: Record<string, string> = {}) =>
      no(await client.call(method, operation.pathFor({ ...facts, id }) + query, body, { headers }));
    const missing = await call(randomUUID());
    if (missing.status !== 404)
      return [`${method} ${path} of nothing: ${missing.status} ${JSON.stringify(missing.body)}`];
    const [id = '', ...others] = theirs[collectionOf(operation)] ?? [];
    const answers = [
      await call(id),
      await call(id.toUpperCase()),
      await call(id, '', { 'if-match': '"0"' }),
      await call(id, '', { 'quote-token': 'a-quote' }),
      ...(operation.knowsDryRun ? [await call(id, '?dryRun=true')] : []),
      ...(await Promise.all(others.map((other) => call(other)))),
    ];
    return answers
      .filter((answer) => JSON.stringify(answer) !== JSON.stringify(missing))
      .map((answer) => `${method} ${path}: ${JSON.stringify(answer)}`);
  };

  const collections = (): readonly Operation[] =>
    operations.filter(
      ({ isRead, path, id }) => isRead && !path.includes('{') && id !== 'listKeys' && id !== 'listPartners',
    );

  it('are in no list of another partner, whichever parameters it sends', async () => {
    const found: string[] = [];
    const look = async (client: Client, path: string) => {
      const { status, body } = await client.call('GET', path);
      if (status >= 500 || secretsIn(JSON.stringify(body)).length > 0)
        found.push(`${path}: ${status} ${JSON.stringify(body)}`);
    };
    for (const operation of collections())
      for (const client of outsiders()) {
        const path = operation.pathFor(facts);
        await look(client, path);
        const next = (await first.call('GET', `${path}?limit=1`)).body.nextCursor as string | null | undefined;
        if (typeof next === 'string') await look(client, `${path}?cursor=${encodeURIComponent(next)}`);
      }
    expect(found).toEqual([]);
  });

  it('are in no list that another partner filters by their ids', async () => {
    const named: Readonly<Record<string, readonly string[] | undefined>> = {
      customerId: theirs['/v1/customers'],
      subscriptionId: theirs['/v1/subscriptions'],
      orderId: theirs['/v1/orders'],
    };
    const asked = collections().flatMap(({ path, parameters }) =>
      parameters
        .filter(({ name, in: place }) => place === 'query' && /Id$/.test(name) && name !== 'offerId')
        .flatMap(({ name }) => (named[name] ?? ['of-what']).map((id) => `${path}?${name}=${id}`)),
    );
    const answers = await Promise.all(asked.map(async (path) => ({ path, ...(await second.call('GET', path)) })));
    const told = answers.map(({ path, status, body }) => [path, status === 404 ? [] : (body.items ?? body)]);
    expect(asked.length).toBeGreaterThan(10);
    expect(told).toEqual(asked.map((path) => [path, []]));
  });

  it.each(['application/x-ndjson', 'text/event-stream'])(
    'are in no event stream of another partner as %s',
    async (accept) => {
      const customerId = await second.customer();
      const reply = await fetch(`${second.base}/v1/events`, {
        headers: { authorization: `Bearer ${second.key}`, accept },
      });
      const reader = reply.body!.pipeThrough(new TextDecoderStream()).getReader();
      let heard = '';
      while (!heard.includes(customerId)) heard += (await reader.read()).value ?? '';
      await reader.cancel();
      expect(secretsIn(heard)).toEqual([]);
    },
  );

  it('cannot be used by another partner in a purchase', async () => {
    const [customerId] = theirs['/v1/customers']!;
    const creating = operations.filter(
      (operation) => operation.asksFor('customerId') && operation.id !== 'registerCustomer',
    );
    expect(creating.map(({ id }) => id)).toEqual(expect.arrayContaining(['createCart', 'purchaseSubscription']));
    for (const client of outsiders())
      for (const operation of creating) {
        const reply = await client.call(operation.method, operation.path, operation.bodyFor({ ...facts, customerId }));
        expect([operation.id, reply.status, reply.body.code]).toEqual([operation.id, 404, 'CUSTOMER_NOT_FOUND']);
      }
  });

  it('have ids that cannot be taken again, and another partner learns nothing else', async () => {
    const own = await second.customer();
    const [customerId] = theirs['/v1/customers']!;
    for (const subscriptionId of theirs['/v1/subscriptions']!)
      for (const headers of [{}, { 'if-match': '"7"' }] as const) {
        const body = { subscriptionId, customerId: own, offerId: 'P', skuId: '2', quantity: 1, ...monthly };
        const reply = await second.call('POST', '/v1/subscriptions', body, { headers });
        expect([reply.status, reply.body.code, reply.headers.get('etag')]).toEqual([409, 'SUBSCRIPTION_EXISTS', null]);
        expect(Object.keys(reply.body).sort()).toEqual(['code', 'detail', 'status', 'title', 'type']);
      }
    const again = { customerId, name: 'A', country: 'NL', segment: 'commercial', currency: 'EUR' };
    for (const headers of [{}, { 'if-match': '"7"' }] as const) {
      const reply = await second.call('POST', '/v1/customers', again, { headers });
      expect([reply.status, reply.body.code]).toEqual([409, 'CUSTOMER_EXISTS']);
      expect(Object.keys(reply.body).sort()).toEqual(['code', 'detail', 'status', 'title', 'type']);
    }
  });

  it('receive no seats from another partner, now or at a renewal', async () => {
    const own = await second.buy(await second.customer(), { offerId: 'P', quantity: 5, term: 'P1M' });
    const request = { ...facts, skuId: '2', quantity: 5, upgradeQuantity: 2 };
    const moving = operations.filter((operation) => operation.asksFor('target'));
    expect(moving.map(({ id }) => id).sort()).toEqual(['scheduleChange', 'upgradeSubscription']);
    const answer = async (operation: Operation, subscriptionId: string) => {
      const body = operation.bodyFor({ ...request, target: { subscriptionId } });
      const { status, body: told } = await second.call(operation.method, operation.pathFor({ id: own }), body);
      return [operation.id, status, told.code, String(told.detail).replace(subscriptionId, '<target>')];
    };
    for (const operation of moving) {
      const toUnknown = await answer(operation, randomUUID());
      if (operation.id === 'upgradeSubscription') expect(toUnknown.slice(1, 3)).toEqual([409, 'TARGET_NOT_FOUND']);
      for (const foreign of theirs['/v1/subscriptions']!) expect(await answer(operation, foreign)).toEqual(toUnknown);
    }
    const { items } = await second.must('GET', '/v1/renewals');
    expect(items).toHaveLength(1);
    await operator.at('2021-07-18T00:00:00.000Z');
    expect((await second.get(own)).quantity).toBe(5);
    expect((await first.all('/v1/events')).filter(({ type }) => type === 'SeatsReceived')).toEqual([]);
  });

  it('are all found by their owner', async () => {
    const statuses = new Set<number>();
    for (const operation of about().filter(({ isRead }) => isRead))
      for (const id of theirs[collectionOf(operation)]!)
        statuses.add((await first.call('GET', operation.pathFor({ ...facts, id }))).status);
    expect([...statuses]).toEqual([200]);
  });

  it('that are keys are listed and revoked only by their owner and the operator', async () => {
    const [keyId] = theirs['/v1/keys']!;
    const listed = async (client: Client) => JSON.stringify(await client.all('/v1/keys')).includes(keyId!);
    expect([await listed(first), await listed(second), await listed(operator)]).toEqual([true, false, true]);
    expect((await second.call('GET', '/v1/partners')).status).toBe(403);
    expect((await operator.call('DELETE', `/v1/keys/${keyId!}?dryRun=true`)).status).toBe(200);
  });
});
