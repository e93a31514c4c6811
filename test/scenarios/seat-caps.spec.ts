import { catalogueOf, offer, plan, sku, type Client, type Reply } from '../support/client.ts';
import { startLedger, type RunningLedger } from '../support/ledger.ts';

const month = [plan('P1M', 'monthly', '10.08')];
const capped = { maxSeatsPerCustomer: 300 };

const catalogue = catalogueOf(
  'caps',
  '2015-01-01T00:00:00Z',
  offer('CAPPED', [sku('1', month, capped), sku('2', month)], { category: 'smallBusiness' }),
  offer('TWICE', [sku('1', month, capped)], { limitPerCustomer: 2 }),
  offer('LOWER', [sku('1', month, { upgradeTargets: ['CAPPED/1'] })]),
  offer('TRIAL', [sku('1', [plan('P1M', 'monthly', '0')], { trialDays: 30, convertsTo: 'CAPPED/1' })]),
  offer('LEGACY', [sku('1', month, capped)], { kind: 'legacy' }),
);

const clock = '2021-06-18T09:00:00.000Z';

let ledger: RunningLedger;
let client: Client;
let customerId: string;

beforeEach(async () => {
  ledger = await startLedger({ clock, catalogue });
  client = ledger.client;
  customerId = await client.customer();
});
afterEach(() => ledger.stop());

const purchase = (quantity: number, over: object = {}) => ({
  customerId,
  offerId: 'CAPPED',
  skuId: '1',
  quantity,
  term: 'P1M',
  billingCycle: 'monthly',
  ...over,
});
const ask = (quantity: number, over?: object, sending?: Parameters<Client['call']>[3]): Promise<Reply> =>
  client.call('POST', '/v1/subscriptions', purchase(quantity, over), sending);
const have = (quantity: number, over?: object): Promise<string> => client.buy(customerId, purchase(quantity, over));
const add = (id: string, quantity: number): Promise<Reply> => client.send(id, 'add-seats', { quantity });

/** All seats of a SKU that the customer now has. */
const seats = async (offerId = 'CAPPED'): Promise<number> => {
  const all = await client.all(`/v1/subscriptions?customerId=${customerId}&offerId=${offerId}`);
  return all
    .filter(({ status }) => status !== 'deleted')
    .reduce<number>((sum, { quantity }) => sum + Number(quantity), 0);
};
const refused = (held: number) => ({ status: 409, body: { code: 'OFFER_LIMIT', limit: 300, held } });
const tally = (replies: readonly Reply[]): Record<string, number> =>
  replies.reduce<Record<string, number>>((sum, { status }) => ({ ...sum, [status]: (sum[status] ?? 0) + 1 }), {});

