import { catalogueOf, offer, plan, sku, type Reply } from '../support/client.ts';
import { startLedger, type RunningLedger } from '../support/ledger.ts';

const catalogue = catalogueOf(
  'test-1',
  '2015-01-01T00:00:00Z',
  offer('P', [
    sku('1', [plan('P1M', 'monthly', '10.08')], { maxSeats: 300, upgradeTargets: ['P/2'] }),
    sku('2', [plan('P1M', 'monthly', '6.43')]),
  ]),
);

/** The values of one property of each object in a list. */
const each = (list: Reply['body'], property: string): unknown[] =>
  (list as readonly Readonly<Record<string, unknown>>[]).map((item) => item[property]);

describe('a command over HTTP', () => {
  let ledger: RunningLedger;
  let customerId: string;

  beforeAll(async () => {
    ledger = await startLedger({ clock: '2021-06-18T09:00:00.000Z', catalogue });
    customerId = await ledger.client.customer();
  });
  afterAll(() => ledger.stop());

  const request = (over: object = {}) => ({
    customerId,
    offerId: 'P',
    skuId: '1',
    quantity: 5,
    term: 'P1M',
    billingCycle: 'monthly',
    ...over,
  });
  const purchase = (body: object, headers: Record<string, string> = {}) =>
    ledger.client.call('POST', '/v1/subscriptions', body, { headers });
  const recorded = async (id: string): Promise<number> =>
    (await ledger.client.must('GET', `/v1/subscriptions/${id}/events`)).items.length;

  it('that creates a resource is answered 201, with its location, revision and position', async () => {
    const { status, body, headers } = await purchase(request());
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/subscriptions/${body.subscriptionId}`);
    expect(headers.get('etag')).toBe('"1"');
    expect(headers.get('ledger-position')).toMatch(/\S/);
    expect(headers.get('idempotency-key')).toMatch(/\S/);
    expect(headers.get('idempotency-replayed')).toBeNull();
    expect(each(body.events, 'type')).toEqual(['SubscriptionCreated', 'ChargesPosted']);
    expect(body.charges).toHaveLength(1);
  });

  it('is recognised by its key, and recorded once (E23)', async () => {
    const headers = { 'idempotency-key': 'once' };
    const first = await purchase(request(), headers);
    const again = await purchase(request(), headers);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    expect(await recorded(first.body.subscriptionId)).toBe(2);
    const other = await purchase(request({ quantity: 6 }), headers);
    expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('is refused under a key that another verb has used on the resource', async () => {
    const id = await ledger.client.buy(customerId, { offerId: 'P' });
    const headers = { 'idempotency-key': 'used' };
    expect((await ledger.client.send(id, 'add-seats', { quantity: 1 }, { headers })).status).toBe(200);
    const other = await ledger.client.send(id, 'pause', {}, { headers });
    expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('may be sent again with its key after a refusal', async () => {
    const id = await ledger.client.buy(customerId, { offerId: 'P', quantity: 300 });
    const headers = { 'idempotency-key': 'later' };
    expect((await ledger.client.send(id, 'resume', {}, { headers })).body.code).toBe('NOT_PAUSED');
    await ledger.client.tell(id, 'pause');
    expect((await ledger.client.send(id, 'resume', {}, { headers })).status).toBe(200);
  });

  it('can be made conditional on a revision', async () => {
    const id = await ledger.client.buy(customerId, { offerId: 'P' });
    const at = (revision: number) => ({ headers: { 'if-match': `"${revision}"` } });
    const stale = await ledger.client.send(id, 'add-seats', { quantity: 1 }, at(0));
    expect([stale.status, stale.body.code, stale.body.revision]).toEqual([412, 'REVISION_MISMATCH', 1]);
    const done = await ledger.client.send(id, 'add-seats', { quantity: 1 }, at(1));
    expect([done.status, done.headers.get('etag')]).toEqual([200, '"3"']);
    const view = await ledger.client.call('GET', `/v1/subscriptions/${id}`);
    expect(view.headers.get('etag')).toBe('"3"');
  });

  it('can be previewed, and then carried out exactly as quoted', async () => {
    const id = await ledger.client.buy(customerId, { offerId: 'P' });
    const tried = await ledger.client.send(id, 'add-seats?dryRun=true', { quantity: 2 });
    expect([tried.status, tried.body.dryRun, tried.body.charges.length]).toEqual([200, true, 2]);
    expect(await recorded(id)).toBe(2);
    const quote = { headers: { 'quote-token': tried.body.quoteToken } };
    const other = await ledger.client.send(id, 'add-seats', { quantity: 3 }, quote);
    expect([other.status, other.body.code]).toEqual([409, 'QUOTE_STALE']);
    const done = await ledger.client.send(id, 'add-seats', { quantity: 2 }, quote);
    expect(each(done.body.charges, 'subtotal')).toEqual(each(tried.body.charges, 'subtotal'));
    expect((await ledger.client.send(id, 'add-seats', { quantity: 2 }, quote)).body.code).toBe('QUOTE_STALE');
  });

  it('that is previewed creates nothing, and its answer has no location', async () => {
    const { status, body, headers } = await ledger.client.call('POST', '/v1/subscriptions?dryRun=true', request());
    expect([status, body.dryRun, headers.get('location')]).toEqual([200, true, null]);
    expect((await ledger.client.call('GET', `/v1/subscriptions/${body.subscriptionId}`)).status).toBe(404);
    const bought = await purchase(request(), { 'quote-token': body.quoteToken });
    expect(bought.status).toBe(201);
  });

  it('writes its correlation id into every event, and every answer has one', async () => {
    const headers = { 'correlation-id': 'ticket 4711' };
    const { body, headers: answered } = await purchase(request(), headers);
    expect(answered.get('correlation-id')).toBe('ticket 4711');
    const { items } = await ledger.client.must('GET', `/v1/subscriptions/${body.subscriptionId}/events`);
    expect(each(items, 'correlationId')).toEqual(['ticket 4711', 'ticket 4711']);
    const refused = await ledger.client.call('GET', '/v1/nowhere', undefined, { headers });
    expect(refused.headers.get('correlation-id')).toBe('ticket 4711');
    expect((await ledger.client.call('GET', '/health')).headers.get('correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('may name its id in any case, and is answered in lower case', async () => {
    const subscriptionId = 'ABCDEF00-0000-4000-8000-000000000001';
    const { body } = await purchase(request({ subscriptionId }));
    expect(body.subscriptionId).toBe(subscriptionId.toLowerCase());
    expect((await ledger.client.get(subscriptionId)).subscriptionId).toBe(subscriptionId.toLowerCase());
    const taken = await purchase(request({ subscriptionId }));
    expect([taken.status, taken.body.code]).toEqual([409, 'SUBSCRIPTION_EXISTS']);
  });

  it('lists the allowed actions when a rule refuses it', async () => {
    const id = await ledger.client.buy(customerId, { offerId: 'P', quantity: 5 });
    const { status, body, headers } = await ledger.client.send(id, 'remove-seats', { quantity: 1 });
    expect([status, body.code, body.status, body.type]).toEqual([
      409,
      'MUST_BE_SCHEDULED',
      409,
      'urn:subledger:problem:MUST_BE_SCHEDULED',
    ]);
    expect(body.allowedActions).toContain('scheduled-change');
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });
});

describe('a list over HTTP', () => {
  let ledger: RunningLedger;

  beforeAll(async () => {
    ledger = await startLedger({ clock: '2021-06-18T09:00:00.000Z', catalogue });
  });
  afterAll(() => ledger.stop());

  it('returns each row once, page by page, while new rows arrive', async () => {
    const { client } = ledger;
    const customerId = await client.customer();
    const bought: string[] = [];
    for (let i = 0; i < 5; i += 1) bought.push(await client.buy(customerId, { offerId: 'P' }));
    const first = await client.must('GET', '/v1/subscriptions?limit=2');
    bought.push(await client.buy(customerId, { offerId: 'P' }));
    const seen = [...first.items];
    for (let cursor = first.nextCursor; cursor !== null;) {
      const page = await client.must('GET', `/v1/subscriptions?limit=2&cursor=${encodeURIComponent(cursor)}`);
      seen.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(seen.map(({ subscriptionId }) => subscriptionId)).toEqual(bought);
    const [one] = seen;
    expect(one).not.toHaveProperty('allowedActions');
    expect(one).not.toHaveProperty('refundOptions');
  });

  it('shows the allowed actions of each row on request', async () => {
    const { client } = ledger;
    const id = await client.buy(await client.customer(), { offerId: 'P' });
    const { allowedActions, refundOptions, refusedActions } = await client.get(id);
    const listed = async (include: string) =>
      (await client.all(`/v1/subscriptions?include=${include}`)).find(({ subscriptionId }) => subscriptionId === id);
    expect(await listed('allowedActions')).toMatchObject({ allowedActions });
    expect(await listed('allowedActions')).not.toHaveProperty('refundOptions');
    expect(await listed('allowedActions,refundOptions')).toMatchObject({ allowedActions, refundOptions });
    expect(refusedActions).toContainEqual({
      action: 'resume',
      code: 'NOT_PAUSED',
      detail: expect.stringContaining('active') as string,
    });
    const { status, body } = await client.call('GET', '/v1/subscriptions?include=events');
    expect([status, body.errors]).toEqual([
      400,
      [
        {
          path: 'include',
          message: 'must be some of allowedActions, refundOptions, withdrawn, with commas between them',
        },
      ],
    ]);
  });

  it('waits for the position that it must reflect, and reports when it cannot', async () => {
    const { body, status, headers } = await ledger.client.call('GET', '/v1/customers', undefined, {
      headers: { 'ledger-position': '9999999999999999' },
    });
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'PROJECTION_BEHIND', '1']);
  });

  it('shows for each offer whether a customer may buy it, with every reason against it', async () => {
    const { client } = ledger;
    const customerId = await client.customer({ segment: 'education', country: 'DE' });
    const { items } = await client.must('GET', `/v1/offers?customerId=${customerId}`);
    expect(items).toHaveLength(1);
    expect([items[0].offerId, items[0].purchasable]).toEqual(['P', false]);
    expect(each(items[0].reasons, 'code')).toEqual(['SEGMENT_NOT_SUPPORTED']);
    expect((await client.call('GET', '/v1/offers?customerId=6f1c1a3e-0000-4000-8000-000000000000')).body.code).toBe(
      'CUSTOMER_NOT_FOUND',
    );
  });

  it('shows the amount of a renewal, computed by the code that will renew it', async () => {
    const { client } = ledger;
    const customerId = await client.customer();
    const id = await client.buy(customerId, { offerId: 'P', quantity: 10 });
    await client.must('PUT', `/v1/subscriptions/${id}/scheduled-change`, { skuId: '2', upgradeQuantity: 4 });
    const { items } = await client.must('GET', `/v1/renewals?customerId=${customerId}`);
    expect(items).toEqual([
      {
        subscriptionId: id,
        customerId,
        withdrawn: false,
        renewsOn: '2021-07-18',
        action: 'renew',
        current: { offerId: 'P', skuId: '1', quantity: 10, term: 'P1M', billingCycle: 'monthly' },
        next: {
          offerId: 'P',
          skuId: '2',
          quantity: 10,
          upgradeQuantity: 4,
          target: 'new',
          term: 'P1M',
          billingCycle: 'monthly',
          unitPrice: '6.43',
          // 6 × 10.08 + 4 × 6.43
          amount: '86.20',
          currency: 'EUR',
        },
        scheduledChange: true,
        reason: null,
      },
    ]);
    await client.tell(id, 'pause');
    const [paused] = (await client.must('GET', `/v1/renewals?customerId=${customerId}`)).items;
    expect([paused.action, paused.next, paused.reason]).toEqual(['end', null, 'paused']);
  });
});
