import { rowsAfter } from '#kernel/testing';
import {
  activate,
  autoRenew,
  cancel,
  pause,
  reactivate,
  reactivateAddOn,
  resume,
  schedule,
  setAddOns,
  stories,
  suspend,
  suspendAddOn,
  upgrade,
} from '../stories.testing.ts';
import { ReadModels } from '../store.testing.ts';
import { customerId, partnerId, uuid, WrittenLog } from '../testing.ts';
import { due, earliestDue, listRenewals, overdueCount, renewals, type RenewalFilter } from './index.ts';

const [one, two, three] = [uuid(1), uuid(2), uuid(3)];
const bought = '2021-06-18T09:00:00.000Z';
const later = '2021-06-20T10:00:00.000Z';

const row = (log: WrittenLog, id = one) =>
  rowsAfter(renewals, 'renewals', ...log.events).find(({ subscription_id }) => subscription_id === id);

describe('the next due time', () => {
  it('is initially the end of the first charge cycle', () => {
    expect(row(new WrittenLog().buys(one, bought, { term: 'P1Y' }))).toEqual({
      subscription_id: one,
      partner_id: partnerId,
      customer_id: customerId,
      status: 'active',
      at_term_end: 'renew',
      auto_renew: 1,
      cancel_at_renewal: 0,
      due_at: '2021-07-18T00:00:00.000Z',
      expires_at: null,
      in_transit: 0,
      renews_on: '2022-06-18',
      offer_id: 'BASIC',
      sku_id: '0001',
      quantity: 10,
      term: 'P1Y',
      billing_cycle: 'monthly',
      scheduled_change: null,
    });
  });

  it('advances with each cycle and each term', () => {
    const log = new WrittenLog().buys(one, bought, { term: 'P1Y' }).settles(one, '2021-07-18T00:00:00.000Z');
    expect(row(log)).toMatchObject({ due_at: '2021-08-18T00:00:00.000Z', renews_on: '2022-06-18' });
    log.settles(one, '2022-06-18T00:00:00.000Z');
    expect(row(log)).toMatchObject({
      due_at: '2022-07-18T00:00:00.000Z',
      renews_on: '2023-06-18',
    });
  });

  it('is the end of a trial, then the end of the term that it converts to', () => {
    const log = new WrittenLog().buys(one, bought, { offerId: 'TRIAL', quantity: 25 });
    expect(row(log)).toMatchObject({
      at_term_end: 'convert',
      due_at: '2021-07-18T00:00:00.000Z',
    });
    expect(row(log.settles(one, '2021-07-18T00:00:00.000Z'))).toMatchObject({
      offer_id: 'BASIC',
      due_at: '2021-08-18T00:00:00.000Z',
    });
  });

  it('is absent while seats are in transit, and returns when they have arrived or come back', () => {
    const log = new WrittenLog().buys(one, bought).does(one, later, upgrade(4));
    expect(row(log)).toMatchObject({ in_transit: 1, quantity: 6 });
    expect(row(log.delivers(one, later))).toMatchObject({ in_transit: 0, due_at: '2021-07-18T00:00:00.000Z' });
    expect(row(log, uuid(51))).toMatchObject({ quantity: 4, due_at: '2021-07-18T00:00:00.000Z' });
    const returned = stories['gets its seats back from one that is full']?.() ?? new WrittenLog();
    expect(row(returned)).toMatchObject({ in_transit: 0, quantity: 10 });
  });

  it('is the end of the stages after the term, which are not renewals', () => {
    const log = new WrittenLog('docs-2022-03').buys(one, bought).does(one, later, autoRenew(false));
    expect(row(log.settles(one, '2021-07-18T00:00:00.000Z'))).toMatchObject({
      status: 'expired',
      due_at: '2021-08-17T00:00:00.000Z',
      renews_on: null,
    });
    expect(row(log.settles(one, '2021-08-17T00:00:00.000Z'))).toMatchObject({
      status: 'disabled',
      due_at: '2021-11-15T00:00:00.000Z',
    });
    expect(row(log.settles(one, '2021-11-15T00:00:00.000Z'))).toBeUndefined();
  });

  it('is absent after a cancellation', () => {
    expect(row(new WrittenLog().buys(one, bought).does(one, later, cancel))).toBeUndefined();
  });
});

/** In June three are bought: for a month, for a year with a scheduled change, and as a trial. */
const log = new WrittenLog()
  .buys(one, bought)
  .buys(two, bought, { term: 'P1Y' })
  .does(two, later, schedule({ quantity: 4, term: 'P1M' }))
  .buys(three, '2021-06-20T10:00:00.000Z', { offerId: 'TRIAL', quantity: 25 });

