import { catalogueOf, offer, plan, sku, type Client } from '../support/client.ts';
import { startLedger, type RunningLedger } from '../support/ledger.ts';
import { expectAgreement, no, shop } from '../support/shop.ts';

let ledger: RunningLedger;
let client: Client;
let customerId: string;

const begin = async (clock: string, policy?: string | object) => {
  ledger = await startLedger({ clock, catalogue: shop, ...(policy === undefined ? {} : { policy }) });
  client = ledger.client;
  customerId = await client.customer({ currency: 'USD' });
};

afterEach(() => ledger.stop());

const buy = (over: object = {}) => client.buy(customerId, { offerId: 'M', ...over });
const cancel = { reason: 'customerRequest' };
const typesOf = (answer: { events: { type: string }[] }) => answer.events.map(({ type }) => type);

describe('a marketplace subscription in the rule book', () => {
  it('W21b: shows when its term ends, and until when it is fully refunded', async () => {
    await begin('2019-01-09T00:21:45.926Z');
    const view = await client.get(await buy());
    expect(view).toMatchObject({
      termStart: '2019-01-09',
      termEnd: '2019-02-08',
      refundOptions: [{ type: 'full', expiresAt: '2019-01-10T00:21:45.926Z' }],
      activationLink: `https://fabrikam.example/setup?s=${view.subscriptionId}`,
    });
  });

  it('W22a: has 30 free days, then is paid automatically; W22b: costs nothing if cancelled at once', async () => {
    await begin('2019-06-10T09:00:00.000Z');
    const [tried, left] = [await buy({ skuId: 'T' }), await buy({ skuId: 'T', quantity: 11 })];
    await client.tell(left, 'cancel', cancel);
    expect(await client.get(tried)).toMatchObject({ isTrial: true, status: 'active', renewsOn: '2019-07-10' });
    expect(no(await client.send(tried, 'convert'))).toBe('409 WRONG_COMMERCE_KIND'); // R27
    const [coming] = await client.all(`/v1/renewals?customerId=${customerId}`);
    expect(coming).toMatchObject({
      renewsOn: '2019-07-10',
      action: 'convert',
      next: { offerId: 'M', skuId: 'T', quantity: 1, unitPrice: '2.00', amount: '2.00', currency: 'USD' },
    });
    await client.at('2019-07-10T00:00:00.000Z');
    // R26, R28: nothing for 30 days, then the first charge at the instant when the trial ends.
    expect(await client.lines(tried)).toEqual([
      ['new', 1, '0.00', '2019-06-10', '2019-07-09'],
      ['renew', 1, '2.00', '2019-07-10', '2019-08-09'],
    ]);
    expect(await client.get(tried)).toMatchObject({ isTrial: false, termStart: '2019-07-10', termEnd: '2019-08-09' });
    expect(await client.lines(left)).toEqual([
      ['new', 11, '0.00', '2019-06-10', '2019-07-09'],
      ['cancelImmediate', 11, '0.00', '2019-06-10', '2019-07-09'],
    ]);
    expect((await client.get(left)).status).toBe('deleted');
    await expectAgreement(client, customerId);
  });

  it('E6, E7: is fully refunded for strictly less than 24 hours by the month, 14 days by the year', async () => {
    await begin('2021-06-18T09:00:00.000Z');
    const monthly = { term: 'P1Y', quantity: 10 };
    const annual = { ...monthly, billingCycle: 'annual' };
    const [m1, m2, a1, a2] = [await buy(monthly), await buy(monthly), await buy(annual), await buy(annual)];

    await client.at('2021-06-19T08:59:59.999Z');
    expect((await client.get(m1)).allowedActions).toContain('cancel');
    expect(typesOf(await client.tell(m1, 'cancel', cancel))).toEqual(['SubscriptionCancelled', 'ChargesPosted']);
    await client.at('2021-06-19T09:00:00.000Z');
    const seen = await client.get(m2);
    expect(seen.allowedActions).toContain('cancel-at-renewal');
    expect(seen.allowedActions).not.toContain('cancel');
    expect(seen.refundOptions).toEqual([]);
    const answer = await client.tell(m2, 'cancel', cancel);
    expect(typesOf(answer)).toEqual(['CancellationScheduled']);
    expect(answer.charges).toEqual([]);
    expect(await client.get(m2)).toMatchObject({
      status: 'active',
      cancelAtRenewal: true,
      autoRenew: false,
      renewsOn: null,
    });
    expect(
      (await client.all(`/v1/renewals?customerId=${customerId}`)).find((r) => r.subscriptionId === m2),
    ).toMatchObject({
      renewsOn: '2022-06-18',
      action: 'end',
      reason: 'cancelled',
      next: null,
    });

    await client.at('2021-07-02T08:59:59.999Z');
    await client.tell(a1, 'cancel', cancel);
    await client.at('2021-07-02T09:00:00.000Z');
    expect(typesOf(await client.tell(a2, 'cancel', cancel))).toEqual(['CancellationScheduled']);
    expect(await client.lines(m1)).toEqual([
      ['new', 10, '100.00', '2021-06-18', '2021-07-17'],
      ['cancelImmediate', 10, '-100.00', '2021-06-18', '2021-07-17'],
    ]);
    expect((await client.lines(a1)).at(-1)).toEqual(['cancelImmediate', 10, '-1100.00', '2021-06-18', '2022-06-17']);
    expect(await client.get(a1)).toMatchObject({ status: 'deleted', access: false });

    // Revoked before the term ends: auto-renew is on again (A3).
    const revoked = await client.must('PUT', `/v1/subscriptions/${a2}/auto-renew`, { enabled: true });
    expect(typesOf(revoked)).toEqual(['CancellationRevoked', 'AutoRenewEnabled']);
    await client.at('2022-06-18T00:00:00.000Z');
    expect((await client.get(m2)).status).toBe('deleted');
    expect((await client.lines(m2)).length).toBe(12);
    expect(await client.get(a2)).toMatchObject({ status: 'active', cancelAtRenewal: false, termEnd: '2023-06-17' });
    expect((await client.lines(a2)).at(-1)).toEqual(['renew', 10, '1100.00', '2022-06-18', '2023-06-17']);
    await expectAgreement(client, customerId);
  });

  it('E26, E54: is paid at the very end of its trial, and then it is too late for a refund', async () => {
    await begin('2021-06-18T09:00:00.000Z');
    const id = await buy({ skuId: 'T', quantity: 10, term: 'P1Y', billingCycle: 'annual' });
    await client.at('2021-07-17T23:59:59.999Z');
    expect((await client.get(id)).allowedActions).toContain('cancel');
    await client.at('2021-07-18T10:00:00.000Z'); // day 31
    expect(typesOf(await client.tell(id, 'cancel', cancel))).toEqual(['CancellationScheduled']);
    expect(await client.lines(id)).toEqual([
      ['new', 10, '0.00', '2021-06-18', '2021-07-17'],
      ['renew', 10, '200.00', '2021-07-18', '2022-07-17'],
    ]);
  });

  it('is suspended as a legacy one is, under the seed (A23)', async () => {
    await begin('2021-06-18T09:00:00.000Z');
    const id = await buy({ quantity: 10, term: 'P1Y' });
    await client.at('2021-07-25T09:00:00.000Z');
    await client.tell(id, 'suspend', { reason: 'nonPayment' });
    expect(await client.get(id)).toMatchObject({ status: 'suspended', access: false });
    await client.at('2021-08-18T00:00:00.000Z');
    await client.tell(id, 'reactivate');
    expect((await client.lines(id)).slice(2)).toEqual([
      // 24 of 31 days at 10.00 for ten seats: 77.419…, rounded half up; then a whole cycle on its first day.
      ['suspend', 10, '-77.42', '2021-07-25', '2021-08-17'],
      ['reactivate', 10, '100.00', '2021-08-18', '2021-09-17'],
    ]);
  });
});

