import {
  addSeats,
  autoRenew,
  cancel,
  convert,
  pause,
  reactivate,
  schedule,
  suspend,
  upgrade,
} from '../asks.testing.ts';
import { addOns, cloud, crm, metered, office, reactivateAddOn, suspendAddOn } from '../kinds.testing.ts';
import { evolve } from '../events.ts';
import { typesOf, type Story } from '../subscription.testing.ts';
import { nextDue } from '../time/advance.ts';

const at = '2021-06-18T09:00:00.000Z';
const later = '2021-07-08T09:00:00.000Z';
const hundred = (shop?: Parameters<typeof office>[2]) => office(at, { quantity: 100 }, shop);
const held = ({ state }: Story) => state.addOns.map(({ skuId, quantity, status }) => `${skuId} ${quantity} ${status}`);
const reseller = { partner: { model: 'indirectReseller', cloud: 'global', newCommercePreview: true } } as const;

describe('the add-ons of a legacy base', () => {
  it('begin at once and are charged for the rest of the running cycle, then with the base (R37, R38)', () => {
    const story = hundred().does(later, addOns([['0002', 3]]));
    expect(typesOf(story.last)).toEqual(['AddOnAdded', 'ChargesPosted']);
    // Ten of 30 days at 1.00 for three seats.
    expect(story.money(story.last)).toEqual(['new 1.00 for 3, 2021-07-08 to 2021-07-17, 10/30 line-half-up']);
    expect(story.settled('2021-07-18T00:00:00.000Z').money(story.last)).toEqual([
      'cycleCharge 400.00 for 100, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
      'cycleCharge 3.00 for 3, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
    ]);
    story.settled('2022-06-18T00:00:00.000Z');
    expect(story.money(story.last).slice(-2)).toEqual([
      'renew 400.00 for 100, 2022-06-18 to 2022-07-17, 30/30 whole-cycle',
      'renew 3.00 for 3, 2022-06-18 to 2022-07-17, 30/30 whole-cycle',
    ]);
  });

  it('E31: bought on the last day of a cycle cost one day', () => {
    const story = hundred().does('2021-07-17T23:00:00.000Z', addOns([['0002', 30]]));
    expect(story.money(story.last).at(-1)).toBe('new 1.00 for 30, 2021-07-17 to 2021-07-17, 1/30 line-half-up');
  });

  it('are one set (R33): one that is refused stops all (E30), one that is left out ends', () => {
    const story = hundred().does(
      at,
      addOns([
        ['0002', 3],
        ['0003', 5],
      ]),
    );
    expect(
      story.no(
        later,
        addOns([
          ['0002', 4],
          ['0004', 1],
        ]),
      ),
    ).toBe('ADDON_PREREQUISITE_MISSING');
    story.does(later, addOns([['0002', 4]]));
    expect(typesOf(story.last)).toEqual(['AddOnQuantityChanged', 'AddOnEnded', 'ChargesPosted']);
    // 20 days of three seats at 1.00, ten of four; 20 days of five at 2.00.
    expect(story.money(story.last)).toEqual([
      'addQuantity -3.00 for 3, 2021-06-18 to 2021-07-17, 30/30 reversal',
      'addQuantity 2.00 for 3, 2021-06-18 to 2021-07-07, 20/30 line-half-up',
      'addQuantity 1.33 for 4, 2021-07-08 to 2021-07-17, 10/30 line-half-up',
      'removeQuantity -10.00 for 5, 2021-06-18 to 2021-07-17, 30/30 reversal',
      'removeQuantity 6.67 for 5, 2021-06-18 to 2021-07-07, 20/30 line-half-up',
    ]);
    expect(held(story)).toEqual(['0002 4 active']);
  });

  it('W40: may need a share of the base, when they are added and when they become fewer', () => {
    const base = office(at, { quantity: 400 });
    expect(base.no(at, addOns([['0003', 19]]))).toBe('QUANTITY_OUT_OF_RANGE');
    base.does(at, addOns([['0003', 20]]));
    expect(base.no(at, addOns([['0003', 19]]))).toBe('QUANTITY_OUT_OF_RANGE');
    expect(base.no(at, addOns([]))).toBeUndefined();
  });

  it('stay within the limits and plans that are sold (R35)', () => {
    expect(hundred().no(at, addOns([['0002', 101]]))).toBe('QUANTITY_OUT_OF_RANGE');
    expect(hundred().no(at, addOns([['0007', 1]]))).toBe('SKU_UNKNOWN');
    expect(hundred().no(at, addOns([['0001', 1]]))).toBe('ADDON_NOT_FOR_PARENT');
    expect(hundred().no(at, addOns([['0002', 1]], 'CLOUD'))).toBe('ADDON_NOT_FOR_PARENT');
    expect(hundred().no(at, addOns([['0001', 1]], 'ABROAD'))).toBe('COUNTRY_NOT_SUPPORTED');
  });

  it('are named once, and the set must differ from the current one', () => {
    const twice = addOns([
      ['0002', 1],
      ['0002', 2],
    ]);
    expect(hundred().no(at, twice)).toBe('VALIDATION_FAILED');
    expect(hundred().no(at, addOns([]))).toBe('NOTHING_CHANGES');
    const three = addOns([['0002', 3]]);
    expect(hundred().does(at, three).no(at, three)).toBe('NOTHING_CHANGES');
  });

  it('E30: need an active base (R31), a partner who may buy them (R34), and a kind that has them', () => {
    const one = addOns([['0002', 1]]);
    expect(hundred().does(at, suspend).no(at, one)).toBe('PARENT_NOT_ACTIVE');
    expect(hundred().no(at, one, reseller)).toBe('PARTNER_MODEL_NOT_ALLOWED');
    expect(office(at, { skuId: '0009', term: 'P1M' }).no(at, one)).toBe('TRIAL_LOCKED');
    expect(crm(at).no(at, one)).toBe('WRONG_COMMERCE_KIND');
    expect(metered(at).no(at, one)).toBe('WRONG_COMMERCE_KIND');
  });
});