describe('W41: at most 300 seats of a small-business SKU, over all of a customer’s subscriptions (E48)', () => {
  it('200 seats held and 200 requested are refused; 100 requested are accepted', async () => {
    await have(200);
    expect(await ask(200)).toMatchObject(refused(200));
    expect((await ask(100)).status).toBe(201);
    expect(await ask(1)).toMatchObject(refused(300));
    expect(await seats()).toBe(300);
  });

  it('a request for more than the cap is refused at once', async () => {
    expect(await ask(301)).toMatchObject(refused(0));
  });

  it('added seats count, whichever subscription gets them', async () => {
    const [one, two] = [await have(100), await have(100)];
    expect(await add(one, 101)).toMatchObject(refused(200));
    expect((await add(one, 60)).status).toBe(200);
    expect(await add(two, 41)).toMatchObject(refused(260));
    expect((await add(two, 40)).status).toBe(200);
    expect(await seats()).toBe(300);
  });

  it('a dry run says so, and claims nothing', async () => {
    const id = await have(200);
    expect((await client.call('POST', '/v1/subscriptions?dryRun=true', purchase(101))).body.code).toBe('OFFER_LIMIT');
    expect((await client.call('POST', '/v1/subscriptions?dryRun=true', purchase(100))).status).toBe(200);
    expect((await client.call('POST', `/v1/subscriptions/${id}/add-seats?dryRun=true`, { quantity: 100 })).status).toBe(
      200,
    );
    expect((await ask(100)).status).toBe(201);
  });

  it('a cancellation makes room again', async () => {
    const id = await have(300);
    expect(await ask(1)).toMatchObject(refused(300));
    await client.tell(id, 'cancel', { reason: 'customerRequest' });
    expect((await ask(300)).status).toBe(201);
    expect(await ask(1)).toMatchObject(refused(300));
  });

  it('a reduction makes room again', async () => {
    const legacy = { offerId: 'LEGACY' };
    const id = await have(300, legacy);
    expect(await ask(1, legacy)).toMatchObject(refused(300));
    await client.tell(id, 'remove-seats', { quantity: 100 });
    expect(await ask(101, legacy)).toMatchObject(refused(200));
    expect((await add(id, 50)).status).toBe(200);
    expect((await ask(50, legacy)).status).toBe(201);
    expect(await seats('LEGACY')).toBe(300);
  });

  it('a term that ended without a renewal makes room again, whether or not its end has been recorded', async () => {
    const id = await have(300);
    await client.must('PUT', `/v1/subscriptions/${id}/auto-renew`, { enabled: false });
    expect(await ask(1)).toMatchObject(refused(300));
    await client.at('2021-07-18T00:00:00.000Z');
    expect((await ask(300)).status).toBe(201);
  });

  it('seats of another SKU or another customer do not count', async () => {
    await have(300);
    expect((await ask(300, { skuId: '2' })).status).toBe(201);
    expect((await ask(300, { customerId: await client.customer() })).status).toBe(201);
  });

  it('a limited offer has both limits: on subscriptions, and on seats', async () => {
    const twice = { offerId: 'TWICE' };
    await have(200, twice);
    expect(await ask(101, twice)).toMatchObject(refused(200));
    await have(50, twice);
    const third = await ask(50, twice);
    expect(third).toMatchObject({ status: 409, body: { code: 'OFFER_LIMIT' } });
    expect(third.body.limit).not.toBe(300);
  });

  it('an increase that is refused for another reason claims no seats', async () => {
    const id = await have(100);
    await client.tell(id, 'pause', {});
    expect((await add(id, 200)).body.code).toBe('SUBSCRIPTION_PAUSED');
    expect((await ask(200)).status).toBe(201);
  });

  it('an increase always gets its first answer, and is refused for another revision', async () => {
    const id = await have(200);
    const headers = { 'idempotency-key': 'more' };
    const first = await client.send(id, 'add-seats', { quantity: 100 }, { headers });
    const again = await client.send(id, 'add-seats', { quantity: 100 }, { headers });
    expect([first.status, again.headers.get('idempotency-replayed'), again.body]).toEqual([200, 'true', first.body]);
    expect((await client.get(id)).quantity).toBe(300);
    const late = await client.send(id, 'add-seats', { quantity: 1 }, { headers: { 'if-match': '"1"' } });
    expect(late.status).toBe(412);
  });

  it('an increase must match its quote', async () => {
    const id = await have(100);
    const path = `/v1/subscriptions/${id}/add-seats`;
    const { quoteToken } = await client.must('POST', `${path}?dryRun=true`, { quantity: 50 });
    await client.must('PATCH', `/v1/subscriptions/${id}`, { friendlyName: 'ours' });
    const headers = { 'quote-token': quoteToken };
    expect((await client.call('POST', path, { quantity: 50 }, { headers })).body.code).toBe('QUOTE_STALE');
    const fresh = await client.must('POST', `${path}?dryRun=true`, { quantity: 50 });
    const held = { headers: { 'quote-token': fresh.quoteToken as string } };
    expect((await client.call('POST', path, { quantity: 50 }, held)).status).toBe(200);
    expect(await ask(151)).toMatchObject(refused(150));
  });
});

