import { autoRenew, pause, reactivate, resume, schedule, suspend, addSeats, upgrade } from '../asks.testing.ts';
import { bought, linesOf, meta, rules, typesOf } from '../subscription.testing.ts';
import type { Role } from '#policy';

const at = '2021-06-18T09:00:00.000Z';
const when = '2021-06-20T10:00:00.000Z';
const docs = { policies: rules('docs-2022-03') };

describe('pausing', () => {
  it('switches auto-renew off, drops the scheduled change and names it, and moves no money (R66, R70–R72)', () => {
    const story = bought(at)
      .does(at, schedule({ quantity: 5, term: 'P1Y' }))
      .does(when, pause());
    expect(story.last).toEqual([
      { type: 'SubscriptionPaused', data: { reason: 'nonPayment', comment: null, effectiveAt: when } },
      { type: 'AutoRenewDisabled', data: { cause: 'pause', effectiveAt: when } },
      {
        type: 'ScheduledChangeRemoved',
        data: { cause: 'pause', removed: { quantity: 5, term: 'P1Y' }, effectiveAt: when },
      },
    ]);
    expect(story.state).toMatchObject({ status: 'paused', autoRenew: false, scheduledChange: null });
  });

  it('keeps the reason and the comment of the request', () => {
    const story = bought(at).does(when, pause({ reason: 'fraud', comment: 'asked to' }));
    expect(story.last[0]?.data).toMatchObject({ reason: 'fraud', comment: 'asked to' });
  });

  it('does not switch off what is off already', () => {
    const story = bought(at).does(at, autoRenew(false)).does(when, pause());
    expect(typesOf(story.last)).toEqual(['SubscriptionPaused']);
  });

  it('continues the charges, cycle by cycle (R68)', () => {
    const story = bought(at, { term: 'P1Y' }).does(when, pause()).settled('2021-08-18T00:00:00.000Z');
    expect(story.money().slice(1)).toEqual([
      'cycleCharge 100.80 for 10, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
      'cycleCharge 100.80 for 10, 2021-08-18 to 2021-09-17, 31/31 whole-cycle',
    ]);
    expect(story.state.status).toBe('paused');
  });

  it('and resuming ten times leaves exactly the same charges as no pause at all', () => {
    const [often, never] = [bought(at, { term: 'P1Y' }), bought(at, { term: 'P1Y' })];
    for (const month of ['2021-07', '2021-08', '2021-09', '2021-10', '2021-11', '2021-12', '2022-01', '2022-02'])
      often.does(`${month}-10T12:00:00.000Z`, pause()).does(`${month}-25T12:00:00.000Z`, resume);
    often.does('2022-03-18T00:00:00.000Z', pause()).does('2022-03-18T00:00:00.000Z', resume);
    often.does('2022-04-17T23:59:59.999Z', pause()).does('2022-04-18T00:00:00.000Z', resume);
    often.settled('2022-06-17T23:59:59.999Z');
    never.settled('2022-06-17T23:59:59.999Z');
    expect(typesOf(often.events).filter((type) => type === 'SubscriptionPaused')).toHaveLength(10);
    expect(linesOf(often.events)).toEqual(linesOf(never.events));
    expect(linesOf(often.events)).toHaveLength(12);
  });

  it('E35: lets the term end, also after resuming, unless auto-renew is switched on again (A9)', () => {
    const end = '2021-07-18T00:00:00.000Z';
    expect(bought(at).does(when, pause()).settled(end).state.status).toBe('deleted');
    const resumed = () => bought(at).does(when, pause()).does('2021-06-21T10:00:00.000Z', resume);
    expect(resumed().settled(end).state.status).toBe('deleted');
    expect(resumed().does('2021-06-22T10:00:00.000Z', autoRenew(true)).settled(end).state).toMatchObject({
      status: 'active',
      termStart: '2021-07-18',
    });
  });
});

describe('pausing is refused', () => {
  it('twice, while suspended, and in a trial (A16)', () => {
    expect(bought(at).does(when, pause()).no(when, pause())).toBe('SUBSCRIPTION_PAUSED');
    expect(bought(at).does(when, suspend, 'support').no(when, pause())).toBe('SUBSCRIPTION_SUSPENDED');
    expect(bought(at, { offerId: 'TRIAL' }).no(when, pause())).toBe('TRIAL_LOCKED');
  });

  it('outside the preview (R73)', () => {
    const outside = { partner: { ...meta(at).partner, newCommercePreview: false } };
    expect(bought(at).no(when, pause(), outside)).toBe('PREVIEW_REQUIRED');
  });

  it.each(['auditor', 'billing-reader', 'support'] satisfies Role[])('to the role %s', (role) => {
    expect(bought(at).no(when, pause(), role)).toBe('FORBIDDEN_ROLE');
  });
});

