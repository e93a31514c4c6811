import { addDays, plus, startOf } from '#calendar';
import { isRefusal } from '#kernel';
import { compare, sum } from '#money';
import fc from 'fast-check';
import { cancel, everyVerb } from './asks.testing.ts';
import { evolve, type SubscriptionEvent } from './events.ts';
import { life, live, type Lived } from './lives.testing.ts';
import { advanceTo } from './time/advance.ts';
import { none, type Existing, type Subscription } from './state.ts';
import { linesOf, type Story } from './subscription.testing.ts';

const holds = (law: (lived: Lived) => void) =>
  fc.assert(
    fc.property(life, (one) => law(live(one))),
    { numRuns: 150 },
  );
const always = (law: (lived: Lived) => void) =>
  fc.assert(
    fc.property(life, (one) => void live(one, law)),
    { numRuns: 40 },
  );
const storiesOf = ({ story, children }: Lived): readonly Story[] => [story, ...children];

describe('laws of the subscription', () => {
  it('is read back from JSON exactly as it was written', () =>
    holds((lived) => {
      for (const { events } of storiesOf(lived)) expect(JSON.parse(JSON.stringify(events))).toEqual(events);
    }));

  it('folds the events read back into the state that was reached live (E52)', () =>
    holds((lived) => {
      for (const { events, reached } of storiesOf(lived)) {
        const read = JSON.parse(JSON.stringify(events)) as readonly SubscriptionEvent[];
        expect(read.reduce<Subscription>(evolve, none)).toEqual(reached);
      }
    }));

  it('records events in the order in which they took effect', () =>
    holds((lived) => {
      for (const { events } of storiesOf(lived)) {
        const times = events.map(({ data }) => data.effectiveAt);
        expect(times).toEqual(times.toSorted());
      }
    }));

  it('settles once: a second time records nothing', () =>
    holds(({ story, now }) => {
      const later = plus(now, 'P400D');
      const { state, events } = advanceTo(story.state, later, story.context);
      expect(events.every(({ data }) => data.effectiveAt <= later)).toBe(true);
      expect(advanceTo(state, later, story.context)).toEqual({ events: [], state });
    }));

  it('settles in two steps as in one', () =>
    fc.assert(
      fc.property(life, fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 500 }), (one, days, more) => {
        const { story, now } = live(one);
        const [middle, end] = [plus(now, `P${days}D`), plus(now, `P${days + more}D`)];
        const first = advanceTo(story.state, middle, story.context);
        const second = advanceTo(first.state, end, story.context);
        const whole = advanceTo(story.state, end, story.context);
        expect([...first.events, ...second.events]).toEqual(whole.events);
        expect(second.state).toEqual(whole.state);
      }),
    ));

  it('never returns more than it charged', () =>
    holds((lived) => {
      for (const { events } of storiesOf(lived)) {
        const amounts = linesOf(events).map(({ subtotal }) => subtotal);
        expect(compare(sum(amounts, 'EUR'), '0')).not.toBe(-1);
      }
    }));

  it('costs exactly nothing when it is cancelled within 24 hours', () =>
    holds(({ story, now }) => {
      if (isRefusal(story.asked(now, cancel))) return;
      const event = story.does(now, cancel).last.find(({ type }) => type === 'SubscriptionCancelled');
      if (event?.type !== 'SubscriptionCancelled' || event.data.refund !== 'full') return;
      const since = story.state.policy.preset === 'seed-2021-09' ? story.state.startedAt : story.state.termStartedAt;
      const posted = story.events.filter(({ data }) => data.effectiveAt >= since);
      expect(
        sum(
          linesOf(posted).map(({ subtotal }) => subtotal),
          'EUR',
        ),
      ).toBe('0.00');
    }));

  it('neither loses nor doubles a seat, in transit or arrived', () =>
    holds((lived) => {
      const wanted = storiesOf(lived).reduce((seats, { events }) => seats + wantedBy(events), 0);
      const there = storiesOf(lived).reduce((seats, { state }) => seats + seatsOf(state), 0);
      expect(there).toBe(wanted);
    }));

  it('has as many seats in its lots as in total', () =>
    always(({ story, children }) => {
      for (const { state } of [story, ...children])
        expect(state.lots.reduce((seats, { quantity }) => seats + quantity, 0)).toBe(state.quantity);
    }));

  it('never changes again after its deletion', () =>
    always(({ story, now }) => {
      if (story.state.status !== 'deleted') return;
      for (const [, ask, role] of everyVerb) expect(story.no(now, ask, role)).toBe('SUBSCRIPTION_DELETED');
      expect(advanceTo(story.state, plus(now, 'P3650D'), story.context).events).toEqual([]);
    }));

  it('makes the same decision twice', () =>
    holds(({ story, now }) => {
      const before = JSON.stringify(story.reached);
      for (const [, ask, role] of everyVerb) expect(story.asked(now, ask, role)).toEqual(story.asked(now, ask, role));
      expect(JSON.stringify(story.reached)).toBe(before);
    }));

  it('has no gap between charge cycles', () =>
    holds((lived) => {
      for (const { events } of storiesOf(lived)) {
        let state: Subscription = none;
        for (const event of events) {
          const before: Subscription = state;
          state = evolve(state, event);
          if (event.type !== 'ChargeCycleStarted' && event.type !== 'SubscriptionRenewed') continue;
          expect(before.status === 'none' || event.data.cycle.start).toBe(addDays((before as Existing).cycle.end, 1));
          expect(event.data.effectiveAt).toBe(startOf(event.data.cycle.start));
        }
      }
    }));
});

/** The seats that commands asked for: bought, added, removed, or changed with a renewal or a conversion. */
const wantedBy = (events: readonly SubscriptionEvent[]): number => {
  let state: Subscription = none;
  let wanted = 0;
  for (const event of events) {
    const before: Subscription = state;
    state = evolve(state, event);
    if (event.type === 'SubscriptionCreated' && event.data.upgradedFrom === null) wanted += event.data.quantity;
    if (event.type === 'SeatsAdded') wanted += event.data.added;
    if (event.type === 'SeatsRemoved') wanted -= event.data.removed;
    if (before.status === 'none') continue;
    if (event.type === 'TrialConverted') wanted += event.data.quantity - before.quantity;
    if (event.type === 'SubscriptionRenewed')
      wanted += (event.data.applied?.quantity ?? before.quantity) - before.quantity;
  }
  return wanted;
};

const seatsOf = ({ quantity, inTransit }: Existing): number => quantity + (inTransit?.quantity ?? 0);

describe('a random life', () => {
  it('is varied: it renews, upgrades, ends and meets refusals', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(life, (one) => {
        for (const { type } of live(one).story.events) seen.set(type, (seen.get(type) ?? 0) + 1);
      }),
      { numRuns: 300, seed: 1 },
    );
    const expected = [
      'SeatsRemoved',
      'SubscriptionResumed',
      'SubscriptionReactivated',
      'ScheduledChangeFailed',
      'PlanChangeScheduled',
      'TermChanged',
      'TrialConverted',
      'SubscriptionUpgraded',
      'UpgradeCompleted',
      'UpgradeReturned',
      'SubscriptionDisabled',
      'SubscriptionCancelled',
      'SubscriptionDeleted',
    ];
    expect(expected.filter((type) => !seen.has(type))).toEqual([]);
  });
});
