import { customer, RegisterCustomer } from '#customer';
import { rowsAfter } from '#kernel/testing';
import {
  activate,
  addSeats,
  autoRenew,
  cancel,
  changePlan,
  pause,
  reactivate,
  rename,
  resume,
  schedule,
  setAddOns,
  stories,
  suspend,
  unschedule,
} from '../stories.testing.ts';
import { ReadModels } from '../store.testing.ts';
import { customerId, partnerId, uuid, WrittenLog } from '../testing.ts';
import {
  findCustomer,
  findSubscription,
  firstPurchaseDay,
  listCustomers,
  listSubscriptions,
  status,
  type SubscriptionFilter,
} from './index.ts';

const [one, two, three] = [uuid(1), uuid(2), uuid(3)];
const bought = '2021-06-18T09:00:00.000Z';

const row = (log: WrittenLog, id = one) =>
  rowsAfter(status, 'subscriptions', ...log.events).find(({ subscription_id }) => subscription_id === id);

const story = (name: string): WrittenLog => {
  const told = stories[name];
  if (told === undefined) throw new Error(`there is no story of one that ${name}`);
  return told();
};

describe('the status of a subscription', () => {
  it('begins with the purchase', () => {
    expect(row(new WrittenLog().buys(one, bought, { friendlyName: 'Desk' }))).toEqual({
      subscription_id: one,
      partner_id: partnerId,
      customer_id: customerId,
      order_id: expect.any(String) as string,
      offer_id: 'BASIC',
      sku_id: '0001',
      offer_name: 'Offer BASIC',
      friendly_name: 'Desk',
      kind: 'newCommerce',
      status: 'active',
      access: 1,
      is_trial: 0,
      quantity: 10,
      term: 'P1M',
      billing_cycle: 'monthly',
      unit_price: '10.08',
      currency: 'EUR',
      catalog_version: '2021-01',
      policy: 'seed-2021-09',
      purchased_at: bought,
      term_start: '2021-06-18',
      term_end: '2021-07-17',
      cycle_start: '2021-06-18',
      cycle_end: '2021-07-17',
      auto_renew: 1,
      cancel_at_renewal: 0,
      renews_on: '2021-07-18',
      scheduled_change: null,
      pending_plan: null,
      scheduled_change_failed: null,
      suspension: null,
      upgraded_from: null,
      activation_link: null,
      licence_reassignment: null,
      revision: 1,
    });
  });

  it('counts seats', () => {
    const log = new WrittenLog().buys(one, bought).does(one, '2021-06-20T10:00:00.000Z', addSeats(2));
    expect(row(log)).toMatchObject({ quantity: 12, revision: 3 });
    expect(row(story('grows, shrinks, is renamed and adjusted manually'))).toMatchObject({
      quantity: 8,
      friendly_name: 'Front desk',
      revision: 8,
    });
  });

  it('shows no access while paused or suspended (R40, R67), and no auto-renew from then on', () => {
    const log = new WrittenLog().buys(one, bought).does(one, '2021-06-20T10:00:00.000Z', pause);
    expect(row(log)).toMatchObject({ status: 'paused', access: 0, auto_renew: 0 });
    expect(row(log.does(one, '2021-06-21T10:00:00.000Z', resume))).toMatchObject({
      status: 'active',
      access: 1,
      auto_renew: 0,
    });
    expect(row(log.does(one, '2021-06-22T10:00:00.000Z', suspend, 'support'))).toMatchObject({
      status: 'suspended',
      access: 0,
      suspension: '{"reason":"fraud","suspendedAt":"2021-06-22T10:00:00.000Z","autoExpiresAt":null}',
    });
    expect(row(log.does(one, '2021-06-23T10:00:00.000Z', reactivate, 'support'))).toMatchObject({
      status: 'active',
      access: 1,
      suspension: null,
    });
  });

  it('shows a scheduled change until it is removed or applied', () => {
    const log = new WrittenLog().buys(one, bought).does(one, '2021-06-20T10:00:00.000Z', schedule({ quantity: 4 }));
    expect(row(log)).toMatchObject({ scheduled_change: '{"quantity":4}', quantity: 10 });
    expect(row(log.does(one, '2021-06-21T10:00:00.000Z', unschedule))).toMatchObject({ scheduled_change: null });
    log.does(one, '2021-06-22T10:00:00.000Z', schedule({ quantity: 6 })).settles(one, '2021-07-18T00:00:00.000Z');
    expect(row(log)).toMatchObject({ scheduled_change: null, quantity: 6, term_end: '2021-08-17' });
  });

  it('shows a change that could not be applied until another one is scheduled (E49)', () => {
    const log = story('renews unchanged where the change is no longer sold');
    expect(row(log)).toMatchObject({
      offer_id: 'BASIC',
      unit_price: '11.00',
      catalog_version: '2022-01',
      scheduled_change: null,
      scheduled_change_failed: '{"at":"2022-01-18T00:00:00.000Z","code":"PLAN_NOT_OFFERED"}',
    });
    expect(row(log.does(one, '2022-01-20T10:00:00.000Z', schedule({ quantity: 4 })))).toMatchObject({
      scheduled_change_failed: null,
    });
  });

  it('moves to the next charge cycle, on the plan that was pending', () => {
    const log = new WrittenLog('docs-2022-03').buys(one, bought, { term: 'P3Y' });
    log.does(one, '2021-06-20T10:00:00.000Z', changePlan({ billingCycle: 'annual' }));
    expect(row(log)).toMatchObject({
      billing_cycle: 'monthly',
      pending_plan: '{"billingCycle":"annual","effectiveOn":"2021-07-18"}',
    });
    expect(row(log.settles(one, '2021-07-18T00:00:00.000Z'))).toMatchObject({
      billing_cycle: 'annual',
      unit_price: '120.96',
      cycle_start: '2021-07-18',
      cycle_end: '2022-07-17',
      pending_plan: null,
      term_end: '2024-06-17',
    });
  });

  it('takes a longer term, or a paid one after a trial', () => {
    expect(row(story('takes a longer term'))).toMatchObject({
      term: 'P1Y',
      term_start: '2021-06-20',
      term_end: '2022-06-19',
      renews_on: '2022-06-20',
    });
    expect(row(new WrittenLog().buys(one, bought, { offerId: 'TRIAL', quantity: 25 }))).toMatchObject({
      is_trial: 1,
      term_end: '2021-07-17',
      unit_price: '0',
    });
    expect(row(story('is tried and converted'))).toMatchObject({
      is_trial: 0,
      offer_id: 'BASIC',
      offer_name: 'Offer BASIC',
      unit_price: '10.08',
      term_start: '2021-06-20',
    });
  });

  it('follows seats that are upgraded', () => {
    expect(row(story('is upgraded as a whole'))).toMatchObject({ offer_id: 'BETTER', unit_price: '12.00' });
    const parted = story('is upgraded in part');
    expect([row(parted), row(parted, uuid(51))]).toMatchObject([
      { quantity: 6, upgraded_from: null },
      { quantity: 4, offer_id: 'BETTER', upgraded_from: one, purchased_at: '2021-06-25T10:00:00.000Z' },
    ]);
    const moved = story('moves all its seats to another');
    expect([row(moved), row(moved, two)]).toMatchObject([{ status: 'deleted', quantity: 0 }, { quantity: 20 }]);
    const returned = story('gets its seats back from one that is full');
    expect([row(returned), row(returned, two)]).toMatchObject([{ status: 'active', quantity: 10 }, { quantity: 35 }]);
    expect(row(story('renews with the change that was saved last'))).toMatchObject({
      offer_id: 'BETTER',
      licence_reassignment: 'manual',
    });
  });

  it.each([
    ['ends with its term', 'deleted', 0],
    ['is suspended and reactivated by support, and cancelled', 'deleted', 0],
    ['ends in stages', 'deleted', 0],
  ])('is final, with access as expected, when it %s (R60)', (name, standing, access) => {
    expect(row(story(name))).toMatchObject({ status: standing, access, auto_renew: 0, renews_on: null });
  });

  it('has no add-on and no due date once it is deleted', async () => {
    const legacy = { offerId: 'LEGACY', term: 'P1Y' } as const;
    const log = new WrittenLog().buys(one, bought, legacy).does(one, bought, setAddOns(2));
    log.does(one, '2021-06-20T10:00:00.000Z', suspend);
    expect((row(log) as { suspension: string }).suspension).toContain('autoExpiresAt');
    log.settles(one, '2021-12-20T10:00:00.000Z');
    const models = await (await ReadModels.open()).follow(log.events);
    expect(await findSubscription(models.db, partnerId, one)).toMatchObject({
      status: 'deleted',
      suspension: null,
      renewsOn: null,
      addOns: [],
    });
    await models.store.close();
  });

  it('has no renewal date before it has begun', () => {
    const log = new WrittenLog('docs-2022-03').buys(one, bought, { offerId: 'MARKET' });
    expect(row(log)).toMatchObject({ status: 'pending', renews_on: null });
    log.does(one, '2021-06-20T10:00:00.000Z', activate);
    expect(row(log)).toMatchObject({ status: 'active', renews_on: '2021-07-20' });
  });

  it('keeps access for a while after the term under the later rules, and loses it then', () => {
    const log = new WrittenLog('docs-2022-03').buys(one, bought);
    log.does(one, '2021-06-20T10:00:00.000Z', autoRenew(false)).settles(one, '2021-07-18T00:00:00.000Z');
    expect(row(log)).toMatchObject({ status: 'expired', access: 1, renews_on: null });
    log.settles(one, '2021-08-17T00:00:00.000Z');
    expect(row(log)).toMatchObject({ status: 'disabled', access: 0, renews_on: null });
  });
});

