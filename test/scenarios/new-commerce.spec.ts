import { catalogueOf, offer, plan, sku, type Client } from '../support/client.ts';
import { startLedger, type RunningLedger } from '../support/ledger.ts';

/** The book's products: 10.08 and 6.43 a month, 120.96 a year in advance, a trial of 30 days that converts at 52.61. */
const catalogue = catalogueOf(
  'book',
  '2015-01-01T00:00:00Z',
  offer('P', [
    sku(
      '1',
      [
        plan('P1M', 'monthly', '10.08'),
        plan('P1Y', 'monthly', '10.08'),
        plan('P1Y', 'annual', '120.96'),
        plan('P3Y', 'monthly', '10.08'),
      ],
      { upgradeTargets: ['P/2'] },
    ),
    sku('2', [plan('P1M', 'monthly', '6.43'), plan('P1Y', 'monthly', '6.43')]),
    sku('T', [plan('P1M', 'monthly', '0')], { trialDays: 30, convertsTo: 'P/E' }),
    sku('E', [plan('P1M', 'monthly', '52.61')]),
  ]),
);

let ledger: RunningLedger;
let client: Client;
let customerId: string;

const begin = async (clock: string, policy?: string) => {
  ledger = await startLedger({ clock, catalogue, ...(policy === undefined ? {} : { policy }) });
  client = ledger.client;
  customerId = await client.customer();
};

afterEach(() => ledger.stop());

const book = (quantity: number, over: object = {}) => client.buy(customerId, { offerId: 'P', quantity, ...over });