describe('the next due time of the other kinds', () => {
  it('is absent before the publisher has activated the subscription', () => {
    const log = new WrittenLog('docs-2022-03').buys(one, bought, { offerId: 'MARKET' });
    expect(row(log)).toMatchObject({ status: 'pending', due_at: null, renews_on: null });
    expect(row(log.does(one, later, activate))).toMatchObject({
      status: 'active',
      due_at: '2021-07-20T00:00:00.000Z',
      renews_on: '2021-07-20',
    });
  });

  it('is the next month of usage, which never renews', () => {
    const log = new WrittenLog().buys(one, bought, { offerId: 'METER' });
    expect(row(log)).toMatchObject({ due_at: '2021-07-18T00:00:00.000Z', renews_on: null });
  });

  it('is the end of a suspension that is not lifted (R41)', () => {
    const log = new WrittenLog().buys(one, bought, { offerId: 'LEGACY' }).does(one, later, suspend);
    expect(row(log)).toMatchObject({
      due_at: '2021-07-18T00:00:00.000Z',
      expires_at: '2021-10-18T10:00:00.000Z',
      auto_renew: 1,
    });
    expect(row(log.does(one, '2021-06-21T10:00:00.000Z', reactivate))).toMatchObject({ expires_at: null });
  });

  it('is the end of a legacy trial that is not converted (D33)', () => {
    const log = new WrittenLog().buys(one, bought, { offerId: 'LEGACY-TRIAL' });
    expect(row(log)).toMatchObject({ at_term_end: 'end', due_at: '2021-07-18T00:00:00.000Z' });
  });
});

describe('the end of an add-on that was suspended separately (R41)', () => {
  const date = '2021-10-18T10:00:00.000Z';
  const resting = () =>
    new WrittenLog()
      .buys(one, bought, { offerId: 'LEGACY', term: 'P1Y' })
      .does(one, later, setAddOns(2))
      .does(one, later, suspendAddOn);

  it('falls due like any other', async () => {
    const log = resting().settles(one, '2021-10-18T00:00:00.000Z');
    const models = await (await ReadModels.open()).follow(log.events);
    expect(await due(models.db, '2021-10-18T09:59:59.999Z', { limit: 10 })).toEqual([]);
    expect(await due(models.db, date, { limit: 10 })).toEqual([{ subscriptionId: one, partnerId, dueAt: date }]);
    expect(await earliestDue(models.db)).toBe(date);
    expect([await overdueCount(models.db, '2021-10-18T09:59:59.999Z'), await overdueCount(models.db, date)]).toEqual([
      0, 1,
    ]);
    await models.store.close();
  });

  it('is dropped once the add-on is reactivated or deleted, or its base is deleted', () => {
    const dates = (log: WrittenLog) => rowsAfter(renewals, 'add_on_expiries', ...log.events).length;
    expect(dates(resting())).toBe(1);
    expect(dates(resting().does(one, later, reactivateAddOn))).toBe(0);
    expect(dates(resting().settles(one, date))).toBe(0);
    const both = new WrittenLog().buys(one, bought, { offerId: 'LEGACY', term: 'P1Y' }).does(one, later, setAddOns(2));
    both.does(one, later, suspend).settles(one, '2022-01-01T00:00:00.000Z');
    expect(dates(both)).toBe(0);
    const late = resting().does(one, later, suspend).settles(one, '2022-01-01T00:00:00.000Z');
    expect(dates(late)).toBe(0);
  });
});

describe('asking for what is due', () => {
  let models: ReadModels;
  beforeAll(async () => {
    models = await (await ReadModels.open()).follow(log.events);
  });
  afterAll(() => models.store.close());

  it('covers all partners, earliest first, up to and including an instant', async () => {
    const month = { partnerId, dueAt: '2021-07-18T00:00:00.000Z' };
    expect(await due(models.db, '2021-07-17T23:59:59.999Z', { limit: 10 })).toEqual([]);
    expect(await due(models.db, '2021-07-18T00:00:00.000Z', { limit: 10 })).toEqual([
      { subscriptionId: one, ...month },
      { subscriptionId: two, ...month },
    ]);
    expect(await due(models.db, '2021-07-20T00:00:00.000Z', { limit: 10 })).toHaveLength(3);
    expect(await due(models.db, '2021-07-20T00:00:00.000Z', { limit: 1 })).toHaveLength(1);
  });

  it('counts what is overdue, and shows when something falls due next', async () => {
    expect(await overdueCount(models.db, '2021-07-17T23:59:59.999Z')).toBe(0);
    expect(await overdueCount(models.db, '2021-07-20T00:00:00.000Z')).toBe(3);
    expect(await earliestDue(models.db)).toBe('2021-07-18T00:00:00.000Z');
    expect(await earliestDue(models.db, '2021-07-18T00:00:00.000Z')).toBe('2021-07-18T00:00:00.000Z');
    expect(await earliestDue(models.db, '2021-07-17T00:00:00.000Z')).toBeUndefined();
  });

  it('returns the earlier of two due times, and each subscription once', async () => {
    const resting = new WrittenLog()
      .buys(one, bought, { offerId: 'LEGACY', term: 'P1Y', billingCycle: 'annual' })
      .does(one, later, suspend)
      .buys(two, bought, { offerId: 'LEGACY' })
      .does(two, later, suspend);
    const alone = await (await ReadModels.open()).follow(resting.events);
    const both = [
      { subscriptionId: two, partnerId, dueAt: '2021-07-18T00:00:00.000Z' },
      { subscriptionId: one, partnerId, dueAt: '2021-10-18T10:00:00.000Z' },
    ];
    expect(await due(alone.db, '2023-01-01T00:00:00.000Z', { limit: 10 })).toEqual(both);
    expect(await due(alone.db, '2023-01-01T00:00:00.000Z', { limit: 1 })).toEqual(both.slice(0, 1));
    const [first, second] = both;
    expect(await due(alone.db, '2023-01-01T00:00:00.000Z', { limit: 1, after: first! })).toEqual([second]);
    expect(await overdueCount(alone.db, '2021-10-18T10:00:00.000Z')).toBe(2);
    expect(await overdueCount(alone.db, '2021-10-18T09:59:59.999Z')).toBe(1);
    await alone.store.close();
  });

  it('excludes seats in transit', async () => {
    const moving = new WrittenLog().buys(one, bought).does(one, later, upgrade(4));
    const alone = await (await ReadModels.open()).follow(moving.events);
    expect(await due(alone.db, '2022-01-01T00:00:00.000Z', { limit: 10 })).toEqual([]);
    expect(await overdueCount(alone.db, '2022-01-01T00:00:00.000Z')).toBe(0);
    expect(await earliestDue(alone.db)).toBeUndefined();
    await alone.store.close();
  });
});

