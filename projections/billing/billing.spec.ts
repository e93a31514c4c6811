import type { Recorded } from '#kernel';
import { rowsAfter } from '#kernel/testing';
import { addSeats, adjust } from '../stories.testing.ts';
import { ReadModels } from '../store.testing.ts';
import { customerId, partnerId, uuid, WrittenLog } from '../testing.ts';
import { billing, listCharges, listInvoices, type ChargeFilter } from './index.ts';

const [one, other] = [uuid(1), uuid(2)];

/** W1, then W5: ten seats from 18 June, two more on the 20th; another subscription, adjusted manually in July. */
const log = new WrittenLog()
  .buys(one, '2021-06-18T09:00:00.000Z')
  .does(one, '2021-06-20T10:00:00.000Z', addSeats(2))
  .buys(other, '2021-07-01T10:00:00.000Z', { quantity: 1 })
  .does(other, '2021-07-02T10:00:00.000Z', adjust('-0.10'));

describe('charges', () => {
  it('appear as the lines that were decided', () => {
    const [first] = rowsAfter(billing, 'charges', ...log.events);
    expect(first).toEqual({
      charge_id: `${uuid(2)}/0`,
      reference_id: uuid(500_001),
      subscription_id: one,
      customer_id: customerId,
      partner_id: 'p1',
      order_id: expect.any(String) as string,
      charge_type: 'new',
      offer_id: 'BASIC',
      sku_id: '0001',
      unit_price: '10.08',
      effective_unit_price: '10.08',
      quantity: '10',
      subtotal: '100.80',
      currency: 'EUR',
      charge_start: '2021-06-18',
      charge_end: '2021-07-17',
      days: 30,
      cycle_days: 30,
      rounding: 'whole-cycle',
      effective_at: '2021-06-18T09:00:00.000Z',
      posted_at: '2021-06-18T09:00:00.000Z',
      event_id: uuid(2),
      period: '2021-06',
    });
  });

  it('are invoiced in the month in which they take effect, not in which they are recorded', () => {
    const posting = log.events.find(({ type }) => type === 'ChargesPosted') as Recorded;
    const late = { ...posting, meta: { ...posting.meta, recordedAt: '2021-08-01T00:00:00.000Z' } };
    expect(rowsAfter(billing, 'charges', late)[0]).toMatchObject({
      period: '2021-06',
      posted_at: '2021-08-01T00:00:00.000Z',
    });
  });
});

