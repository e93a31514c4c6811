import { isRefusal } from '#kernel';
import { addSeats, changePlan, pause, removeSeats, schedule, upgrade } from '../asks.testing.ts';
import { evolve, type SubscriptionEvent } from '../events.ts';
import { none, type Subscription } from '../state.ts';
import {
  bought,
  catalogue,
  deliver,
  offer,
  plan,
  rules,
  typesOf,
  type Ask,
  type Story,
  type Details,
} from '../subscription.testing.ts';
import { SetAddOns } from '../verbs/set-add-ons.ts';
import { ReturnUpgrade } from './return-upgrade.ts';

const start = '2021-06-18T09:00:00.000Z';
const when = '2021-06-28T09:00:00.000Z';
const soon = '2021-06-28T09:00:01.000Z';
const renewal = '2021-07-18T00:00:00.000Z';
const docs = { policies: rules('docs-2022-03') };

const plans = [plan('P1M', 'monthly', '10.00'), plan('P3Y', 'monthly', '9.00'), plan('P3Y', 'annual', '108.00')];
const addOn = (...prerequisiteSkus: readonly string[]) => ({
  addOn: { prerequisiteSkus, minShareOfBase: null },
  plans,
});

/** BASIC leads to STANDARD. SUPPORT goes with both, BACKUP only with BASIC. */
const catalogues = [
  catalogue('one', '2021-01-01T00:00:00Z', [
    offer('BASIC', [{ upgradeTargets: ['STANDARD/0001'], plans }]),
    offer('STANDARD', [{ plans }]),
    offer('SUPPORT', [addOn('BASIC/0001', 'STANDARD/0001')]),
    offer('BACKUP', [addOn('BASIC/0001')]),
  ]),
];
const withAddOns = { catalogues };
const basic = (setting = {}, details: Details = {}) => bought(start, details, { ...withAddOns, ...setting });
const standard = (setting = {}, details: Details = {}) =>
  bought(start, { subscriptionId: 's2', offerId: 'STANDARD', ...details }, { ...withAddOns, ...setting });
const setAddOns: Ask = (m, to) =>
  new SetAddOns(
    {
      ...to,
      addOns: [
        { offerId: 'SUPPORT', skuId: '0001', quantity: 2 },
        { offerId: 'BACKUP', skuId: '0001', quantity: 4 },
      ],
    },
    m,
  );
const addOnsOf = ({ state: { addOns } }: Story) => addOns.map(({ offerId, quantity }) => `${offerId} ${quantity}`);
const child = (story: Story, at = soon) => deliver(story, at) as Story;
const giveBack: Ask = (m, to) => new ReturnUpgrade({ ...to, transitionId: 's1-2', code: 'TARGET_NOT_ACTIVE' }, m);

describe('seats that arrive', () => {
  it.each([{}, docs])('drop the scheduled change of their target, as any change of seats does (A5, R88)', (setting) => {
    const target = standard(setting).does(start, schedule({ quantity: 8 }));
    deliver(basic(setting).does(when, upgrade('STANDARD', 4, 's2')), soon, target);
    expect(target.last.at(-1)).toEqual({
      type: 'ScheduledChangeRemoved',
      data: { cause: 'quantityChange', removed: { quantity: 8 }, effectiveAt: when },
    });
    expect(target.settled(renewal).state.quantity).toBe(14);
  });

  it('keep their date of purchase, and open no window for a reduction', () => {
    const source = basic(docs).does('2021-06-26T09:00:00.000Z', addSeats(2));
    const target = standard(docs);
    deliver(source.does(when, upgrade('STANDARD', 11, 's2')), soon, target);
    expect(target.state.lots).toEqual([
      { quantity: 10, since: start },
      { quantity: 10, since: start },
      { quantity: 1, since: '2021-06-26T09:00:00.000Z' },
    ]);
    expect(target.no(soon, removeSeats(2))).toBe('REDUCTION_WINDOW_PASSED');
    expect(target.no(soon, removeSeats(1))).toBeUndefined();
  });

  it('keep it in a new subscription as well', () => {
    const source = basic(docs).does('2021-06-26T09:00:00.000Z', addSeats(2));
    const opened = child(source.does(when, upgrade('STANDARD', 11)));
    expect(opened.state.lots).toEqual([
      { quantity: 10, since: start },
      { quantity: 1, since: '2021-06-26T09:00:00.000Z' },
    ]);
    expect(source.state.lots).toEqual([{ quantity: 1, since: '2021-06-26T09:00:00.000Z' }]);
  });
});