describe('asking for renewals', () => {
  let models: ReadModels;
  beforeAll(async () => {
    models = await (await ReadModels.open()).follow(log.events);
  });
  afterAll(() => models.store.close());

  const ids = async (filter: RenewalFilter, partner = partnerId) =>
    (await listRenewals(models.db, partner, filter, { limit: 50 })).items.map((item) => item.subscriptionId);

  it.each<[string, RenewalFilter, string[]]>([
    ['all', {}, [one, three, two]],
    ['from a date on', { from: '2021-07-20' }, [three, two]],
    ['up to a date', { to: '2021-07-20' }, [one, three]],
    ['on a date', { from: '2021-07-18', to: '2021-07-18' }, [one]],
    ['of a customer', { customerId, to: '2021-07-18' }, [one]],
    ['of another customer', { customerId: uuid(7) }, []],
  ])('filters by date: %s', async (_, filter, expected) => {
    expect(await ids(filter)).toEqual(expected);
  });

  it('shows what renews, with its changes', async () => {
    const [renewal] = (await listRenewals(models.db, partnerId, { from: '2022-01-01' }, { limit: 5 })).items;
    expect(renewal).toEqual({
      subscriptionId: two,
      customerId,
      renewsOn: '2022-06-18',
      action: 'renew',
      reason: null,
      current: { offerId: 'BASIC', skuId: '0001', quantity: 10, term: 'P1Y', billingCycle: 'monthly' },
      scheduledChange: { quantity: 4, term: 'P1M' },
    });
  });

  it('shows what converts', async () => {
    const { items } = await listRenewals(models.db, partnerId, { from: '2021-07-20', to: '2021-07-20' }, { limit: 5 });
    expect(items).toMatchObject([{ action: 'convert', reason: null, current: { offerId: 'TRIAL' } }]);
  });

  it('shows what ends, and why', async () => {
    const ending = new WrittenLog()
      .buys(one, bought)
      .does(one, later, autoRenew(false))
      .buys(two, bought)
      .does(two, later, pause)
      .buys(three, bought)
      .does(three, later, suspend, 'support')
      .buys(uuid(4), bought)
      .does(uuid(4), later, pause)
      .does(uuid(4), '2021-06-21T10:00:00.000Z', resume)
      .buys(uuid(5), bought, { offerId: 'MARKET' })
      .does(uuid(5), '2021-06-21T10:00:00.000Z', cancel)
      // Deleted in October, long before its term ends; the other is suspended beyond the end of its month.
      .buys(uuid(6), bought, { offerId: 'LEGACY', term: 'P1Y' })
      .does(uuid(6), later, suspend)
      .buys(uuid(7), bought, { offerId: 'LEGACY' })
      .does(uuid(7), later, suspend);
    const alone = await (await ReadModels.open()).follow(ending.events);
    const { items } = await listRenewals(alone.db, partnerId, {}, { limit: 9 });
    const inOrder = items.toSorted((a, b) => (a.subscriptionId < b.subscriptionId ? -1 : 1));
    expect(inOrder.map(({ action, reason }) => [action, reason])).toEqual([
      ['end', 'autoRenewOff'],
      ['end', 'paused'],
      ['end', 'paused'],
      ['end', 'autoRenewOff'],
      ['end', 'cancelled'],
      ['end', 'paused'],
      ['renew', null],
    ]);
    await alone.store.close();
  });

  it('continues where the previous page ended', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listRenewals(models.db, partnerId, {}, { limit: 1, cursor });
      seen.push(...page.items.map((item) => item.subscriptionId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual([one, three, two]);
  });

  it('returns nothing of another partner', async () => {
    expect(await ids({}, 'p2')).toEqual([]);
  });
});