describe('a marketplace subscription under docs-2022-03', () => {
  it('is pending until the publisher activates it; then term, billing and free days begin', async () => {
    await begin('2022-04-01T09:00:00.000Z', 'docs-2022-03');
    const [paid, tried, forgotten] = [await buy({ quantity: 2 }), await buy({ skuId: 'T' }), await buy()];
    expect(await client.get(paid)).toMatchObject({ status: 'pending', access: false });
    expect(((await client.get(paid)).allowedActions as string[]).toSorted()).toEqual([
      'activate',
      'adjustments',
      'cancel',
      'rename',
    ]);
    expect(await client.lines(paid)).toEqual([]);
    expect(await client.all(`/v1/renewals?customerId=${customerId}`)).toEqual([]);
    expect(no(await client.send(paid, 'add-seats', { quantity: 1 }))).toBe('409 NOT_ACTIVE');
    expect((await client.get(paid)).renewsOn).toBeNull();

    await client.at('2022-04-05T09:00:00.000Z');
    for (const id of [paid, tried]) await client.tell(id, 'activate');
    expect(no(await client.send(paid, 'activate'))).toBe('409 NOT_PENDING');
    expect(no(await client.send(paid, 'suspend', { reason: 'fraud' }))).toBe('409 WRONG_COMMERCE_KIND');
    await client.at('2022-05-05T00:00:00.000Z');
    expect(await client.lines(paid)).toEqual([
      ['new', 2, '20.00', '2022-04-05', '2022-05-04'],
      ['renew', 2, '20.00', '2022-05-05', '2022-06-04'],
    ]);
    expect(await client.lines(tried)).toEqual([
      ['new', 1, '0.00', '2022-04-05', '2022-05-04'],
      ['renew', 1, '2.00', '2022-05-05', '2022-06-04'],
    ]);
    expect(await client.get(tried)).toMatchObject({ term: 'P1M', isTrial: false });
    expect((await client.get(forgotten)).status).toBe('pending');
    await expectAgreement(client, customerId);
  });

  it('costs nothing if cancelled while pending, and frees its place', async () => {
    const single = offer('S', [sku('1', [plan('P1M', 'monthly', '5.00')])], {
      kind: 'isvSaas',
      publisher: { kind: 'partner', name: 'Fabrikam' },
      limitPerCustomer: 1,
    });
    ledger = await startLedger({
      clock: '2022-04-01T09:00:00.000Z',
      catalogue: catalogueOf('shop-1', '2015-01-01T00:00:00Z', single),
      policy: 'docs-2022-03',
    });
    client = ledger.client;
    customerId = await client.customer();
    const request = { offerId: 'S', skuId: '1', quantity: 3, term: 'P1M', billingCycle: 'monthly' };
    const pending = await client.buy(customerId, request);
    await client.at('2023-04-01T09:00:00.000Z');
    expect((await client.get(pending)).allowedActions).toContain('cancel');
    expect(no(await client.call('POST', '/v1/subscriptions', { customerId, ...request }))).toBe(
      '409 ALREADY_OWNED_SINGLE',
    );
    expect(typesOf(await client.tell(pending, 'cancel', cancel))).toEqual(['SubscriptionCancelled']);
    expect(await client.lines(pending)).toEqual([]);
    expect((await client.call('POST', '/v1/subscriptions', { customerId, ...request })).status).toBe(201);
  });

  it('is fully refunded for 72 hours from the order, by the month and by the year', async () => {
    await begin('2022-04-01T09:00:00.000Z', {
      timeline: [
        {
          from: '2015-01-01T00:00:00.000Z',
          preset: 'docs-2022-03',
          override: { 'isv.activation': 'atPurchase' },
        },
      ],
    });
    const annual = { term: 'P1Y', billingCycle: 'annual' };
    const [in1, in2, out1, out2] = [await buy(), await buy(annual), await buy(), await buy(annual)];
    await client.at('2022-04-04T08:59:59.999Z');
    for (const id of [in1, in2])
      expect(typesOf(await client.tell(id, 'cancel', cancel))).toEqual(['SubscriptionCancelled', 'ChargesPosted']);
    await client.at('2022-04-04T09:00:00.000Z');
    for (const id of [out1, out2])
      expect(typesOf(await client.tell(id, 'cancel', cancel))).toEqual(['CancellationScheduled']);
    expect(no(await client.send(out1, 'cancel', cancel))).toBe('409 NOTHING_CHANGES');
  });
});
