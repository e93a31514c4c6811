import { addDays, plus, startOf } from '#calendar';
import { compare, sum } from '#money';
import fc from 'fast-check';
import { allowedActions } from './allowed-actions.ts';
import { everyVerb } from './asks.testing.ts';
import { evolve, type SubscriptionEvent } from './events.ts';
import { liveKind, livesByKind, type KindLived } from './kind-lives.testing.ts';
import { furtherVerbs } from './kinds.testing.ts';
import { nextDue, advanceTo } from './time/advance.ts';
import { none, type Existing, type Subscription } from './state.ts';
import { linesOf, meta } from './subscription.testing.ts';

const verbs = [...everyVerb, ...furtherVerbs];
const total = (events: readonly SubscriptionEvent[]) =>
  sum(
    linesOf(events).map(({ subtotal }) => subtotal),
    'EUR',
  );

describe.each(Object.entries(livesByKind))('laws of %s', (_, life) => {
  const holds = (law: (lived: KindLived) => void, numRuns = 60) =>
    fc.assert(
      fc.property(life, (one) => law(liveKind(one))),
      { numRuns },
    );
  const always = (law: (lived: KindLived) => void) =>
    fc.assert(
      fc.property(life, (one) => void liveKind(one, law)),
      { numRuns: 20 },
    );

  it('is read back from JSON as it was written, and folds into the same state', () =>
    holds(({ story: { events, reached } }) => {
      const read = JSON.parse(JSON.stringify(events)) as readonly SubscriptionEvent[];
      expect(read).toEqual(events);
      expect(read.reduce<Subscription>(evolve, none)).toEqual(reached);
    }));

  it('records events in the order in which they took effect', () =>
    holds(({ story: { events } }) => {
      const times = events.map(({ data }) => data.effectiveAt);
      expect(times).toEqual(times.toSorted());
    }));

  it('never returns more than it charged, in total and for each product', () =>
    holds(({ story: { events } }) => {
      expect(compare(total(events), '0')).not.toBe(-1);
      const byProduct = Map.groupBy(linesOf(events), ({ offerId, skuId }) => `${offerId}/${skuId}`);
      for (const [product, lines] of byProduct) {
        const left = sum(
          lines.map(({ subtotal }) => subtotal),
          'EUR',
        );
        expect([product, compare(left, '0') >= 0]).toEqual([product, true]);
      }
    }));

  it('settles once, and in two steps as in one', () =>
    fc.assert(
      fc.property(life, fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 300 }), (one, days, more) => {
        const { story, now } = liveKind(one);
        const [middle, end] = [plus(now, `P${days}D`), plus(now, `P${days + more}D`)];
        const first = advanceTo(story.state, middle, story.context);
        const second = advanceTo(first.state, end, story.context);
        const whole = advanceTo(story.state, end, story.context);
        expect([...first.events, ...second.events]).toEqual(whole.events);
        expect(second.state).toEqual(whole.state);
        expect(advanceTo(whole.state, end, story.context).events).toEqual([]);
      }),
      { numRuns: 40 },
    ));

  it('has as many seats as were requestContext, on the base and in its lots', () =>
    always(({ story: { state, events } }) => {
      expect(state.quantity).toBe(wantedBy(events));
      expect(state.lots.reduce((seats, { quantity }) => seats + quantity, 0)).toBe(state.quantity);
      const names = state.addOns.map(({ offerId, skuId }) => `${offerId}/${skuId}`);
      expect(new Set(names).size).toBe(names.length);
      for (const { quantity } of state.addOns) expect(quantity).toBeGreaterThan(0);
    }));

  it('charges nothing while it is suspended, pending or deleted', () =>
    holds(({ story: { events } }) => {
      let state: Subscription = none;
      for (const event of events) {
        const resting = state.status === 'suspended' || state.status === 'pending';
        const due = event.type === 'ChargesPosted' && event.data.referenceId.includes(`/`);
        if (resting && due) expect(linesOf([event])).toEqual([]);
        state = evolve(state, event);
      }
    }));

  it('has no gap between charge cycles', () =>
    holds(({ story: { events } }) => {
      let state: Subscription = none;
      for (const event of events) {
        const before: Subscription = state;
        state = evolve(state, event);
        if (event.type !== 'ChargeCycleStarted' && event.type !== 'SubscriptionRenewed') continue;
        expect(event.data.cycle.start).toBe(addDays((before as Existing).cycle.end, 1));
        expect(event.data.effectiveAt).toBe(startOf(event.data.cycle.start));
      }
    }));

  it('never changes again after its deletion', () =>
    always(({ story, now }) => {
      if (story.state.status !== 'deleted') return;
      for (const [, ask] of verbs) expect(story.no(now, ask)).toBe('SUBSCRIPTION_DELETED');
      expect(nextDue(story.state)).toBeNull();
    }));

  it('lists no action that kind, state or window refuse', () =>
    always(({ story, now }) => {
      const { state } = advanceTo(story.state, now, story.context);
      const listed = allowedActions(state, meta(now), story.context);
      for (const [action, ask] of verbs)
        if (story.no(now, ask) === undefined)
          expect(listed.map((name) => name.replace('-at-renewal', ''))).toContain(action);
    }));
});

/** The seats that commands asked for. */
const wantedBy = (events: readonly SubscriptionEvent[]): number => {
  let wanted = 0;
  for (const { type, data } of events) {
    if (type === 'SubscriptionCreated') wanted = data.quantity;
    if (type === 'SeatsAdded') wanted += data.added;
    if (type === 'SeatsRemoved') wanted -= data.removed;
    if (type === 'SubscriptionRenewed' && data.applied?.quantity !== undefined) wanted = data.applied.quantity;
  }
  return wanted;
};

describe('a random life of each kind', () => {
  it('is varied: every event occurs in some life', () => {
    const seen = new Set<string>();
    for (const life of Object.values(livesByKind))
      fc.assert(
        fc.property(life, (one) => {
          for (const { type } of liveKind(one).story.events) seen.add(type);
        }),
        { numRuns: 150, seed: 1 },
      );
    const expected = [
      'AddOnAdded',
      'AddOnQuantityChanged',
      'AddOnEnded',
      'AddOnSuspended',
      'AddOnReactivated',
      'CancellationScheduled',
      'CancellationRevoked',
      'SubscriptionActivated',
      'SubscriptionCancelled',
      'SubscriptionDeleted',
      'SubscriptionReactivated',
      'SubscriptionUpgraded',
      'TrialConverted',
      'UsageRecorded',
      'PlanChangeScheduled',
      'TermChanged',
    ];
    expect(expected.filter((type) => !seen.has(type))).toEqual([]);
  });
});