describe('the worked examples of new commerce, over HTTP with a moving clock', () => {
  it('W1, W2: ten seats are bought for a month, and renewed for the next', async () => {
    await begin('2021-06-18T09:00:00.000Z');
    const id = await book(10);
    await client.at('2021-07-18T00:00:00.000Z');
    expect(await client.lines(id)).toEqual([
      ['new', 10, '100.80', '2021-06-18', '2021-07-17'],
      ['renew', 10, '100.80', '2021-07-18', '2021-08-17'],
    ]);
  });

  it('W3, W4: a year is paid by the month, or in advance', async () => {
    await begin('2021-06-18T09:00:00.000Z');
    const monthly = await book(10, { term: 'P1Y' });
    const upfront = await book(10, { term: 'P1Y', billingCycle: 'annual' });
    await client.at('2022-06-17T23:59:59.999Z');
    expect(await client.lines(upfront)).toEqual([['new', 10, '1209.60', '2021-06-18', '2022-06-17']]);
    const lines = await client.lines(monthly);
    expect(lines).toHaveLength(12);
    expect(lines.slice(0, 2)).toEqual([
      ['new', 10, '100.80', '2021-06-18', '2021-07-17'],
      ['cycleCharge', 10, '100.80', '2021-07-18', '2021-08-17'],
    ]);
    expect(lines.at(-1)).toEqual(['cycleCharge', 10, '100.80', '2022-05-18', '2022-06-17']);
  });

  it('W5: two seats are added after two days; W6: four are removed, where the later rules allow it', async () => {
    await begin('2021-06-18T09:00:00.000Z', 'docs-2022-03');
    const id = await book(10);
    await client.at('2021-06-20T10:00:00.000Z');
    await client.tell(id, 'add-seats', { quantity: 2 });
    await client.tell(id, 'remove-seats', { quantity: 4 });
    expect((await client.lines(id)).slice(1)).toEqual([
      ['addQuantity', 10, '-94.08', '2021-06-20', '2021-07-17'],
      ['addQuantity', 12, '112.89', '2021-06-20', '2021-07-17'],
      ['removeQuantity', 12, '-112.89', '2021-06-20', '2021-07-17'],
      ['removeQuantity', 8, '75.26', '2021-06-20', '2021-07-17'],
    ]);
    const [, back, more] = await client.all(`/v1/charges?subscriptionId=${id}`);
    expect([back.effectiveUnitPrice, back.days, back.cycleDays, back.rounding]).toEqual(['9.408', 28, 30, 'line-down']);
    expect(more.referenceId).toBe(back.referenceId);
  });

  it('W5 under the seed: a removal of seats must be scheduled', async () => {
    await begin('2021-06-18T09:00:00.000Z');
    const id = await book(10);
    await client.at('2021-06-20T10:00:00.000Z');
    await client.tell(id, 'add-seats', { quantity: 2 });
    expect((await client.lines(id)).slice(1)).toEqual([
      ['addQuantity', 10, '-94.08', '2021-06-20', '2021-07-17'],
      ['addQuantity', 12, '112.89', '2021-06-20', '2021-07-17'],
    ]);
    const fewer = await client.send(id, 'remove-seats', { quantity: 4 });
    expect([fewer.status, fewer.body.code]).toEqual([409, 'MUST_BE_SCHEDULED']);
  });

  it('W8: a subscription is cancelled after two days of 31', async () => {
    await begin('2021-07-15T09:00:00.000Z');
    const id = await book(10);
    await client.at('2021-07-17T10:00:00.000Z');
    await client.tell(id, 'cancel', { reason: 'customerRequest' });
    const charge = (await client.all(`/v1/charges?subscriptionId=${id}`)).at(-1);
    expect(charge).toMatchObject({
      chargeType: 'cancelImmediate',
      quantity: 10,
      effectiveUnitPrice: '9.42',
      subtotal: '-94.20',
      chargeStart: '2021-07-17',
      chargeEnd: '2021-08-14',
      days: 29,
      cycleDays: 31,
      rounding: 'unit-down',
    });
  });

  it('W9: all 300 seats are upgraded, under the same id and one reference', async () => {
    await begin('2021-06-18T09:00:00.000Z');
    const id = await book(300);
    await client.at('2021-06-25T10:00:00.000Z');
    const answer = await client.tell(id, 'upgrade', { offerId: 'P', skuId: '2', quantity: 300, target: 'new' });
    expect(answer.targetSubscriptionId).toBe(id);
    const [first, back, on] = await client.all(`/v1/charges?subscriptionId=${id}`);
    expect([first, back, on].map((c) => [c.chargeType, c.effectiveUnitPrice, c.subtotal])).toEqual([
      ['new', '10.08', '3024.00'],
      ['convert', '7.72', '-2316.00'],
      ['convert', '4.92', '1476.00'],
    ]);
    expect(on.referenceId).toBe(back.referenceId);
    expect(await client.get(id)).toMatchObject({ skuId: '2', quantity: 300, termEnd: '2021-07-17' });
  });

  it('W10: 100 of 300 seats are upgraded, to a new subscription that ends with the old one', async () => {
    await begin('2021-06-18T09:00:00.000Z');
    const id = await book(300);
    await client.at('2021-06-25T10:00:00.000Z');
    const answer = await client.tell(id, 'upgrade', { offerId: 'P', skuId: '2', quantity: 100, target: 'new' });
    const child = answer.targetSubscriptionId;
    expect((await client.lines(id)).at(-1)).toEqual(['convert', 100, '-772.00', '2021-06-25', '2021-07-17']);
    expect(await client.lines(child)).toEqual([['convert', 100, '492.00', '2021-06-25', '2021-07-17']]);
    expect((await client.get(id)).quantity).toBe(200);
    expect(await client.get(child)).toMatchObject({
      quantity: 100,
      skuId: '2',
      termEnd: '2021-07-17',
      upgradedFrom: id,
    });
  });

  it('W11: a trial of 25 seats is converted on its first day', async () => {
    await begin('2021-06-25T09:00:00.000Z');
    const id = await book(25, { skuId: 'T' });
    await client.tell(id, 'convert', {});
    expect(await client.lines(id)).toEqual([
      ['new', 25, '0.00', '2021-06-25', '2021-07-24'],
      ['convert', 25, '0.00', '2021-06-25', '2021-07-24'],
      ['convert', 25, '1315.25', '2021-06-25', '2021-07-24'],
    ]);
    expect(await client.get(id)).toMatchObject({ isTrial: false, skuId: 'E', unitPrice: '52.61' });
  });

  it('W14: one-month terms begin at the ends of months', async () => {
    await begin('2021-01-31T12:00:00.000Z');
    const ends: [string, string, string][] = [];
    for (const day of ['2021-01-31', '2021-02-28', '2021-05-31', '2021-06-30', '2021-07-31']) {
      await client.at(`${day}T12:00:00.000Z`);
      const { termEnd, renewsOn } = await client.get(await book(1));
      ends.push([day, termEnd, renewsOn]);
    }
    expect(ends).toEqual([
      ['2021-01-31', '2021-02-27', '2021-02-28'],
      ['2021-02-28', '2021-03-27', '2021-03-28'],
      ['2021-05-31', '2021-06-29', '2021-06-30'],
      ['2021-06-30', '2021-07-29', '2021-07-30'],
      ['2021-07-31', '2021-08-30', '2021-08-31'],
    ]);
  });

  it('W15: a year paid by the month from the 31st keeps aiming at the 31st', async () => {
    await begin('2021-01-31T12:00:00.000Z');
    const id = await book(1, { term: 'P1Y' });
    await client.at('2022-01-31T00:00:00.000Z');
    expect((await client.lines(id)).map(([, , , start, end]) => [start, end])).toEqual([
      ['2021-01-31', '2021-02-27'],
      ['2021-02-28', '2021-03-30'],
      ['2021-03-31', '2021-04-29'],
      ['2021-04-30', '2021-05-30'],
      ['2021-05-31', '2021-06-29'],
      ['2021-06-30', '2021-07-30'],
      ['2021-07-31', '2021-08-30'],
      ['2021-08-31', '2021-09-29'],
      ['2021-09-30', '2021-10-30'],
      ['2021-10-31', '2021-11-29'],
      ['2021-11-30', '2021-12-30'],
      ['2021-12-31', '2022-01-30'],
      ['2022-01-31', '2022-02-27'],
    ]);
  });

  it('W18: a cycle has its actual number of days', async () => {
    await begin('2022-02-21T12:00:00.000Z');
    const id = await book(1, { term: 'P1Y' });
    await client.at('2022-03-21T00:00:00.000Z');
    const charges = await client.all(`/v1/charges?subscriptionId=${id}`);
    expect(charges.map((c) => [c.chargeStart, c.chargeEnd, c.cycleDays])).toEqual([
      ['2022-02-21', '2022-03-20', 28],
      ['2022-03-21', '2022-04-20', 31],
    ]);
  });

  it('W21a, W47: terms have a last day', async () => {
    await begin('2021-01-14T16:57:14.000Z');
    const year = await client.get(await book(1, { term: 'P1Y' }));
    await client.at('2021-04-14T12:00:00.000Z');
    const month = await client.get(await book(1));
    await client.at('2021-04-15T12:00:00.000Z');
    const nextYear = await client.get(await book(1, { term: 'P1Y' }));
    await client.at('2021-05-25T12:00:00.000Z');
    const threeYears = await client.get(await book(1, { term: 'P3Y' }));
    expect([year, month, nextYear, threeYears].map(({ termEnd }) => termEnd)).toEqual([
      '2022-01-13',
      '2021-05-13',
      '2022-04-14',
      '2024-05-24',
    ]);
  });

  it('W44: for a yearly term cancelled after five days, under the later rules, the partner pays those five days', async () => {
    await begin('2022-04-01T00:00:00.000Z', 'docs-2022-03');
    const id = await book(10, { term: 'P1Y', billingCycle: 'annual' });
    await client.at('2022-04-06T00:00:00.000Z');
    await client.tell(id, 'cancel', { reason: 'customerRequest' });
    const [charged, back] = await client.all(`/v1/charges?subscriptionId=${id}`);
    // 360 of 365 days are returned: 120.96 × 360/365 = 119.3030…, rounded down to 119.30, times ten.
    expect([charged.subtotal, back.subtotal, back.days, back.cycleDays]).toEqual(['1209.60', '-1193.00', 360, 365]);
  });

  it('W45: under the later rules the windows open again with each term', async () => {
    await begin('2022-03-02T12:00:00.000Z', 'docs-2022-03');
    const id = await book(1, { term: 'P1Y' });
    await client.at('2023-03-02T00:00:00.000Z');
    const view = await client.get(id);
    expect(view).toMatchObject({ termStart: '2023-03-02', termEnd: '2024-03-01' });
    expect(view.refundOptions).toEqual([
      { type: 'full', expiresAt: '2023-03-03T00:00:00.000Z' },
      { type: 'partial', expiresAt: '2023-03-09T00:00:00.000Z' },
    ]);
    const [renewal] = (await client.all(`/v1/charges?subscriptionId=${id}&chargeType=renew`)) as {
      effectiveAt: string;
    }[];
    expect(renewal?.effectiveAt).toBe('2023-03-02T00:00:00.000Z');
  });
});

