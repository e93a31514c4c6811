import type { Client } from '../support/client.ts';
import { startLedger, type RunningLedger } from '../support/ledger.ts';
import { expectAgreement, no, shop } from '../support/shop.ts';

let ledger: RunningLedger;
let client: Client;
let customerId: string;
let id: string;

/** A metered service bought on 18 June 2021. */
beforeEach(async () => {
  ledger = await startLedger({ clock: '2021-06-18T09:00:00.000Z', catalogue: shop });
  client = ledger.client;
  customerId = await client.customer();
  const request = { customerId, offerId: 'U', skuId: '1', term: 'P1M', billingCycle: 'monthly' };
  id = (await client.must('POST', '/v1/subscriptions', request)).subscriptionId;
});

afterEach(() => ledger.stop());

const used = (quantity: string, usageId: string, over: object = {}) => ({
  meter: 'calls',
  quantity,
  unitPrice: '0.10',
  usedAt: '2021-06-18T09:00:00.000Z',
  usageId,
  ...over,
});

describe('a metered service', () => {
  it('W38: with 150 calls, of which 100 are included, costs 10 in advance and 5 in arrears, every month', async () => {
    await client.tell(id, 'usage', used('150', 'u1'));
    const [begun] = await client.lines(id);
    expect(begun).toEqual(['new', 1, '10.00', '2021-06-18', '2021-07-17']);
    await client.at('2021-07-18T00:00:00.000Z');
    await client.tell(id, 'usage', used('100', 'u2'));
    await client.at('2021-09-18T00:00:00.000Z');
    expect((await client.lines(id)).slice(1)).toEqual([
      ['usage', '50', '5.00', '2021-06-18', '2021-07-17'],
      ['cycleCharge', 1, '10.00', '2021-07-18', '2021-08-17'],
      ['cycleCharge', 1, '10.00', '2021-08-18', '2021-09-17'],
      ['cycleCharge', 1, '10.00', '2021-09-18', '2021-10-17'],
    ]);
    const [invoice] = await client.all(`/v1/invoices?customerId=${customerId}&period=2021-07`);
    expect(invoice.total).toBe('15.00');
    await expectAgreement(client, customerId);
  });

  it('has a line for each meter and unit price, rounded down once; small amounts add up', async () => {
    for (const n of [1, 2, 3])
      await client.tell(id, 'usage', used('0.7', `g${n}`, { meter: 'GB', unitPrice: '0.0333' }));
    await client.tell(id, 'usage', used('2', 'g4', { meter: 'GB', unitPrice: '0.5' }));
    await client.at('2021-07-18T00:00:00.000Z');
    // 2.1 × 0.0333 = 0.06993
    expect((await client.lines(id)).slice(1, 3)).toEqual([
      ['usage', '2.1', '0.06', '2021-06-18', '2021-07-17'],
      ['usage', '2', '1.00', '2021-06-18', '2021-07-17'],
    ]);
  });

  it('counts a usage record once, whichever key it is sent with; the same id with other content is 422', async () => {
    const first = await client.tell(id, 'usage', used('150', 'u1'));
    expect(first.events).toHaveLength(1);
    const again = await client.send(id, 'usage', used('150', 'u1'));
    expect([again.status, again.body.events, again.body.revision]).toEqual([200, [], first.revision]);
    expect(no(await client.send(id, 'usage', used('151', 'u1')))).toBe('422 IDEMPOTENCY_KEY_REUSED');
    for (const name of ['constructor', '__proto__'])
      expect((await client.send(id, 'usage', used('1', name, { meter: name }))).status).toBe(200);
    for (const quantity of ['0', '-1', '1e3', 'NaN', '', 1])
      expect(no(await client.send(id, 'usage', { ...used('1', 'bad'), quantity }))).toBe('400 VALIDATION_FAILED');
    await client.at('2021-07-18T00:00:00.000Z');
    expect((await client.lines(id)).filter(([type]) => type === 'usage').map(([, quantity]) => quantity)).toEqual([
      '50',
      '1',
      '1',
    ]);
  });

  it('E58: that is deprovisioned with unbilled usage is billed at once, returns nothing, and has ended', async () => {
    await client.at('2021-06-25T09:00:00.000Z');
    await client.tell(id, 'usage', used('150', 'u1'));
    const answer = await client.tell(id, 'deprovision');
    expect((answer.events as { type: string }[]).map(({ type }) => type)).toEqual([
      'SubscriptionDeleted',
      'ChargesPosted',
    ]);
    expect(no(await client.send(id, 'usage', used('1', 'u2')))).toBe('409 SUBSCRIPTION_DELETED');
    expect(no(await client.send(id, 'deprovision'))).toBe('409 SUBSCRIPTION_DELETED');
    await client.at('2022-01-01T00:00:00.000Z');
    expect(await client.lines(id)).toEqual([
      ['new', 1, '10.00', '2021-06-18', '2021-07-17'],
      ['usage', '50', '5.00', '2021-06-18', '2021-06-25'],
    ]);
    expect(await client.get(id)).toMatchObject({ status: 'deleted', access: false, allowedActions: [] });
    await expectAgreement(client, customerId);
  });

  it('is not refunded, has no seats and no term, and is not always sold here (R7, R53, R75)', async () => {
    expect(no(await client.send(id, 'cancel', { reason: 'customerRequest' }))).toBe('409 NOT_RETURNABLE');
    expect(no(await client.send(id, 'add-seats', { quantity: 1 }))).toBe('409 WRONG_COMMERCE_KIND');
    expect(no(await client.call('PUT', `/v1/subscriptions/${id}/auto-renew`, { enabled: false }))).toBe(
      '409 WRONG_COMMERCE_KIND',
    );
    expect(await client.get(id)).toMatchObject({ kind: 'usage', termEnd: null, renewsOn: null, quantity: 1 });
    expect(await client.all(`/v1/renewals?customerId=${customerId}`)).toEqual([]);
    const elsewhere = { customerId, offerId: 'CONTAINER', skuId: '1', term: 'P1M', billingCycle: 'monthly' };
    expect(no(await client.call('POST', '/v1/subscriptions', elsewhere))).toBe('409 NOT_TRANSACTABLE_HERE');
    const listed = await client.all(`/v1/offers?customerId=${customerId}&billingType=usage`);
    expect(listed.map(({ offerId, purchasable }) => [offerId, purchasable])).toEqual([
      ['U', true],
      ['CONTAINER', false],
    ]);
  });
});