describe('suspending add-ons', () => {
  const three = addOns([
    ['0002', 3],
    ['0003', 5],
  ]);

  it('E28: with a base includes its add-ons (R36); those suspended before stay suspended when it returns', () => {
    const story = hundred().does(at, three).does(at, suspendAddOn('0003'));
    expect(story.money(story.last)).toEqual(['suspend -10.00 for 5, 2021-06-18 to 2021-07-17, 30/30 reversal']);
    story.does(later, suspend);
    expect(typesOf(story.last)).toEqual(['SubscriptionSuspended', 'AddOnSuspended', 'ChargesPosted']);
    expect(story.money(story.last)).toEqual([
      'suspend -400.00 for 100, 2021-06-18 to 2021-07-17, 30/30 reversal',
      'suspend -3.00 for 3, 2021-06-18 to 2021-07-17, 30/30 reversal',
    ]);
    expect(held(story)).toEqual(['0002 3 suspended', '0003 5 suspended']);
    story.does('2021-07-18T00:00:00.000Z', reactivate);
    expect(story.money(story.last)).toEqual([
      'reactivate 400.00 for 100, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
      'reactivate 3.00 for 3, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
    ]);
    expect(held(story)).toEqual(['0002 3 active', '0003 5 suspended']);
  });

  it('E29: none of them is reactivated before its base', () => {
    const story = hundred().does(at, three).does(at, suspendAddOn('0002')).does(later, suspend);
    expect(story.no(later, reactivateAddOn('0002'))).toBe('PARENT_NOT_ACTIVE');
    story.does(later, reactivate).does(later, reactivateAddOn('0002'));
    expect(story.money(story.last)).toEqual(['reactivate 1.00 for 3, 2021-07-08 to 2021-07-17, 10/30 line-half-up']);
  });

  it('costs nothing while it lasts, whatever cycle begins', () => {
    const story = hundred().does(at, three).does(at, suspendAddOn('0003')).settled('2021-07-18T00:00:00.000Z');
    expect(story.money(story.last)).toEqual([
      'cycleCharge 400.00 for 100, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
      'cycleCharge 3.00 for 3, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
    ]);
  });

  it('prevents changes to its own seats, and to no others', () => {
    const story = hundred().does(at, three).does(at, suspendAddOn('0003'));
    for (const requested of [6, 4, 0])
      expect(story.no(later, addOns([['0002', 3], ...(requested > 0 ? [['0003', requested] as const] : [])]))).toBe(
        'SUBSCRIPTION_SUSPENDED',
      );
    story.does(
      later,
      addOns([
        ['0002', 4],
        ['0003', 5],
      ]),
    );
    expect(held(story)).toEqual(['0002 4 active', '0003 5 suspended']);
  });

  it('ends with the deletion at its own date, as for a base (R41, R42)', () => {
    const story = hundred().does(at, three).does(at, suspendAddOn('0003'));
    const date = '2021-09-16T09:00:00.000Z'; // 90 days
    expect(story.last[0]?.data).toMatchObject({ cause: 'command', autoExpiresAt: date });
    expect(story.state.addOns[1]?.suspension).toEqual({
      reason: 'nonPayment',
      suspendedAt: at,
      autoExpiresAt: date,
    });
    story.settled('2021-08-20T00:00:00.000Z');
    expect(nextDue(story.state)).toBe(date);
    expect(story.no('2021-09-16T08:59:59.999Z', reactivateAddOn('0003'))).toBeUndefined();
    expect(story.no(date, reactivateAddOn('0003'))).toBe('SUBSCRIPTION_DELETED');
    story.settled('2021-09-20T00:00:00.000Z');
    expect(story.last[0]).toEqual({
      type: 'AddOnEnded',
      data: { offerId: 'OFFICE', skuId: '0003', quantity: 0, cause: 'retentionElapsed', effectiveAt: date },
    });
    expect(held(story)).toEqual(['0002 3 active']);
    // It may be bought again, and then behaves like any other.
    story.does('2021-09-21T00:00:00.000Z', three).does('2021-09-21T00:00:00.000Z', suspendAddOn('0003'));
    expect(story.no('2021-09-21T00:00:00.000Z', reactivateAddOn('0003'))).toBeUndefined();
  });

  it('has a new date with each suspension, and none after a reactivation', () => {
    const story = hundred().does(at, three).does(at, suspendAddOn('0003')).does(later, reactivateAddOn('0003'));
    expect(story.state.addOns[1]).not.toHaveProperty('suspension');
    story.does(later, suspendAddOn('0003'));
    expect(story.state.addOns[1]?.suspension?.autoExpiresAt).toBe('2021-10-06T09:00:00.000Z');
  });

  it('continues while the base is suspended, and ends with the base', () => {
    const story = hundred().does(at, three).does(at, suspendAddOn('0003')).does(later, suspend);
    expect(story.state.addOns[0]?.suspension).toEqual({ reason: 'fraud', suspendedAt: later, autoExpiresAt: null });
    story.settled('2021-09-16T09:00:00.000Z');
    expect(held(story)).toEqual(['0002 3 suspended']);
    const both = hundred().does(later, three).does(later, suspend);
    expect(typesOf(both.settled('2021-12-01T00:00:00.000Z').last).at(-1)).toBe('SubscriptionDeleted');
    const first = hundred().does(later, suspend).settled('2021-10-06T09:00:00.000Z');
    expect(typesOf(first.last).at(-1)).toBe('SubscriptionDeleted');
  });

  it('recorded earlier, without a date, continues as it did', () => {
    const story = hundred().does(at, three);
    const { autoExpiresAt: _, ...old } = {
      offerId: 'OFFICE',
      skuId: '0003',
      reason: 'fraud',
      autoExpiresAt: at,
    } as const;
    story.reached = evolve(story.reached, {
      type: 'AddOnSuspended',
      data: { ...old, cause: 'command', effectiveAt: at },
    });
    story.settled('2022-02-20T00:00:00.000Z');
    expect(held(story)).toEqual(['0002 3 active', '0003 5 suspended']);
  });

  it('is refused where there is nothing to suspend, or to reactivate', () => {
    const story = hundred().does(at, three);
    expect(story.no(at, suspendAddOn('0004'))).toBe('ADDON_NOT_FOUND');
    expect(story.no(at, reactivateAddOn('0002'))).toBe('NOT_SUSPENDED');
    expect(story.does(at, suspendAddOn('0002')).no(at, suspendAddOn('0002'))).toBe('SUBSCRIPTION_SUSPENDED');
    expect(cloud(at).no(at, suspendAddOn('0002'))).toBe('WRONG_COMMERCE_KIND');
  });
});

