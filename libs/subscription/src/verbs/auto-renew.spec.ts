import { autoRenew, pause, schedule, suspend } from '../asks.testing.ts';
import { bought, rules } from '../subscription.testing.ts';

const at = '2021-06-18T09:00:00.000Z';
const when = '2021-06-20T10:00:00.000Z';
const end = '2021-07-18T00:00:00.000Z';

describe('auto-renew', () => {
  it('is on from the start (R74)', () => {
    expect(bought(at).settled(end).state).toMatchObject({ status: 'active', termStart: '2021-07-18' });
  });

  it('switched off lets the term end, without a charge', () => {
    const story = bought(at).does(when, autoRenew(false));
    expect(story.last).toEqual([{ type: 'AutoRenewDisabled', data: { cause: 'command', effectiveAt: when } }]);
    expect(story.settled(end).last).toEqual([
      { type: 'SubscriptionDeleted', data: { cause: 'termEnded', effectiveAt: end } },
    ]);
  });

  it('switched on again renews', () => {
    const story = bought(at).does(when, autoRenew(false)).does(when, autoRenew(true));
    expect(story.last).toEqual([{ type: 'AutoRenewEnabled', data: { effectiveAt: when } }]);
    expect(story.settled(end).state.status).toBe('active');
  });

  it('E38: switched off drops a scheduled change, and names it (A17)', () => {
    const story = bought(at)
      .does(at, schedule({ quantity: 5 }))
      .does(when, autoRenew(false));
    expect(story.last[1]).toEqual({
      type: 'ScheduledChangeRemoved',
      data: { cause: 'autoRenewOff', removed: { quantity: 5 }, effectiveAt: when },
    });
  });

  it('E20: switched off at the very instant of the renewal comes after it', () => {
    const story = bought(at).does(end, autoRenew(false));
    expect(story.state).toMatchObject({ status: 'active', autoRenew: false, termEnd: '2021-08-17' });
  });

  it('may be switched off in a trial, which then ends', () => {
    const trial = bought(at, { offerId: 'TRIAL' }).does(when, autoRenew(false));
    expect(trial.settled(end).last).toEqual([
      { type: 'SubscriptionDeleted', data: { cause: 'trialEnded', effectiveAt: end } },
    ]);
    const policies = rules('docs-2022-03');
    const later = bought(at, { offerId: 'TRIAL', quantity: 25 }, { policies }).does(when, autoRenew(false));
    expect(later.settled(end).state.status).toBe('expired');
  });
});

describe('setting auto-renew is refused', () => {
  it('where it is so already', () => {
    expect(bought(at).no(when, autoRenew(true))).toBe('NOTHING_CHANGES');
    expect(bought(at).does(when, autoRenew(false)).no(when, autoRenew(false))).toBe('NOTHING_CHANGES');
  });

  it('while paused or suspended (R76)', () => {
    expect(bought(at).does(when, pause()).no(when, autoRenew(true))).toBe('SUBSCRIPTION_PAUSED');
    expect(bought(at).does(when, suspend, 'support').no(when, autoRenew(true))).toBe('SUBSCRIPTION_SUSPENDED');
  });

  it('to an auditor', () => {
    expect(bought(at).no(when, autoRenew(false), 'auditor')).toBe('FORBIDDEN_ROLE');
  });
});
