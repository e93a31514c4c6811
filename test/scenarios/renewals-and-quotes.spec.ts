import type { Client } from '../support/client.ts';
import { startLedger, type RunningLedger, type Setting } from '../support/ledger.ts';
import { no, shop } from '../support/shop.ts';

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
const schedule = (id: string, body: object) => client.must('PUT', `/v1/subscriptions/${id}/scheduled-change`, body);
const foreseen = async (id: string) =>
  (await client.all(`/v1/renewals?customerId=${customerId}`)).find(({ subscriptionId }) => subscriptionId === id);
const current = { offerId: 'P', skuId: '1', quantity: 10, term: 'P1M', billingCycle: 'monthly' };
const unchanged = { ...current, unitPrice: '10.08', amount: '100.80', currency: 'EUR' };

describe('the list of renewals (http-api.md §4.6)', () => {
  it('follows a schedule, its removal, a pause, auto-renew, and a cancellation', async () => {
    await begin();
    const id = await buy();
    const entry = {
      subscriptionId: id,
      customerId,
      renewsOn: '2021-07-18',
      action: 'renew',
      current,
      withdrawn: false,
    };
    expect(await foreseen(id)).toEqual({ ...entry, next: unchanged, scheduledChange: false, reason: null });

    await schedule(id, { quantity: 6, term: 'P1Y' });
    const reduced = { ...unchanged, quantity: 6, term: 'P1Y', amount: '60.48' };
    expect(await foreseen(id)).toEqual({ ...entry, next: reduced, scheduledChange: true, reason: null });
    await schedule(id, { offerId: 'P', skuId: '2', upgradeQuantity: 4 });
    // Six seats stay at 10.08, four move to 6.43: 60.48 and 25.72.
    const parted = {
      ...{ offerId: 'P', skuId: '2', quantity: 10, term: 'P1M', billingCycle: 'monthly', upgradeQuantity: 4 },
      ...{ target: 'new', unitPrice: '6.43', amount: '86.20', currency: 'EUR' },
    };
    expect(await foreseen(id)).toEqual({ ...entry, next: parted, scheduledChange: true, reason: null });
    await client.must('DELETE', `/v1/subscriptions/${id}/scheduled-change`);
    expect(await foreseen(id)).toEqual({ ...entry, next: unchanged, scheduledChange: false, reason: null });

    const ending = { ...entry, action: 'end', next: null, scheduledChange: false };
    await client.must('PUT', `/v1/subscriptions/${id}/auto-renew`, { enabled: false });
    expect(await foreseen(id)).toEqual({ ...ending, reason: 'autoRenewOff' });
    await client.tell(id, 'pause');
    expect(await foreseen(id)).toEqual({ ...ending, reason: 'paused' });
    await client.tell(id, 'resume');
    await client.must('PUT', `/v1/subscriptions/${id}/auto-renew`, { enabled: true });
    expect((await foreseen(id)).next).toEqual(unchanged);
    await client.tell(id, 'cancel', { reason: 'customerRequest' });
    expect(await foreseen(id)).toBeUndefined();
  });

  it('shows when a product, an add-on, or the product that a trial converts to is no longer sold', async () => {
    await begin();
    const [gone, base, trial, sold] = [
      await buy(),
      await buy({ offerId: 'L' }),
      await buy({ skuId: 'T', quantity: 25 }),
      await buy({ offerId: 'M' }),
    ];
    await client.must('PUT', `/v1/subscriptions/${base}/add-ons`, {
      addOns: [{ offerId: 'L', skuId: 'A', quantity: 3 }],
    });
    const withdrawnBy = async (field: 'foreseen' | 'view') => {
      const flags: boolean[] = [];
      for (const id of [gone, base, trial, sold])
        flags.push((field === 'view' ? await client.get(id) : await foreseen(id)).withdrawn);
      return flags;
    };
    expect(await withdrawnBy('foreseen')).toEqual([false, false, false, false]);
    const offers = (shop.offers as readonly { offerId: string; skus: readonly { skuId: string }[] }[])
      .filter(({ offerId }) => offerId !== 'P')
      .map((one) => (one.offerId === 'L' ? { ...one, skus: one.skus.filter(({ skuId }) => skuId !== 'A') } : one));
    await client.must('PUT', '/v1/catalog', { version: 'later', effectiveFrom: '2021-07-01T00:00:00Z', offers });
    // Predicted for the day of the renewal, and not yet true today.
    expect(await withdrawnBy('foreseen')).toEqual([true, true, true, false]);
    expect(await withdrawnBy('view')).toEqual([false, false, false, false]);
    await client.at('2021-07-02T09:00:00.000Z');
    expect(await withdrawnBy('view')).toEqual([true, false, true, false]);
    expect((await client.get(base)).addOns).toMatchObject([{ skuId: 'A', withdrawn: true }]);
    expect((await client.all('/v1/subscriptions?include=withdrawn')).map(({ withdrawn }) => withdrawn)).toEqual([
      true,
      false,
      true,
      false,
    ]);
    await client.at('2021-07-18T00:00:00.000Z');
    expect(await client.get(gone)).toMatchObject({ status: 'active', unitPrice: '10.08', withdrawn: true });
    expect((await client.get(trial)).status).toBe('deleted');
  });

  it('includes trials, add-ons and future prices, and is right on the day of the renewal', async () => {
    await begin();
    const [trial, base, parted] = [await buy({ skuId: 'T', quantity: 25 }), await buy({ offerId: 'L' }), await buy()];
    await client.must('PUT', `/v1/subscriptions/${base}/add-ons`, {
      addOns: [{ offerId: 'L', skuId: 'A', quantity: 3 }],
    });
    await schedule(parted, { offerId: 'P', skuId: '2', upgradeQuantity: 4 });
    expect(await foreseen(trial)).toMatchObject({
      renewsOn: '2021-07-18',
      action: 'convert',
      current: { skuId: 'T', quantity: 25 },
      next: { skuId: 'E', quantity: 25, unitPrice: '52.61', amount: '1315.25' },
    });
    // Ten seats at 4.00 and three add-ons at 1.00.
    expect(await foreseen(base)).toMatchObject({ action: 'renew', next: { unitPrice: '4.00', amount: '43.00' } });
    const dearer = structuredClone(shop) as unknown as {
      offers: { skus: { plans: { prices: Record<string, string> }[] }[] }[];
    };
    for (const plan of dearer.offers.flatMap(({ skus }) => skus.flatMap(({ plans }) => plans)))
      if (plan.prices['EUR'] === '4.00') plan.prices['EUR'] = '4.50';
    await client.must('PUT', '/v1/catalog', { ...dearer, version: 'july', effectiveFrom: '2021-07-18T00:00:00Z' });
    expect(await foreseen(base)).toMatchObject({ next: { unitPrice: '4.50', amount: '48.00' } });

    const ranged = (from: string, to: string) =>
      client.all(`/v1/renewals?customerId=${customerId}&from=${from}&to=${to}`);
    expect(await ranged('2021-07-01', '2021-07-17')).toEqual([]);
    expect(await ranged('2021-07-18', '2021-07-18')).toHaveLength(3);

    const promised = await Promise.all([trial, base, parted].map(async (id) => (await foreseen(id)).next.amount));
    await client.at('2021-07-18T00:00:00.000Z');
    const taken = async (id: string) =>
      (await client.lines(id))
        .filter(([, , , start]) => start === '2021-07-18')
        .reduce((sum, [, , subtotal]) => sum + Number(subtotal), 0)
        .toFixed(2);
    const child = (await client.all(`/v1/subscriptions?customerId=${customerId}`)).find(
      ({ upgradedFrom }) => upgradedFrom === parted,
    );
    const both = (Number(await taken(parted)) + Number(await taken(child.subscriptionId))).toFixed(2);
    expect([await taken(trial), await taken(base), both]).toEqual(promised);
  });

  it('shows an end where the data of a suspended subscription is deleted before its term ends', async () => {
    await begin();
    const id = await buy({ offerId: 'L', term: 'P1Y' });
    await client.tell(id, 'suspend', { reason: 'nonPayment' });
    expect(await foreseen(id)).toMatchObject({ renewsOn: '2022-06-18', action: 'end', next: null });
  });
});

