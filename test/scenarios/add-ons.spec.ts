import type { Client } from '../support/client.ts';
import { startLedger, type RunningLedger } from '../support/ledger.ts';
import { expectAgreement, no, shop } from '../support/shop.ts';

let ledger: RunningLedger;
let client: Client;
let customerId: string;

const begin = async (clock = '2021-06-18T09:00:00.000Z', policy = 'seed-2021-09') => {
  ledger = await startLedger({ clock, catalogue: shop, policy });
  client = ledger.client;
  customerId = await client.customer();
};

afterEach(() => ledger.stop());

type Requested = readonly (readonly [skuId: string, quantity: number])[];

const putAddOns = (id: string, requested: Requested, offerId = 'L') =>
  client.call('PUT', `/v1/subscriptions/${id}/add-ons`, {
    addOns: requested.map(([skuId, quantity]) => ({ offerId, skuId, quantity })),
  });
const has = async (id: string) =>
  ((await client.get(id)).addOns as { skuId: string; quantity: number; status: string }[]).map(
    ({ skuId, quantity, status }) => [skuId, quantity, status],
  );
const one = (id: string, skuId: string, verb: string, body: object = {}) =>
  client.call('POST', `/v1/subscriptions/${id}/add-ons/L/${skuId}/${verb}`, body);
const reason = { reason: 'nonPayment' };
const base = (quantity: number, over: object = {}) =>
  client.buy(customerId, { offerId: 'L', quantity, term: 'P1Y', ...over });

