import { startLedger } from '../support/ledger.ts';
import { expectAgreement, no, shop } from '../support/shop.ts';

const ahead = { offerId: 'P', quantity: 10, billingCycle: 'annual' };
const aligned = (customTermEndDate: string, term = 'P3Y') => ({ ...ahead, term, customTermEndDate });

describe('an aligned first term under docs-2022-03 (D3)', () => {
  it('W19: ends with another subscription, or with a month; the next term is whole', async () => {
    const { client, stop } = await startLedger({
      clock: '2019-10-02T09:00:00.000Z',
      catalogue: shop,
      policy: 'docs-2022-03',
    });
    const [a, b, c] = [await client.customer(), await client.customer(), await client.customer()];
    const threeYears = await client.buy(b, { ...ahead, term: 'P3Y' });
    await client.at('2021-10-02T09:00:00.000Z');
    const [oneYear] = [await client.buy(a, { ...ahead, term: 'P1Y' })];
    const monthly = await client.buy(c, { offerId: 'P', quantity: 10 });
    expect([(await client.get(oneYear)).termEnd, (await client.get(threeYears)).termEnd]).toEqual([
      '2022-10-01',
      '2022-10-01',
    ]);

    await client.at('2022-07-01T09:00:00.000Z');
    const dates = async (customerId: string, term: string) =>
      (await client.must('GET', `/v1/customers/${customerId}/custom-term-end-dates?term=${term}`)).items;
    expect(await dates(a, 'P3Y')).toEqual([
      { date: '2024-10-01', alignsWith: oneYear },
      { date: '2025-06-30', alignsWith: 'calendarMonth' },
    ]);
    expect(await dates(b, 'P3Y')).toEqual([
      { date: '2022-10-01', alignsWith: threeYears },
      { date: '2025-06-30', alignsWith: 'calendarMonth' },
    ]);
    // A yearly term cannot be aligned with a monthly subscription (D3), but a monthly one can: this one ends on 1 July.
    expect((await client.get(monthly)).termEnd).toBe('2022-07-01');
    expect(await dates(c, 'P1Y')).toEqual([{ date: '2023-06-30', alignsWith: 'calendarMonth' }]);
    expect(await dates(c, 'P1M')).toEqual([
      { date: '2022-07-01', alignsWith: monthly },
      { date: '2022-07-31', alignsWith: 'calendarMonth' },
    ]);

    const [w19a, w19b, w19c, w19d] = [
      await client.buy(a, aligned('2024-10-01')),
      await client.buy(b, aligned('2022-10-01')),
      await client.buy(a, aligned('2022-10-01', 'P1Y')),
      await client.buy(b, aligned('2022-10-01', 'P1Y')),
    ];
    const other = { ...aligned('2023-06-29', 'P1Y'), customerId: a, skuId: '1' };
    const refused = await client.call('POST', '/v1/subscriptions', other);
    expect(no(refused)).toBe('409 CUSTOM_END_DATE_NOT_OFFERED');
    expect(refused.body.offered).toContainEqual({ date: '2022-10-01', alignsWith: oneYear });
    const past = { ...other, customTermEndDate: '2022-06-30' };
    expect(no(await client.call('POST', '/v1/subscriptions', past))).toBe('409 CUSTOM_END_DATE_NOT_OFFERED');
    const nonsense = { ...other, customTermEndDate: '2022-06-31' };
    expect(no(await client.call('POST', '/v1/subscriptions', nonsense))).toBe('400 VALIDATION_FAILED');
    for (const [offerId, skuId] of [
      ['L', '1'],
      ['M', '1'],
    ]) {
      const elsewhere = { ...aligned('2022-10-01', 'P1Y'), customerId: a, offerId, skuId };
      expect(no(await client.call('POST', '/v1/subscriptions', elsewhere))).toBe('409 CUSTOM_END_DATE_NOT_OFFERED');
    }

    // 93 of 365 days at 120.96 for ten seats: 308.199…
    expect(await client.lines(w19b)).toEqual([['new', 10, '308.19', '2022-07-01', '2022-10-01']]);
    await client.at('2022-08-15T09:00:00.000Z');
    await client.tell(w19c, 'add-seats', { quantity: 2 });
    // More seats do not move the end: 48 of 365 days, 159.07… and 190.88….
    expect((await client.lines(w19c)).slice(1)).toEqual([
      ['addQuantity', 10, '-159.07', '2022-08-15', '2022-10-01'],
      ['addQuantity', 12, '190.88', '2022-08-15', '2022-10-01'],
    ]);

    await client.at('2022-10-02T00:00:00.000Z');
    const terms = async (...ids: string[]) =>
      Promise.all(ids.map(async (id) => [(await client.get(id)).termStart, (await client.get(id)).termEnd]));
    expect(await terms(w19b, w19c, w19d)).toEqual([
      ['2022-10-02', '2025-10-01'],
      ['2022-10-02', '2023-10-01'],
      ['2022-10-02', '2023-10-01'],
    ]);
    await client.at('2024-10-02T00:00:00.000Z');
    expect(await terms(w19a)).toEqual([['2024-10-02', '2027-10-01']]);
    expect(await client.lines(w19a)).toEqual([
      ['new', 10, '1209.60', '2022-07-01', '2023-06-30'],
      ['cycleCharge', 10, '1209.60', '2023-07-01', '2024-06-30'],
      ['cycleCharge', 10, '308.19', '2024-07-01', '2024-10-01'],
      ['renew', 10, '1209.60', '2024-10-02', '2025-10-01'],
    ]);
    for (const customerId of [a, b, c]) await expectAgreement(client, customerId);
    await stop();
  });

  it('E51: is not shortened if it would end there anyway; a month may end on its last day', async () => {
    const { client, stop } = await startLedger({
      clock: '2022-06-01T09:00:00.000Z',
      catalogue: shop,
      policy: 'docs-2022-03',
    });
    const customerId = await client.customer();
    const month = { offerId: 'P', quantity: 10 };
    const natural = await client.buy(customerId, { ...month, customTermEndDate: '2022-06-30' });
    expect(await client.lines(natural)).toEqual([['new', 10, '100.80', '2022-06-01', '2022-06-30']]);
    await client.at('2022-06-20T09:00:00.000Z');
    const cut = await client.buy(customerId, { ...month, customTermEndDate: '2022-06-30' });
    // Eleven of 30 days: 36.96.
    expect(await client.lines(cut)).toEqual([['new', 10, '36.96', '2022-06-20', '2022-06-30']]);
    await client.at('2022-08-01T00:00:00.000Z');
    expect((await client.lines(cut)).slice(1)).toEqual([
      ['renew', 10, '100.80', '2022-07-01', '2022-07-31'],
      ['renew', 10, '100.80', '2022-08-01', '2022-08-31'],
    ]);
    await stop();
  });

  it('is not available under the seed policy', async () => {
    const { client, stop } = await startLedger({ clock: '2022-07-01T09:00:00.000Z', catalogue: shop });
    const customerId = await client.customer();
    expect((await client.must('GET', `/v1/customers/${customerId}/custom-term-end-dates?term=P1Y`)).items).toEqual([]);
    const request = { ...aligned('2023-06-30', 'P1Y'), customerId, skuId: '1' };
    expect(no(await client.call('POST', '/v1/subscriptions', request))).toBe('409 CUSTOM_END_DATE_NOT_OFFERED');
    await stop();
  });
});
