import { isRefusal } from '#kernel';
import { add, compare, sum, type Decimal } from '#money';
import fc from 'fast-check';
import type { ChargeLine } from './charges/charge-line.ts';
import type { ChargesPosted } from './charges/charges.ts';
import { customerLife, liveAsCustomer, type Witness } from './customer-lives.testing.ts';
import { evolve } from './events.ts';
import { none, type Existing, type Subscription } from './state.ts';
import { linesOf, type Story } from './subscription.testing.ts';
import { nextDue, advanceTo } from './time/advance.ts';

const ignored: Witness = { asked: () => undefined, stood: () => undefined };

const holds = (law: (stories: readonly Story[]) => void, numRuns = 60) =>
  fc.assert(
    fc.property(customerLife, (one) => law(liveAsCustomer(one))),
    { numRuns },
  );
const always = (witness: Partial<Witness>, numRuns = 25) =>
  fc.assert(
    fc.property(customerLife, (one) => void liveAsCustomer(one, { ...ignored, ...witness })),
    { numRuns },
  );

const totalOf = (lines: readonly ChargeLine[]): Decimal =>
  sum(
    lines.map(({ subtotal }) => subtotal),
    'EUR',
  );
const isCorrection = ({ chargeType }: ChargeLine): boolean =>
  chargeType === 'customerCredit' || chargeType === 'customerDebit';

describe("laws of a customer's subscriptions", () => {
  it('a refusal changes nothing, and a dry run equals its execution', () =>
    always({
      asked: (story, at, ask, who) => {
        const before = JSON.stringify([story.reached, story.events]);
        const tried = story.asked(at, ask, who);
        expect(JSON.stringify([story.reached, story.events])).toBe(before);
        expect(story.asked(at, ask, who)).toEqual(tried);
        if (isRefusal(tried)) return;
        // The view of the subscription at this instant is the state that the decision started from.
        const { events } = advanceTo(story.state, at, story.context);
        expect(tried.slice(0, events.length)).toEqual(events);
      },
    }));

  it('a view of a later instant shows what will be recorded', () =>
    always({
      stood: (stories, at) => {
        for (const { reached, state, context } of stories) {
          if (state.inTransit !== null) continue;
          const { events, state: foretold } = advanceTo(state, at, context);
          expect(events.reduce<Subscription>(evolve, reached)).toEqual(foretold);
          expect(advanceTo(foretold, at, context).events).toEqual([]);
        }
      },
    }));

  it('returning seats restore everything: seats, add-ons, scheduled change and money', () =>
    holds((stories) => {
      for (const { events } of stories) {
        let state: Subscription = none;
        let before: Existing | undefined;
        for (const event of events) {
          if (event.type === 'UpgradeStarted' && !event.data.atRenewal) before = state as Existing;
          state = evolve(state, event);
          if (event.type !== 'UpgradeReturned' || before === undefined) continue;
          const { transitionId } = event.data;
          const returned = afterOperation(events, transitionId);
          expect(marksOf(returned)).toEqual(marksOf(before));
          expect(totalOf(linesUnder(events, transitionId))).toBe('0.00');
          before = undefined;
        }
      }
    }));

  it('no operation returns more than is left of the running cycle (rule-book.md §2.4, invariant 3)', () =>
    holds((stories) => {
      const charged = stories.flatMap(({ events }) => linesByReference(events));
      for (const { events, state } of stories)
        for (const [posted, left, earlier] of leftBefore(events)) {
          if (takesBackWhole(posted.data.lines, earlier)) continue;
          // Its other side has not been charged yet.
          if (posted.data.referenceId === state.inTransit?.transitionId) continue;
          const net = netOf(posted, charged);
          const isWithin = compare(totalOf(posted.data.lines), '0') >= 0 || compare(add(left, net), '0') >= 0;
          expect([posted.data.referenceId, left, net, isWithin]).toEqual([posted.data.referenceId, left, net, true]);
        }
    }));

  it('no capped credit turns into a charge', () =>
    holds((stories) => {
      for (const { events } of stories)
        for (const line of linesOf(events))
          if (line.rounding === 'capped') expect([line, compare(line.subtotal, '0')]).not.toEqual([line, 1]);
    }));

  it('no seat is lost or doubled, whichever of the subscriptions it is on', () =>
    always({
      stood: (stories) => {
        const wanted = stories.reduce((seats, { events }) => seats + wantedBy(events), 0);
        const there = stories.reduce(
          (seats, { state }) => seats + state.quantity + (state.inTransit?.quantity ?? 0),
          0,
        );
        expect(there).toBe(wanted);
        for (const { state } of stories)
          expect(state.lots.reduce((seats, { quantity }) => seats + quantity, 0)).toBe(state.quantity);
      },
    }));

  it('nothing depends on a deleted subscription', () =>
    always({
      stood: (stories) => {
        for (const { state } of stories) {
          if (state.status !== 'deleted') continue;
          const { addOns, autoRenew, scheduledChange, pendingPlan, suspension, stageEndsAt } = state;
          expect({ addOns, autoRenew, scheduledChange, pendingPlan, suspension, stageEndsAt }).toEqual({
            ...{ addOns: [], autoRenew: false, scheduledChange: null },
            ...{ pendingPlan: null, suspension: null, stageEndsAt: null },
          });
          if (state.inTransit === null) expect(nextDue(state)).toBeNull();
        }
      },
    }));
});

type Events = Story['events'];

