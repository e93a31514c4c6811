import { cancel, changePlan, pause, schedule, upgrade } from '../asks.testing.ts';
import { addOns, cloud, kindsCatalogue, kindsShelf } from '../kinds.testing.ts';
import { advanceTo } from '../time/advance.ts';
import { subscription } from '../subscription.ts';
import {
  bought,
  catalogue,
  linesOf,
  meta,
  offer,
  original,
  plan,
  rules,
  shelf,
  contextOf,
  typesOf,
  type Ask,
} from '../subscription.testing.ts';

const at = '2022-04-15T09:00:00.000Z';
const when = '2022-06-20T10:00:00.000Z';
const docs = { policies: rules('docs-2022-03') };
const threeYears = (billingCycle: 'monthly' | 'annual' | 'triennial', setting = {}) =>
  bought(at, { term: 'P3Y', billingCycle }, { ...docs, ...setting });

describe('changing the plan in mid-term', () => {
  it('must be scheduled under the seed (R78)', () => {
    expect(bought(at, { term: 'P1M' }).no(when, changePlan({ term: 'P1Y' }))).toBe('MUST_BE_SCHEDULED');
    expect(bought(at, { term: 'P3Y' }).no(when, changePlan({ billingCycle: 'annual' }))).toBe('MUST_BE_SCHEDULED');
  });
});

describe('another billing plan under docs-2022-03', () => {
  it('begins with the next cycle; the term stays, and its last cycle is cut', () => {
    const story = threeYears('monthly').does(when, changePlan({ billingCycle: 'annual' }));
    expect(story.last.at(-1)).toEqual({
      type: 'PlanChangeScheduled',
      data: { billingCycle: 'annual', unitPrice: '120.96', effectiveOn: '2022-07-15', effectiveAt: when },
    });
    expect(story.state.pendingPlan).toEqual({ billingCycle: 'annual', unitPrice: '120.96', effectiveOn: '2022-07-15' });
    story.settled('2025-04-14T23:59:59.999Z');
    expect(story.money().slice(2)).toEqual([
      'cycleCharge 100.80 for 10, 2022-06-15 to 2022-07-14, 30/30 whole-cycle',
      'changeBillingPlan 1209.60 for 10, 2022-07-15 to 2023-07-14, 365/365 whole-cycle',
      'cycleCharge 1209.60 for 10, 2023-07-15 to 2024-07-14, 366/366 whole-cycle',
      'cycleCharge 908.02 for 10, 2024-07-15 to 2025-04-14, 274/365 line-down',
    ]);
    expect(story.state).toMatchObject({ termEnd: '2025-04-14', billingCycle: 'annual', pendingPlan: null });
    story.settled('2025-04-15T00:00:00.000Z');
    expect(story.state.cycle).toEqual({ start: '2025-04-15', end: '2026-04-14', days: 365 });
  });

  it('from annual to monthly begins when the paid year is over', () => {
    const story = threeYears('annual').does(when, changePlan({ billingCycle: 'monthly' }));
    story.settled('2023-05-15T00:00:00.000Z');
    expect(story.money().slice(1)).toEqual([
      'changeBillingPlan 100.80 for 10, 2023-04-15 to 2023-05-14, 30/30 whole-cycle',
      'cycleCharge 100.80 for 10, 2023-05-15 to 2023-06-14, 31/31 whole-cycle',
    ]);
  });

  it('requested in the last cycle begins with the renewal', () => {
    const story = threeYears('annual').does('2024-06-20T10:00:00.000Z', changePlan({ billingCycle: 'monthly' }));
    story.settled('2025-04-15T00:00:00.000Z');
    expect(story.money(story.last)).toEqual(['renew 100.80 for 10, 2025-04-15 to 2025-05-14, 30/30 whole-cycle']);
    expect(story.state).toMatchObject({ billingCycle: 'monthly', pendingPlan: null });
  });

  it('can be reverted, at the price of the purchase', () => {
    const dearer = catalogue('2022-06', '2022-06-01T00:00:00Z', [
      offer('BASIC', [{ plans: [plan('P3Y', 'monthly', '99.00'), plan('P3Y', 'annual', '999.00')] }]),
    ]);
    const story = threeYears('monthly', { catalogues: [original, dearer] })
      .does(when, changePlan({ billingCycle: 'annual' }))
      .does(when, changePlan({ billingCycle: 'monthly' }));
    expect(story.last).toEqual([
      {
        type: 'PlanChangeRevoked',
        data: {
          revoked: { billingCycle: 'annual', unitPrice: '999.00', effectiveOn: '2022-07-15' },
          effectiveAt: when,
        },
      },
    ]);
    expect(story.state.pendingPlan).toBeNull();
    story.settled('2022-07-15T00:00:00.000Z');
    expect(story.money(story.last)).toEqual(['cycleCharge 100.80 for 10, 2022-07-15 to 2022-08-14, 31/31 whole-cycle']);
  });

  it('waits at the price of the new SKU when all seats are upgraded meanwhile', () => {
    const story = threeYears('monthly')
      .does(when, changePlan({ billingCycle: 'annual' }))
      .does('2022-06-21T10:00:00.000Z', upgrade('STANDARD', 10))
      .settled('2022-07-15T00:00:00.000Z');
    expect(story.money(story.last)).toEqual([
      'changeBillingPlan 771.60 for 10, 2022-07-15 to 2023-07-14, 365/365 whole-cycle',
    ]);
  });

  it('drops a scheduled change, as any mid-term change does (A5)', () => {
    const story = threeYears('monthly')
      .does(at, schedule({ quantity: 5 }))
      .does(when, changePlan({ billingCycle: 'annual' }));
    expect(story.last.at(-1)).toMatchObject({ type: 'ScheduledChangeRemoved', data: { cause: 'planChange' } });
  });

  it('leaves a scheduled change alone where only the listed ones drop it', () => {
    const policies = rules('docs-2022-03', { 'nce.scheduledChange.invalidatedBy': 'listed' });
    const story = threeYears('monthly', { policies })
      .does(at, schedule({ quantity: 5 }))
      .does(when, changePlan({ billingCycle: 'annual' }));
    expect(story.state.scheduledChange).toEqual({ quantity: 5 });
  });

  it.each([
    ['on a shorter term', bought(at, { term: 'P1Y' }, docs), 'annual'],
    ['from triennial', threeYears('triennial'), 'annual'],
    ['to triennial', threeYears('annual'), 'triennial'],
  ] as const)('must be scheduled %s', (_, story, billingCycle) => {
    expect(story.no(when, changePlan({ billingCycle }))).toBe('MUST_BE_SCHEDULED');
  });
});