describe('the cap on seats', () => {
  it('holds for an upgrade of all seats, or of some', async () => {
    await have(250);
    const id = await have(100, { offerId: 'LOWER' });
    const to = { offerId: 'CAPPED', skuId: '1', target: 'new' };
    expect(await client.send(id, 'upgrade', { ...to, quantity: 100 })).toMatchObject(refused(250));
    expect(await client.send(id, 'upgrade', { ...to, quantity: 51 })).toMatchObject(refused(250));
    expect((await client.send(id, 'upgrade', { ...to, quantity: 50 })).status).toBe(200);
    // A gain without a claim counts as soon as the read model has it.
    await client.at(clock);
    expect(await ask(1)).toMatchObject(refused(300));
  });

  it('holds for an upgrade into an existing subscription', async () => {
    const target = await have(250);
    const id = await have(100, { offerId: 'LOWER' });
    const to = { offerId: 'CAPPED', skuId: '1', target: { subscriptionId: target } };
    expect(await client.send(id, 'upgrade', { ...to, quantity: 51 })).toMatchObject(refused(250));
    expect((await client.send(id, 'upgrade', { ...to, quantity: 50 })).status).toBe(200);
    expect(await add(target, 1)).toMatchObject(refused(300));
  });

  it('holds for a conversion', async () => {
    await have(250);
    const trial = await have(25, { offerId: 'TRIAL' });
    expect(await client.send(trial, 'convert', { quantity: 51 })).toMatchObject(refused(250));
    expect((await client.send(trial, 'convert', { quantity: 50 })).status).toBe(200);
  });

  it('holds for a scheduled change, at the time when it is saved', async () => {
    await have(250);
    const id = await have(60, { offerId: 'LOWER' });
    const path = `/v1/subscriptions/${id}/scheduled-change`;
    const change = { offerId: 'CAPPED', skuId: '1' };
    expect(await client.call('PUT', path, change)).toMatchObject(refused(250));
    expect((await client.call('PUT', path, { ...change, quantity: 50 })).status).toBe(200);
  });

  it('holds for the first increase of a subscription created by an upgrade', async () => {
    const id = await have(100, { offerId: 'LOWER' });
    await client.tell(id, 'upgrade', { offerId: 'CAPPED', skuId: '1', quantity: 100, target: 'new' });
    expect(await add(id, 201)).toMatchObject(refused(100));
    expect((await add(id, 150)).status).toBe(200);
    expect(await ask(51)).toMatchObject(refused(250));
    expect((await add(id, 50)).status).toBe(200);
  });
});

describe('many requests at once', () => {
  const headers = { 'idempotency-key': 'x' };

  it('of 50 purchases for the last 20 seats, 20 succeed', async () => {
    await have(280);
    const replies = await Promise.all(Array.from({ length: 50 }, () => ask(1)));
    expect(tally(replies)).toEqual({ 201: 20, 409: 30 });
    await client.at(clock);
    expect(await seats()).toBe(300);
  });

  it('50 increases of the same subscription stay within the cap', async () => {
    const id = await have(280);
    const replies = await Promise.all(Array.from({ length: 50 }, () => add(id, 1)));
    expect(tally(replies)).toEqual({ 200: 20, 409: 30 });
    expect((await client.get(id)).quantity).toBe(300);
  });

  it('50 purchases and increases, of several seats each, stay within the cap', async () => {
    const ids = [await have(80), await have(80), await have(80)];
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, n) => (n % 2 === 0 ? ask((n % 5) + 1) : add(ids[n % 3] ?? '', (n % 7) + 1))),
    );
    expect(replies.filter(({ status }) => status < 300).length).toBeGreaterThan(8);
    await client.at(clock);
    const reached = await seats();
    expect([reached <= 300, reached > 293]).toEqual([true, true]);
    expect((await ask(300 - reached + 1)).body).toMatchObject({ code: 'OFFER_LIMIT', held: reached });
    if (reached < 300) expect((await ask(300 - reached)).status).toBe(201);
  });

  it('the same increase sent many times counts once', async () => {
    const id = await have(280);
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => client.send(id, 'add-seats', { quantity: 20 }, { headers })),
    );
    expect(tally(replies)).toEqual({ 200: 10 });
    expect((await client.get(id)).quantity).toBe(300);
    expect(await ask(1)).toMatchObject(refused(300));
  });

  it('of two purchases under one id one succeeds, and keeps its seats', async () => {
    const subscriptionId = '0f0f0f0f-1111-4222-8333-444444444444';
    const replies = await Promise.all([ask(200, { subscriptionId }), ask(200, { subscriptionId })]);
    expect(tally(replies)).toEqual({ 201: 1, 409: 1 });
    expect(await ask(101)).toMatchObject(refused(200));
  });
});

describe('a cart', () => {
  const checkout = async (...lines: readonly number[]) => {
    const requests = lines.map((quantity) => {
      const { customerId: _, ...line } = purchase(quantity);
      return line;
    });
    const { cartId } = await client.must('POST', '/v1/carts', { customerId, lines: requests });
    const review = await client.must('POST', `/v1/carts/${cartId as string}/review`, {});
    const bought = await client.must('POST', `/v1/carts/${cartId as string}/checkout`, {});
    return { review, bought };
  };

  it('counts its own lines as well, when it is reviewed and when it is bought', async () => {
    await have(100);
    const { review, bought } = await checkout(150, 100, 50);
    const errors = [{ line: 1, code: 'OFFER_LIMIT' }];
    expect([review.errors, bought.errors]).toMatchObject([errors, errors]);
    expect(bought.subscriptions).toMatchObject([{ line: 0 }, { line: 2 }]);
    expect(await seats()).toBe(300);
  });
});
