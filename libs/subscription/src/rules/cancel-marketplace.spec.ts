import { autoRenew, cancel, suspend } from '../asks.testing.ts';
import { activate, crm, office } from '../kinds.testing.ts';
import { refundOptions } from './refund-options.ts';
import { allowedActions } from '../allowed-actions.ts';
import { meta, typesOf, type Story } from '../subscription.testing.ts';

const at = '2021-06-18T09:00:00.000Z';
const monthly = (shop?: Parameters<typeof crm>[2]) => crm(at, { term: 'P1Y' }, shop);
const annual = (shop?: Parameters<typeof crm>[2]) => crm(at, { term: 'P1Y', billingCycle: 'annual' }, shop);
const trial = (shop?: Parameters<typeof crm>[2]) =>
  crm(at, { skuId: '0002', term: 'P1Y', billingCycle: 'annual' }, shop);

const cancelled = (story: Story, when: string) => typesOf(story.does(when, cancel).last).at(-1);
const listed = (story: Story, when: string) => allowedActions(story.state, meta(when), story.context);
const options = (story: Story, when: string) => refundOptions(story.state, meta(when), story.context);

describe('cancelling a marketplace subscription (R46)', () => {
  it('E6: billed monthly, less than 24 hours after the order: all money back (R47, R48)', () => {
    const story = monthly().does('2021-06-19T08:59:59.999Z', cancel);
    expect(typesOf(story.last)).toEqual(['SubscriptionCancelled', 'ChargesPosted']);
    expect(story.money(story.last)).toEqual([
      'cancelImmediate -100.00 for 10, 2021-06-18 to 2021-07-17, 30/30 reversal',
    ]);
    expect(story.state).toMatchObject({ status: 'deleted', autoRenew: false });
  });

  it('E6: at exactly 24 hours it is too late: it ends with the term (R49)', () => {
    const story = monthly().does('2021-06-19T09:00:00.000Z', cancel);
    expect(story.last).toEqual([
      {
        type: 'CancellationScheduled',
        data: {
          reason: 'customerRequest',
          comment: null,
          endsWith: '2022-06-17',
          effectiveAt: '2021-06-19T09:00:00.000Z',
        },
      },
    ]);
    expect(story.state).toMatchObject({ status: 'active', autoRenew: false, cancelAtRenewal: true });
    story.settled('2022-06-18T00:00:00.000Z');
    expect(story.last.at(-1)).toMatchObject({ type: 'SubscriptionDeleted', data: { cause: 'termEnded' } });
    expect(story.money()).toHaveLength(12);
  });

  it('E7: billed annually, 14 days (R50, R51); the billing frequency counts, not the term (A6)', () => {
    expect(cancelled(annual(), '2021-07-02T08:59:59.999Z')).toBe('ChargesPosted');
    expect(cancelled(annual(), '2021-07-02T09:00:00.000Z')).toBe('CancellationScheduled');
    const byTerm = { override: { 'isv.cancel.keyedOn': 'term' } } as const;
    expect(cancelled(monthly(byTerm), '2021-07-02T08:59:59.999Z')).toBe('ChargesPosted');
  });

  it('is 72 hours for both under docs-2022-03, from the order, not from the activation', () => {
    const docs = { preset: 'docs-2022-03' } as const;
    for (const story of [monthly(docs), annual(docs)]) {
      story.does('2021-06-20T09:00:00.000Z', activate);
      expect(listed(story, '2021-06-21T08:59:59.999Z')).toContain('cancel');
      expect(listed(story, '2021-06-21T09:00:00.000Z')).toContain('cancel-at-renewal');
    }
  });

  it('counts from the start where the preset says so (A21)', () => {
    const shop = { preset: 'docs-2022-03', override: { 'isv.cancel.anchor': 'effectiveStart' } } as const;
    const story = monthly(shop).does('2021-06-20T09:00:00.000Z', activate);
    expect(listed(story, '2021-06-23T08:59:59.999Z')).toContain('cancel');
    expect(listed(story, '2021-06-23T09:00:00.000Z')).not.toContain('cancel');
  });

  it('is revoked by switching auto-renew on, before the term ends (A3)', () => {
    const story = monthly().does('2021-08-01T09:00:00.000Z', cancel).does('2021-09-01T09:00:00.000Z', autoRenew(true));
    expect(typesOf(story.last)).toEqual([
      'ChargeCycleStarted',
      'ChargesPosted',
      'CancellationRevoked',
      'AutoRenewEnabled',
    ]);
    expect(story.state).toMatchObject({ autoRenew: true, cancelAtRenewal: false });
    expect(story.settled('2022-06-18T00:00:00.000Z').money(story.last).at(-1)).toBe(
      'renew 100.00 for 10, 2022-06-18 to 2022-07-17, 30/30 whole-cycle',
    );
  });

  it('has no effect a second time; but it may be scheduled where auto-renew was off before', () => {
    const late = '2021-08-01T09:00:00.000Z';
    expect(monthly().does(late, cancel).no(late, cancel)).toBe('NOTHING_CHANGES');
    expect(cancelled(monthly().does(at, autoRenew(false)), late)).toBe('CancellationScheduled');
  });

  it('shows what is possible: immediately until the window closes, at renewal after it (R52)', () => {
    const story = annual();
    expect(listed(story, '2021-07-02T08:59:59.999Z')).toContain('cancel');
    expect(options(story, '2021-07-02T08:59:59.999Z')).toEqual([
      { type: 'full', expiresAt: '2021-07-02T09:00:00.000Z' },
    ]);
    expect(listed(story, '2021-07-02T09:00:00.000Z')).toContain('cancel-at-renewal');
    expect(listed(story, '2021-07-02T09:00:00.000Z')).not.toContain('cancel');
    expect(options(story, '2021-07-02T09:00:00.000Z')).toEqual([]);
  });

  it('is refused for subscriptions that are not active', () => {
    const story = monthly().does(at, suspend);
    expect(story.no(at, cancel)).toBe('SUBSCRIPTION_SUSPENDED');
  });

  it('ends a pending subscription at any time, without a charge', () => {
    const story = monthly({ preset: 'docs-2022-03' });
    expect(options(story, at)).toEqual([]);
    expect(listed(story, '2022-06-18T09:00:00.000Z')).toContain('cancel');
    story.does('2022-06-18T09:00:00.000Z', cancel);
    expect(typesOf(story.last)).toEqual(['SubscriptionCancelled']);
    expect(story.state.status).toBe('deleted');
  });
});