describe('a billing plan that is pending until the next cycle', () => {
  const yearly = () =>
    basic(docs, { term: 'P3Y' }).does('2021-07-01T00:00:00.000Z', changePlan({ billingCycle: 'annual' }));

  it('moves with the seats to a new subscription, at the price of its SKU', () => {
    const opened = child(yearly().does('2021-07-02T09:00:00.000Z', upgrade('STANDARD', 4)), '2021-07-02T09:00:01.000Z');
    expect(opened.state.pendingPlan).toEqual({
      billingCycle: 'annual',
      unitPrice: '108.00',
      effectiveOn: '2021-07-18',
    });
    expect(opened.settled(renewal).state).toMatchObject({ billingCycle: 'annual', pendingPlan: null });
  });

  it('must be sold for the SKU that the seats move to', () => {
    const offers = [
      offer('BASIC', [{ upgradeTargets: ['STANDARD/0001'], plans }]),
      offer('STANDARD', [{ plans: plans.slice(0, 2) }]),
    ];
    const source = basic({ ...docs, catalogues: [catalogue('one', '2021-01-01T00:00:00Z', offers)] }, { term: 'P3Y' });
    expect(source.no(when, upgrade('STANDARD', 4))).toBeUndefined();
    source.does(when, changePlan({ billingCycle: 'annual' }));
    expect(source.no(when, upgrade('STANDARD', 4))).toBe('TARGET_PLAN_NOT_OFFERED');
  });
});

describe('add-ons of a base that is upgraded (R31, R35)', () => {
  it('end where the new SKU does not carry them, and the rest of their cycle is returned', () => {
    const story = basic().does(start, setAddOns).does(when, upgrade('STANDARD', 10));
    expect(typesOf(story.last)).toEqual(['SubscriptionUpgraded', 'AddOnEnded', 'ChargesPosted']);
    expect(story.last[1]?.data).toMatchObject({ offerId: 'BACKUP', skuId: '0001', quantity: 0, cause: 'upgrade' });
    // 10.00 x 20/30 = 6.66, rounded down per unit (U↓).
    expect(story.money(story.last)).toEqual([
      'convert -66.60 for 10, 2021-06-28 to 2021-07-17, 20/30 unit-down',
      'convert -26.64 for 4, 2021-06-28 to 2021-07-17, 20/30 unit-down',
      'convert 66.60 for 10, 2021-06-28 to 2021-07-17, 20/30 unit-down',
    ]);
    expect(addOnsOf(story)).toEqual(['SUPPORT 2']);
  });

  it('end at a renewal to such a SKU', () => {
    const story = basic()
      .does(start, setAddOns)
      .does(start, schedule({ offerId: 'STANDARD', skuId: '0001' }))
      .settled(renewal);
    expect(typesOf(story.last)).toEqual(['AddOnEnded', 'SubscriptionRenewed', 'ChargesPosted']);
    expect(story.money(story.last)).toEqual([
      'renew 100.00 for 10, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
      'renew 20.00 for 2, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
    ]);
    expect(addOnsOf(story)).toEqual(['SUPPORT 2']);
  });

  it('stay with the seats that stay', () => {
    const story = basic().does(start, setAddOns).does(when, upgrade('STANDARD', 4));
    expect(addOnsOf(story)).toEqual(['SUPPORT 2', 'BACKUP 4']);
  });

  it('end where all seats move away, and the rest of their cycle is returned', () => {
    const story = basic()
      .does(start, setAddOns)
      .does(when, upgrade('STANDARD', 10, 's2'));
    expect(typesOf(story.last)).toEqual(['UpgradeStarted', 'AddOnEnded', 'AddOnEnded', 'ChargesPosted']);
    expect(story.money(story.last)).toEqual([
      'convert -66.60 for 10, 2021-06-28 to 2021-07-17, 20/30 unit-down',
      'convert -13.32 for 2, 2021-06-28 to 2021-07-17, 20/30 unit-down',
      'convert -26.64 for 4, 2021-06-28 to 2021-07-17, 20/30 unit-down',
    ]);
    deliver(story, soon, standard());
    expect(story.state).toMatchObject({ status: 'deleted', addOns: [] });
  });

  it('come back with all seats, and with their charges', () => {
    const story = basic()
      .does(start, setAddOns)
      .does(when, upgrade('STANDARD', 10, 's2'));
    const refused = deliver(story, soon, standard().does(when, pause()));
    expect(isRefusal(refused) ? refused.refused : 'received').toBe('TARGET_NOT_ACTIVE');
    expect(addOnsOf(story)).toEqual(['SUPPORT 2', 'BACKUP 4']);
    expect(story.money(story.last)).toEqual([
      'convert 66.60 for 10, 2021-06-28 to 2021-07-17, 20/30 reversal',
      'convert 13.32 for 2, 2021-06-28 to 2021-07-17, 20/30 reversal',
      'convert 26.64 for 4, 2021-06-28 to 2021-07-17, 20/30 reversal',
    ]);
  });

  it('come back with all seats at a renewal, and are charged for the term that began', () => {
    const story = basic()
      .does(start, setAddOns)
      .does(start, schedule({ offerId: 'STANDARD', skuId: '0001', target: { subscriptionId: 's2' } }))
      .settled(renewal);
    expect(typesOf(story.last)).toEqual(['SubscriptionRenewed', 'UpgradeStarted', 'AddOnEnded', 'AddOnEnded']);
    deliver(story, renewal, standard().does(when, pause()));
    expect(addOnsOf(story)).toEqual(['SUPPORT 2', 'BACKUP 4']);
    expect(story.money(story.last)).toEqual([
      'renew 100.00 for 10, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
      'renew 20.00 for 2, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
      'renew 40.00 for 4, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
    ]);
  });
});

