import { isRefusal } from '#kernel';
import { addSeats, autoRenew, cancel, rename, schedule } from '../asks.testing.ts';
import {
  bought,
  catalogue,
  deliver,
  linesOf,
  offer,
  original,
  plan,
  rules,
  shelf,
  typesOf,
  type Story,
} from '../subscription.testing.ts';

const at = '2021-06-18T09:00:00.000Z';
const when = '2021-06-20T10:00:00.000Z';
const end = '2021-07-18T00:00:00.000Z';
const docs = { policies: rules('docs-2022-03') };

describe('a renewal', () => {
  it('happens automatically (R74), and takes effect at 00:00Z of the day after the end, whenever it is recorded', () => {
    const [renewed, charged] = bought(at).settled('2021-07-19T15:00:00.000Z').last;
    expect(renewed).toMatchObject({
      type: 'SubscriptionRenewed',
      data: {
        anchor: { day: 18, rule: 'clamp' },
        termStart: '2021-07-18',
        termEnd: '2021-08-17',
        cycle: { start: '2021-07-18', end: '2021-08-17', days: 31 },
        cyclesFrom: '2021-07-18',
        offerId: 'BASIC',
        skuId: '0001',
        offerName: 'Offer BASIC',
        quantity: 10,
        term: 'P1M',
        billingCycle: 'monthly',
        unitPrice: '10.08',
        catalogVersion: '2021-01',
        policy: { preset: 'seed-2021-09' },
        applied: null,
        licenceReassignment: null,
        effectiveAt: end,
      },
    });
    expect(charged?.data.effectiveAt).toBe(end);
  });

  it('E1: of a year from 29 February keeps aiming at the 29th', () => {
    const story = bought('2024-02-29T09:00:00.000Z', { term: 'P1Y' });
    expect(story.state.termEnd).toBe('2025-02-27');
    expect(story.settled('2025-02-28T00:00:00.000Z').state.termStart).toBe('2025-02-28');
    expect(story.settled('2028-02-28T23:59:59.999Z').state.termStart).toBe('2027-02-28');
    expect(story.settled('2028-02-29T00:00:00.000Z').state.termStart).toBe('2028-02-29');
  });

  it('E3: of a month from 31 January keeps aiming at the 31st', () => {
    const story = bought('2021-01-31T09:00:00.000Z').settled('2021-03-31T00:00:00.000Z');
    expect(linesOf(story.events).map(({ chargeStart, chargeEnd }) => [chargeStart, chargeEnd])).toEqual([
      ['2021-01-31', '2021-02-27'],
      ['2021-02-28', '2021-03-30'],
      ['2021-03-31', '2021-04-29'],
    ]);
  });

  it('E20: comes before a command of the same instant, which sees the new term', () => {
    const story = bought(at).does(end, addSeats(2));
    expect(typesOf(story.last)).toEqual(['SubscriptionRenewed', 'ChargesPosted', 'SeatsAdded', 'ChargesPosted']);
    expect(story.money(story.last).slice(1)).toEqual([
      'addQuantity -100.80 for 10, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
      'addQuantity 120.96 for 12, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
    ]);
  });

  it('E21: of three missed months is caught up one by one, and once', () => {
    const story = bought(at).settled('2021-10-01T00:00:00.000Z');
    expect(story.last.map(({ type, data }) => `${type} ${data.effectiveAt}`)).toEqual([
      'SubscriptionRenewed 2021-07-18T00:00:00.000Z',
      'ChargesPosted 2021-07-18T00:00:00.000Z',
      'SubscriptionRenewed 2021-08-18T00:00:00.000Z',
      'ChargesPosted 2021-08-18T00:00:00.000Z',
      'SubscriptionRenewed 2021-09-18T00:00:00.000Z',
      'ChargesPosted 2021-09-18T00:00:00.000Z',
    ]);
    expect(story.settled('2021-10-01T00:00:00.000Z').last).toEqual([]);
  });

  it('uses the price list that is in force then', () => {
    const dearer = catalogue('2021-07', '2021-07-18T00:00:00Z', [
      offer('BASIC', [{ plans: [plan('P1M', 'monthly', '11.00')] }], { name: 'Basic, renamed' }),
    ]);
    const story = bought(at, {}, { catalogues: [original, dearer] }).settled(end);
    expect(story.money(story.last)).toEqual(['renew 110.00 for 10, 2021-07-18 to 2021-08-17, 31/31 whole-cycle']);
    expect(story.state).toMatchObject({ unitPrice: '11.00', catalogVersion: '2021-07', offerName: 'Basic, renamed' });
  });

  it('of a withdrawn product keeps its price', () => {
    const rest = catalogue('2021-07', '2021-07-01T00:00:00Z', shelf.slice(5));
    const story = bought(at, {}, { catalogues: [original, rest] }).settled(end);
    expect(story.money(story.last)).toEqual(['renew 100.80 for 10, 2021-07-18 to 2021-08-17, 31/31 whole-cycle']);
    expect(story.state.catalogVersion).toBe('2021-01');
  });

  it('E53: uses the policy in force then; earlier decisions keep the old one', () => {
    const policies = {
      timeline: [
        { from: '2021-01-01T00:00:00.000Z', pin: { preset: 'seed-2021-09' } as const },
        { from: '2022-03-10T00:00:00.000Z', pin: { preset: 'docs-2022-03' } as const },
      ],
    };
    const story = bought('2021-06-18T09:00:00.000Z', { term: 'P1Y' }, { policies });
    const before = JSON.stringify(story.settled('2022-04-01T00:00:00.000Z').events);
    expect(story.state.policy).toEqual({ preset: 'seed-2021-09' });
    story.settled('2022-06-18T00:00:00.000Z');
    expect(story.state.policy).toEqual({ preset: 'docs-2022-03' });
    expect(JSON.stringify(story.events).startsWith(before.slice(0, -1))).toBe(true);
    expect(story.no('2022-06-19T00:00:00.000Z', cancel)).toBeUndefined();
    expect(
      story.does('2022-06-19T00:00:00.000Z', autoRenew(false)).settled('2023-06-18T00:00:00.000Z').state.status,
    ).toBe('expired');
  });
});

