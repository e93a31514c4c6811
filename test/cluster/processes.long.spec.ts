import { offer, plan, sku } from '../support/client.ts';
import { Cluster, leads, untilHealth, type Member } from '../support/cluster.ts';
import { describeOnPostgres } from '../support/postgres.ts';
import { no, shop } from '../support/shop.ts';

const clock = '2021-06-18T09:00:00.000Z';
const month = [plan('P1M', 'monthly', '3.00')];
const limited = [
  offer('SINGLE', [sku('1', month)], { limitPerCustomer: 1 }),
  offer('CAPPED', [sku('1', month, { maxSeatsPerCustomer: 10 })]),
];
const setting = { clock, catalogue: { ...shop, offers: [...shop.offers, ...limited] } };

describeOnPostgres('a ledger of several processes', () => {
  let cluster: Cluster;
  let one: Member;
  let two: Member;
  let customerId: string;

  beforeAll(async () => {
    cluster = await Cluster.start();
    [one, two] = await Promise.all([
      cluster.join('api', setting),
      cluster.join('api', setting),
      cluster.join('projector', setting),
      cluster.join('scheduler', setting),
    ]);
    customerId = await one.client.customer();
  });
  afterAll(() => cluster.stop());

  it('shows through one process what was written through another', async () => {
    const { headers, body } = await one.client.call('POST', '/v1/subscriptions', {
      ...{ customerId, offerId: 'P', skuId: '1', quantity: 12, term: 'P1M', billingCycle: 'monthly' },
    });
    const position = { headers: { 'ledger-position': headers.get('ledger-position') ?? '' } };
    const charges = await two.client.must('GET', `/v1/charges?customerId=${customerId}`, undefined, position);
    expect(charges.items).toMatchObject([{ subscriptionId: body.subscriptionId, subtotal: '120.96' }]);
    expect((await two.client.get(body.subscriptionId)).quantity).toBe(12);
  });

  it('gives the same answer to a key permanently, whichever process is asked', async () => {
    const id = await one.client.buy(customerId, { offerId: 'P', quantity: 3 });
    const keyed = { headers: { 'idempotency-key': 'once' } };
    const asked = [one, two, one, two].map(({ client }) => client.send(id, 'add-seats', { quantity: 2 }, keyed));
    const [first, ...others] = await Promise.all(asked);
    for (const other of others) expect(other.body).toEqual(first?.body);
    const again = await two.client.send(id, 'add-seats', { quantity: 2 }, keyed);
    expect(again.body).toEqual(first?.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await two.client.get(id)).toMatchObject({ quantity: 5, revision: again.body.revision });
    const other = await two.client.send(id, 'add-seats', { quantity: 3 }, keyed);
    expect(no(other)).toBe('422 IDEMPOTENCY_KEY_REUSED');
  });

  it('sells a limited offer no more often than allowed, whichever process the buyers use', async () => {
    const { client } = one;
    const buyer = await client.customer();
    const request = { customerId: buyer, skuId: '1', term: 'P1M', billingCycle: 'monthly' };
    const buy = async (offerId: string, quantity: number, count: number) => {
      const replies = await Promise.all(
        Array.from({ length: count }, (_, n) =>
          [one, two][n % 2]!.client.call('POST', '/v1/subscriptions', { ...request, offerId, quantity }),
        ),
      );
      for (const { headers } of replies) client.knows(headers.get('ledger-position') ?? '');
      return replies;
    };
    const singles = await buy('SINGLE', 1, 12);
    expect(singles.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(singles.filter(({ body }) => body.code === 'ALREADY_OWNED_SINGLE')).toHaveLength(11);
    const capped = await buy('CAPPED', 3, 8);
    expect(capped.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(capped.filter(({ body }) => body.code === 'OFFER_LIMIT')).toHaveLength(5);
    const held = await client.all(`/v1/subscriptions?customerId=${buyer}`);
    expect(held.map(({ quantity }) => quantity).sort()).toEqual([1, 3, 3, 3]);
  });

  it('finishes in one process an operation that another one began', async () => {
    const id = await one.client.buy(customerId, { offerId: 'P', quantity: 5 });
    const { targetSubscriptionId } = await one.client.tell(id, 'upgrade', {
      ...{ offerId: 'P', skuId: '2', quantity: 2, target: 'new' },
    });
    expect((await two.client.get(targetSubscriptionId)).quantity).toBe(2);
    const { cartId } = await two.client.must('POST', '/v1/carts', {
      customerId,
      lines: [{ offerId: 'P', skuId: '1', quantity: 1, term: 'P1M', billingCycle: 'monthly' }],
    });
    await one.client.must('POST', `/v1/carts/${cartId}/review`);
    const order = await two.client.must('POST', `/v1/carts/${cartId}/checkout`);
    expect(order).toMatchObject({ subscriptions: [{ line: 0 }], errors: [] });
  });

  it('knows a key, a partner and a price list that were created through another process', async () => {
    await one.client.must('POST', '/v1/partners', {
      ...{ partnerId: 'fabrikam', name: 'Fabrikam', model: 'directBill', cloud: 'global', newCommercePreview: true },
    });
    const { key, keyId } = await one.client.must('POST', '/v1/keys', {
      ...{ name: 'theirs', role: 'admin-agent', partnerId: 'fabrikam' },
    });
    expect((await two.client.as(key).call('GET', '/v1/subscriptions')).status).toBe(200);
    await one.client.must('DELETE', `/v1/keys/${keyId}`);
    const news = offer('NEWS', [sku('1', [plan('P1M', 'monthly', '1.00')])]);
    const next = { ...shop, version: 'next', effectiveFrom: '2021-06-18T09:00:00Z', offers: [...shop.offers, news] };
    await one.client.must('PUT', '/v1/catalog', next);
    // Immediately: decisions already use what had been published before.
    await two.client.buy(customerId, { offerId: 'NEWS' });
    while ((await two.client.as(key).call('GET', '/v1/subscriptions')).status !== 401) await new Promise(setImmediate);
  });

  it('moves the clock through everything that falls due, for every process', async () => {
    const id = await one.client.buy(customerId, { offerId: 'P', quantity: 10 });
    await two.client.at('2021-08-20T00:00:00.000Z');
    const charges = await one.client.lines(id);
    expect(charges.map(([type, , subtotal, start]) => [type, subtotal, start])).toEqual([
      ['new', '100.80', '2021-06-18'],
      ['renew', '100.80', '2021-07-18'],
      ['renew', '100.80', '2021-08-18'],
    ]);
    while ((await one.client.must('GET', '/v1/clock')).now !== '2021-08-20T00:00:00.000Z')
      await new Promise(setImmediate);
    const behind = await one.client.call('PUT', '/v1/clock', { now: '2021-08-19T00:00:00.000Z' });
    expect(no(behind)).toBe('409 CLOCK_BACKWARDS');
  });

  it('has read models equal to a fresh replay of its log', async () => {
    const { kept, replayed } = await cluster.digests();
    expect(kept).toEqual(replayed);
    expect(kept['charges']?.rows).toBeGreaterThan(5);
  });
});

describeOnPostgres('several processes with the same duty', () => {
  let cluster: Cluster;
  let api: Member;

  beforeAll(async () => {
    cluster = await Cluster.start();
    api = await cluster.join('api', setting);
  });
  afterAll(() => cluster.stop());

  describe.each([
    ['projector', 'projections'],
    ['scheduler', 'scheduler'],
  ] as const)('such as a %s', (role, duty) => {
    let second: Member;

    it('lead one at a time; another takes over when the leader is killed', async () => {
      const first = await cluster.join(role, setting);
      await untilHealth(first, leads(duty));
      second = await cluster.join(role, setting);
      const { leaderships, status } = await untilHealth(second, () => true);
      expect([status, leaderships]).toEqual(['ok', [{ name: duty, state: 'standingBy' }]]);
      await first.kill();
      await untilHealth(second, leads(duty));
    });

    it('do not lead after a pause, and stand by when they resume', async () => {
      const third = await cluster.join(role, setting);
      second.child.kill('SIGSTOP');
      await untilHealth(third, leads(duty));
      second.child.kill('SIGCONT');
      const { leaderships } = await untilHealth(second, (health) => !leads(duty)(health));
      expect(leaderships).toEqual([{ name: duty, state: 'standingBy' }]);
    });
  });

  it('process each due event once, and show it', async () => {
    const customerId = await api.client.customer();
    const id = await api.client.buy(customerId, { offerId: 'P', quantity: 10 });
    await api.client.at('2021-07-19T00:00:00.000Z');
    expect(await api.client.lines(id)).toHaveLength(2);
    const { kept, replayed } = await cluster.digests();
    expect(kept).toEqual(replayed);
  });
});

describeOnPostgres('processes that start at once on an empty log', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start();
  });
  afterAll(() => cluster.stop());

  it('create one key, one partner and one price list, whichever starts first', async () => {
    // No key is configured: one is created, and shown once.
    const own = { ...setting, env: { SUBLEDGER_API_KEY: '' } };
    const all = await Promise.all(Array.from({ length: 4 }, () => cluster.join('all', own)));
    const shown = all.flatMap(({ told }) => /administrator key: (\S+)/.exec(told.all)?.[1] ?? []);
    expect(shown).toHaveLength(1);
    for (const { client } of all) {
      const admin = client.as(shown[0] ?? '');
      expect((await admin.must('GET', '/v1/keys')).items).toHaveLength(1);
      expect((await admin.must('GET', '/v1/partners')).items).toHaveLength(1);
      expect((await admin.must('GET', '/v1/catalog')).version).toBe('shop');
    }
    const { kept, replayed } = await cluster.digests();
    expect(kept).toEqual(replayed);
  });
});
