import { isRefusal } from '#kernel';
import { addSeats, cancel, changePlan, pause, rename, schedule, suspend, upgrade } from '../asks.testing.ts';
import {
  bought,
  catalogue,
  deliver,
  linesOf,
  offer,
  plan,
  rules,
  typesOf,
  type Story,
  type Ask,
} from '../subscription.testing.ts';
import { ReturnUpgrade } from '../transfer/return-upgrade.ts';
import { CompleteUpgrade } from '../transfer/transfer.ts';
import type { RefusalCode } from '../refusals.ts';
import type { Role } from '#policy';

const at = '2021-06-18T09:00:00.000Z';
const when = '2021-06-25T09:00:00.000Z';
const soon = '2021-06-25T09:00:01.000Z';
const docs = { policies: rules('docs-2022-03') };
const source = (details = {}, setting = {}) => bought(at, { quantity: 300, ...details }, setting);
const child = (story: Story) => deliver(story, soon) as Story;
const codeOf = (answer: unknown) => (isRefusal(answer) ? answer.refused : 'received');

describe('upgrading all seats', () => {
  it('takes effect at once (R79), and keeps the subscription, its term and its windows', () => {
    const story = source().does(when, upgrade('STANDARD', 300));
    expect(story.last[0]).toEqual({
      type: 'SubscriptionUpgraded',
      data: {
        from: { offerId: 'BASIC', skuId: '0001' },
        offerId: 'STANDARD',
        skuId: '0001',
        offerName: 'Offer STANDARD',
        quantity: 300,
        unitPrice: '6.43',
        catalogVersion: '2021-01',
        pendingPlan: null,
        effectiveAt: when,
      },
    });
    expect(story.state).toMatchObject({ startedAt: at, termEnd: '2021-07-17', unitPrice: '6.43' });
  });

  it('drops a scheduled change (R88, A5)', () => {
    const story = source()
      .does(at, schedule({ quantity: 5 }))
      .does(when, upgrade('STANDARD', 300));
    expect(story.last.at(-1)).toMatchObject({ type: 'ScheduledChangeRemoved', data: { cause: 'midTermUpgrade' } });
  });

  it('refunds no more than the cycle cost (rule-book.md §2.4, invariant 3)', () => {
    const offers = [
      offer('FREE', [{ upgradeTargets: ['FREER/0001'], plans: [plan('P1M', 'monthly', '10.00')] }]),
      offer('FREER', [{ upgradeTargets: ['FREE/0001'], plans: [plan('P1M', 'monthly', '0.00')] }]),
    ];
    const catalogues = [catalogue('one', '2021-01-01T00:00:00Z', offers)];
    const story = bought(at, { offerId: 'FREE', quantity: 1 }, { catalogues });
    story.does(when, upgrade('FREER', 1));
    story.does(when, upgrade('FREE', 1)).does(when, upgrade('FREER', 1));
    expect(linesOf(story.events).map(({ subtotal }) => subtotal)).toEqual([
      '10.00',
      '-7.66',
      '0.00',
      '0.00',
      '7.66',
      '-7.66',
      '0.00',
    ]);
  });

  it('may add seats only where the policy says so (R93, A11)', () => {
    expect(source().no(when, upgrade('STANDARD', 301))).toBe('QUANTITY_EXCEEDS_SOURCE');
    const policies = rules('seed-2021-09', { 'nce.upgrade.mayAddSeats': true });
    const story = source({}, { policies }).does(when, upgrade('STANDARD', 301));
    expect(story.state).toMatchObject({
      quantity: 301,
      lots: [
        { quantity: 300, since: at },
        { quantity: 1, since: when },
      ],
    });
  });

  it('is refused where a pending billing plan is not sold for the target', () => {
    const offers = [
      offer('HERE', [
        {
          upgradeTargets: ['THERE/0001'],
          plans: [plan('P3Y', 'monthly', '1.00'), plan('P3Y', 'annual', '12.00')],
        },
      ]),
      offer('THERE', [{ plans: [plan('P3Y', 'monthly', '2.00')] }]),
    ];
    const catalogues = [catalogue('one', '2021-01-01T00:00:00Z', offers)];
    const story = bought(at, { offerId: 'HERE', term: 'P3Y' }, { ...docs, catalogues });
    expect(story.no(when, upgrade('THERE', 10))).toBeUndefined();
    story.does(when, changePlan({ billingCycle: 'annual' }));
    expect(story.no(when, upgrade('THERE', 10))).toBe('TARGET_PLAN_NOT_OFFERED');
  });
});

