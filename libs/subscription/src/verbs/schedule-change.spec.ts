import { adjust, autoRenew, pause, removeSchedule, rename, schedule } from '../asks.testing.ts';
import { bought, catalogue, offer, plan, rules, shelf } from '../subscription.testing.ts';

const at = '2021-06-18T09:00:00.000Z';
const when = '2021-06-20T10:00:00.000Z';
const docs = { policies: rules('docs-2022-03') };

describe('scheduling a change', () => {
  it('saves the change, and nothing changes yet (R84)', () => {
    const story = bought(at).does(when, schedule({ quantity: 5, term: 'P1Y' }));
    expect(story.last).toEqual([
      {
        type: 'ChangeScheduled',
        data: { change: { quantity: 5, term: 'P1Y' }, newSubscriptionId: null, effectiveAt: when },
      },
    ]);
    expect(story.state).toMatchObject({ quantity: 10, term: 'P1M', scheduledChange: { quantity: 5, term: 'P1Y' } });
  });

  it('again replaces the saved change, including dimensions that it leaves out (R84)', () => {
    const story = bought(at)
      .does(when, schedule({ quantity: 5, term: 'P1Y' }))
      .does(when, schedule({ billingCycle: 'annual', term: 'P1Y' }));
    expect(story.state.scheduledChange).toEqual({ billingCycle: 'annual', term: 'P1Y' });
  });

  it('survives a new name and a manual adjustment (A5)', () => {
    const story = bought(at)
      .does(when, schedule({ quantity: 5 }))
      .does(when, rename('Front desk'))
      .does(when, adjust('-1.00'));
    expect(story.state.scheduledChange).toEqual({ quantity: 5 });
  });

  it('names the subscription that a partial upgrade will open', () => {
    const story = bought(at).does(when, schedule({ offerId: 'STANDARD', upgradeQuantity: 4 }, 's-later'));
    expect(story.last[0]?.data).toMatchObject({ newSubscriptionId: 's-later' });
    const whole = bought(at).does(when, schedule({ offerId: 'STANDARD', upgradeQuantity: 10 }, 's-later'));
    expect(whole.last[0]?.data).toMatchObject({ newSubscriptionId: null });
  });

  it('may be a downgrade under the seed, and not under docs-2022-03 (R83)', () => {
    const down = schedule({ offerId: 'BASIC' });
    expect(bought(at, { offerId: 'STANDARD' }).no(when, down)).toBeUndefined();
    expect(bought(at, { offerId: 'STANDARD' }, docs).no(when, down)).toBe('UPGRADE_NOT_ELIGIBLE');
  });

  it('may be more seats under docs-2022-03, which the seed adds at once (R79)', () => {
    expect(bought(at).no(when, schedule({ quantity: 11 }))).toBe('QUANTITY_OUT_OF_RANGE');
    expect(bought(at, {}, docs).no(when, schedule({ quantity: 11 }))).toBeUndefined();
  });
});