/** The state after all events of the last operation have been recorded. */
const afterOperation = (events: Events, referenceId: string): Existing => {
  const last = events.findLastIndex(
    (event) => event.type === 'ChargesPosted' && event.data.referenceId === referenceId,
  );
  const next = events[last + 1];
  const isBack = next?.type === 'ChangeScheduled' && next.data.cause === 'upgradeReturned';
  return events.slice(0, last + (isBack ? 2 : 1)).reduce<Subscription>(evolve, none) as Existing;
};

/** The parts of the state that a failed upgrade leaves unchanged. */
const marksOf = ({ status, quantity, lots, addOns, scheduledChange, pendingPlan }: Existing) => ({
  ...{ status, quantity, scheduledChange, pendingPlan },
  lots: lots.toSorted((a, b) => (a.since < b.since ? -1 : 1)),
  addOns: addOns.toSorted((a, b) => (a.skuId < b.skuId ? -1 : 1)),
});

const linesUnder = (events: Events, referenceId: string): readonly ChargeLine[] =>
  linesOf(events.filter((event) => event.type === 'ChargesPosted' && event.data.referenceId === referenceId));

const linesByReference = (events: Events) =>
  events.filter((event): event is ChargesPosted => event.type === 'ChargesPosted').map(({ data }) => data);

/** The posted charges, each with the amount left of the cycle that ran when its operation began. */
const leftBefore = (events: Events): readonly (readonly [ChargesPosted, Decimal, readonly ChargeLine[]])[] => {
  const found: [ChargesPosted, Decimal, readonly ChargeLine[]][] = [];
  let before: Subscription = none;
  let state: Subscription = none;
  for (const event of events) {
    // The event before the charges may have begun another cycle (a change of plan, a conversion).
    if (event.type === 'ChargesPosted' && before.status !== 'none' && state.status !== 'none')
      found.push([event, larger(leftOf(before), leftOf(state)), before.lines]);
    before = state;
    state = evolve(state, event);
  }
  return found;
};

/** Whether lines are a full refund: each the reversal of another line that was posted (invariant 2). */
const takesBackWhole = (lines: readonly ChargeLine[], earlier: readonly ChargeLine[]): boolean => {
  const rest = [...earlier];
  return lines.every((line) => {
    const its = rest.findIndex(
      ({ chargeStart, chargeEnd, subtotal }) =>
        chargeStart === line.chargeStart &&
        chargeEnd === line.chargeEnd &&
        compare(add(subtotal, line.subtotal), '0') === 0,
    );
    if (line.rounding !== 'reversal' || its < 0) return false;
    rest.splice(its, 1);
    return true;
  });
};

const larger = (one: Decimal, other: Decimal): Decimal => (compare(one, other) > 0 ? one : other);

/** The net of an operation, including its other side; manual adjustments are not operations on a cycle. */
const netOf = ({ data }: ChargesPosted, charged: readonly ChargesPosted['data'][]): Decimal => {
  const sides = charged.filter(
    (other) => other.referenceId === data.referenceId && other.subscriptionId !== data.subscriptionId,
  );
  const here = totalOf(data.lines.filter((line) => !isCorrection(line)));
  return sides.reduce((net, { lines }) => add(net, totalOf(lines)), here);
};

const isLess = ({ subtotal }: { readonly subtotal: Decimal }): boolean => compare(subtotal, '0') < 0;

/** The charges of the running cycle, with or without manual adjustments, whichever is larger. */
const leftOf = ({ lines, linesBefore, cycle }: Existing): Decimal => {
  // The credit of a plan change belongs to the old cycle, although it starts on the new one's first day.
  const running = lines
    .slice(linesBefore)
    .filter((line) => line.chargeStart >= cycle.start && !(line.chargeType === 'changeBillingPlan' && isLess(line)));
  const bare = totalOf(running.filter((line) => !isCorrection(line)));
  return larger('0', larger(totalOf(running), bare));
};

/** The seats that commands asked for: bought, added, removed, or changed with a renewal or a conversion. */
const wantedBy = (events: Events): number => {
  let state: Subscription = none;
  let wanted = 0;
  for (const event of events) {
    const before = state.status === 'none' ? 0 : state.quantity;
    state = evolve(state, event);
    if (event.type === 'SubscriptionCreated' && event.data.upgradedFrom === null) wanted += event.data.quantity;
    if (event.type === 'SeatsAdded') wanted += event.data.added;
    if (event.type === 'SeatsRemoved') wanted -= event.data.removed;
    if (event.type === 'TrialConverted') wanted += event.data.quantity - before;
    if (event.type === 'SubscriptionRenewed') wanted += (event.data.applied?.quantity ?? before) - before;
  }
  return wanted;
};

it('a random life of a customer covers every kind of event', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(customerLife, (one) => {
      for (const { events } of liveAsCustomer(one)) for (const { type } of events) seen.add(type);
    }),
    { numRuns: 250, seed: 1 },
  );
  const expected = [
    'AddOnAdded',
    'AddOnEnded',
    'ChargesAdjusted',
    'ChangeScheduled',
    'SeatsReceived',
    'SubscriptionUpgraded',
  ];
  expected.push(
    'UpgradeCompleted',
    'UpgradeReturned',
    'SubscriptionSuspended',
    'SubscriptionReactivated',
    'UsageRecorded',
  );
  expected.push(
    'SubscriptionCancelled',
    'SubscriptionDeleted',
    'SubscriptionRenewed',
    'ScheduledChangeFailed',
    'TrialConverted',
  );
  expect(expected.filter((type) => !seen.has(type))).toEqual([]);
});