describe('upgrading some seats to a new subscription (R90, R97)', () => {
  it('lets them leave first: they are in transit, and never in two places', () => {
    const story = source().does(when, upgrade('STANDARD', 100));
    expect(typesOf(story.last)).toEqual(['UpgradeStarted', 'ChargesPosted']);
    expect(story.state).toMatchObject({
      quantity: 200,
      inTransit: { transitionId: 's1-1', quantity: 100, targetSubscriptionId: 's-child' },
    });
  });

  it('opens one with the end and the cycles of the source (R96, A12)', () => {
    const story = source({ term: 'P1Y' }).does(when, upgrade('STANDARD', 100));
    const opened = child(story);
    expect(opened.state).toMatchObject({
      subscriptionId: 's-child',
      offerId: 'STANDARD',
      quantity: 100,
      term: 'P1Y',
      termStart: '2021-06-25',
      termEnd: '2022-06-17',
      cycle: { start: '2021-06-25', end: '2021-07-17', days: 30 },
      upgradedFrom: 's1',
      autoRenew: true,
      startedAt: at,
    });
    opened.settled('2021-07-18T00:00:00.000Z');
    expect(opened.money(opened.last)).toEqual([
      'cycleCharge 643.00 for 100, 2021-07-18 to 2021-08-17, 31/31 whole-cycle',
    ]);
    expect(typesOf(story.last)).toEqual(['UpgradeCompleted']);
    expect(story.state).toMatchObject({ quantity: 200, inTransit: null });
  });

  it('keeps the cycles of a month’s end', () => {
    const story = bought('2021-01-31T09:00:00.000Z', { term: 'P1Y' }).does(
      '2021-03-05T09:00:00.000Z',
      upgrade('STANDARD', 4),
    );
    const opened = deliver(story, '2021-03-05T09:00:00.000Z') as Story;
    opened.settled('2021-04-30T00:00:00.000Z');
    expect(opened.money()).toEqual([
      'convert 21.56 for 4, 2021-03-05 to 2021-03-30, 26/31 unit-down',
      'cycleCharge 25.72 for 4, 2021-03-31 to 2021-04-29, 30/30 whole-cycle',
      'cycleCharge 25.72 for 4, 2021-04-30 to 2021-05-30, 31/31 whole-cycle',
    ]);
  });

  it('E37: removes a scheduled upgrade, and names it (R94)', () => {
    const story = source()
      .does(at, schedule({ offerId: 'STANDARD' }))
      .does(when, upgrade('STANDARD', 100));
    expect(story.last.at(-1)).toEqual({
      type: 'ScheduledChangeRemoved',
      data: { cause: 'midTermUpgrade', removed: { offerId: 'STANDARD' }, effectiveAt: when },
    });
  });

  it('E39: of 100 of 300, then of 200 of 200: the second one keeps the source’s id (R93)', () => {
    const story = source().does(when, upgrade('STANDARD', 100));
    child(story);
    story.does('2021-06-26T09:00:00.000Z', upgrade('STANDARD', 200));
    expect(typesOf(story.last)).toEqual(['SubscriptionUpgraded', 'ChargesPosted']);
    expect(story.state).toMatchObject({ subscriptionId: 's1', offerId: 'STANDARD', quantity: 200 });
  });

  it('E40: allows more seats in both later, each at its own price, to the same end', () => {
    const story = source({ quantity: 200 + 90 }).does(when, upgrade('STANDARD', 100));
    const opened = child(story).does('2021-06-26T09:00:00.000Z', addSeats(10));
    story.does('2021-06-26T09:00:00.000Z', addSeats(10));
    expect(story.money(story.last)).toEqual([
      'addQuantity -1404.48 for 190, 2021-06-26 to 2021-07-17, 22/30 line-down',
      'addQuantity 1478.40 for 200, 2021-06-26 to 2021-07-17, 22/30 line-down',
    ]);
    expect(opened.money(opened.last)).toEqual([
      'addQuantity -471.53 for 100, 2021-06-26 to 2021-07-17, 22/30 line-down',
      'addQuantity 518.68 for 110, 2021-06-26 to 2021-07-17, 22/30 line-down',
    ]);
    expect([story.state.termEnd, opened.state.termEnd]).toEqual(['2021-07-17', '2021-07-17']);
  });

  it('E41: repeated from the new one still ends with the first source', () => {
    const opened = child(source({ term: 'P1Y' }).does(when, upgrade('STANDARD', 100)));
    opened.does('2021-08-01T09:00:00.000Z', upgrade('PREMIUM', 40, undefined, 's-grandchild'));
    const third = deliver(opened, '2021-08-01T09:00:01.000Z') as Story;
    expect(third.state).toMatchObject({
      subscriptionId: 's-grandchild',
      termEnd: '2022-06-17',
      upgradedFrom: 's-child',
    });
    expect(third.money()).toEqual(['convert 438.40 for 40, 2021-08-01 to 2021-08-17, 17/31 unit-down']);
  });

  it('E43: within 24 hours gives the new one the windows of its source', () => {
    const opened = () => child(source().does('2021-06-18T20:00:00.000Z', upgrade('STANDARD', 100)));
    const early = opened().does('2021-06-19T09:00:00.000Z', cancel);
    expect(early.money(early.last)).toEqual([
      'cancelImmediate -643.00 for 100, 2021-06-18 to 2021-07-17, 30/30 reversal',
    ]);
    expect(opened().does('2021-06-19T09:00:00.001Z', cancel).last[0]?.data).toMatchObject({ refund: 'prorated' });
    expect(opened().no('2021-07-18T09:00:00.001Z', cancel)).toBe('CANCELLATION_WINDOW_PASSED');
  });

  it('gives the new one no window where the policy says so, until it renews', () => {
    const policies = rules('docs-2022-03', { 'nce.partial.childCancelWindow': 'none' });
    const opened = child(source({}, { policies }).does(when, upgrade('STANDARD', 100)));
    expect(opened.no(soon, cancel)).toBe('CANCELLATION_WINDOW_PASSED');
    expect(opened.settled('2021-07-18T00:00:00.000Z').no('2021-07-18T01:00:00.000Z', cancel)).toBeUndefined();
  });

  it('refuses every other command meanwhile', () => {
    const story = source().does(when, upgrade('STANDARD', 100));
    expect(story.refusal(soon, rename('Another'))).toMatchObject({
      refused: 'PROCESS_PENDING',
      facts: { transitionId: 's1-1' },
    });
    expect(story.settled('2021-09-01T00:00:00.000Z').last).toEqual([]);
  });

  it('brings everything back, to the last cent and the last lot, if the id is taken', () => {
    const story = source({ quantity: 290 }, docs)
      .does('2021-06-20T09:00:00.000Z', addSeats(10))
      .does(when, upgrade('STANDARD', 100));
    expect(story.state.lots).toEqual([
      { quantity: 190, since: at },
      { quantity: 10, since: '2021-06-20T09:00:00.000Z' },
    ]);
    const taken = bought(at, { subscriptionId: 's-child', offerId: 'STANDARD' });
    expect(codeOf(deliver(story, soon, taken))).toBe('SUBSCRIPTION_EXISTS');
    expect(story.last[0]).toEqual({
      type: 'UpgradeReturned',
      data: {
        transitionId: 's1-2',
        returned: 100,
        quantity: 300,
        code: 'SUBSCRIPTION_EXISTS',
        atRenewal: false,
        effectiveAt: when,
      },
    });
    expect(story.money(story.last)).toEqual(['convert 772.00 for 100, 2021-06-25 to 2021-07-17, 23/30 reversal']);
    expect(story.state).toMatchObject({
      quantity: 300,
      lots: [
        { quantity: 290, since: at },
        { quantity: 10, since: '2021-06-20T09:00:00.000Z' },
      ],
      inTransit: null,
    });
  });

  it('ends once: a second completion or return finds nothing in transit', () => {
    const story = source().does(when, upgrade('STANDARD', 100));
    child(story);
    expect(story.no(soon, (m, to) => new CompleteUpgrade({ ...to, transitionId: 's1-1' }, m), 'system')).toBe(
      'NOTHING_CHANGES',
    );
    const back: Ask = (m, to) => new ReturnUpgrade({ ...to, transitionId: 's1-1', code: 'TARGET_NOT_FOUND' }, m);
    expect(story.no(soon, back, 'system')).toBe('NOTHING_CHANGES');
  });
});