describe('a quote (http-api.md §2, R56)', () => {
  const quoted = async (id: string, verb: string, body: object) =>
    (await client.must('POST', `/v1/subscriptions/${id}/${verb}?dryRun=true`, body)) as {
      quoteToken: string;
      dryRun: boolean;
      charges: Record<string, unknown>[];
    };
  const held = (id: string, verb: string, body: object, quoteToken: string) =>
    client.send(id, verb, body, { headers: { 'quote-token': quoteToken } });
  const seats = { quantity: 2 };
  const reason = { reason: 'customerRequest' };

  it('records nothing, and is carried out as quoted, once', async () => {
    await begin();
    const id = await buy();
    await client.at('2021-06-20T08:00:00.000Z');
    const offer = await quoted(id, 'add-seats', seats);
    expect(offer.dryRun).toBe(true);
    expect(offer.charges.map(({ subtotal }) => subtotal)).toEqual(['-94.08', '112.89']);
    expect((await client.get(id)).quantity).toBe(10);
    // Later on the same day the figures are the same.
    await client.at('2021-06-20T23:59:59.999Z');
    const done = await held(id, 'add-seats', seats, offer.quoteToken);
    expect(done.status).toBe(200);
    expect(done.body.charges).toMatchObject(offer.charges.map(({ subtotal, days }) => ({ subtotal, days })));
    expect(no(await held(id, 'add-seats', seats, offer.quoteToken))).toBe('409 QUOTE_STALE');
  });

  it('is stale for another request or another subscription, and after any further event', async () => {
    await begin();
    const [id, other] = [await buy(), await buy()];
    const { quoteToken } = await quoted(id, 'add-seats', seats);
    expect(no(await held(id, 'add-seats', { quantity: 3 }, quoteToken))).toBe('409 QUOTE_STALE');
    expect(no(await held(other, 'add-seats', seats, quoteToken))).toBe('409 QUOTE_STALE');
    expect(no(await held(id, 'add-seats', seats, 'nonsense'))).toBe('409 QUOTE_STALE');
    await client.must('PATCH', `/v1/subscriptions/${id}`, { friendlyName: 'Ours' });
    expect(no(await held(id, 'add-seats', seats, quoteToken))).toBe('409 QUOTE_STALE');
    expect((await client.get(id)).quantity).toBe(10);
  });

  it('is stale when a day has passed, a window has closed, a cycle has begun, or another price list is in force', async () => {
    await begin();
    const [seat, window, cycle, list] = [await buy(), await buy(), await buy({ term: 'P1Y' }), await buy()];
    const tomorrow = await quoted(seat, 'add-seats', seats);
    const full = await quoted(window, 'cancel', reason);
    expect(full.charges).toMatchObject([{ subtotal: '-100.80', rounding: 'reversal' }]);
    await client.at('2021-06-19T09:00:00.000Z');
    expect(no(await held(seat, 'add-seats', seats, tomorrow.quoteToken))).toBe('409 QUOTE_STALE');
    await client.at('2021-06-19T09:00:00.001Z');
    expect(no(await held(window, 'cancel', reason, full.quoteToken))).toBe('409 QUOTE_STALE');
    const partial = await quoted(window, 'cancel', reason);
    expect(partial.charges).toMatchObject([{ subtotal: '-97.40' }]); // 29 of 30 days: 9.744
    expect((await held(window, 'cancel', reason, partial.quoteToken)).status).toBe(200);

    const upgrade = { offerId: 'P', skuId: '2', quantity: 4, target: 'new' };
    const moved = await quoted(list, 'upgrade', upgrade);
    await client.must('PUT', '/v1/catalog', { ...shop, version: 'other', effectiveFrom: '2021-06-19T10:00:00Z' });
    await client.at('2021-06-19T10:00:00.000Z');
    expect(no(await held(list, 'upgrade', upgrade, moved.quoteToken))).toBe('409 QUOTE_STALE');
    const again = await quoted(list, 'upgrade', upgrade);
    const done = await held(list, 'upgrade', upgrade, again.quoteToken);
    expect(done.status).toBe(200);
    expect(done.body.charges.length).toBe(again.charges.length);

    await client.at('2021-07-17T23:59:59.999Z');
    const before = await quoted(cycle, 'add-seats', seats);
    await client.at('2021-07-18T00:00:00.000Z');
    expect(no(await held(cycle, 'add-seats', seats, before.quoteToken))).toBe('409 QUOTE_STALE');
  });

  it('also holds for a marketplace cancellation, and for a purchase', async () => {
    await begin();
    const id = await buy({ offerId: 'M', term: 'P1Y' });
    await client.at('2021-06-19T08:59:59.999Z');
    const immediate = await quoted(id, 'cancel', reason);
    await client.at('2021-06-19T09:00:00.000Z');
    expect(no(await held(id, 'cancel', reason, immediate.quoteToken))).toBe('409 QUOTE_STALE');
    const request = { ...current, customerId };
    const { quoteToken } = await client.must('POST', '/v1/subscriptions?dryRun=true', request);
    const buying = { headers: { 'quote-token': quoteToken as string } };
    expect((await client.call('POST', '/v1/subscriptions', request, buying)).status).toBe(201);
    await client.at('2021-06-20T09:00:00.000Z');
    const { quoteToken: old } = await client.must('POST', '/v1/subscriptions?dryRun=true', request);
    await client.at('2021-06-21T00:00:00.000Z');
    const late = { headers: { 'quote-token': old as string } };
    expect(no(await client.call('POST', '/v1/subscriptions', request, late))).toBe('409 QUOTE_STALE');
  });
});
