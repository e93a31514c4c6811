import { catalogueOf, offer, plan, sku, type Client, type Reply } from './support/client.ts';
import { spawnLedger } from './support/ledger.ts';

const clock = '2021-06-18T09:00:00.000Z';
const catalogue = catalogueOf(
  'crash',
  '2015-01-01T00:00:00Z',
  offer('P', [
    sku('1', [plan('P1M', 'monthly', '10.08')], { upgradeTargets: ['P/2'] }),
    sku('2', [plan('P1M', 'monthly', '6.43')]),
  ]),
  offer('CAPPED', [sku('1', [plan('P1M', 'monthly', '3.00')], { maxSeatsPerCustomer: 300 })]),
  offer('ONE', [sku('1', [plan('P1M', 'monthly', '3.00')])], { limitPerCustomer: 1 }),
);

type Ledger = Awaited<ReturnType<typeof spawnLedger>>;
const ledgers: Ledger[] = [];

const start = async (data?: string, env: Record<string, string> = {}, entry?: string): Promise<Ledger> => {
  const ledger = await spawnLedger({ clock, catalogue, env, ...(data === undefined ? {} : { data }) }, entry);
  ledgers.push(ledger);
  return ledger;
};

const again = (ledger: Ledger): Promise<Ledger> => start(ledger.folder);

afterEach(async () => {
  for (const ledger of ledgers) await ledger.kill();
  ledgers[0]?.clear();
  ledgers.length = 0;
});

/** Ignores the answer, and tolerates that the ledger dies before it gives one. */
const tried = (sending: Promise<Reply>): Promise<Reply | undefined> => sending.catch(() => undefined);

const typesOf = async (client: Client, id: string): Promise<string[]> =>
  (await client.all(`/v1/subscriptions/${id}/events`)).map(({ type }) => type as string);

describe('a ledger that is killed', () => {
  it('keeps every answered command of 64 clients exactly once, and none partially', async () => {
    const first = await start();
    const customerId = await first.client.customer();
    const ids = await Promise.all(Array.from({ length: 64 }, () => first.client.buy(customerId, { offerId: 'P' })));
    const answered = new Map<string, Reply>();
    let sent = 0;
    const client = async (id: string) => {
      for (let n = 0; ; n++) {
        const key = `${id}/${String(n)}`;
        sent += 1;
        const reply = await tried(
          first.client.send(id, 'add-seats', { quantity: 1 }, { headers: { 'idempotency-key': key } }),
        );
        if (reply === undefined) return;
        answered.set(key, reply);
        if (answered.size === 1_000) void first.kill();
      }
    };
    await Promise.all(ids.map(client));
    expect(answered.size).toBeGreaterThanOrEqual(1_000);

    const second = await again(first);
    for (const id of ids) {
      const types = await typesOf(second.client, id);
      const added = types.filter((type) => type === 'SeatsAdded').length;
      const mine = [...answered].filter(([key]) => key.startsWith(id));
      // Every answered command was recorded; at most the one in flight at the kill may have been recorded as well.
      expect(added - mine.length === 0 || added - mine.length === 1).toBe(true);
      expect(types).toEqual([
        'SubscriptionCreated',
        'ChargesPosted',
        ...Array.from({ length: added }, () => ['SeatsAdded', 'ChargesPosted']).flat(),
      ]);
      expect((await second.client.get(id)).quantity).toBe(1 + added);
      const last = mine.at(-1);
      if (last === undefined) continue;
      const [key, reply] = last;
      const replay = await second.client.send(
        id,
        'add-seats',
        { quantity: 1 },
        { headers: { 'idempotency-key': key } },
      );
      expect([replay.headers.get('idempotency-replayed'), replay.body]).toEqual(['true', reply.body]);
    }
    expect(sent).toBeLessThanOrEqual(answered.size + ids.length);
  });

  it('exits with status 0 on SIGTERM, and starts at once after a kill', async () => {
    const first = await start();
    expect(await first.kill('SIGTERM')).toBe(0);
    const second = await again(first);
    await second.kill();
    const third = await again(first);
    expect((await third.client.call('GET', '/health')).status).toBe(200);
  });

  it('keeps a second process off its data folder', async () => {
    const first = await start();
    await expect(start(first.folder)).rejects.toThrow(/belongs to another running ledger/);
  });
});

const dying = (event: string): Promise<Ledger> =>
  start(undefined, { DIES_AFTER: event }, 'test/support/dying-ledger.ts');

