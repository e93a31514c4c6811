import type { Client } from '../support/client.ts';
import { startLedger, type RunningLedger, type Setting } from '../support/ledger.ts';
import { no, shop } from '../support/shop.ts';

let ledger: RunningLedger;
let client: Client;
let customerId: string;

const begin = async (clock: string, over: Setting = {}) => {
  ledger = await startLedger({ clock, catalogue: shop, ...over });
  client = ledger.client;
  customerId = await client.customer();
};
const later = { policy: 'docs-2022-03' };

afterEach(() => ledger.stop());

const buy = (over: object = {}) => client.buy(customerId, { offerId: 'P', quantity: 10, ...over });
const cancel = (id: string) => client.tell(id, 'cancel', { reason: 'customerRequest' });
const amounts = async (id: string) => (await client.lines(id)).map(([, , subtotal]) => subtotal);

describe('the calendar in edge cases', () => {
  it('E1, E2: has a year from the leap day, and one that ends on it', async () => {
    await begin('2023-03-01T09:00:00.000Z');
    const toLeapDay = await buy({ term: 'P1Y', billingCycle: 'annual' });
    const [charge] = await client.all(`/v1/charges?subscriptionId=${toLeapDay}`);
    expect([charge.chargeEnd, charge.cycleDays]).toEqual(['2024-02-29', 366]);
    await client.at('2024-02-29T09:00:00.000Z');
    const id = await buy({ term: 'P1Y', billingCycle: 'annual', quantity: 1 });
    expect(await client.get(id)).toMatchObject({ termEnd: '2025-02-27', renewsOn: '2025-02-28' });
    await client.at('2028-02-29T00:00:00.000Z');
    expect((await client.lines(id)).map(([, , , start, end]) => [start, end])).toEqual([
      ['2024-02-29', '2025-02-27'],
      ['2025-02-28', '2026-02-27'],
      ['2026-02-28', '2027-02-27'],
      ['2027-02-28', '2028-02-28'],
      ['2028-02-29', '2029-02-27'],
    ]);
  });

  it('E3, E4: keeps a month from 31 January aimed at the 31st, and gives it 28 days', async () => {
    await begin('2021-01-31T09:00:00.000Z');
    const [id, second] = [await buy(), await buy()];
    await client.at('2021-02-01T10:00:00.000Z');
    await cancel(second);
    // 27 of 28 days: 9.72 each.
    expect(await amounts(second)).toEqual(['100.80', '-97.20']);
    await client.at('2021-03-31T00:00:00.000Z');
    expect((await client.lines(id)).map(([, , , start, end]) => [start, end])).toEqual([
      ['2021-01-31', '2021-02-27'],
      ['2021-02-28', '2021-03-30'],
      ['2021-03-31', '2021-04-29'],
    ]);
  });

  it('E9, E10: one minute past midnight gives a full refund; 24 hours and two minutes are two used days', async () => {
    await begin('2021-06-18T23:59:00.000Z');
    const twoDays = await buy();
    await client.at('2021-06-18T23:59:30.000Z');
    const midnight = await buy();
    await client.at('2021-06-19T00:00:30.000Z');
    await cancel(midnight);
    await client.at('2021-06-20T00:01:00.000Z');
    await cancel(twoDays);
    expect(await amounts(midnight)).toEqual(['100.80', '-100.80']);
    // 28 of 30 days: 9.408, rounded down to 9.40 each.
    expect(await amounts(twoDays)).toEqual(['100.80', '-94.00']);
  });

  it('E14: a cancellation in the second cycle keeps the first one, and returns the days of the second', async () => {
    await begin('2021-02-01T09:00:00.000Z');
    const id = await buy({ term: 'P1Y' });
    await client.at('2021-03-02T09:00:00.000Z');
    await cancel(id);
    expect(await client.lines(id)).toEqual([
      ['new', 10, '100.80', '2021-02-01', '2021-02-28'],
      ['cycleCharge', 10, '100.80', '2021-03-01', '2021-03-31'],
      ['cancelImmediate', 10, '-97.50', '2021-03-02', '2021-03-31'],
    ]);
  });

  it('E15: after a monthly renewal the windows continue, or open again where the preset says so', async () => {
    await begin('2021-01-31T09:00:00.000Z');
    const seed = await buy();
    await client.at('2021-03-01T10:00:00.000Z');
    await cancel(seed);
    // One of 31 days used: 9.754…, rounded down to 9.75.
    expect(await amounts(seed)).toEqual(['100.80', '100.80', '-97.50']);
    await ledger.stop();
    await begin('2021-01-31T09:00:00.000Z', later);
    const [full, partial] = [await buy(), await buy()];
    await client.at('2021-03-01T00:00:00.000Z');
    await cancel(full);
    await client.at('2021-03-01T00:00:00.001Z');
    await cancel(partial);
    expect(await amounts(full)).toEqual(['100.80', '100.80', '-100.80']);
    expect(await amounts(partial)).toEqual(['100.80', '100.80', '-97.50']);
  });

  it('E16, E18: seats can be added on day 20 and cancelled on day 25, or on the last day of a cycle', async () => {
    await begin('2021-06-18T09:00:00.000Z');
    const [given, last] = [await buy(), await buy()];
    await client.at('2021-07-07T10:00:00.000Z');
    await client.tell(given, 'add-seats', { quantity: 2 });
    await client.at('2021-07-12T10:00:00.000Z');
    await cancel(given);
    // 6 of 30 days: 2.016, rounded down to 2.01, for all twelve seats.
    expect((await client.lines(given)).at(-1)).toEqual(['cancelImmediate', 12, '-24.12', '2021-07-12', '2021-07-17']);
    await client.at('2021-07-17T23:59:59.999Z');
    await client.tell(last, 'add-seats', { quantity: 2 });
    expect((await client.lines(last)).slice(1)).toEqual([
      ['addQuantity', 10, '-3.36', '2021-07-17', '2021-07-17'],
      ['addQuantity', 12, '4.03', '2021-07-17', '2021-07-17'],
    ]);
  });

  it('E17: seats added and removed on one day give charges that cancel out; the seed schedules the removal', async () => {
    await begin('2021-06-18T09:00:00.000Z', later);
    const id = await buy();
    await client.at('2021-06-20T10:00:00.000Z');
    await client.tell(id, 'add-seats', { quantity: 2 });
    await client.tell(id, 'remove-seats', { quantity: 2 });
    expect(await amounts(id)).toEqual(['100.80', '-94.08', '112.89', '-112.89', '94.08']);
    await ledger.stop();
    await begin('2021-06-18T09:00:00.000Z');
    const seed = await buy();
    await client.tell(seed, 'add-seats', { quantity: 2 });
    expect(no(await client.send(seed, 'remove-seats', { quantity: 2 }))).toBe('409 MUST_BE_SCHEDULED');
  });

  it('E19, E20: at the very instant of a new cycle or term, that is processed first', async () => {
    await begin('2021-06-18T09:00:00.000Z');
    const [cycle, term] = [await buy({ term: 'P1Y' }), await buy()];
    await client.at('2021-07-18T00:00:00.000Z');
    await client.tell(cycle, 'add-seats', { quantity: 2 });
    await client.tell(term, 'add-seats', { quantity: 2 });
    const whole = (first: string) => [
      ['new', 10, '100.80', '2021-06-18', '2021-07-17'],
      [first, 10, '100.80', '2021-07-18', '2021-08-17'],
      ['addQuantity', 10, '-100.80', '2021-07-18', '2021-08-17'],
      ['addQuantity', 12, '120.96', '2021-07-18', '2021-08-17'],
    ];
    expect(await client.lines(cycle)).toEqual(whole('cycleCharge'));
    expect(await client.lines(term)).toEqual(whole('renew'));
  });

  it('E26: a trial of new commerce is free until its end, and is first paid at that instant', async () => {
    await begin('2021-06-25T09:00:00.000Z');
    const trial = { skuId: 'T', quantity: 25 };
    const [free, paid] = [await buy(trial), await buy(trial)];
    await client.at('2021-07-24T23:59:59.999Z');
    await cancel(free);
    await client.at('2021-07-25T00:00:00.000Z');
    await cancel(paid);
    expect(await amounts(free)).toEqual(['0.00', '0.00']);
    expect(await client.lines(paid)).toEqual([
      ['new', 25, '0.00', '2021-06-25', '2021-07-24'],
      ['renew', 25, '1315.25', '2021-07-25', '2021-08-24'],
      ['cancelImmediate', 25, '-1315.25', '2021-07-25', '2021-08-24'],
    ]);
  });

  it('E27: a term may be 30 days from 31 January', async () => {
    await begin('2021-01-31T09:00:00.000Z');
    expect((await client.get(await buy({ skuId: 'T', quantity: 25 }))).termEnd).toBe('2021-03-01');
  });

  it('E56: paused days count as used', async () => {
    await begin('2021-07-15T09:00:00.000Z');
    const id = await buy();
    await client.at('2021-07-16T10:00:00.000Z');
    await client.tell(id, 'pause');
    await client.at('2021-07-17T10:00:00.000Z');
    await cancel(id);
    // As in W8: 29 of 31 days.
    expect(await amounts(id)).toEqual(['100.80', '-94.20']);
  });

  it('E44, E45, E46: prices may be in yen without decimals or dinars with three, zero, or less than a cent', async () => {
    await begin('2021-06-18T09:00:00.000Z');
    const request = { offerId: 'P', skuId: 'W', quantity: 10 };
    const [yen, dinars] = [await client.customer({ currency: 'JPY' }), await client.customer({ currency: 'KWD' })];
    const [given, more] = [await client.buy(yen, request), await client.buy(yen, request)];
    const free = await client.buy(customerId, request);
    const cents = await client.buy(await client.customer({ currency: 'USD' }), { ...request, quantity: 3 });
    expect(await amounts(free)).toEqual(['0.00']);
    expect(await amounts(cents)).toEqual(['0.05']); // 0.0465
    await client.at('2021-06-20T10:00:00.000Z');
    await cancel(given);
    await client.tell(more, 'add-seats', { quantity: 5 });
    await cancel(free);
    expect(await amounts(given)).toEqual(['10000', '-9330']);
    expect(await amounts(more)).toEqual(['10000', '-9333', '14000']);
    expect(await amounts(free)).toEqual(['0.00', '0.00']);
    await client.at('2021-07-15T09:00:00.000Z');
    const [d1, d2] = [await client.buy(dinars, request), await client.buy(dinars, request)];
    await client.at('2021-07-17T10:00:00.000Z');
    await cancel(d1);
    await client.tell(d2, 'add-seats', { quantity: 10 });
    expect(await amounts(d1)).toEqual(['32.500', '-30.400']);
    expect(await amounts(d2)).toEqual(['32.500', '-30.403', '60.806']);
  });
});