describe('the scheduled change of a trial', () => {
  const trial = (setting = {}) => bought(at, { offerId: 'TRIAL', quantity: 25 }, setting);
  const end = '2021-07-18T00:00:00.000Z';

  it('is checked against the paid SKU, not against the trial', () => {
    const story = trial().does(when, schedule({ term: 'P1Y' }));
    expect(story.settled(end).state).toMatchObject({
      offerId: 'ENTERPRISE',
      term: 'P1Y',
      billingCycle: 'monthly',
      quantity: 25,
    });
    expect(trial().no(when, schedule({ term: 'P1M', billingCycle: 'monthly' }))).toBe('NOTHING_CHANGES');
  });

  it('leaves omitted fields to the preset: P1Y under docs-2022-03', () => {
    expect(trial(docs).no(when, schedule({ term: 'P1Y' }))).toBe('NOTHING_CHANGES');
    const story = trial(docs)
      .does(when, schedule({ billingCycle: 'annual' }))
      .settled(end);
    expect(story.money(story.last)).toEqual(['renew 15783.00 for 25, 2021-07-18 to 2022-07-17, 365/365 whole-cycle']);
  });

  it('may have fewer seats than a conversion by command needs (D33)', () => {
    const story = trial(docs)
      .does(when, schedule({ quantity: 3 }))
      .settled(end);
    expect(story.money(story.last)).toEqual(['renew 157.83 for 3, 2021-07-18 to 2021-08-17, 31/31 whole-cycle']);
  });

  it('may name a better SKU, and no unrelated one', () => {
    expect(
      trial()
        .does(when, schedule({ offerId: 'PREMIUM' }))
        .settled(end).state.offerId,
    ).toBe('PREMIUM');
    expect(trial().no(when, schedule({ offerId: 'BASIC' }))).toBe('UPGRADE_NOT_ELIGIBLE');
  });

  it('moves no seats elsewhere', () => {
    expect(trial().no(when, schedule({ offerId: 'PREMIUM', upgradeQuantity: 5 }))).toBe('TRIAL_LOCKED');
    expect(trial().no(when, schedule({ offerId: 'PREMIUM', target: { subscriptionId: 's2' } }))).toBe('TRIAL_LOCKED');
  });

  it("E49: that cannot be applied at the trial's end is flagged, and the trial converts without it", () => {
    const small = { ...shelf[3], skus: shelf[3]?.skus.map((sku) => ({ ...sku, minSeats: 10 })) };
    const later = catalogue('2021-07', '2021-07-01T00:00:00Z', [small, ...shelf.filter((_, i) => i !== 3)]);
    const first = catalogue('2021-01', '2021-01-01T00:00:00Z', shelf);
    const story = trial({ catalogues: [first, later] })
      .does(when, schedule({ quantity: 3 }))
      .settled(end);
    expect(story.last[0]).toEqual({
      type: 'ScheduledChangeFailed',
      data: { code: 'QUANTITY_OUT_OF_RANGE', change: { quantity: 3 }, effectiveAt: end },
    });
    expect(story.state).toMatchObject({
      isTrial: false,
      quantity: 25,
      scheduledChangeFailed: { at: end, code: 'QUANTITY_OUT_OF_RANGE' },
    });
  });
});