describe('add-ons of legacy subscriptions', () => {
  it('are bought only on their own base, all together, and run with it (R32, R33, R35, R37, R38, W40, E31)', async () => {
    await begin();
    const id = await base(400);
    const catalogueWay = { customerId, offerId: 'L', skuId: 'A', quantity: 1, term: 'P1Y', billingCycle: 'monthly' };
    expect(no(await client.call('POST', '/v1/subscriptions', catalogueWay))).toBe('409 ADDON_NOT_IN_CATALOGUE');
    const refused = await putAddOns(id, [
      ['A', 3],
      ['B', 19],
    ]);
    expect(no(refused)).toBe('409 QUANTITY_OUT_OF_RANGE');
    expect(await has(id)).toEqual([]);
    expect(no(await putAddOns(id, [['C', 1]]))).toBe('409 ADDON_PREREQUISITE_MISSING');
    expect(no(await putAddOns(id, [['2', 1]]))).toBe('409 ADDON_NOT_FOR_PARENT');
    expect(no(await putAddOns(id, [['A', 0]]))).toBe('400 VALIDATION_FAILED');

    await client.at('2021-07-17T22:00:00.000Z');
    const bought = await putAddOns(id, [
      ['A', 30],
      ['B', 20],
    ]);
    // The last of 30 days: 30 seats at 1.00, 20 at 2.00 (1.333…).
    expect(
      (bought.body.charges as Record<string, unknown>[]).map((c) => [c['skuId'], c['subtotal'], c['days']]),
    ).toEqual([
      ['A', '1.00', 1],
      ['B', '1.33', 1],
    ]);
    await client.at('2021-07-20T10:00:00.000Z');
    await putAddOns(id, [['A', 31]]);
    expect(await has(id)).toEqual([['A', 31, 'active']]);
    await client.at('2022-06-18T00:00:00.000Z');
    const renewals = await client.all(`/v1/charges?subscriptionId=${id}&chargeType=renew`);
    expect(renewals.map((c) => [c.skuId, c.quantity, c.subtotal, c.chargeStart, c.chargeEnd])).toEqual([
      ['1', 400, '1600.00', '2022-06-18', '2022-07-17'],
      ['A', 31, '31.00', '2022-06-18', '2022-07-17'],
    ]);
    await expectAgreement(client, customerId);
  });

  it('E28, E29: are suspended with their base (R36) and reactivated with it; one suspended separately stays so', async () => {
    await begin();
    const id = await base(10);
    await putAddOns(id, [
      ['A', 3],
      ['B', 4],
      ['D', 5],
    ]);
    await client.at('2021-06-25T10:00:00.000Z');
    expect((await one(id, 'B', 'suspend', reason)).status).toBe(200);
    expect(no(await one(id, 'C', 'suspend', reason))).toBe('404 ADDON_NOT_FOUND');
    expect(no(await one(id, 'A', 'reactivate'))).toBe('409 NOT_SUSPENDED');

    await client.at('2021-06-28T10:00:00.000Z');
    const answer = await client.tell(id, 'suspend', reason);
    expect(
      (answer.events as { type: string; data: { cause?: string } }[]).map(({ type, data }) => [type, data.cause]),
    ).toEqual([
      ['SubscriptionSuspended', undefined],
      ['AddOnSuspended', 'cascade'],
      ['AddOnSuspended', 'cascade'],
      ['ChargesPosted', undefined],
    ]);
    // The whole of the running cycle: the account has a balance of zero.
    const charges = await client.all(`/v1/charges?subscriptionId=${id}`);
    expect(charges.map((c) => [c.skuId, c.subtotal])).toEqual([
      ['1', '40.00'],
      ['A', '3.00'],
      ['B', '8.00'],
      ['D', '25.00'],
      ['B', '-8.00'],
      ['1', '-40.00'],
      ['A', '-3.00'],
      ['D', '-25.00'],
    ]);
    expect(no(await one(id, 'B', 'reactivate'))).toBe('409 PARENT_NOT_ACTIVE');
    expect(no(await putAddOns(id, [['A', 9]]))).toBe('409 PARENT_NOT_ACTIVE');

    await client.at('2021-07-18T00:00:00.000Z');
    await client.tell(id, 'reactivate');
    expect(await has(id)).toEqual([
      ['A', 3, 'active'],
      ['B', 4, 'suspended'],
      ['D', 5, 'active'],
    ]);
    await client.at('2021-08-08T10:00:00.000Z');
    await one(id, 'B', 'reactivate');
    expect(
      (await client.all(`/v1/charges?subscriptionId=${id}&chargeType=reactivate`)).map((c) => [c.skuId, c.subtotal]),
    ).toEqual([
      ['1', '40.00'],
      ['A', '3.00'],
      ['D', '25.00'],
      // Ten of 31 days for four seats at 2.00: 2.580…
      ['B', '2.58'],
    ]);
    await expectAgreement(client, customerId);
  });

  it('that are suspended separately keep their seats, show their deletion date and are deleted then (R41, R42)', async () => {
    await begin();
    const id = await base(10);
    await putAddOns(id, [
      ['A', 3],
      ['B', 4],
    ]);
    await one(id, 'B', 'suspend', reason);
    const suspension = {
      reason: 'nonPayment',
      suspendedAt: '2021-06-18T09:00:00.000Z',
      autoExpiresAt: '2021-09-16T09:00:00.000Z',
    };
    expect((await client.get(id)).addOns).toMatchObject([{ suspension: null }, { skuId: 'B', suspension }]);
    expect(no(await putAddOns(id, [['A', 3]]))).toBe('409 SUBSCRIPTION_SUSPENDED');
    await client.at('2021-09-16T08:59:59.999Z');
    expect(await has(id)).toEqual([
      ['A', 3, 'active'],
      ['B', 4, 'suspended'],
    ]);
    await expectAgreement(client, customerId);
    await client.at('2021-09-16T09:00:00.000Z');
    expect(await has(id)).toEqual([['A', 3, 'active']]);
    expect((await client.all(`/v1/subscriptions?customerId=${customerId}`))[0].addOns).toHaveLength(1);
    expect(no(await one(id, 'B', 'reactivate'))).toBe('409 SUBSCRIPTION_DELETED');
    await expectAgreement(client, customerId);
  });

  it('E30: cannot be bought for a suspended base (R31), by a reseller (R34), or for a trial', async () => {
    await begin();
    const id = await base(10);
    await client.tell(id, 'suspend', reason);
    expect(no(await putAddOns(id, [['A', 1]]))).toBe('409 PARENT_NOT_ACTIVE');
    const trial = await base(1, { skuId: 'T', term: 'P1M' });
    expect(no(await putAddOns(trial, [['A', 1]]))).toBe('409 TRIAL_LOCKED');

    const reseller = { partnerId: 'reseller', name: 'Reseller', model: 'indirectReseller', cloud: 'global' };
    await client.must('POST', '/v1/partners', { ...reseller, newCommercePreview: true });
    const { key } = await client.must('POST', '/v1/keys', { name: 'r', role: 'global-admin', partnerId: 'reseller' });
    client = client.as(key);
    customerId = await client.customer();
    expect(no(await putAddOns(await base(10), [['A', 1]]))).toBe('409 PARTNER_MODEL_NOT_ALLOWED');
  });
});

