import type { RefusalCode, Role } from '#kernel';
import fc from 'fast-check';
import { allowedActions } from './allowed-actions.ts';
import {
  addSeats,
  adjust,
  autoRenew,
  cancel,
  changePlan,
  convert,
  pause,
  reactivate,
  removeSchedule,
  removeSeats,
  rename,
  resume,
  schedule,
  suspend,
  upgrade,
} from './asks.testing.ts';
import { life, live } from './lives.testing.ts';
import { settle } from './settle.ts';
import { bought, meta, rules, type Ask, type Story } from './subscription.testing.ts';

const at = '2021-06-18T09:00:00.000Z';
const docs = { policies: rules('docs-2022-03') };
const listed = (story: Story, when: string, role: Role = 'global-admin') =>
  allowedActions(settle(story.state, when, story.surroundings).state, meta(when, role), story.surroundings);

describe('allowed actions', () => {
  it('of an active subscription under the seed', () => {
    expect(listed(bought(at), at).toSorted()).toEqual([
      'add-ons',
      'add-seats',
      'adjustments',
      'auto-renew',
      'cancel',
      'pause',
      'rename',
      'scheduled-change',
      'upgrade',
    ]);
  });

  it('of the same under docs-2022-03: seats may go and the plan may change', () => {
    expect(listed(bought(at, {}, docs), at)).toEqual(expect.arrayContaining(['remove-seats', 'plan']));
  });

  it('lose what the window closed', () => {
    expect(listed(bought(at, { term: 'P1Y' }), '2021-07-18T09:00:00.000Z')).toContain('cancel');
    expect(listed(bought(at, { term: 'P1Y' }), '2021-07-18T09:00:00.001Z')).not.toContain('cancel');
    expect(listed(bought(at, { term: 'P1Y' }, docs), '2021-06-25T09:00:00.001Z')).not.toContain('remove-seats');
  });

  it('of a plan that cannot become any other do not name it', () => {
    const longest = bought(at, { term: 'P3Y', billingCycle: 'triennial' }, docs);
    expect(listed(longest, at)).not.toContain('plan');
    expect(longest.no(at, changePlan({ billingCycle: 'annual' }))).toBe('MUST_BE_SCHEDULED');
    expect(listed(bought(at, { term: 'P3Y', billingCycle: 'annual' }, docs), at)).toContain('plan');
  });

  it('of a trial', () => {
    const trial = bought(at, { offerId: 'TRIAL' });
    expect(listed(trial, at).toSorted()).toEqual([
      'adjustments',
      'auto-renew',
      'cancel',
      'convert',
      'rename',
      'scheduled-change',
    ]);
  });

  it('of a paused one', () => {
    const paused = bought(at).does(at, pause());
    expect(listed(paused, at).toSorted()).toEqual(['adjustments', 'cancel', 'rename', 'resume']);
  });

  it('of a suspended one, for the partner and for support', () => {
    const suspended = bought(at).does(at, suspend, 'support');
    expect(listed(suspended, at).toSorted()).toEqual(['adjustments', 'cancel', 'rename']);
    expect(listed(suspended, at, 'support')).toEqual(['reactivate']);
    expect(listed(bought(at), at, 'support')).toEqual(['suspend']);
  });

  it('are none for whoever only reads, of what is deleted, and while seats are under way', () => {
    expect(listed(bought(at), at, 'auditor')).toEqual([]);
    expect(listed(bought(at), at, 'billing-reader')).toEqual([]);
    expect(listed(bought(at).does(at, cancel), at)).toEqual([]);
    expect(listed(bought(at).does(at, upgrade('STANDARD', 4)), at)).toEqual([]);
  });

  it('of one whose seats left without a sound are told with the no', () => {
    const facts = bought(at).refusal(at, resume)?.facts;
    expect(facts?.['allowedActions']).toEqual(listed(bought(at), at));
  });
});

/** Typical commands of each verb: one of them suits, if any would. */
const typical: Readonly<Record<string, readonly Ask[]>> = {
  'add-seats': [addSeats(1)],
  'remove-seats': [removeSeats(1)],
  rename: [rename('Never called so before')],
  convert: [convert()],
  plan: [changePlan({ term: 'P3Y' }), changePlan({ billingCycle: 'annual' }), changePlan({ billingCycle: 'monthly' })],
  suspend: [suspend],
  reactivate: [reactivate],
  pause: [pause()],
  resume: [resume],
  cancel: [cancel],
  'auto-renew': [autoRenew(true), autoRenew(false)],
  'scheduled-change': [schedule({ quantity: 1 })],
  'remove-scheduled-change': [removeSchedule],
  upgrade: [upgrade('STANDARD', 1)],
  adjustments: [adjust('1.00')],
};

/** Noes that speak of what was asked for in particular, not of kind, state, role, partner or window. */
const particular: ReadonlySet<RefusalCode> = new Set([
  'NOTHING_CHANGES',
  'QUANTITY_OUT_OF_RANGE',
  'UPGRADE_NOT_ELIGIBLE',
  'QUANTITY_EXCEEDS_SOURCE',
  'OFFER_NOT_PURCHASABLE',
  'PLAN_NOT_OFFERED',
  'TARGET_PLAN_NOT_OFFERED',
]);

const mayBe = (story: Story, now: string, action: string, role: Role): boolean =>
  (typical[action] ?? []).some((ask) => {
    const no = story.no(now, ask, role);
    // A step down or to the same SKU is the upgrade's own affair; the plan and fewer seats are the verb's.
    return no === undefined || particular.has(no) || (action === 'upgrade' && no === 'MUST_BE_SCHEDULED');
  });

describe('allowed actions never disagree with the refusals', () => {
  it.each(['global-admin', 'sales-agent', 'support', 'auditor'] satisfies Role[])('for the role %s', (role) => {
    fc.assert(
      fc.property(life, (one) => {
        live(one, ({ story, now }) => {
          const actions = listed(story, now, role);
          for (const action of Object.keys(typical))
            expect([action, actions.includes(action)]).toEqual([action, mayBe(story, now, action, role)]);
        });
      }),
      { numRuns: 30 },
    );
  });
});