describe('a longer term under docs-2022-03', () => {
  it('begins at once, with its own anchor and a whole cycle; the old one is refunded', () => {
    const story = bought(at, { term: 'P1Y' }, docs).does(when, changePlan({ term: 'P3Y' }));
    expect(typesOf(story.last)).toEqual([
      'ChargeCycleStarted',
      'ChargesPosted',
      'ChargeCycleStarted',
      'ChargesPosted',
      'TermChanged',
      'ChargesPosted',
    ]);
    expect(story.money(story.last).slice(2)).toEqual([
      'changeBillingPlan -84.00 for 10, 2022-06-20 to 2022-07-14, 25/30 unit-down',
      'changeBillingPlan 100.80 for 10, 2022-06-20 to 2022-07-19, 30/30 whole-cycle',
    ]);
    expect(story.state).toMatchObject({
      term: 'P3Y',
      termStart: '2022-06-20',
      termEnd: '2025-06-19',
      anchor: { day: 20, rule: 'clamp' },
      cyclesFrom: '2022-06-20',
    });
    story.settled('2022-07-20T00:00:00.000Z');
    expect(story.money(story.last)).toEqual(['cycleCharge 100.80 for 10, 2022-07-20 to 2022-08-19, 31/31 whole-cycle']);
  });

  it('may come with another billing plan', () => {
    const story = bought(at, { term: 'P1Y' }, docs).does(at, changePlan({ term: 'P3Y', billingCycle: 'annual' }));
    expect(story.money(story.last)).toEqual([
      'changeBillingPlan -100.80 for 10, 2022-04-15 to 2022-05-14, 30/30 whole-cycle',
      'changeBillingPlan 1209.60 for 10, 2022-04-15 to 2023-04-14, 365/365 whole-cycle',
    ]);
  });

  it('reopens no cancellation window: those count from purchase and renewal (A2)', () => {
    const story = bought(at, { term: 'P1Y' }, docs).does(when, changePlan({ term: 'P3Y' }));
    expect(story.no('2022-06-20T11:00:00.000Z', cancel)).toBe('CANCELLATION_WINDOW_PASSED');
  });

  it('within the 24 hours is refunded completely', () => {
    const story = bought(at, { term: 'P1Y' }, docs)
      .does('2022-04-15T10:00:00.000Z', changePlan({ term: 'P3Y' }))
      .does('2022-04-15T11:00:00.000Z', cancel);
    expect(linesOf(story.last).map(({ subtotal }) => subtotal)).toEqual(['-100.80', '100.80', '-100.80']);
  });

  it("allows a refund of the new cycle's charge, not of what is left of the old one (rule-book.md §2.4)", () => {
    const story = bought(at, { term: 'P1Y' }, docs)
      .does('2022-04-20T10:00:00.000Z', changePlan({ term: 'P3Y' }))
      .does('2022-04-21T08:00:00.000Z', cancel);
    expect(story.money(story.last)).toEqual([
      'cancelImmediate -97.40 for 10, 2022-04-21 to 2022-05-19, 29/30 unit-down',
    ]);
  });

  it('must be scheduled if it is shorter', () => {
    expect(threeYears('monthly').no(when, changePlan({ term: 'P1Y' }))).toBe('MUST_BE_SCHEDULED');
  });

  it('is refused where it is not sold', () => {
    const without = shelf.filter(({ offerId }) => offerId === 'WORLD');
    const catalogues = [catalogue('one', '2021-01-01T00:00:00Z', without)];
    const story = bought(at, { offerId: 'WORLD' }, { ...docs, catalogues });
    expect(story.no(at, changePlan({ term: 'P1Y' }))).toBe('PLAN_NOT_OFFERED');
  });
});