describe('a ledger that is killed in the middle of a partial upgrade', () => {
  it.each(['UpgradeStarted', 'opened', 'UpgradeCompleted'])(
    'after %s: a new subscription gets its seats exactly once',
    async (step) => {
      const first = await dying(step);
      const id = await first.client.buy(await first.client.customer(), { offerId: 'P', quantity: 300 });
      const request = { offerId: 'P', skuId: '2', quantity: 100, target: 'new' };
      const key = { headers: { 'idempotency-key': 'upgrade' } };
      await tried(first.client.send(id, 'upgrade', request, key));
      await first.kill();

      const { client } = await again(first);
      await client.at(clock);
      const answer = await client.send(id, 'upgrade', request, key);
      expect(answer.status).toBe(200);
      const target = answer.body.targetSubscriptionId as string;
      expect([(await client.get(id)).quantity, (await client.get(target)).quantity]).toEqual([200, 100]);
      expect(await client.lines(id)).toEqual([
        ['new', 300, '3024.00', '2021-06-18', '2021-07-17'],
        ['convert', 100, '-1008.00', '2021-06-18', '2021-07-17'],
      ]);
      expect(await client.lines(target)).toEqual([['convert', 100, '643.00', '2021-06-18', '2021-07-17']]);
      expect((await typesOf(client, id)).slice(2)).toEqual(['UpgradeStarted', 'ChargesPosted', 'UpgradeCompleted']);
    },
  );

  it.each(['UpgradeStarted', 'SeatsReceived', 'UpgradeCompleted'])(
    'after %s: an existing subscription gets all seats exactly once, and the empty source ends',
    async (step) => {
      const first = await dying(step);
      const customerId = await first.client.customer();
      const id = await first.client.buy(customerId, { offerId: 'P', quantity: 10 });
      const target = await first.client.buy(customerId, { offerId: 'P', skuId: '2', quantity: 5 });
      const request = { offerId: 'P', skuId: '2', quantity: 10, target: { subscriptionId: target } };
      await tried(first.client.send(id, 'upgrade', request));
      await first.kill();

      const { client } = await again(first);
      await client.at(clock);
      expect(await client.get(id)).toMatchObject({ status: 'deleted', quantity: 0 });
      expect(await client.get(target)).toMatchObject({ status: 'active', quantity: 15 });
      expect((await client.lines(target)).slice(1)).toEqual([
        ['moveQuantity', 10, '64.30', '2021-06-18', '2021-07-17'],
      ]);
      expect((await typesOf(client, id)).slice(2)).toEqual([
        'UpgradeStarted',
        'ChargesPosted',
        'UpgradeCompleted',
        'SubscriptionDeleted',
      ]);
    },
  );
});

it('a purchase of a limited offer that was interrupted after its slot was claimed is completed at the next start', async () => {
  const first = await dying('OfferSlotClaimed');
  const customerId = await first.client.customer();
  const key = { headers: { 'idempotency-key': 'one' } };
  const request = { customerId, offerId: 'ONE', skuId: '1', quantity: 1, term: 'P1M', billingCycle: 'monthly' };
  await tried(first.client.call('POST', '/v1/subscriptions', request, key));
  await first.kill();

  const { client } = await again(first);
  await client.at(clock);
  expect(await client.all(`/v1/subscriptions?customerId=${customerId}`)).toHaveLength(1);
  const retried = await client.call('POST', '/v1/subscriptions', request, key);
  expect([retried.status, retried.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
  const other = await client.call('POST', '/v1/subscriptions', request);
  expect([other.status, other.body.code]).toEqual([409, 'ALREADY_OWNED_SINGLE']);
});

describe('a ledger that is killed between claiming seats and using them', () => {
  const capped = { offerId: 'CAPPED', skuId: '1', term: 'P1M', billingCycle: 'monthly' };
  const key = { headers: { 'idempotency-key': 'capped' } };

  it.each(['after %s: the increase is recorded once', 'SeatsAdded'])(
    'after %s: the increase is there, once',
    async (step) => {
      const first = await dying(step);
      const customerId = await first.client.customer();
      const id = await first.client.buy(customerId, { ...capped, quantity: 200 });
      await tried(first.client.send(id, 'add-seats', { quantity: 60 }, key));
      await first.kill();

      const { client } = await again(first);
      await client.at(clock);
      expect((await typesOf(client, id)).slice(2)).toEqual(['SeatsAdded', 'ChargesPosted']);
      const retried = await client.send(id, 'add-seats', { quantity: 60 }, key);
      expect([retried.status, retried.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
      const beyond = await client.call('POST', '/v1/subscriptions', { customerId, ...capped, quantity: 41 });
      expect(beyond.body).toMatchObject({ code: 'OFFER_LIMIT', limit: 300, held: 260 });
      expect((await client.send(id, 'add-seats', { quantity: 40 })).status).toBe(200);
    },
  );

  it('after OfferSlotClaimed: the purchase is recorded once', async () => {
    const first = await dying('OfferSlotClaimed');
    const customerId = await first.client.customer();
    const request = { customerId, ...capped, quantity: 260 };
    await tried(first.client.call('POST', '/v1/subscriptions', request, key));
    await first.kill();

    const { client } = await again(first);
    await client.at(clock);
    expect(await client.all(`/v1/subscriptions?customerId=${customerId}`)).toMatchObject([{ quantity: 260 }]);
    const beyond = await client.call('POST', '/v1/subscriptions', { ...request, quantity: 41 });
    expect(beyond.body).toMatchObject({ code: 'OFFER_LIMIT', limit: 300, held: 260 });
    expect((await client.call('POST', '/v1/subscriptions', { ...request, quantity: 40 })).status).toBe(201);
  });
});