describe('asking for charges', () => {
  let models: ReadModels;
  beforeAll(async () => {
    models = await (await ReadModels.open()).follow(log.events);
  });
  afterAll(() => models.store.close());

  const lines = async (filter: ChargeFilter, partner = partnerId) => {
    const { items } = await listCharges(models.db, partner, filter, { limit: 50 });
    return items.map(({ sequence, subtotal }) => `${sequence}: ${subtotal}`);
  };

  it('returns them in ledger order, numbered from 1', async () => {
    expect(await lines({})).toEqual(['1: 100.80', '2: -94.08', '3: 112.89', '4: 10.08', '5: -0.10']);
  });

  it('shows a line with every input of its formula', async () => {
    const { items } = await listCharges(models.db, partnerId, { after: 2 }, { limit: 1 });
    expect(items[0]).toMatchObject({
      chargeType: 'addQuantity',
      quantity: 12,
      unitPrice: '10.08',
      effectiveUnitPrice: '9.408',
      subtotal: '112.89',
      days: 28,
      cycleDays: 30,
      rounding: 'line-down',
      sequence: 3,
    });
  });

  it.each<[string, ChargeFilter, string[]]>([
    ['a customer', { customerId }, ['1: 100.80', '2: -94.08', '3: 112.89', '4: 10.08', '5: -0.10']],
    ['a stranger', { customerId: uuid(7) }, []],
    ['a subscription', { subscriptionId: other }, ['4: 10.08', '5: -0.10']],
    ['an order', { orderId: one.replace('0000', '0abc') }, ['1: 100.80', '2: -94.08', '3: 112.89']],
    ['a type', { chargeType: 'addQuantity' }, ['2: -94.08', '3: 112.89']],
    ['since an instant', { postedFrom: '2021-07-01T10:00:00.000Z' }, ['4: 10.08', '5: -0.10']],
    ['until an instant', { postedTo: '2021-06-18T09:00:00.000Z' }, ['1: 100.80']],
    ['until a date', { postedTo: '2021-06-20' }, ['1: 100.80', '2: -94.08', '3: 112.89']],
    ['since a date', { postedFrom: '2021-07-02' }, ['5: -0.10']],
    ['days from the 19th', { chargeFrom: '2021-07-19' }, ['4: 10.08']],
    ['days up to the 19th', { chargeTo: '2021-06-19' }, ['1: 100.80']],
    ['a day', { chargeFrom: '2021-07-02', chargeTo: '2021-07-02', subscriptionId: other }, ['4: 10.08', '5: -0.10']],
    ['what follows a number', { after: 3 }, ['4: 10.08', '5: -0.10']],
  ])('can filter by %s', async (_, filter, expected) => {
    expect(await lines(filter)).toEqual(expected);
  });

  it('returns nothing of another partner', async () => {
    expect(await lines({}, 'p2')).toEqual([]);
    expect(await listInvoices(models.db, 'p2', {}, { limit: 5 })).toEqual({ items: [], nextCursor: null });
  });

  it('continues where the previous page ended', async () => {
    const first = await listCharges(models.db, partnerId, {}, { limit: 3 });
    const second = await listCharges(models.db, partnerId, {}, { limit: 3, cursor: first.nextCursor ?? '' });
    expect([...first.items, ...second.items].map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
    expect(second.nextCursor).toBeNull();
  });
});

describe('invoices', () => {
  let models: ReadModels;
  beforeAll(async () => {
    models = await (await ReadModels.open()).follow(log.events);
  });
  afterAll(() => models.store.close());

  it('are totalled by month, exactly', async () => {
    const { items } = await listInvoices(models.db, partnerId, {}, { limit: 5 });
    expect(items.map(({ lines: _, ...heading }) => heading)).toEqual([
      { period: '2021-06', customerId, currency: 'EUR', total: '119.61' },
      { period: '2021-07', customerId, currency: 'EUR', total: '9.98' },
    ]);
    expect(items.map(({ lines }) => lines.map(({ sequence }) => sequence))).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  it('can be filtered by customer and month', async () => {
    const { items } = await listInvoices(models.db, partnerId, { customerId, period: '2021-07' }, { limit: 5 });
    expect(items.map(({ total }) => total)).toEqual(['9.98']);
    expect((await listInvoices(models.db, partnerId, { customerId: uuid(7) }, { limit: 5 })).items).toEqual([]);
    expect((await listInvoices(models.db, partnerId, { period: '2020-01' }, { limit: 5 })).items).toEqual([]);
  });

  it('are paged without splitting an invoice', async () => {
    const first = await listInvoices(models.db, partnerId, {}, { limit: 1 });
    const second = await listInvoices(models.db, partnerId, {}, { limit: 1, cursor: first.nextCursor ?? '' });
    expect([first, second].map(({ items }) => items.map(({ period, total }) => [period, total]))).toEqual([
      [['2021-06', '119.61']],
      [['2021-07', '9.98']],
    ]);
    expect(second.nextCursor).toBeNull();
  });

  it('are returned in pages of about a thousand lines, read in parts', async () => {
    const posting = log.events.find(({ type }) => type === 'ChargesPosted') as Recorded;
    const [line] = (posting.data as unknown as { lines: readonly object[] }).lines;
    const of = (i: number, n: number) => ({
      ...posting,
      id: uuid(80 + i),
      position: `0000000000000${900 + i}`,
      data: { ...posting.data, customerId: uuid(i), lines: Array.from({ length: n }, () => line) } as Recorded['data'],
    });
    const many = await (await ReadModels.open()).follow([of(1, 700), of(2, 700), of(3, 5), of(4, 2_500), of(5, 1)]);
    let pauses = 0;
    const pause = async () => (pauses += 1);
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await listInvoices(many.db, partnerId, {}, { limit: 50, cursor, pause });
      pages.push(page.items.map(({ lines }) => `${lines.length}`));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(pages).toEqual([['700', '700'], ['5', '2500'], ['1']]);
    expect(pauses).toBeGreaterThan(5);
    await many.store.close();
  });

  it('separate customers, currencies and months', async () => {
    const posting = log.events.find(({ type }) => type === 'ChargesPosted') as Recorded;
    const elsewhere = ['USD', 'EUR'].map((currency, i) => ({
      ...posting,
      id: uuid(80 + i),
      position: `0000000000000${900 + i}`,
      data: { ...posting.data, currency, customerId: uuid(7 + i) } as Recorded['data'],
    }));
    const more = await (await ReadModels.open()).follow([...log.events, ...elsewhere]);
    const { items } = await listInvoices(more.db, partnerId, { period: '2021-06' }, { limit: 5 });
    expect(items.map((invoice) => [invoice.customerId, invoice.currency, invoice.lines.length])).toEqual([
      [uuid(7), 'USD', 1],
      [uuid(8), 'EUR', 1],
      [customerId, 'EUR', 3],
    ]);
    await more.store.close();
  });
});