describe('scheduling a change is refused', () => {
  it('E38: with auto-renew off (R82)', () => {
    expect(
      bought(at)
        .does(when, autoRenew(false))
        .no(when, schedule({ quantity: 5 })),
    ).toBe('AUTO_RENEW_OFF');
  });

  it('while paused (R81)', () => {
    expect(
      bought(at)
        .does(when, pause())
        .no(when, schedule({ quantity: 5 })),
    ).toBe('SUBSCRIPTION_PAUSED');
  });

  it('where it changes nothing', () => {
    expect(bought(at).no(when, schedule({}))).toBe('NOTHING_CHANGES');
    expect(bought(at).no(when, schedule({ quantity: 10, offerId: 'BASIC', term: 'P1M' }))).toBe('NOTHING_CHANGES');
  });

  it('E50: for a reduction to 0 seats: switch auto-renew off', () => {
    expect(bought(at).no(when, schedule({ quantity: 0 }))).toBe('QUANTITY_OUT_OF_RANGE');
  });

  it('E49: for fewer seats than the SKU’s minimum, or more than its maximum', () => {
    const offers = [
      offer('FROM5', [{ minSeats: 5, upgradeTargets: ['TO8/0001'], plans: [plan('P1M', 'monthly', '1.00')] }]),
      offer('TO8', [{ maxSeats: 8, plans: [plan('P1M', 'monthly', '2.00')] }]),
    ];
    const catalogues = [catalogue('one', '2021-01-01T00:00:00Z', offers)];
    const story = bought(at, { offerId: 'FROM5' }, { catalogues });
    expect(story.no(when, schedule({ quantity: 4 }))).toBe('QUANTITY_OUT_OF_RANGE');
    expect(story.no(when, schedule({ offerId: 'TO8' }))).toBe('QUANTITY_OUT_OF_RANGE');
    expect(story.no(when, schedule({ offerId: 'TO8', quantity: 8 }))).toBeUndefined();
    expect(story.no(when, schedule({ offerId: 'TO8', upgradeQuantity: 6 }))).toBe('QUANTITY_OUT_OF_RANGE');
    expect(story.no(when, schedule({ offerId: 'TO8', upgradeQuantity: 5 }))).toBeUndefined();
  });

  it('for a SKU that the current one does not lead to (R83)', () => {
    expect(bought(at).no(when, schedule({ offerId: 'ENTERPRISE' }))).toBe('UPGRADE_NOT_ELIGIBLE');
    expect(bought(at).no(when, schedule({ offerId: 'NONE' }))).toBe('OFFER_UNKNOWN');
  });

  it('for a plan that is not sold', () => {
    expect(bought(at).no(when, schedule({ billingCycle: 'annual' }))).toBe('PLAN_NOT_OFFERED');
  });

  it('for a partial upgrade to the same SKU, down, of too many seats, or into itself', () => {
    expect(bought(at).no(when, schedule({ quantity: 9, upgradeQuantity: 4 }))).toBe('UPGRADE_NOT_ELIGIBLE');
    expect(bought(at, { offerId: 'STANDARD' }).no(when, schedule({ offerId: 'BASIC', upgradeQuantity: 4 }))).toBe(
      'UPGRADE_NOT_ELIGIBLE',
    );
    expect(bought(at).no(when, schedule({ offerId: 'STANDARD', upgradeQuantity: 11 }))).toBe('QUANTITY_EXCEEDS_SOURCE');
    expect(bought(at).no(when, schedule({ offerId: 'STANDARD', target: { subscriptionId: 's1' } }))).toBe(
      'TARGET_IS_SOURCE',
    );
  });

  it('where the seats that stay could not have the new term', () => {
    const offers = [
      offer('SHORT', [{ upgradeTargets: ['LONG/0001'], plans: [plan('P1M', 'monthly', '1.00')] }]),
      offer('LONG', [{ plans: [plan('P1M', 'monthly', '2.00'), plan('P1Y', 'monthly', '2.00')] }]),
    ];
    const catalogues = [catalogue('one', '2021-01-01T00:00:00Z', offers)];
    const story = bought(at, { offerId: 'SHORT' }, { catalogues });
    expect(story.no(when, schedule({ offerId: 'LONG', upgradeQuantity: 4, term: 'P1Y' }))).toBe('PLAN_NOT_OFFERED');
    expect(story.no(when, schedule({ offerId: 'LONG', upgradeQuantity: 4 }))).toBeUndefined();
    expect(story.no(when, schedule({ offerId: 'LONG', term: 'P1Y' }))).toBeUndefined();
  });

  it('to support and to an auditor', () => {
    expect(bought(at).no(when, schedule({ quantity: 5 }), 'support')).toBe('FORBIDDEN_ROLE');
    expect(bought(at).no(when, schedule({ quantity: 5 }), 'auditor')).toBe('FORBIDDEN_ROLE');
  });
});

describe('removing a scheduled change', () => {
  it('deletes it, and returns it (R85)', () => {
    const story = bought(at)
      .does(when, schedule({ quantity: 5 }))
      .does(when, removeSchedule);
    expect(story.last).toEqual([
      { type: 'ScheduledChangeRemoved', data: { cause: 'command', removed: { quantity: 5 }, effectiveAt: when } },
    ]);
    expect(story.state.scheduledChange).toBeNull();
  });

  it('is refused if there is no such change', () => {
    expect(bought(at).no(when, removeSchedule)).toBe('NO_SCHEDULED_CHANGE');
    expect(
      bought(at)
        .does(when, schedule({ quantity: 5 }))
        .no('2021-07-18T00:00:00.000Z', removeSchedule),
    ).toBe('NO_SCHEDULED_CHANGE');
  });
});
