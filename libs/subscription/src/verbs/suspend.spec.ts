import { addSeats, pause, reactivate, removeSeats, suspend, upgrade } from '../asks.testing.ts';
import { crm, metered, office } from '../kinds.testing.ts';
import { bought, typesOf } from '../subscription.testing.ts';

const at = '2018-01-13T09:00:00.000Z';

describe('suspending a legacy subscription', () => {
  it('shows its deletion date (R42), and refunds the whole running cycle in the first 30 days (W28a)', () => {
    const story = office(at).does('2018-02-01T10:00:00.000Z', suspend);
    expect(typesOf(story.last)).toEqual(['SubscriptionSuspended', 'ChargesPosted']);
    expect(story.money(story.last)).toEqual(['suspend -4.00 for 1, 2018-01-13 to 2018-02-12, 31/31 reversal']);
    expect(story.state).toMatchObject({
      status: 'suspended',
      autoRenew: true,
      suspension: {
        reason: 'fraud',
        suspendedAt: '2018-02-01T10:00:00.000Z',
        autoExpiresAt: '2018-05-02T10:00:00.000Z',
      },
    });
  });

  it('counts the 30 days to the millisecond, including the last one (A8)', () => {
    const last = office(at).does('2018-02-12T09:00:00.000Z', suspend);
    expect(last.money(last.last)).toEqual(['suspend -4.00 for 1, 2018-01-13 to 2018-02-12, 31/31 reversal']);
    // One of 31 days at 4.00: 0.129…
    const later = office(at).does('2018-02-12T09:00:00.001Z', suspend);
    expect(later.money(later.last)).toEqual(['suspend -0.13 for 1, 2018-02-12 to 2018-02-12, 1/31 line-half-up']);
  });

  it('refunds the unused days later: half up by the month, by the rounded day for a year (W31)', () => {
    const monthly = office(at).does('2018-03-01T10:00:00.000Z', suspend);
    // 12 of 28 days at 4.00: 1.714…
    expect(monthly.money(monthly.last).at(-1)).toBe(
      'suspend -1.71 for 1, 2018-03-01 to 2018-03-12, 12/28 line-half-up',
    );
    const yearly = office(at, { billingCycle: 'annual' }).does('2018-03-01T10:00:00.000Z', suspend);
    expect(yearly.money(yearly.last)).toEqual(['suspend -41.34 for 1, 2018-03-01 to 2019-01-12, 318/365 daily']);
  });

  it('refunds all seat changes of the cycle, down to zero', () => {
    const story = office(at, { quantity: 3 })
      .does('2018-01-20T10:00:00.000Z', addSeats(2))
      .does('2018-01-25T10:00:00.000Z', removeSeats(1))
      .does('2018-02-01T10:00:00.000Z', suspend);
    expect(
      story
        .money()
        .map((line) => Number(line.split(' ')[1]))
        .reduce((sum, amount) => sum + amount, 0),
    ).toBeCloseTo(0, 10);
  });

  it('prevents other changes, and a second suspension', () => {
    const story = office(at).does('2018-02-01T10:00:00.000Z', suspend);
    const later = '2018-02-02T10:00:00.000Z';
    expect(story.no(later, addSeats(1))).toBe('SUBSCRIPTION_SUSPENDED');
    expect(story.no(later, removeSeats(1))).toBe('SUBSCRIPTION_SUSPENDED');
    expect(story.no(later, upgrade('PLUS', 1))).toBe('SUBSCRIPTION_SUSPENDED');
    expect(story.no(later, suspend)).toBe('SUBSCRIPTION_SUSPENDED');
  });

  it('lets the term roll over without a charge; the data is deleted at its date (R42)', () => {
    const story = office('2017-12-20T09:00:00.000Z', { term: 'P1M' })
      .does('2018-01-02T10:00:00.000Z', suspend)
      .settled('2018-04-02T09:59:59.999Z');
    expect(typesOf(story.last)).toEqual(['SubscriptionRenewed', 'SubscriptionRenewed', 'SubscriptionRenewed']);
    expect(story.state).toMatchObject({ status: 'suspended', termStart: '2018-03-20' });
    story.settled('2018-04-02T10:00:00.000Z');
    expect(story.state).toMatchObject({ status: 'deleted', suspension: null, autoRenew: false });
    expect(story.last).toEqual([
      {
        type: 'SubscriptionDeleted',
        data: { cause: 'retentionElapsed', effectiveAt: '2018-04-02T10:00:00.000Z' },
      },
    ]);
  });
});

describe('the time for which the data of a suspended subscription is kept (R41)', () => {
  const expires = (accountOpenedAt: string, firstBilledOn?: string) => {
    const customer = { accountOpenedAt, ...(firstBilledOn === undefined ? {} : { firstBilledOn }) };
    const story = office('2021-09-01T12:00:00.000Z', {}, { customer }).does('2021-10-01T00:00:00.000Z', suspend);
    return story.state.suspension?.autoExpiresAt;
  };

  it('E32, E33: is 90 days, plus those between the account and the first bill, 120 at most', () => {
    expect(expires('2021-09-01T00:00:00.000Z')).toBe('2021-12-30T00:00:00.000Z');
    expect(expires('2021-08-22T23:59:59.999Z')).toBe('2022-01-09T00:00:00.000Z'); // 100 days
    expect(expires('2021-07-18T00:00:00.000Z')).toBe('2022-01-29T00:00:00.000Z'); // 45 days between: 120
  });

  it('depends on the first subscription of the customer, not on this one', () => {
    expect(expires('2021-03-01T00:00:00.000Z', '2021-03-06')).toBe('2022-01-04T00:00:00.000Z'); // 95 days
    expect(expires('2021-03-07T00:00:00.000Z', '2021-03-06')).toBe('2021-12-30T00:00:00.000Z');
  });

  it('is 90 days under docs-2022-03, whatever the age of the account', () => {
    const customer = { accountOpenedAt: '2021-01-01T00:00:00.000Z' };
    const story = office('2021-09-01T12:00:00.000Z', {}, { preset: 'docs-2022-03', customer });
    story.does('2021-10-01T00:00:00.000Z', suspend);
    expect(story.state.suspension?.autoExpiresAt).toBe('2021-12-30T00:00:00.000Z');
  });

  it('E34: begins again with each suspension', () => {
    const story = office(at)
      .does('2018-02-01T10:00:00.000Z', suspend)
      .does('2018-02-03T10:00:00.000Z', reactivate)
      .does('2018-02-05T10:00:00.000Z', suspend);
    expect(story.state.suspension?.autoExpiresAt).toBe('2018-05-06T10:00:00.000Z');
  });
});

