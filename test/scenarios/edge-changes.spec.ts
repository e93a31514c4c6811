import type { Client } from '../support/client.ts';
import { startLedger, type RunningLedger, type Setting } from '../support/ledger.ts';
import { expectAgreement, no, shop } from '../support/shop.ts';

let ledger: RunningLedger;
let client: Client;
let customerId: string;

const begin = async (over: Setting = {}) => {
  ledger = await startLedger({ clock: '2021-06-18T09:00:00.000Z', catalogue: shop, ...over });
  client = ledger.client;
  customerId = await client.customer();
};

afterEach(() => ledger.stop());

const buy = (over: object = {}) => client.buy(customerId, { offerId: 'P', quantity: 10, ...over });
const upgrade = (id: string, quantity: number, target: string = 'new', skuId = '2') =>
  client.send(id, 'upgrade', {
    offerId: 'P',
    skuId,
    quantity,
    target: target === 'new' ? 'new' : { subscriptionId: target },
  });
const schedule = (id: string, body: object) => client.call('PUT', `/v1/subscriptions/${id}/scheduled-change`, body);
const autoRenew = (id: string, enabled: boolean) =>
  client.call('PUT', `/v1/subscriptions/${id}/auto-renew`, { enabled });
const cancel = (id: string) => client.send(id, 'cancel', { reason: 'customerRequest' });
const dropped = (answer: { body: { events: { type: string; data: object }[] } }) =>
  answer.body.events.filter(({ type }) => type === 'ScheduledChangeRemoved').map(({ data }) => data);