describe('upgrading into an existing subscription (R97)', () => {
  const target = (details = {}, setting = {}) =>
    bought('2021-06-20T09:00:00.000Z', { subscriptionId: 's2', offerId: 'STANDARD', quantity: 5, ...details }, setting);

  it("adds the seats at the target's price, for the rest of its own cycle", () => {
    const story = source().does(when, upgrade('STANDARD', 100, 's2'));
    const existing = target();
    deliver(story, soon, existing);
    expect(existing.last[0]).toEqual({
      type: 'SeatsReceived',
      data: {
        transitionId: 's1-1',
        fromSubscriptionId: 's1',
        received: 100,
        quantity: 105,
        lots: [{ quantity: 100, since: at }],
        effectiveAt: when,
      },
    });
    expect(existing.money(existing.last)).toEqual([
      'moveQuantity 535.00 for 100, 2021-06-25 to 2021-07-19, 25/30 unit-down',
    ]);
    expect(existing.state).toMatchObject({ quantity: 105, termEnd: '2021-07-19' });
    expect(story.state.quantity).toBe(200);
  });

  it('settles the target first, up to the source’s time', () => {
    const story = source({ term: 'P1Y' }).does('2021-07-25T09:00:00.000Z', upgrade('STANDARD', 100, 's2'));
    const existing = target();
    deliver(story, '2021-07-25T09:00:01.000Z', existing);
    expect(typesOf(existing.last)).toEqual(['SubscriptionRenewed', 'ChargesPosted', 'SeatsReceived', 'ChargesPosted']);
  });

  it("takes effect with the target's last event where that is later", () => {
    const story = source().does(when, upgrade('STANDARD', 100, 's2'));
    const existing = target().does('2021-06-25T10:00:00.000Z', addSeats(1));
    deliver(story, '2021-06-25T11:00:00.000Z', existing);
    expect(existing.last[0]?.data.effectiveAt).toBe('2021-06-25T10:00:00.000Z');
  });

  it('of all seats deletes the source in the append of the completion (rule-book.md §4.4)', () => {
    const story = source().does(when, upgrade('STANDARD', 300, 's2'));
    expect(story.state).toMatchObject({ quantity: 0, status: 'active' });
    deliver(story, soon, target());
    expect(story.last).toEqual([
      { type: 'UpgradeCompleted', data: { transitionId: 's1-1', effectiveAt: when } },
      { type: 'SubscriptionDeleted', data: { cause: 'upgraded', effectiveAt: when } },
    ]);
  });

  const strangers = (): Story => {
    const story = target();
    story.reached = { ...story.state, customerId: 'c2' };
    return story;
  };

  const small = {
    catalogues: [
      catalogue('one', '2021-01-01T00:00:00Z', [
        offer('BASIC', [{ upgradeTargets: ['STANDARD/0001'], plans: [plan('P1M', 'monthly', '10.08')] }]),
        offer('STANDARD', [{ maxSeats: 50, plans: [plan('P1M', 'monthly', '6.43')] }]),
      ]),
    ],
  };

  it.each<[string, RefusalCode, () => Story | undefined]>([
    ['does not exist', 'TARGET_NOT_FOUND', () => undefined],
    ['E42: is paused', 'TARGET_NOT_ACTIVE', () => target().does('2021-06-21T09:00:00.000Z', pause())],
    ['is a trial', 'TARGET_NOT_ACTIVE', () => target({ offerId: 'TRIAL' })],
    ['is deleted', 'TARGET_NOT_ACTIVE', () => target().does('2021-06-20T09:00:00.000Z', cancel)],
    ['E42: has another SKU', 'TARGET_OTHER_SKU', () => target({ offerId: 'PREMIUM' })],
    ['is another customer’s', 'TARGET_NOT_FOUND', () => strangers()],
    ['would hold too many', 'QUANTITY_OUT_OF_RANGE', () => target({}, small)],
    [
      'is itself letting seats go',
      'PROCESS_PENDING',
      () => target().does('2021-06-21T09:00:00.000Z', upgrade('PREMIUM', 1)),
    ],
  ])('is refused where the target %s: %s, and the seats come back', (_, code, existing) => {
    const story = source().does(when, upgrade('STANDARD', 100, 's2'));
    expect(codeOf(deliver(story, soon, existing()))).toBe(code);
    expect(story.last[0]).toMatchObject({ type: 'UpgradeReturned', data: { returned: 100, quantity: 300, code } });
    expect(linesOf(story.events).map(({ subtotal }) => subtotal)).toEqual(['3024.00', '-772.00', '772.00']);
  });

  it.each([
    ['TARGET_IN_CANCELLATION_WINDOW', target({ term: 'P3Y' }, docs), {}],
    [
      'TARGET_TERM_SHORTER',
      bought('2021-06-01T09:00:00.000Z', { subscriptionId: 's2', offerId: 'STANDARD' }, docs),
      { term: 'P1Y' },
    ],
    [
      'TARGET_ENDS_EARLIER',
      bought('2021-06-01T09:00:00.000Z', { subscriptionId: 's2', offerId: 'STANDARD' }, docs),
      {},
    ],
  ] as const)('E42: is refused %s under docs-2022-03 only', (code, existing, details) => {
    const story = source(details, docs).does(when, upgrade('STANDARD', 100, 's2'));
    expect(codeOf(deliver(story, soon, existing))).toBe(code);
    const earlier = bought('2021-06-01T09:00:00.000Z', { subscriptionId: 's2', offerId: 'STANDARD' });
    const same = source(details).does(when, upgrade('STANDARD', 100, 's2'));
    expect(codeOf(deliver(same, soon, earlier))).toBe('received');
  });
});