describe('a marketplace trial', () => {
  it('is cancelled at any time, free of charge (A14, D13)', () => {
    const story = trial().does('2021-07-17T23:59:59.999Z', cancel);
    expect(story.state.status).toBe('deleted');
    expect(story.money()).toEqual([
      'new 0.00 for 10, 2021-06-18 to 2021-07-17, 30/30 whole-cycle',
      'cancelImmediate 0.00 for 10, 2021-06-18 to 2021-07-17, 30/30 reversal',
    ]);
  });

  it('E26, E54: becomes paid at the instant of its end; the windows closed long before', () => {
    const story = trial().does('2021-07-18T00:00:00.000Z', cancel);
    expect(typesOf(story.last)).toEqual(['TrialConverted', 'ChargesPosted', 'CancellationScheduled']);
    expect(story.money(story.last)).toEqual(['renew 200.00 for 10, 2021-07-18 to 2022-07-17, 365/365 whole-cycle']);
    expect(story.state).toMatchObject({ isTrial: false, cancelAtRenewal: true, termEnd: '2022-07-17' });
  });

  it('reopens the window where the preset says so', () => {
    const story = trial({ override: { 'isv.cancel.trialRestartsWindow': true } });
    story.settled('2021-07-18T00:00:00.000Z').does('2021-07-31T23:59:59.999Z', cancel);
    expect(story.money(story.last)).toEqual([
      'cancelImmediate 0.00 for 10, 2021-06-18 to 2021-07-17, 30/30 reversal',
      'cancelImmediate -200.00 for 10, 2021-07-18 to 2022-07-17, 365/365 reversal',
    ]);
  });

  it('converts to its own plan also where new-commerce trials become yearly (R29)', () => {
    const shop = { preset: 'docs-2022-03', override: { 'isv.activation': 'atPurchase' } } as const;
    const story = crm(at, { skuId: '0002' }, shop).settled('2021-07-18T00:00:00.000Z');
    expect(story.state).toMatchObject({ isTrial: false, term: 'P1M', billingCycle: 'monthly', termEnd: '2021-08-17' });
  });

  it('whose auto-renew is off ends with its last day', () => {
    const story = trial().does(at, autoRenew(false)).settled('2021-07-18T00:00:00.000Z');
    expect(story.last).toMatchObject([{ type: 'SubscriptionDeleted', data: { cause: 'trialEnded' } }]);
  });
});

it('a legacy subscription is not cancelled, but may be suspended instead (A24)', () => {
  const no = office(at).refusal(at, cancel);
  expect(no?.refused).toBe('WRONG_COMMERCE_KIND');
  expect(no?.facts?.['allowedActions']).toContain('suspend');
});