describe('a change in an edge case', () => {
  it('E35: that pauses and resumes leaves auto-renew off until it is switched on again', async () => {
    await begin();
    const [lapsed, kept] = [await buy(), await buy()];
    for (const id of [lapsed, kept]) {
      await client.tell(id, 'pause');
      await client.tell(id, 'resume');
    }
    await autoRenew(kept, true);
    await client.at('2021-07-18T00:00:00.000Z');
    expect((await client.get(lapsed)).status).toBe('deleted');
    expect((await client.get(kept)).status).toBe('active');
    await expectAgreement(client, customerId);
  });

  it('E36, E37, E38: drops a scheduled change, or needs one', async () => {
    await begin();
    const id = await buy({ term: 'P1Y' });
    await schedule(id, { quantity: 5 });
    expect(dropped(await client.send(id, 'add-seats', { quantity: 1 }))).toEqual([
      { cause: 'quantityChange', removed: { quantity: 5 } },
    ]);
    await schedule(id, { offerId: 'P', skuId: '2' });
    expect(dropped(await upgrade(id, 1))).toEqual([{ cause: 'midTermUpgrade', removed: { offerId: 'P', skuId: '2' } }]);
    await schedule(id, { quantity: 5 });
    expect(dropped(await autoRenew(id, false))).toEqual([{ cause: 'autoRenewOff', removed: { quantity: 5 } }]);
    expect(no(await schedule(id, { quantity: 5 }))).toBe('409 AUTO_RENEW_OFF');
    expect(no(await client.call('DELETE', `/v1/subscriptions/${id}/scheduled-change`))).toBe('409 NO_SCHEDULED_CHANGE');
    await expectAgreement(client, customerId);
  });

  it('E39, E40, E41: upgrades parts, which grow, and keep the end of the first source', async () => {
    await begin();
    const id = await buy({ quantity: 300, term: 'P1Y', skuId: '3' });
    await client.at('2021-06-25T10:00:00.000Z');
    const child = (await upgrade(id, 100, 'new', '1')).body.targetSubscriptionId;
    const full = await upgrade(id, 200, 'new', '1');
    expect(full.body.targetSubscriptionId).toBe(id);
    expect(await client.get(id)).toMatchObject({ skuId: '1', quantity: 200 });
    const grandchild = (await upgrade(child, 40)).body.targetSubscriptionId;
    for (const each of [id, child, grandchild]) await client.tell(each, 'add-seats', { quantity: 1 });
    // 23 of 30 days: 41 seats at 6.43 give 202.116…, 40 give 197.186….
    expect((await client.lines(grandchild)).slice(1)).toEqual([
      ['addQuantity', 40, '-197.18', '2021-06-25', '2021-07-17'],
      ['addQuantity', 41, '202.11', '2021-06-25', '2021-07-17'],
    ]);
    const ends = await Promise.all([id, child, grandchild].map(async (each) => (await client.get(each)).termEnd));
    expect(ends).toEqual(['2022-06-17', '2022-06-17', '2022-06-17']);
    await expectAgreement(client, customerId);
  });

  it('that upgrades into an existing subscription is capped on the net of both sides (rule-book.md §2.4, invariant 3)', async () => {
    await begin();
    const [source, target] = [await buy({ skuId: '3' }), await buy()];
    await client.at('2021-06-21T09:00:00.000Z');
    await client.tell(source, 'adjustments', { amount: '-25.00', reason: 'courtesy' });
    expect((await upgrade(source, 9, target, '1')).status).toBe(200);
    // 27 of 30 days: 2.70 and 9.07 a seat. 5.00 of 30.00 were kept, but the operation has no net credit.
    expect((await client.lines(source)).at(-1)).toEqual(['convert', 9, '-24.30', '2021-06-21', '2021-07-17']);
    expect((await client.lines(target)).at(-1)).toEqual(['moveQuantity', 9, '81.63', '2021-06-21', '2021-07-17']);
  });

  it('E42: moves seats only to another, active subscription of the target SKU', async () => {
    await begin();
    const [source, paused, same] = [await buy(), await buy({ skuId: '2' }), await buy()];
    await client.tell(paused, 'pause');
    expect(no(await upgrade(source, 4, paused))).toBe('409 TARGET_NOT_ACTIVE');
    expect(no(await upgrade(source, 4, source))).toBe('409 TARGET_IS_SOURCE');
    expect(no(await upgrade(source, 4, same))).toBe('409 TARGET_OTHER_SKU');
    const stranger = await client.buy(await client.customer(), { offerId: 'P', skuId: '2', quantity: 1 });
    expect(no(await upgrade(source, 4, stranger))).toBe('409 TARGET_NOT_FOUND');
    expect(no(await upgrade(source, 11))).toBe('409 QUANTITY_EXCEEDS_SOURCE');
    expect(await client.get(source)).toMatchObject({ quantity: 10, status: 'active' });
    // What was returned was exact to the cent.
    const amounts = (await client.lines(source)).map(([, , subtotal]) => Number(subtotal));
    expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBeCloseTo(100.8, 8);

    await client.tell(paused, 'resume');
    const earlier = await upgrade(await buy({ term: 'P1Y' }), 10, paused);
    expect(earlier.status).toBe(200);
    expect(await client.get(paused)).toMatchObject({ quantity: 20, termEnd: '2021-07-17' });
    await expectAgreement(client, customerId);
  });

  it('E42: under the later rules moves no seats to one that ends earlier, runs shorter, or may still be cancelled', async () => {
    await begin({ policy: 'docs-2022-03' });
    const [short, year] = [await buy({ skuId: '2' }), await buy({ skuId: '2', term: 'P1Y' })];
    await client.at('2021-06-25T09:00:00.000Z');
    const source = await buy({ term: 'P1Y' });
    expect(no(await upgrade(source, 4, year))).toBe('409 TARGET_IN_CANCELLATION_WINDOW');
    await client.at('2021-06-25T09:00:00.001Z');
    expect(no(await upgrade(source, 4, short))).toBe('409 TARGET_TERM_SHORTER');
    expect(no(await upgrade(source, 4, year))).toBe('409 TARGET_ENDS_EARLIER');
    expect((await upgrade(source, 4)).status).toBe(200);
  });

  it('E43: that upgrades gives the new subscription the cancellation window of its source', async () => {
    await begin();
    const id = await buy();
    await client.at('2021-06-19T08:00:00.000Z');
    const [soon, late] = [
      (await upgrade(id, 4)).body.targetSubscriptionId,
      (await upgrade(id, 2)).body.targetSubscriptionId,
    ];
    expect((await client.get(soon)).refundOptions).toEqual([
      { type: 'full', expiresAt: '2021-06-19T09:00:00.000Z' },
      { type: 'partial', expiresAt: '2021-07-18T09:00:00.000Z' },
    ]);
    await client.at('2021-06-19T09:00:00.000Z');
    expect((await cancel(soon)).status).toBe(200);
    // 29 of 30 days at 6.43, rounded down to 6.21, for four seats: charged, and returned.
    expect((await client.lines(soon)).map(([type, , subtotal]) => [type, subtotal])).toEqual([
      ['convert', '24.84'],
      ['cancelImmediate', '-24.84'],
    ]);
    await client.at('2021-07-18T09:00:00.001Z');
    expect(no(await cancel(late))).toBe('409 CANCELLATION_WINDOW_PASSED');
  });

  it('E49: that cannot be made at renewal is flagged, and the subscription renews unchanged', async () => {
    await begin();
    const [withdrawn, few] = [await buy(), await buy({ skuId: '3' })];
    expect(no(await schedule(few, { quantity: 1 }))).toBe('409 QUANTITY_OUT_OF_RANGE');
    expect((await schedule(withdrawn, { offerId: 'P', skuId: '2' })).status).toBe(200);
    expect((await schedule(few, { quantity: 4 })).status).toBe(200);
    const next = structuredClone(shop) as unknown as { offers: { offerId: string; skus: Record<string, unknown>[] }[] };
    for (const one of next.offers.filter(({ offerId }) => offerId === 'P')) {
      one.skus = one.skus.filter(({ skuId }) => skuId !== '2');
      for (const sku of one.skus) {
        sku['upgradeTargets'] = [];
        if (sku['skuId'] === '3') sku['minSeats'] = 5;
      }
    }
    await client.must('PUT', '/v1/catalog', { ...next, version: 'next', effectiveFrom: '2021-07-01T00:00:00Z' });
    const foreseen = (await client.all(`/v1/renewals?customerId=${customerId}`)).find(
      (renewal) => renewal.subscriptionId === withdrawn,
    );
    expect(foreseen).toMatchObject({ scheduledChange: true, next: { skuId: '1', quantity: 10, amount: '100.80' } });
    await client.at('2021-07-18T00:00:00.000Z');
    expect(await client.get(withdrawn)).toMatchObject({
      skuId: '1',
      quantity: 10,
      scheduledChange: null,
      scheduledChangeFailed: { at: '2021-07-18T00:00:00.000Z', code: 'OFFER_NOT_PURCHASABLE' },
    });
    expect(await client.get(few)).toMatchObject({
      quantity: 10,
      scheduledChangeFailed: { code: 'QUANTITY_OUT_OF_RANGE' },
    });
    expect((await client.lines(withdrawn)).at(-1)).toEqual(['renew', 10, '100.80', '2021-07-18', '2021-08-17']);
    await expectAgreement(client, customerId);
  });

  it('E52: leads to the same state when its events are replayed, at every revision', async () => {
    await begin();
    const id = await buy({ quantity: 300, term: 'P1Y' });
    await client.at('2021-06-25T10:00:00.000Z');
    await upgrade(id, 100);
    await client.tell(id, 'pause');
    await client.at('2021-08-01T10:00:00.000Z');
    await client.tell(id, 'resume');
    const view = await client.get(id);
    expect(await client.must('GET', `/v1/subscriptions/${id}/state?revision=${String(view.revision)}`)).toEqual(view);
    const events = await client.all(`/v1/subscriptions/${id}/events`);
    expect(events.map(({ revision }) => revision)).toEqual(events.map((_, i) => i));
    expect(await client.all(`/v1/subscriptions/${id}/events`)).toEqual(events);
    const then = await client.must('GET', `/v1/subscriptions/${id}/state?at=2021-07-01T00:00:00.000Z`);
    expect(then).toMatchObject({ status: 'paused', quantity: 200, autoRenew: false, cycleStart: '2021-06-18' });
    const first = await client.must('GET', `/v1/subscriptions/${id}/state?revision=0`);
    expect(first).toMatchObject({ status: 'active', quantity: 300, revision: 0 });
    expect(no(await client.call('GET', `/v1/subscriptions/${id}/state?at=2021-06-18T08:59:59.999Z`))).toBe(
      '404 SUBSCRIPTION_NOT_FOUND',
    );
  });

  it('E53: of the policy applies to later purchases and to renewals; the running term keeps its own', async () => {
    const preset = (name: string) => ({ preset: name });
    await begin({
      policy: {
        timeline: [
          { from: '2015-01-01T00:00:00.000Z', ...preset('seed-2021-09') },
          { from: '2021-07-01T00:00:00.000Z', ...preset('docs-2022-03') },
        ],
      },
    });
    const [month, year] = [await buy(), await buy({ term: 'P1Y' })];
    await client.at('2021-07-01T00:00:00.000Z');
    const fresh = await buy({ term: 'P1Y' });
    const policies = async () => Promise.all([month, year, fresh].map(async (id) => (await client.get(id)).policy));
    expect(await policies()).toEqual(['seed-2021-09', 'seed-2021-09', 'docs-2022-03']);
    const fewer = (id: string) => client.send(id, 'remove-seats', { quantity: 1 });
    expect(no(await fewer(year))).toBe('409 MUST_BE_SCHEDULED');
    expect((await fewer(fresh)).status).toBe(200);
    await client.at('2021-07-18T09:00:00.000Z');
    expect(await policies()).toEqual(['docs-2022-03', 'seed-2021-09', 'docs-2022-03']);
    expect((await fewer(month)).status).toBe(200);
    // The seed's thirty days have just passed for the yearly one; the later rules' seven days for the new one have not.
    expect((await cancel(year)).status).toBe(200);
    expect(no(await cancel(fresh))).toBe('409 CANCELLATION_WINDOW_PASSED');
    await expectAgreement(client, customerId);
  });
});