describe('the add-ons of new commerce', () => {
  const two = addOns([['0002', 2]], 'CLOUD');

  it('increase at once, and decrease only with the base', () => {
    const story = cloud(at)
      .does(later, two)
      .does(later, addOns([['0002', 4]], 'CLOUD'));
    // Ten of 30 days at 2.50: 1.666… for two seats, 3.333… for four.
    expect(story.money(story.last)).toEqual([
      'addQuantity -1.66 for 2, 2021-07-08 to 2021-07-17, 10/30 line-down',
      'addQuantity 3.33 for 4, 2021-07-08 to 2021-07-17, 10/30 line-down',
    ]);
    expect(story.no(later, two)).toBe('MUST_BE_SCHEDULED');
    expect(story.no(later, addOns([], 'CLOUD'))).toBe('MUST_BE_SCHEDULED');
    expect(story.does(later, pause()).no(later, two)).toBe('PARENT_NOT_ACTIVE');
  });

  it('end with a base that does not renew', () => {
    const story = cloud(at).does(at, two).does(at, autoRenew(false)).settled('2022-06-18T00:00:00.000Z');
    expect(story.state).toMatchObject({ status: 'deleted', addOns: [] });
    expect(story.money(story.last).at(-1)).toBe('cycleCharge 5.00 for 2, 2022-05-18 to 2022-06-17, 31/31 whole-cycle');
  });

  it('drop a scheduled change where any mid-term change does (A5)', () => {
    const seed = cloud(at)
      .does(at, schedule({ quantity: 5 }))
      .does(at, two);
    expect(seed.state.scheduledChange).toEqual({ quantity: 5 });
    const docs = cloud(at, {}, { preset: 'docs-2022-03' })
      .does(at, schedule({ quantity: 5 }))
      .does(at, two);
    expect(docs.last.at(-1)).toMatchObject({ type: 'ScheduledChangeRemoved', data: { cause: 'addOnChange' } });
  });

  it('end with a base that is cancelled', () => {
    const story = cloud(at).does(at, two).does(at, cancel);
    expect(story.state).toMatchObject({ status: 'deleted', addOns: [] });
  });

  it('do not change the seats of the base', () => {
    const story = cloud(at).does(at, two).does(later, addSeats(1));
    expect(held(story)).toEqual(['0002 2 active']);
  });
});

describe('a legacy trial', () => {
  const trial = () => office(at, { skuId: '0009', quantity: 5, term: 'P1M' });

  it('is converted manually, to twelve months, or ends (D33)', () => {
    const story = trial().does('2021-07-01T09:00:00.000Z', convert());
    expect(story.money(story.last)).toEqual([
      'convert 0.00 for 5, 2021-07-01 to 2021-07-17, 17/30 line-half-up',
      'convert 20.00 for 5, 2021-07-01 to 2021-07-31, 31/31 whole-cycle',
    ]);
    expect(story.state).toMatchObject({ skuId: '0001', term: 'P1Y', termEnd: '2022-06-30', isTrial: false });
    expect(trial().settled('2021-07-18T00:00:00.000Z').last).toMatchObject([
      { type: 'SubscriptionDeleted', data: { cause: 'trialEnded' } },
    ]);
  });
});

it('a legacy upgrade ends the add-ons that the new SKU does not carry', () => {
  const story = hundred()
    .does(at, addOns([['0002', 3]]))
    .does(later, upgrade('PLUS', 100));
  expect(held(story)).toEqual([]);
});