describe('add-ons of new commerce', () => {
  it('may grow at once, may shrink only with their base, and are included in a refund', async () => {
    await begin();
    const nce = { offerId: 'P', skuId: '1', quantity: 10, term: 'P1Y' };
    const [kept, given, ending] = [
      await client.buy(customerId, nce),
      await client.buy(customerId, nce),
      await client.buy(customerId, nce),
    ];
    for (const id of [kept, given, ending]) expect((await putAddOns(id, [['A', 2]], 'P')).status).toBe(200);
    expect(no(await putAddOns(kept, [['A', 1]], 'P'))).toBe('409 MUST_BE_SCHEDULED');
    expect(no(await putAddOns(kept, [], 'P'))).toBe('409 MUST_BE_SCHEDULED');
    await client.must('PUT', `/v1/subscriptions/${ending}/auto-renew`, { enabled: false });
    await client.at('2021-06-25T10:00:00.000Z');
    await client.tell(given, 'cancel', { reason: 'customerRequest' });
    // 23 of 30 days, rounded down per unit: 10.08 gives 7.72, 2.50 gives 1.91.
    expect((await client.lines(given)).slice(2)).toEqual([
      ['cancelImmediate', 10, '-77.20', '2021-06-25', '2021-07-17'],
      ['cancelImmediate', 2, '-3.82', '2021-06-25', '2021-07-17'],
    ]);
    await client.at('2022-06-18T00:00:00.000Z');
    expect((await client.lines(kept)).slice(-2)).toEqual([
      ['renew', 10, '100.80', '2022-06-18', '2022-07-17'],
      ['renew', 2, '5.00', '2022-06-18', '2022-07-17'],
    ]);
    expect((await client.get(ending)).status).toBe('deleted');
    expect(await client.lines(ending)).toHaveLength(24);
    await expectAgreement(client, customerId);
  });

  it('follow their base to another plan, at the price of that plan', async () => {
    await begin('2022-04-15T09:00:00.000Z', 'docs-2022-03');
    const nce = { offerId: 'P', skuId: '1', quantity: 10, term: 'P3Y' };
    const id = await client.buy(customerId, nce);
    const longer = await client.buy(customerId, { ...nce, term: 'P1Y' });
    for (const each of [id, longer]) await putAddOns(each, [['A', 2]], 'P');
    await client.must('PUT', `/v1/subscriptions/${id}/plan`, { billingCycle: 'annual' });
    await client.at('2022-04-25T09:00:00.000Z');
    await client.must('PUT', `/v1/subscriptions/${longer}/plan`, { term: 'P3Y' });
    // 20 of 30 days are returned: 10.08 gives 6.72 and 2.50 gives 1.66; then whole cycles.
    expect((await client.lines(longer)).slice(2)).toEqual([
      ['changeBillingPlan', 10, '-67.20', '2022-04-25', '2022-05-14'],
      ['changeBillingPlan', 10, '100.80', '2022-04-25', '2022-05-24'],
      ['changeBillingPlan', 2, '-3.32', '2022-04-25', '2022-05-14'],
      ['changeBillingPlan', 2, '5.00', '2022-04-25', '2022-05-24'],
    ]);
    await client.at('2022-05-15T00:00:00.000Z');
    expect((await client.lines(id)).slice(2)).toEqual([
      ['changeBillingPlan', 10, '1209.60', '2022-05-15', '2023-05-14'],
      ['changeBillingPlan', 2, '60.00', '2022-05-15', '2023-05-14'],
    ]);
    expect((await client.get(id)).addOns).toMatchObject([{ quantity: 2, unitPrice: '30.00' }]);
    await expectAgreement(client, customerId);
  });
});
