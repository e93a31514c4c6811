import type { Client } from '../support/client.ts';
import { startLedger, type RunningLedger } from '../support/ledger.ts';
import { expectAgreement, no, shop } from '../support/shop.ts';

let ledger: RunningLedger;
let client: Client;

const begin = async (clock: string, policy?: string) => {
  ledger = await startLedger({ clock, catalogue: shop, ...(policy === undefined ? {} : { policy }) });
  client = ledger.client;
};

afterEach(() => ledger.stop());

const reason = { reason: 'nonPayment' };
const year = { offerId: 'L', term: 'P1Y' };
const ahead = { ...year, billingCycle: 'annual' };

describe('a legacy subscription in the rule book', () => {
  it('W26 to W31: has seats, is suspended and reactivated, by the month and by the year', async () => {
    await begin('2018-01-13T09:00:00.000Z');
    const customerId = await client.customer({ currency: 'USD' });
    const [quiet, more, early, late, back] = [
      await client.buy(customerId, year),
      await client.buy(customerId, year),
      await client.buy(customerId, year),
      await client.buy(customerId, ahead),
      await client.buy(customerId, ahead),
    ];
    await client.at('2018-02-01T10:00:00.000Z');
    await client.tell(more, 'add-seats', { quantity: 1 });
    await client.tell(early, 'suspend', reason);
    await client.at('2018-02-20T10:00:00.000Z');
    await client.tell(back, 'suspend', reason);
    await client.at('2018-03-01T10:00:00.000Z');
    await client.tell(late, 'suspend', reason);
    await client.tell(back, 'reactivate');

    expect(await client.lines(quiet)).toEqual([
      ['new', 1, '4.00', '2018-01-13', '2018-02-12'],
      ['cycleCharge', 1, '4.00', '2018-02-13', '2018-03-12'],
    ]);
    expect(await client.lines(more)).toEqual([
      ['new', 1, '4.00', '2018-01-13', '2018-02-12'],
      ['addQuantity', 1, '-4.00', '2018-01-13', '2018-02-12'],
      ['addQuantity', 1, '2.45', '2018-01-13', '2018-01-31'],
      ['addQuantity', 2, '3.10', '2018-02-01', '2018-02-12'],
      ['cycleCharge', 2, '8.00', '2018-02-13', '2018-03-12'],
    ]);
    expect((await client.lines(early)).slice(1)).toEqual([['suspend', 1, '-4.00', '2018-01-13', '2018-02-12']]);
    expect(await client.lines(late)).toEqual([
      ['new', 1, '48.00', '2018-01-13', '2019-01-12'],
      ['suspend', 1, '-41.34', '2018-03-01', '2019-01-12'],
    ]);
    expect((await client.lines(back)).at(-1)).toEqual(['reactivate', 1, '41.34', '2018-03-01', '2019-01-12']);
    const charges = await client.all(`/v1/charges?subscriptionId=${late}&chargeType=suspend`);
    expect(charges[0]).toMatchObject({ effectiveUnitPrice: '41.34', days: 318, cycleDays: 365, rounding: 'daily' });
    const invoices = await client.all(`/v1/invoices?customerId=${customerId}&period=2018-02`);
    // 4.00 + 8.00 of the cycles of 13 February, 1.55 of more seats, -4.00 and, on the 20th, -42.51 of suspensions.
    expect(invoices.map(({ currency, total }) => [currency, total])).toEqual([['USD', '-32.96']]);
    await expectAgreement(client, customerId);
  });

  it('E32, E33, E34: that is suspended keeps its data for 90 to 120 days', async () => {
    await begin('2021-09-01T12:00:00.000Z');
    const opened = ['2021-09-01T08:00:00.000Z', '2021-08-22T08:00:00.000Z', '2021-07-18T08:00:00.000Z'];
    const customers = await Promise.all(opened.map((accountOpenedAt) => client.customer({ accountOpenedAt })));
    const ids = [];
    for (const customerId of customers) ids.push(await client.buy(customerId, year));
    const [same = '', ten = '', fortyFive = ''] = ids;
    await client.at('2021-09-20T12:00:00.000Z');
    const second = await client.buy(customers[1] ?? '', year);

    await client.at('2021-10-01T00:00:00.000Z');
    for (const id of [...ids, second]) await client.tell(id, 'suspend', { reason: 'fraud', comment: 'stolen card' });
    const expires = async (id: string) => (await client.get(id)).suspension.autoExpiresAt;
    expect(await expires(same)).toBe('2021-12-30T00:00:00.000Z');
    expect(await expires(ten)).toBe('2022-01-09T00:00:00.000Z');
    expect(await expires(fortyFive)).toBe('2022-01-29T00:00:00.000Z');
    // The customer's first subscription counts, not this one, which was bought 19 days later.
    expect(await expires(second)).toBe('2022-01-09T00:00:00.000Z');
    expect(await client.get(same)).toMatchObject({ status: 'suspended', access: false, autoRenew: true });

    await client.at('2021-10-02T00:00:00.000Z');
    await client.tell(ten, 'reactivate');
    await client.at('2021-10-03T00:00:00.000Z');
    await client.tell(ten, 'suspend', reason);
    expect(await expires(ten)).toBe('2022-01-11T00:00:00.000Z');

    await client.at('2021-12-29T23:59:59.999Z');
    expect((await client.send(same, 'reactivate', {}, { headers: {} })).status).toBe(200);
    await client.tell(same, 'suspend', reason);
    await client.at('2022-01-09T00:00:00.000Z');
    expect(no(await client.send(second, 'reactivate'))).toBe('409 SUBSCRIPTION_DELETED');
    const [gone] = (await client.all(`/v1/subscriptions/${second}/events`)).slice(-1);
    expect(gone).toMatchObject({
      type: 'SubscriptionDeleted',
      effectiveAt: '2022-01-09T00:00:00.000Z',
      data: { cause: 'retentionElapsed' },
    });
    for (const customerId of customers) await expectAgreement(client, customerId);
  });

  it('that is suspended rolls over without a charge; reactivated, it pays for the running term', async () => {
    await begin('2021-08-15T12:00:00.000Z');
    const customerId = await client.customer();
    const id = await client.buy(customerId, { offerId: 'L', quantity: 10 });
    await client.at('2021-09-10T12:00:00.000Z');
    await client.tell(id, 'suspend', reason);
    const dearer = structuredClone(shop) as { version: string; effectiveFrom: string; offers: any[] }; // eslint-disable-line @typescript-eslint/no-explicit-any -- a file
    Object.assign(dearer, { version: 'dearer', effectiveFrom: '2021-10-01T00:00:00Z' });
    for (const { skus } of dearer.offers.filter(({ offerId }) => offerId === 'L'))
      skus[0].plans[0].prices = { EUR: '5.00', USD: '5.00' };
    await client.must('PUT', '/v1/catalog', dearer);
    await client.at('2021-10-20T12:00:00.000Z');
    expect(await client.get(id)).toMatchObject({ status: 'suspended', termStart: '2021-10-15', unitPrice: '5.00' });
    await client.tell(id, 'reactivate');
    expect(await client.lines(id)).toEqual([
      ['new', 10, '40.00', '2021-08-15', '2021-09-14'],
      ['suspend', 10, '-40.00', '2021-08-15', '2021-09-14'],
      // 26 of 31 days at 5.00 for ten seats: 41.935…
      ['reactivate', 10, '41.94', '2021-10-20', '2021-11-14'],
    ]);
    await expectAgreement(client, customerId);
  });

  it('that is a trial is converted manually, to twelve months, or ends; the walk of rule-book.md §4.1', async () => {
    await begin('2021-06-18T09:00:00.000Z');
    const customerId = await client.customer();
    const trial = { offerId: 'L', skuId: 'T', quantity: 5 };
    const [converted, forgotten] = [await client.buy(customerId, trial), await client.buy(customerId, trial)];
    const [before] = await client.all(`/v1/renewals?customerId=${customerId}`);
    expect(before).toMatchObject({ renewsOn: '2021-07-18', action: 'end', next: null, reason: null });
    await client.at('2021-07-01T09:00:00.000Z');
    await client.tell(converted, 'convert');
    expect(await client.get(converted)).toMatchObject({ skuId: '1', term: 'P1Y', termEnd: '2022-06-30' });
    await client.at('2021-07-18T00:00:00.000Z');
    expect((await client.get(forgotten)).status).toBe('deleted');

    // R75: it always renews.
    expect(no(await client.call('PUT', `/v1/subscriptions/${converted}/auto-renew`, { enabled: false }))).toBe(
      '409 AUTO_RENEW_NOT_CONFIGURABLE',
    );
    const refused = await client.send(converted, 'cancel', { reason: 'customerRequest' });
    expect(no(refused)).toBe('409 WRONG_COMMERCE_KIND');
    expect(refused.body.allowedActions).toContain('suspend');
    const some = { offerId: 'L', skuId: '2', quantity: 4, target: 'new' };
    expect(no(await client.send(converted, 'upgrade', some))).toBe('409 MUST_UPGRADE_ALL');
    const all = await client.tell(converted, 'upgrade', { ...some, quantity: 5 });
    expect(all.targetSubscriptionId).toBe(converted);
    // 14 of 31 days for five seats: 20.00 gives 9.032…, 30.00 gives 13.548….
    expect((await client.lines(converted)).slice(-2)).toEqual([
      ['convert', 5, '-9.03', '2021-07-18', '2021-07-31'],
      ['convert', 5, '13.55', '2021-07-18', '2021-07-31'],
    ]);
    await client.tell(converted, 'remove-seats', { quantity: 1 });
    await client.at('2022-07-01T00:00:00.000Z');
    expect((await client.lines(converted)).at(-1)).toEqual(['renew', 4, '24.00', '2022-07-01', '2022-07-31']);
    await expectAgreement(client, customerId);
  });

  it('E55: is suspended for one of three reasons', async () => {
    await begin('2021-06-18T09:00:00.000Z');
    const id = await client.buy(await client.customer(), year);
    expect(no(await client.send(id, 'suspend', {}))).toBe('400 VALIDATION_FAILED');
    expect(no(await client.send(id, 'suspend', { reason: 'boredom' }))).toBe('400 VALIDATION_FAILED');
    expect(no(await client.send(id, 'suspend', { reason: 'nonPayment', notice: 'x' }))).toBe('400 VALIDATION_FAILED');
    expect((await client.all(`/v1/subscriptions/${id}/events`)).length).toBe(2);
    const answer = await client.tell(id, 'suspend', { reason: 'customerRequest', comment: 'moves abroad' });
    expect(answer.events[0].data).toMatchObject({ reason: 'customerRequest', comment: 'moves abroad' });
  });
});