describe('a detail that a reseller might learn too late', () => {
  it('is that ten rounds of pause and resume leave exactly the same charges as no pause at all', async () => {
    await begin('2021-06-18T09:00:00.000Z');
    const [paused, quiet] = [await book(10), await book(10)];
    for (let round = 0; round < 10; round++) {
      await client.tell(paused, 'pause', {});
      expect(await client.get(paused)).toMatchObject({ status: 'paused', access: false, autoRenew: false });
      await client.tell(paused, 'resume', {});
    }
    await client.must('PUT', `/v1/subscriptions/${paused}/auto-renew`, { enabled: true });
    await client.at('2021-08-20T00:00:00.000Z');
    expect(await client.lines(paused)).toEqual(await client.lines(quiet));
  });

  it('is that a seat increase drops a scheduled reduction, and the answer says so (E36)', async () => {
    await begin('2021-06-18T09:00:00.000Z');
    const id = await book(10);
    await client.must('PUT', `/v1/subscriptions/${id}/scheduled-change`, { quantity: 6 });
    const answer = await client.tell(id, 'add-seats', { quantity: 1 });
    const events = answer.events as { type: string }[];
    expect(events.find(({ type }) => type === 'ScheduledChangeRemoved')).toEqual({
      type: 'ScheduledChangeRemoved',
      effectiveAt: '2021-06-18T09:00:00.000Z',
      data: { cause: 'quantityChange', removed: { quantity: 6 } },
    });
    expect((await client.get(id)).scheduledChange).toBeNull();
  });

  it('is that a partial upgrade is carried out exactly as quoted, on both sides, or not at all (R56)', async () => {
    await begin('2021-06-18T09:00:00.000Z');
    const id = await book(300);
    const request = { offerId: 'P', skuId: '2', quantity: 100, target: 'new' };
    const { quoteToken, charges } = await client.must('POST', `/v1/subscriptions/${id}/upgrade?dryRun=true`, request);
    const quoted = (charges as { subtotal: string }[]).map(({ subtotal }) => subtotal);
    expect(quoted).toEqual(['-1008.00', '643.00']);
    const held = { headers: { 'quote-token': quoteToken as string } };
    expect((await client.send(id, 'upgrade', { ...request, quantity: 99 }, held)).body.code).toBe('QUOTE_STALE');
    const done = await client.send(id, 'upgrade', request, held);
    const posted = (done.body.charges as { subtotal: string }[]).map(({ subtotal }) => subtotal);
    expect([done.status, posted]).toEqual([200, quoted]);
    expect((await client.send(id, 'upgrade', request, held)).body.code).toBe('QUOTE_STALE');
  });
});