describe('a renewal with a scheduled change', () => {
  it('applies it before the first charge (R80)', () => {
    const story = bought(at)
      .does(when, schedule({ quantity: 5, term: 'P1Y', billingCycle: 'annual' }))
      .settled(end);
    expect(story.last[0]?.data).toMatchObject({ applied: { quantity: 5, term: 'P1Y', billingCycle: 'annual' } });
    expect(story.money(story.last)).toEqual(['renew 604.80 for 5, 2021-07-18 to 2022-07-17, 365/365 whole-cycle']);
    expect(story.state.scheduledChange).toBeNull();
  });

  it('to another SKU leaves licences to be reassigned manually (R87)', () => {
    const story = bought(at)
      .does(when, schedule({ offerId: 'STANDARD' }))
      .settled(end);
    expect(story.state).toMatchObject({ subscriptionId: 's1', offerId: 'STANDARD', licenceReassignment: 'manual' });
    expect(story.money(story.last)).toEqual(['renew 64.30 for 10, 2021-07-18 to 2021-08-17, 31/31 whole-cycle']);
  });

  it('reassigns them automatically under docs-2022-03, if the quantity is unchanged', () => {
    const whole = bought(at, {}, docs)
      .does(when, schedule({ offerId: 'STANDARD' }))
      .settled(end);
    expect(whole.state.licenceReassignment).toBeNull();
    const fewer = bought(at, {}, docs)
      .does(when, schedule({ offerId: 'STANDARD', quantity: 9 }))
      .settled(end);
    expect(fewer.state.licenceReassignment).toBe('manual');
  });

  it.each([
    ['a SKU that was withdrawn', { offerId: 'STANDARD' }, 'OFFER_NOT_PURCHASABLE'],
    ['fewer seats than are sold by now', { quantity: 3 }, 'QUANTITY_OUT_OF_RANGE'],
    ['a plan that is no longer sold', { term: 'P1Y' }, 'PLAN_NOT_OFFERED'],
  ] as const)('E49: to %s renews unchanged, and flags it', (_, change, code) => {
    const narrower = catalogue('2021-07', '2021-07-01T00:00:00Z', [
      offer('BASIC', [{ minSeats: 4, plans: [plan('P1M', 'monthly', '10.08')] }]),
    ]);
    const story = bought(at, {}, { catalogues: [original, narrower] })
      .does(when, schedule(change))
      .settled(end);
    expect(story.last[0]).toEqual({ type: 'ScheduledChangeFailed', data: { code, change, effectiveAt: end } });
    expect(story.money(story.last)).toEqual(['renew 100.80 for 10, 2021-07-18 to 2021-08-17, 31/31 whole-cycle']);
    expect(story.state).toMatchObject({ scheduledChange: null, scheduledChangeFailed: { at: end, code } });
    story.does('2021-07-20T10:00:00.000Z', schedule({ quantity: 5 }));
    expect(story.state.scheduledChangeFailed).toBeNull();
  });
});

