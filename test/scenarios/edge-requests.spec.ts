import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '../support/client.ts';
import { startLedger, type RunningLedger, type Setting } from '../support/ledger.ts';
import { expectAgreement, no, shop } from '../support/shop.ts';

let ledger: RunningLedger;
let client: Client;
let customerId: string;

const at = '2021-06-18T09:00:00.000Z';
const begin = async (over: Setting = {}) => {
  ledger = await startLedger({ clock: at, catalogue: shop, ...over });
  client = ledger.client;
  customerId = await client.customer();
};

afterEach(() => ledger.stop());

const buy = (over: object = {}) => client.buy(customerId, { offerId: 'P', quantity: 10, ...over });
const eventsOf = (id: string) => client.all(`/v1/subscriptions/${id}/events`);

describe('a request in an edge case', () => {
  it('E13: cannot move the clock backwards', async () => {
    await begin();
    await client.at('2021-06-20T09:00:00.000Z');
    const back = await client.call('PUT', '/v1/clock', { now: '2021-06-20T08:59:59.999Z' });
    expect(no(back)).toBe('409 CLOCK_BACKWARDS');
    expect((await client.call('PUT', '/v1/clock', { now: '2021-06-20T09:00:00.000Z' })).status).toBe(200);
  });

  it('E22: of two for the same revision succeeds alone, and the other one leaves no trace', async () => {
    await begin();
    const id = await buy();
    const { revision } = await client.get(id);
    const headers = { 'if-match': `"${String(revision)}"` };
    const both = await Promise.all([
      client.send(id, 'add-seats', { quantity: 2 }, { headers }),
      client.send(id, 'add-seats', { quantity: 3 }, { headers }),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    const lost = both.find(({ status }) => status === 412);
    expect(lost?.body).toMatchObject({ code: 'REVISION_MISMATCH' });
    expect([12, 13]).toContain((await client.get(id)).quantity);
    expect((await eventsOf(id)).map(({ type }) => type)).toEqual([
      'SubscriptionCreated',
      'ChargesPosted',
      'SeatsAdded',
      'ChargesPosted',
    ]);
    // Without a condition both succeed, one after the other.
    await Promise.all([1, 2, 3, 4].map((quantity) => client.tell(id, 'add-seats', { quantity })));
    expect([22, 23]).toContain((await client.get(id)).quantity);
  });

  it('E23: with the same key and body gets the same answer; another body or another verb is refused', async () => {
    await begin();
    const id = await buy();
    const headers = { 'idempotency-key': 'two more' };
    const first = await client.send(id, 'add-seats', { quantity: 2 }, { headers });
    await client.at('2021-07-20T09:00:00.000Z');
    const again = await client.send(id, 'add-seats', { quantity: 2 }, { headers });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    expect(no(await client.send(id, 'add-seats', { quantity: 3 }, { headers }))).toBe('422 IDEMPOTENCY_KEY_REUSED');
    expect(no(await client.send(id, 'remove-seats', { quantity: 2 }, { headers }))).toBe('422 IDEMPOTENCY_KEY_REUSED');
    expect((await client.get(id)).quantity).toBe(12);
    // A refused command records nothing, so its key may be used again.
    const late = { headers: { 'idempotency-key': 'patience' } };
    expect(no(await client.send(id, 'resume', {}, late))).toBe('409 NOT_PAUSED');
    await client.tell(id, 'pause');
    expect((await client.send(id, 'resume', {}, late)).status).toBe(200);
  });

  it('E47, E48, E50: is refused with an invalid number of seats, or one out of range', async () => {
    await begin();
    const id = await buy({ skuId: '3' });
    const request = { customerId, offerId: 'P', skuId: '3', term: 'P1M', billingCycle: 'monthly' };
    for (const quantity of [0, -1, 1.5, '10', null, 2_147_483_648, 9_007_199_254_740_992]) {
      expect(no(await client.send(id, 'add-seats', { quantity }))).toBe('400 VALIDATION_FAILED');
      expect(no(await client.call('POST', '/v1/subscriptions', { ...request, quantity }))).toBe(
        '400 VALIDATION_FAILED',
      );
      expect(no(await client.call('PUT', `/v1/subscriptions/${id}/scheduled-change`, { quantity }))).toBe(
        '400 VALIDATION_FAILED',
      );
    }
    for (const text of ['NaN', '1e400', 'Infinity'])
      expect((await client.send(id, 'add-seats', `{"quantity":${text}}` as unknown as object)).status).toBe(400);
    expect(no(await client.send(id, 'add-seats', { quantity: 2_147_483_647 }))).toBe('409 QUANTITY_OUT_OF_RANGE');
    expect(no(await client.send(id, 'add-seats', { quantity: 291 }))).toBe('409 QUANTITY_OUT_OF_RANGE');
    await client.tell(id, 'add-seats', { quantity: 290 });
    expect((await client.get(id)).quantity).toBe(300);
    for (const quantity of [1, 301])
      expect(no(await client.call('POST', '/v1/subscriptions', { ...request, quantity }))).toBe(
        '409 QUANTITY_OUT_OF_RANGE',
      );
    expect(no(await client.call('PUT', `/v1/subscriptions/${id}/scheduled-change`, { quantity: 1 }))).toBe(
      '409 QUANTITY_OUT_OF_RANGE',
    );
  });

  it('E57: to a deleted subscription is refused, even repeatedly, and records nothing', async () => {
    await begin();
    const id = await buy();
    await client.tell(id, 'cancel', { reason: 'fraud' });
    const before = await eventsOf(id);
    const seats = { quantity: 1 };
    const reason = { reason: 'customerRequest' };
    const commands: [string, string, object?][] = [
      ['POST', '/add-seats', seats],
      ['POST', '/remove-seats', seats],
      ['PATCH', '', { friendlyName: 'Gone' }],
      ['POST', '/convert', {}],
      ['PUT', '/plan', { term: 'P1Y' }],
      ['PUT', '/add-ons', { addOns: [] }],
      ['POST', '/add-ons/P/A/suspend', reason],
      ['POST', '/add-ons/P/A/reactivate', {}],
      ['POST', '/suspend', reason],
      ['POST', '/reactivate', {}],
      ['POST', '/pause', {}],
      ['POST', '/resume', {}],
      ['POST', '/cancel', reason],
      ['PUT', '/auto-renew', { enabled: true }],
      ['PUT', '/scheduled-change', seats],
      ['DELETE', '/scheduled-change'],
      ['POST', '/upgrade', { offerId: 'P', skuId: '2', quantity: 1, target: 'new' }],
      ['POST', '/activate', {}],
      ['POST', '/deprovision', {}],
      ['POST', '/usage', { meter: 'm', quantity: '1', unitPrice: '1', usedAt: at, usageId: 'u' }],
      ['POST', '/adjustments', { amount: '-1.00', reason: 'courtesy' }],
    ];
    for (const [method, path, body] of [...commands, ...commands]) {
      const reply = await client.call(method, `/v1/subscriptions/${id}${path}`, body);
      expect([path, no(reply)]).toEqual([path, '409 SUBSCRIPTION_DELETED']);
    }
    expect(await eventsOf(id)).toEqual(before);
    expect(await client.get(id)).toMatchObject({ allowedActions: [], refundOptions: [], renewsOn: null });
    const same = { subscriptionId: id, customerId, offerId: 'P', skuId: '1', term: 'P1M', billingCycle: 'monthly' };
    expect(no(await client.call('POST', '/v1/subscriptions', { ...same, quantity: 1 }))).toBe(
      '409 SUBSCRIPTION_EXISTS',
    );
    expect(no(await client.send(randomUUID(), 'add-seats', seats))).toBe('404 SUBSCRIPTION_NOT_FOUND');
  });

  it('E21: after three months without the scheduler finds every cycle caught up, once', async () => {
    const data = mkdtempSync(join(tmpdir(), 'subledger-test-'));
    await begin({ data });
    const [id, renews] = [await buy({ term: 'P1Y' }), await buy()];
    await ledger.stop();
    ledger = await startLedger({ clock: '2021-09-18T00:00:00.000Z', catalogue: shop, data });
    client = ledger.client;
    // A reader sees it settled, even before the scheduler has run.
    expect(await client.get(id)).toMatchObject({ cycleStart: '2021-09-18' });
    for (const _ of ['once', 'twice']) {
      await client.at('2021-09-18T00:00:00.000Z');
      const charges = await client.all(`/v1/charges?subscriptionId=${id}`);
      expect(charges.map((c) => [c.chargeType, c.subtotal, c.chargeStart, c.chargeEnd, c.effectiveAt])).toEqual([
        ['new', '100.80', '2021-06-18', '2021-07-17', at],
        ['cycleCharge', '100.80', '2021-07-18', '2021-08-17', '2021-07-18T00:00:00.000Z'],
        ['cycleCharge', '100.80', '2021-08-18', '2021-09-17', '2021-08-18T00:00:00.000Z'],
        ['cycleCharge', '100.80', '2021-09-18', '2021-10-17', '2021-09-18T00:00:00.000Z'],
      ]);
      expect((await client.lines(renews)).map(([type]) => type)).toEqual(['new', 'renew', 'renew', 'renew']);
    }
    await expectAgreement(client, customerId);
    rmSync(data, { recursive: true, force: true });
  });
});
