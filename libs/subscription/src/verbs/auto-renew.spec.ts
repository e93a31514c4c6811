import { addSeats, autoRenew, pause, resume, schedule, suspend } from '../asks.testing.ts';
import { allowedActions } from '../allowed-actions.ts';
import { bought, meta, rules } from '../subscription.testing.ts';

const at = '2021-06-18T09:00:00.000Z';
const when = '2021-06-20T10:00:00.000Z';
const end = '2021-07-18T00:00:00.000Z';

describe('auto-renew', () => {
  it('is on from the start (R74)', () => {
    expect(bought(at).settled(end).state).toMatchObject({ status: 'active', termStart: '2021-07-18' });
  });

  it('lets the term end without a charge when it is switched off', () => {
    const story = bought(at).does(when, autoRenew(false));
    expect(story.last).toEqual([{ type: 'AutoRenewDisabled', data: { cause: 'command', effectiveAt: when } }]);
    expect(story.settled(end).last).toEqual([
      { type: 'SubscriptionDeleted', data: { cause: 'termEnded', effectiveAt: end } },
    ]);
  });

  it('renews when it is switched on again', () => {
    const story = bought(at).does(when, autoRenew(false)).does(when, autoRenew(true));
    expect(story.last).toEqual([{ type: 'AutoRenewEnabled', data: { effectiveAt: when } }]);
    expect(story.settled(end).state.status).toBe('active');
  });

  it('E38: drops a scheduled change when it is switched off, and names it (A17)', () => {
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

describe('stopping a subscription', () => {
  const limited = { policies: rules('docs-2022-03', { 'nce.updates.max': 1 }) };
  const full = () => bought(at, { term: 'P1Y' }, limited).does(when, addSeats(1));

  it('is possible however often it was updated; switching on counts against the limit', () => {
    expect(full().no(when, addSeats(1))).toBe('TOO_MANY_UPDATES');
    expect(full().no(when, pause())).toBeUndefined();
    const off = full().does(when, autoRenew(false));
    expect(off.no(when, autoRenew(true))).toBe('TOO_MANY_UPDATES');
    expect(allowedActions(full().state, meta(when), full().context)).toEqual(
      expect.arrayContaining(['auto-renew', 'pause']),
    );
  });

  it('is not counted', () => {
    const story = bought(at, { term: 'P1Y' }, limited).does(when, autoRenew(false)).does(when, autoRenew(true));
    expect(story.no(when, autoRenew(false))).toBeUndefined();
    const paused = bought(at, { term: 'P1Y' }, limited).does(when, pause()).does(when, resume);
    expect(paused.no(when, pause())).toBeUndefined();
    expect(paused.no(when, addSeats(1))).toBe('TOO_MANY_UPDATES'); // resuming is an update
  });

  it('records nothing once the term is over', () => {
    const story = bought(at, {}, limited).does(when, pause()).settled(end);
    expect(story.state.status).toBe('disabled');
    expect(story.asked(end, autoRenew(false))).toEqual([]);
    expect(story.no(end, autoRenew(true))).toBe('NOT_ACTIVE');
    expect(bought(at, {}, limited).does(when, autoRenew(false)).settled(end).asked(end, autoRenew(false))).toEqual([]);
  });
});

describe('setting auto-renew is refused', () => {
  it('where it would change nothing', () => {
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