describe('a partial upgrade scheduled for the renewal (R92)', () => {
  const source = () => bought(at).does(when, schedule({ offerId: 'STANDARD', upgradeQuantity: 4 }, 's-later'));

  it('renews the seats that stay, and sends the others away', () => {
    const story = source().settled(end);
    expect(typesOf(story.last)).toEqual(['SubscriptionRenewed', 'ChargesPosted', 'UpgradeStarted']);
    expect(story.money(story.last)).toEqual(['renew 60.48 for 6, 2021-07-18 to 2021-08-17, 31/31 whole-cycle']);
    expect(story.state).toMatchObject({
      offerId: 'BASIC',
      quantity: 6,
      lots: [{ quantity: 6, since: end }],
      inTransit: { quantity: 4, targetSubscriptionId: 's-later' },
    });
  });

  it('begins their own term where they arrive', () => {
    const story = source().settled(end);
    const child = deliver(story, '2021-07-18T00:00:01.000Z') as Story;
    expect(child.money()).toEqual(['convert 25.72 for 4, 2021-07-18 to 2021-08-17, 31/31 whole-cycle']);
    expect(child.state).toMatchObject({
      subscriptionId: 's-later',
      quantity: 4,
      termStart: '2021-07-18',
      termEnd: '2021-08-17',
      upgradedFrom: 's1',
      lots: [{ quantity: 4, since: end }],
    });
    expect(story.state).toMatchObject({ quantity: 6, inTransit: null, updates: 0 });
  });

  it('with a reduction moves seats out of what remains', () => {
    const story = bought(at)
      .does(when, schedule({ offerId: 'STANDARD', quantity: 8, upgradeQuantity: 3 }))
      .settled(end);
    expect(story.state).toMatchObject({ quantity: 5, inTransit: { quantity: 3 } });
  });

  it('into a subscription that refuses brings them back, charged like those that stayed', () => {
    const story = bought(at)
      .does(when, schedule({ offerId: 'STANDARD', upgradeQuantity: 4, target: { subscriptionId: 's2' } }))
      .settled(end);
    const target = bought(at, { subscriptionId: 's2', offerId: 'PREMIUM' });
    const answer = deliver(story, '2021-07-18T00:00:01.000Z', target);
    expect(isRefusal(answer) && answer.refused).toBe('TARGET_OTHER_SKU');
    expect(story.money(story.last)).toEqual(['renew 40.32 for 4, 2021-07-18 to 2021-08-17, 31/31 whole-cycle']);
    expect(story.state).toMatchObject({ quantity: 10, lots: [{ quantity: 10, since: end }], inTransit: null });
  });

  it('of all seats into an existing subscription renews nothing, and ends the source once they have arrived', () => {
    const story = bought(at)
      .does(when, schedule({ offerId: 'STANDARD', target: { subscriptionId: 's2' } }))
      .settled(end);
    const target = bought('2021-06-20T09:00:00.000Z', { subscriptionId: 's2', offerId: 'STANDARD', quantity: 1 });
    expect(story.money(story.last)).toEqual([]);
    deliver(story, '2021-07-18T00:00:01.000Z', target);
    expect(typesOf(story.last)).toEqual(['UpgradeCompleted', 'SubscriptionDeleted']);
    expect(target.money(target.last)).toEqual(['moveQuantity 4.20 for 10, 2021-07-18 to 2021-07-19, 2/30 unit-down']);
    expect(target.state.quantity).toBe(11);
  });

  it('refuses every command until the seats have arrived', () => {
    const story = source().settled(end);
    expect(story.no('2021-07-18T10:00:00.000Z', rename('Another'))).toBe('PROCESS_PENDING');
    expect(story.settled('2021-09-01T00:00:00.000Z').last).toEqual([]);
    deliver(story, '2021-09-01T00:00:01.000Z');
    expect(typesOf(story.settled('2021-09-01T00:00:02.000Z').last)).toEqual(['SubscriptionRenewed', 'ChargesPosted']);
  });

  it('keeps the right seats where the plan of those that stay is no longer sold', () => {
    const narrower = catalogue('2021-07', '2021-07-01T00:00:00Z', [
      offer('BASIC', [{ upgradeTargets: ['STANDARD/0001'], plans: [plan('P1Y', 'monthly', '10.08')] }]),
      offer('STANDARD', [{ plans: [plan('P1M', 'monthly', '6.43')] }]),
    ]);
    const story = bought(at, {}, { catalogues: [original, narrower] })
      .does(when, schedule({ offerId: 'STANDARD', upgradeQuantity: 4 }))
      .settled(end);
    expect(story.state).toMatchObject({
      quantity: 10,
      inTransit: null,
      scheduledChangeFailed: { code: 'PLAN_NOT_OFFERED' },
    });
  });
});