describe('reactivating', () => {
  it('charges from its day to the end of the running cycle (W31)', () => {
    const story = office(at, { billingCycle: 'annual' })
      .does('2018-02-20T10:00:00.000Z', suspend)
      .does('2018-03-01T10:00:00.000Z', reactivate);
    expect(story.money(story.last)).toEqual(['reactivate 41.34 for 1, 2018-03-01 to 2019-01-12, 318/365 daily']);
    expect(story.state).toMatchObject({ status: 'active', suspension: null });
  });

  it("charges a whole cycle on a cycle's first day", () => {
    const story = office(at).does('2018-02-01T10:00:00.000Z', suspend).does('2018-02-13T00:00:00.000Z', reactivate);
    expect(story.money(story.last)).toEqual(['reactivate 4.00 for 1, 2018-02-13 to 2018-03-12, 28/28 whole-cycle']);
    expect(story.settled('2018-03-13T00:00:00.000Z').money(story.last)).toEqual([
      'cycleCharge 4.00 for 1, 2018-03-13 to 2018-04-12, 31/31 whole-cycle',
    ]);
  });

  it('E33: is possible until the instant of the deletion, excluding it', () => {
    const story = office('2021-09-01T12:00:00.000Z').does('2021-10-01T00:00:00.000Z', suspend);
    expect(story.no('2021-12-29T23:59:59.999Z', reactivate)).toBeUndefined();
    expect(story.no('2021-12-30T00:00:00.000Z', reactivate)).toBe('SUBSCRIPTION_DELETED');
  });

  it('and suspending again on the same day leaves the result of the first suspension', () => {
    const story = office(at)
      .does('2018-03-01T10:00:00.000Z', suspend)
      .does('2018-03-01T11:00:00.000Z', reactivate)
      .does('2018-03-01T12:00:00.000Z', suspend);
    expect(story.money().slice(2)).toEqual([
      'suspend -1.71 for 1, 2018-03-01 to 2018-03-12, 12/28 line-half-up',
      'reactivate 1.71 for 1, 2018-03-01 to 2018-03-12, 12/28 line-half-up',
      'suspend -1.71 for 1, 2018-03-01 to 2018-03-12, 12/28 line-half-up',
    ]);
  });

  it('needs a suspension', () => {
    expect(office(at).no(at, reactivate)).toBe('NOT_SUSPENDED');
  });
});

describe('the suspension', () => {
  it('of marketplace follows legacy under the seed, and is only for its publisher later (A23)', () => {
    const story = crm(at).does('2018-01-20T10:00:00.000Z', suspend);
    expect(story.money(story.last)).toEqual(['suspend -100.00 for 10, 2018-01-13 to 2018-02-12, 31/31 reversal']);
    const docs = crm(at, {}, { preset: 'docs-2022-03', override: { 'isv.activation': 'atPurchase' } });
    expect(docs.no(at, suspend)).toBe('WRONG_COMMERCE_KIND');
    expect(docs.no(at, reactivate)).toBe('WRONG_COMMERCE_KIND');
  });

  it('of a metered service is not possible; and only new commerce is paused', () => {
    expect(metered(at).no(at, suspend)).toBe('WRONG_COMMERCE_KIND');
    for (const story of [office(at), crm(at), metered(at)]) expect(story.no(at, pause())).toBe('WRONG_COMMERCE_KIND');
  });

  it('of new commerce is for support: charges continue, auto-renew goes off, and only support lifts it (A22)', () => {
    const story = bought('2021-06-18T09:00:00.000Z', { term: 'P1Y' });
    expect(story.no('2021-06-20T10:00:00.000Z', suspend)).toBe('USE_PAUSE_OR_SUPPORT');
    story.does('2021-06-20T10:00:00.000Z', suspend, 'support');
    expect(typesOf(story.last)).toEqual(['SubscriptionSuspended', 'AutoRenewDisabled']);
    expect(story.state.suspension?.autoExpiresAt).toBeNull();
    expect(story.no('2021-06-20T10:00:00.000Z', reactivate)).toBe('USE_PAUSE_OR_SUPPORT');
    story.settled('2021-07-18T00:00:00.000Z');
    expect(story.money(story.last)).toEqual(['cycleCharge 100.80 for 10, 2021-07-18 to 2021-08-17, 31/31 whole-cycle']);
    story.does('2021-07-19T10:00:00.000Z', reactivate, 'support');
    expect(story.last.map(({ type }) => type)).toEqual(['SubscriptionReactivated']);
    expect(story.state).toMatchObject({ status: 'active', autoRenew: false });
  });
});