describe('while paused', () => {
  const paused = () => bought(at).does(when, pause());

  it.each([
    ['add seats', addSeats(1), 'SUBSCRIPTION_PAUSED'],
    ['upgrade', upgrade('STANDARD', 10), 'SOURCE_NOT_ACTIVE'],
    ['schedule a change', schedule({ quantity: 5 }), 'SUBSCRIPTION_PAUSED'],
    ['switch auto-renew on', autoRenew(true), 'SUBSCRIPTION_PAUSED'],
  ] as const)('one cannot %s', (_, ask, code) => {
    expect(paused().no(when, ask)).toBe(code);
  });
});

describe('resuming', () => {
  it('restores access, and nothing else (R69, R70)', () => {
    const story = bought(at).does(when, pause()).does('2021-06-21T10:00:00.000Z', resume);
    expect(story.last).toEqual([{ type: 'SubscriptionResumed', data: { effectiveAt: '2021-06-21T10:00:00.000Z' } }]);
    expect(story.state).toMatchObject({ status: 'active', autoRenew: false, scheduledChange: null });
  });

  it('is refused for a subscription that is not paused', () => {
    expect(bought(at).no(when, resume)).toBe('NOT_PAUSED');
  });

  it('is refused for a subscription that support has suspended (A22)', () => {
    expect(bought(at).does(when, suspend, 'support').no(when, resume)).toBe('SUBSCRIPTION_SUSPENDED');
  });

  it('is too late at the very instant of the term’s end', () => {
    expect(bought(at).does(when, pause()).no('2021-07-18T00:00:00.000Z', resume)).toBe('SUBSCRIPTION_DELETED');
    expect(bought(at, {}, docs).does(when, pause()).no('2021-07-18T00:00:00.000Z', resume)).toBe('NOT_PAUSED');
  });
});

describe('suspending new commerce', () => {
  it('is only for support, with the effects of a pause (R45, A22)', () => {
    const story = bought(at)
      .does(at, schedule({ quantity: 5 }))
      .does(when, suspend, 'support');
    expect(story.last).toEqual([
      {
        type: 'SubscriptionSuspended',
        data: { reason: 'fraud', comment: null, autoExpiresAt: null, effectiveAt: when },
      },
      { type: 'AutoRenewDisabled', data: { cause: 'suspend', effectiveAt: when } },
      { type: 'ScheduledChangeRemoved', data: { cause: 'suspend', removed: { quantity: 5 }, effectiveAt: when } },
    ]);
    expect(story.state).toMatchObject({
      status: 'suspended',
      suspension: { reason: 'fraud', suspendedAt: when, autoExpiresAt: null },
    });
    expect(story.settled('2021-07-18T00:00:00.000Z').state.status).toBe('deleted');
  });

  it('continues the charges', () => {
    const story = bought(at, { term: 'P1Y' }).does(when, suspend, 'support').settled('2021-07-18T00:00:00.000Z');
    expect(story.money(story.last)).toEqual(['cycleCharge 100.80 for 10, 2021-07-18 to 2021-08-17, 31/31 whole-cycle']);
  });

  it('is not for partners, who are referred to pausing', () => {
    expect(bought(at).no(when, suspend)).toBe('USE_PAUSE_OR_SUPPORT');
    expect(bought(at).does(when, suspend, 'support').no(when, reactivate)).toBe('USE_PAUSE_OR_SUPPORT');
  });

  it('is refused in a trial, while paused, and twice', () => {
    expect(bought(at, { offerId: 'TRIAL' }).no(when, suspend, 'support')).toBe('TRIAL_LOCKED');
    expect(bought(at).does(when, pause()).no(when, suspend, 'support')).toBe('SUBSCRIPTION_PAUSED');
    expect(bought(at).does(when, suspend, 'support').no(when, suspend, 'support')).toBe('SUBSCRIPTION_SUSPENDED');
  });
});

describe('reactivating new commerce', () => {
  it('restores access, and nothing else', () => {
    const story = bought(at).does(when, suspend, 'support').does('2021-06-21T10:00:00.000Z', reactivate, 'support');
    expect(story.last).toEqual([
      { type: 'SubscriptionReactivated', data: { effectiveAt: '2021-06-21T10:00:00.000Z' } },
    ]);
    expect(story.state).toMatchObject({ status: 'active', suspension: null, autoRenew: false });
  });

  it('is refused for a subscription that is not suspended, or paused', () => {
    expect(bought(at).no(when, reactivate, 'support')).toBe('NOT_SUSPENDED');
    expect(bought(at).does(when, pause()).no(when, reactivate, 'support')).toBe('NOT_SUSPENDED');
  });
});