describe('changing the plan is refused', () => {
  it('where nothing changes', () => {
    expect(threeYears('monthly').no(when, changePlan({}))).toBe('NOTHING_CHANGES');
    const pending = threeYears('monthly').does(when, changePlan({ billingCycle: 'annual' }));
    expect(pending.no(when, changePlan({ billingCycle: 'annual' }))).toBe('NOTHING_CHANGES');
  });

  it('while paused, and in a trial', () => {
    expect(
      threeYears('monthly')
        .does(when, pause())
        .no(when, changePlan({ billingCycle: 'annual' })),
    ).toBe('SUBSCRIPTION_PAUSED');
    expect(bought(at, { offerId: 'TRIAL', quantity: 25 }, docs).no(at, changePlan({ term: 'P1Y' }))).toBe(
      'TRIAL_LOCKED',
    );
  });
});

describe('the add-ons of a base that changes its plan', () => {
  const start = '2022-04-15T09:00:00.000Z';
  const two = addOns([['0002', 2]], 'CLOUD');
  const later = { preset: 'docs-2022-03' } as const;

  it('follow it, at the prices of the new plan', () => {
    const story = cloud(start, { term: 'P3Y' }, later)
      .does(start, two)
      .does(when, changePlan({ billingCycle: 'annual' }))
      .settled('2022-07-15T00:00:00.000Z');
    expect(story.money(story.last)).toEqual([
      'changeBillingPlan 1200.00 for 10, 2022-07-15 to 2023-07-14, 365/365 whole-cycle',
      'changeBillingPlan 60.00 for 2, 2022-07-15 to 2023-07-14, 365/365 whole-cycle',
    ]);
  });

  it('block a plan for which they are not sold: immediate, scheduled, or pending', () => {
    const without = kindsShelf.map((one) =>
      one.offerId === 'CLOUD'
        ? {
            ...one,
            skus: one.skus.map((sku) => ({
              ...sku,
              plans:
                sku.skuId === '0002'
                  ? sku.plans?.filter((sold) => (sold as { billingCycle: string }).billingCycle === 'monthly')
                  : sku.plans,
            })),
          }
        : one,
    );
    const poorer = catalogue('poorer', '2022-07-01T00:00:00Z', without);
    const story = cloud(start, { term: 'P3Y' }, later)
      .does(start, two)
      .does(when, changePlan({ billingCycle: 'annual' }));
    const context = contextOf({ ...docs, catalogues: [kindsCatalogue, poorer] });
    const { events, state } = advanceTo(story.state, '2022-07-15T00:00:00.000Z', context);
    expect(story.money(events)).toEqual([
      'cycleCharge 100.00 for 10, 2022-07-15 to 2022-08-14, 31/31 whole-cycle',
      'cycleCharge 5.00 for 2, 2022-07-15 to 2022-08-14, 31/31 whole-cycle',
    ]);
    expect(state.pendingPlan).toBeNull();
    const { state: month } = advanceTo(
      cloud(start, { term: 'P3Y' }, later).does(start, two).state,
      '2022-07-02T00:00:00.000Z',
      context,
    );
    const asked = (ask: Ask) =>
      subscription(context).decide(ask(meta('2022-07-02T09:00:00.000Z'), { subscriptionId: 's1' }), month);
    expect(asked(changePlan({ billingCycle: 'annual' }))).toMatchObject({ refused: 'PLAN_NOT_OFFERED' });
    expect(asked(schedule({ billingCycle: 'annual' }))).toMatchObject({ refused: 'PLAN_NOT_OFFERED' });
  });
});