const register = (id: string, name: string, accountOpenedAt?: string) => (log: WrittenLog) => {
  const facts = { customerId: id, name, country: 'NL', segment: 'commercial', currency: 'EUR' };
  const data = accountOpenedAt === undefined ? facts : { ...facts, accountOpenedAt };
  log.send(customer, id, new RegisterCustomer(data, log.meta('2021-06-01T10:00:00.000Z')));
  return log;
};

describe('asking for subscriptions and customers', () => {
  const log = register(
    customerId,
    'Ada',
  )(new WrittenLog())
    .buys(one, bought)
    .buys(two, bought, { offerId: 'BETTER', term: 'P1Y' })
    .buys(three, bought, { customerId })
    .does(three, '2021-06-19T10:00:00.000Z', cancel)
    .does(two, '2021-06-19T10:00:00.000Z', rename('Office'));
  register(uuid(1002), 'Bea', '2020-01-01T00:00:00.000Z')(log);
  let models: ReadModels;
  beforeAll(async () => {
    models = await (await ReadModels.open()).follow(log.events);
  });
  afterAll(() => models.store.close());

  const ids = async (filter: SubscriptionFilter, partner = partnerId) =>
    (await listSubscriptions(models.db, partner, filter, { limit: 50 })).items.map((item) => item.subscriptionId);

  it.each<[string, SubscriptionFilter, string[]]>([
    ['nothing', {}, [one, two, three]],
    ['a customer', { customerId }, [one, two, three]],
    ['another customer', { customerId: uuid(1002) }, []],
    ['a status', { status: 'deleted' }, [three]],
    ['an offer', { offerId: 'BETTER' }, [two]],
    ['a date of renewal', { renewsBefore: '2021-07-19' }, [one]],
    ['that very date', { renewsBefore: '2021-07-18' }, []],
    ['several things', { offerId: 'BASIC', status: 'active' }, [one]],
  ])('filters a list by %s', async (_, filter, expected) => {
    expect(await ids(filter)).toEqual(expected);
  });

  it('keeps the list stable while rows are added and changed', async () => {
    const growing = await (await ReadModels.open()).follow(log.events);
    const first = await listSubscriptions(growing.db, partnerId, {}, { limit: 2 });
    const before = log.events.length;
    const more = new WrittenLog().buys(uuid(4), '2021-06-20T10:00:00.000Z').events.map((event) => ({
      ...event,
      position: String(before + 1 + event.revision).padStart(16, '0'),
    }));
    await growing.follow(more);
    const second = await listSubscriptions(growing.db, partnerId, {}, { limit: 2, cursor: first.nextCursor ?? '' });
    expect([...first.items, ...second.items].map((item) => item.subscriptionId)).toEqual([one, two, three, uuid(4)]);
    expect(second.nextCursor).toBeNull();
    await growing.store.close();
  });

  it('returns one as the API does, except for fields that depend on the instant', async () => {
    expect(await findSubscription(models.db, partnerId, two)).toEqual({
      subscriptionId: two,
      partnerId,
      customerId,
      orderId: expect.any(String) as string,
      offerId: 'BETTER',
      skuId: '0001',
      offerName: 'Offer BETTER',
      friendlyName: 'Office',
      kind: 'newCommerce',
      status: 'active',
      access: true,
      isTrial: false,
      quantity: 10,
      term: 'P1Y',
      billingCycle: 'monthly',
      unitPrice: '12.00',
      currency: 'EUR',
      catalogVersion: '2021-01',
      policy: 'seed-2021-09',
      purchasedAt: bought,
      termStart: '2021-06-18',
      termEnd: '2022-06-17',
      cycleStart: '2021-06-18',
      cycleEnd: '2021-07-17',
      autoRenew: true,
      cancelAtRenewal: false,
      renewsOn: '2022-06-18',
      scheduledChange: null,
      pendingPlan: null,
      scheduledChangeFailed: null,
      suspension: null,
      addOns: [],
      upgradedFrom: null,
      activationLink: null,
      licenceReassignment: null,
      revision: 2,
    });
  });

  it('returns no renewal date where auto-renew is off', async () => {
    const off = new WrittenLog().buys(one, bought).does(one, '2021-06-20T10:00:00.000Z', autoRenew(false));
    const alone = await (await ReadModels.open()).follow(off.events);
    expect(await findSubscription(alone.db, partnerId, one)).toMatchObject({ autoRenew: false, renewsOn: null });
    expect((await listSubscriptions(alone.db, partnerId, { renewsBefore: '2030-01-01' }, { limit: 5 })).items).toEqual(
      [],
    );
    await alone.store.close();
  });

  it('lists customers in the order of their registration', async () => {
    const first = await listCustomers(models.db, partnerId, { limit: 1 });
    expect(first.items).toEqual([
      {
        customerId,
        partnerId,
        name: 'Ada',
        country: 'NL',
        segment: 'commercial',
        currency: 'EUR',
        accountOpenedAt: '2021-06-01T10:00:00.000Z',
        registeredAt: '2021-06-01T10:00:00.000Z',
      },
    ]);
    const second = await listCustomers(models.db, partnerId, { limit: 1, cursor: first.nextCursor ?? '' });
    expect(second).toMatchObject({
      items: [{ name: 'Bea', accountOpenedAt: '2020-01-01T00:00:00.000Z' }],
      nextCursor: null,
    });
    expect(await findCustomer(models.db, partnerId, uuid(1002))).toMatchObject({ name: 'Bea' });
  });

  it('shows when a customer bought first', async () => {
    expect(await firstPurchaseDay(models.db, partnerId, customerId)).toBe('2021-06-18');
    expect(await firstPurchaseDay(models.db, partnerId, uuid(1002))).toBeUndefined();
  });

  it('returns nothing of another partner', async () => {
    expect(await ids({}, 'p2')).toEqual([]);
    expect(await findSubscription(models.db, 'p2', one)).toBeUndefined();
    expect(await findSubscription(models.db, partnerId, uuid(99))).toBeUndefined();
    expect((await listCustomers(models.db, 'p2', { limit: 5 })).items).toEqual([]);
    expect(await findCustomer(models.db, 'p2', customerId)).toBeUndefined();
  });
});