describe('seats that come back', () => {
  const saved = { quantity: 9 };
  const left = () =>
    basic()
      .does(start, schedule(saved))
      .does(when, upgrade('STANDARD', 4, 's2'));

  it('restore the scheduled change, and the upgrade does not count (http-api.md §2)', () => {
    const story = left();
    expect(story.state).toMatchObject({ scheduledChange: null, updates: 2 });
    story.does(soon, giveBack, 'system');
    expect(story.last.at(-1)).toEqual({
      type: 'ChangeScheduled',
      data: { change: saved, newSubscriptionId: null, cause: 'upgradeReturned', effectiveAt: when },
    });
    expect(story.state).toMatchObject({ quantity: 10, scheduledChange: saved, updates: 1 });
  });

  it('flag the scheduled change by which they had left at a renewal (E49)', () => {
    const change = { offerId: 'STANDARD', skuId: '0001', upgradeQuantity: 4, target: { subscriptionId: 's2' } };
    const story = basic().does(start, schedule(change)).settled(renewal);
    deliver(story, renewal, standard().does(when, pause()));
    expect(story.last.at(-1)).toEqual({
      type: 'ScheduledChangeFailed',
      data: { code: 'TARGET_NOT_ACTIVE', change, effectiveAt: renewal },
    });
    expect(story.state).toMatchObject({
      quantity: 10,
      scheduledChange: null,
      scheduledChangeFailed: { at: renewal, code: 'TARGET_NOT_ACTIVE' },
    });
  });

  it('of an upgrade that was recorded without it come back as they did then', () => {
    const story = left();
    story.reached = story.events.map(asBefore).reduce(evolve, none);
    story.does(soon, giveBack, 'system');
    expect(typesOf(story.last)).toEqual(['UpgradeReturned', 'ChargesPosted']);
    expect(story.state).toMatchObject({ quantity: 10, scheduledChange: null });
  });

  const asBefore = (event: SubscriptionEvent): SubscriptionEvent => {
    if (event.type !== 'UpgradeStarted') return event;
    const { saved: _, movedLots: __, ...data } = event.data;
    return { type: 'UpgradeStarted', data };
  };
});

describe('a scheduled upgrade into an existing subscription', () => {
  const change = { offerId: 'STANDARD', skuId: '0001', upgradeQuantity: 4, target: { subscriptionId: 's2' } };
  const save = (target: Subscription, setting = {}, at = when) =>
    basic({ ...setting, target }).no(at, schedule(change));

  it.each([
    ['is there', undefined, () => standard().state],
    ['does not exist', 'TARGET_NOT_FOUND', () => ({ status: 'none' }) as const],
    ['is another customer’s', 'TARGET_NOT_FOUND', () => ({ ...standard().state, customerId: 'c2' })],
    ['has another SKU', 'TARGET_OTHER_SKU', () => ({ ...standard().state, skuId: '0002' })],
    ['is paused', 'TARGET_NOT_ACTIVE', () => standard().does(start, pause()).state],
    ['would hold too many', 'QUANTITY_OUT_OF_RANGE', () => ({ ...standard().state, quantity: 2_147_483_647 })],
  ] as const)('whose target %s: %s (E49)', (_, code, target) => expect(save(target())).toBe(code));

  it('is checked by the later rules like an immediate one', () => {
    expect(save(standard(docs).state, docs, '2021-06-20T09:00:00.000Z')).toBe('TARGET_IN_CANCELLATION_WINDOW');
    expect(save(standard(docs).state, docs)).toBeUndefined();
    expect(save({ ...standard(docs).state, termEnd: '2021-07-16' }, docs)).toBe('TARGET_ENDS_EARLIER');
  });

  it('succeeds where both renew at the same instant, although a window has just opened', () => {
    const story = basic(docs).does(when, schedule(change)).settled(renewal);
    const target = standard(docs);
    deliver(story, renewal, target);
    expect(target.state.quantity).toBe(14);
    expect(story.state).toMatchObject({ quantity: 6, scheduledChangeFailed: null });
  });

  it('is refused where the target renewed a little earlier, and flagged', () => {
    const story = basic(docs).does(when, schedule(change)).settled(renewal);
    const target = bought(
      '2021-06-16T09:00:00.000Z',
      { subscriptionId: 's2', offerId: 'STANDARD' },
      { ...docs, catalogues },
    );
    deliver(story, renewal, target);
    expect(story.state.scheduledChangeFailed).toEqual({ at: renewal, code: 'TARGET_IN_CANCELLATION_WINDOW' });
  });
});
