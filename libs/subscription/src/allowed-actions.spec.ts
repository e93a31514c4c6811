import fc from 'fast-check';
import { actions, allowedActions } from './allowed-actions.ts';
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
import { advanceTo } from './time/advance.ts';
import { addOns, cloud, office } from './kinds.testing.ts';
import {
  bought,
  catalogue,
  meta,
  offer,
  original,
  plan,
  rules,
  shelf,
  type Ask,
  type Story,
} from './subscription.testing.ts';
import type { RefusalCode } from './refusals.ts';
import type { Role } from '#policy';

const at = '2021-06-18T09:00:00.000Z';
const docs = { policies: rules('docs-2022-03') };
const listed = (story: Story, when: string, role: Role = 'global-admin') =>
  allowedActions(advanceTo(story.state, when, story.context).state, meta(when, role), story.context);

describe('allowed actions', () => {
  it('of an active subscription under the seed', () => {
    expect(listed(bought(at), at).toSorted()).toEqual([
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

  it('of the same one under docs-2022-03: seats may be removed and the plan may change', () => {
    expect(listed(bought(at, {}, docs), at)).toEqual(expect.arrayContaining(['remove-seats', 'plan']));
  });

  it('exclude an action whose window has closed', () => {
    expect(listed(bought(at, { term: 'P1Y' }), '2021-07-18T09:00:00.000Z')).toContain('cancel');
    expect(listed(bought(at, { term: 'P1Y' }), '2021-07-18T09:00:00.001Z')).not.toContain('cancel');
    expect(listed(bought(at, { term: 'P1Y' }, docs), '2021-06-25T09:00:00.001Z')).not.toContain('remove-seats');
  });

  it('exclude a change of plan where no other plan exists', () => {
    const longest = bought(at, { term: 'P3Y', billingCycle: 'triennial' }, docs);
    expect(listed(longest, at)).not.toContain('plan');
    expect(longest.no(at, changePlan({ billingCycle: 'annual' }))).toBe('MUST_BE_SCHEDULED');
    expect(listed(bought(at, { term: 'P3Y', billingCycle: 'annual' }, docs), at)).toContain('plan');
  });

  it('include an upgrade only if some request body is accepted', () => {
    // BASIC leads to STANDARD; PREMIUM leads nowhere, and neither does a withdrawn SKU, or a target without a suitable plan.
    expect(listed(bought(at), at)).toContain('upgrade');
    expect(listed(bought(at, { offerId: 'PREMIUM' }), at)).not.toContain('upgrade');
    const months = [plan('P1M', 'monthly', '10.00')];
    const [from, to] = [
      offer('FROM', [{ upgradeTargets: ['TO/0001'], plans: months }]),
      offer('TO', [{ plans: months }]),
    ];
    const then = (...offers: readonly object[]) =>
      bought(
        at,
        { offerId: 'FROM' },
        {
          catalogues: [
            catalogue('1', '2021-01-01T00:00:00Z', [from, to]),
            catalogue('2', '2021-06-19T00:00:00Z', offers),
          ],
        },
      );
    const later = '2021-06-20T00:00:00.000Z';
    expect(listed(then(from, to), later)).toContain('upgrade');
    expect(listed(then(to), later)).not.toContain('upgrade');
    expect(listed(then(from, offer('TO', [{ plans: [plan('P1Y', 'annual', '9.00')] }])), later)).not.toContain(
      'upgrade',
    );
  });

  it('include a legacy upgrade only if all seats can move', () => {
    const plans = [plan('P1Y', 'monthly', '4.00')];
    const shop = (maxSeats: number) => ({
      catalogues: [
        catalogue('1', '2021-01-01T00:00:00Z', [
          offer('FROM', [{ upgradeTargets: ['TO/0001'], plans }], { kind: 'legacy' }),
          offer('TO', [{ maxSeats, plans }], { kind: 'legacy' }),
        ]),
      ],
    });
    const details = { offerId: 'FROM', term: 'P1Y', quantity: 10 } as const;
    expect(listed(bought(at, details, shop(10)), at)).toContain('upgrade');
    expect(listed(bought(at, details, shop(9)), at)).not.toContain('upgrade');
  });

  it("include a conversion only while the trial's paid SKU is sold", () => {
    const trial = (...offers: readonly object[]) =>
      bought(at, { offerId: 'TRIAL' }, { catalogues: [original, catalogue('2', '2021-06-19T00:00:00Z', offers)] });
    const later = '2021-06-20T00:00:00.000Z';
    expect(listed(trial(...shelf), later)).toContain('convert');
    expect(
      listed(trial(...shelf.filter(({ offerId }) => !['TRIAL', 'ENTERPRISE'].includes(offerId))), later),
    ).not.toContain('convert');
  });

  it('include add-ons only if some can be added or removed', () => {
    expect(listed(cloud(at), at)).toContain('add-ons');
    expect(listed(office(at), at)).toContain('add-ons');
    expect(listed(office(at, { offerId: 'PLUS', quantity: 1 }), at)).toContain('add-ons');
    // 0002 is sold up to a hundred: no more of it, and only legacy lets any go.
    const plans = [plan('P1Y', 'monthly', '4.00')];
    const addOn = { prerequisiteSkus: ['BASE/0001'], minShareOfBase: null };
    for (const [kind, full] of [
      ['newCommerce', false],
      ['legacy', true],
    ] as const) {
      const skus = [{ plans }, { skuId: '0002', maxSeats: 100, addOn, plans }];
      const shop = { catalogues: [catalogue('1', '2021-01-01T00:00:00Z', [offer('BASE', skus, { kind })])] };
      const base = bought(at, { offerId: 'BASE', term: 'P1Y' }, shop);
      expect(listed(base, at)).toContain('add-ons');
      expect(listed(base.does(at, addOns([['0002', 100]], 'BASE')), at).includes('add-ons')).toBe(full);
    }
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

  it('of a paused subscription', () => {
    const paused = bought(at).does(at, pause());
    expect(listed(paused, at).toSorted()).toEqual(['adjustments', 'cancel', 'rename', 'resume']);
  });

  it('of a suspended subscription, for the partner and for support', () => {
    const suspended = bought(at).does(at, suspend, 'support');
    expect(listed(suspended, at).toSorted()).toEqual(['adjustments', 'cancel', 'rename']);
    expect(listed(suspended, at, 'support')).toEqual(['reactivate']);
    expect(listed(bought(at), at, 'support')).toEqual(['suspend']);
  });

  it('are empty for a role that only reads, for a deleted subscription, and while seats are in transit', () => {
    expect(listed(bought(at), at, 'auditor')).toEqual([]);
    expect(listed(bought(at), at, 'billing-reader')).toEqual([]);
    expect(listed(bought(at).does(at, cancel), at)).toEqual([]);
    expect(listed(bought(at).does(at, upgrade('STANDARD', 4)), at)).toEqual([]);
  });

  it('of one whose seats left without an announcement are listed in the refusal', () => {
    const facts = bought(at).refusal(at, resume)?.facts;
    expect(facts?.['allowedActions']).toEqual(listed(bought(at), at));
  });
});

/** Into another subscription, which would have to accept it. */
const anywhere = ['BASIC', 'STANDARD', 'PREMIUM', 'ENTERPRISE', 'WORLD'].map((to) => upgrade(to, 1, 's-elsewhere'));
const toWhatever = ['ENTERPRISE', 'PREMIUM'].map((offerId) => convert({ offerId, skuId: '0001', quantity: 25 }));

/** Typical commands of each verb: if any would be accepted, one of them is. */
const typical: Readonly<Record<string, readonly Ask[]>> = {
  'add-seats': [addSeats(1)],
  'remove-seats': [removeSeats(1)],
  rename: [rename('Never called so before')],
  convert: [convert({ quantity: 25 }), ...toWhatever],
  plan: [changePlan({ term: 'P3Y' }), changePlan({ billingCycle: 'annual' }), changePlan({ billingCycle: 'monthly' })],
  suspend: [suspend],
  reactivate: [reactivate],
  pause: [pause()],
  resume: [resume],
  cancel: [cancel],
  'auto-renew': [autoRenew(true), autoRenew(false)],
  'scheduled-change': [schedule({ quantity: 1 })],
  'remove-scheduled-change': [removeSchedule],
  upgrade: anywhere,
  adjustments: [adjust('1.00')],
};

/** Refusals that depend on the details of the request, not on kind, state, role, partner or window. */
const particular: ReadonlySet<RefusalCode> = new Set([
  'NOTHING_CHANGES',
  'QUANTITY_OUT_OF_RANGE',
  'OFFER_NOT_PURCHASABLE',
  'PLAN_NOT_OFFERED',
]);

/** Listed only if some request body would be accepted, and not merely because no reason against it was given. */
const exact: ReadonlySet<string> = new Set(['upgrade', 'convert']);

const mayBe = (story: Story, now: string, action: string, role: Role): boolean =>
  (typical[action] ?? []).some((ask) => {
    const no = story.no(now, ask, role);
    return no === undefined || (particular.has(no) && !exact.has(action));
  });

/** Each refused action of a subscription, with the code of its refusal. */
const refusedOf = (story: Story, when: string, role: Role = 'global-admin') =>
  Object.fromEntries(
    actions(advanceTo(story.state, when, story.context).state, meta(when, role), story.context).refusedActions.map(
      ({ action, code }) => [action, code],
    ),
  );

describe('refused actions', () => {
  it('of an active subscription under the seed are the other verbs of new commerce, each with its code', () => {
    expect(refusedOf(bought(at, { offerId: 'PREMIUM' }), at)).toEqual({
      'add-ons': 'ADDON_NOT_FOR_PARENT',
      'remove-scheduled-change': 'NO_SCHEDULED_CHANGE',
      'remove-seats': 'MUST_BE_SCHEDULED',
      convert: 'NOT_A_TRIAL',
      plan: 'MUST_BE_SCHEDULED',
      reactivate: 'USE_PAUSE_OR_SUPPORT',
      resume: 'NOT_PAUSED',
      suspend: 'USE_PAUSE_OR_SUPPORT',
      upgrade: 'UPGRADE_NOT_ELIGIBLE',
    });
  });

  it("have the reasons of the command's refusal", () => {
    const paused = bought(at).does(at, pause());
    const { refusedActions } = actions(paused.state, meta(at), paused.context);
    const { refused, because } = paused.refusal(at, addSeats(1))!;
    expect(refusedActions).toContainEqual({ action: 'add-seats', code: refused, detail: because });
  });

  it('of legacy name the alternative, and no verb that the kind does not have', () => {
    const legacy = refusedOf(office(at), at);
    expect(legacy).toMatchObject({ cancel: 'WRONG_COMMERCE_KIND', 'auto-renew': 'AUTO_RENEW_NOT_CONFIGURABLE' });
    for (const action of ['pause', 'resume', 'activate', 'deprovision', 'usage', 'scheduled-change'])
      expect(legacy).not.toHaveProperty([action]);
  });

  it('are all verbs of the kind for a role that only reads, after the deletion, and while seats are in transit', () => {
    const codes = (story: Story, role?: Role) => new Set(Object.values(refusedOf(story, at, role)));
    expect(codes(bought(at), 'auditor')).toEqual(new Set(['FORBIDDEN_ROLE']));
    expect(refusedOf(bought(at), at, 'auditor')).not.toHaveProperty('activate');
    expect(codes(bought(at).does(at, cancel))).toEqual(new Set(['SUBSCRIPTION_DELETED']));
    expect(codes(bought(at).does(at, upgrade('STANDARD', 4)))).toEqual(new Set(['PROCESS_PENDING']));
  });
});

describe('allowed actions always agree with the refusals', () => {
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