describe('upgrading is refused', () => {
  it('from a subscription that is not active (R95)', () => {
    expect(source().does(at, pause()).no(when, upgrade('STANDARD', 1))).toBe('SOURCE_NOT_ACTIVE');
    expect(source().does(at, suspend, 'support').no(when, upgrade('STANDARD', 1))).toBe('SUBSCRIPTION_SUSPENDED');
    expect(bought(at, { offerId: 'TRIAL' }).no(when, upgrade('STANDARD', 1))).toBe('TRIAL_LOCKED');
  });

  it('to a lower, an equal or an unknown SKU (R78, R83)', () => {
    expect(bought(at, { offerId: 'STANDARD' }).no(when, upgrade('BASIC', 10))).toBe('MUST_BE_SCHEDULED');
    expect(source().no(when, upgrade('ENTERPRISE', 10))).toBe('UPGRADE_NOT_ELIGIBLE');
    expect(source().no(when, upgrade('BASIC', 10))).toBe('UPGRADE_NOT_ELIGIBLE');
    expect(source().no(when, upgrade('NONE', 10))).toBe('OFFER_UNKNOWN');
  });

  it('to a SKU that is not sold with the source’s plan', () => {
    const offers = [
      offer('HERE', [{ upgradeTargets: ['THERE/0001'], plans: [plan('P1M', 'monthly', '1.00')] }]),
      offer('THERE', [{ plans: [plan('P1Y', 'monthly', '2.00')] }]),
    ];
    const catalogues = [catalogue('one', '2021-01-01T00:00:00Z', offers)];
    expect(bought(at, { offerId: 'HERE' }, { catalogues }).no(when, upgrade('THERE', 10))).toBe(
      'TARGET_PLAN_NOT_OFFERED',
    );
  });

  it('E42: into itself', () => {
    expect(source().no(when, upgrade('STANDARD', 10, 's1'))).toBe('TARGET_IS_SOURCE');
  });

  it('of more seats than there are, also into an existing subscription', () => {
    expect(source().no(when, upgrade('STANDARD', 301, 's2'))).toBe('QUANTITY_EXCEEDS_SOURCE');
  });

  it.each([0, -1, 1.5, Number.NaN, '10' as unknown as number])('E47: of %p seats', (quantity) => {
    expect(source().no(when, upgrade('STANDARD', quantity))).toBe('QUANTITY_OUT_OF_RANGE');
    expect(source().no(when, upgrade('STANDARD', quantity, 's2'))).toBe('QUANTITY_OUT_OF_RANGE');
  });

  it.each(['billing-admin', 'helpdesk-agent', 'sales-agent'] satisfies Role[])(
    'to the role %s under docs-2022-03, and not under the seed (rule-book.md §1.11)',
    (role) => {
      expect(source({}, docs).no(when, upgrade('STANDARD', 1), role)).toBe('FORBIDDEN_ROLE');
      expect(source().no(when, upgrade('STANDARD', 1), role)).toBeUndefined();
    },
  );
});
