import fc from 'fast-check';
import { addDays } from '#calendar';
import type { Instant, Row } from '#kernel';
import { rowsAfter } from '#kernel/testing';
import type { PresetName, Role } from '#policy';
import { nextDue, type Existing, type SubscriptionEvent } from '#subscription';
import { billing } from './billing/index.ts';
import { projections } from './index.ts';
import { renewals } from './renewals/index.ts';
import { status } from './status/index.ts';
import { ReadModels } from './store.testing.ts';
import {
  activate,
  addSeats,
  adjust,
  autoRenew,
  cancel,
  changePlan,
  convert,
  deprovision,
  pause,
  reactivate,
  removeSeats,
  rename,
  resume,
  reactivateAddOn,
  schedule,
  setAddOns,
  stories,
  suspend,
  suspendAddOn,
  unschedule,
  upgrade,
  use,
} from './stories.testing.ts';
import { uuid, WrittenLog, type Ask } from './testing.ts';

const [one, other] = [uuid(1), uuid(2)];
const start = Temporal.Instant.from('2021-06-18T09:00:00Z');
const at = (hours: number): Instant => start.add({ hours }).toString({ fractionalSecondDigits: 3 });

/** A command, or a passage of time: on which subscription, how many hours after the previous step. */
type Step = { readonly ask: Ask | 'settle' | 'deliver'; readonly other: boolean; readonly hours: number };

const seats = fc.integer({ min: 1, max: 9 });
const better = { offerId: 'BETTER', skuId: '0001' };

const asks: readonly fc.Arbitrary<Step['ask']>[] = [
  fc.constant('settle'),
  fc.constant('deliver'),
  fc.constantFrom(pause, resume, cancel, suspend, reactivate, unschedule, convert, activate, deprovision),
  fc.constantFrom(setAddOns(), setAddOns(2), setAddOns(3), suspendAddOn, reactivateAddOn),
  fc.constantFrom('1', '2', '3').map((usageId) => use('75.5', usageId)),
  fc.constantFrom(pause, resume, autoRenew(true), autoRenew(false)),
  seats.map(addSeats),
  seats.map(removeSeats),
  seats.map((quantity) => schedule({ quantity })),
  fc.constant(schedule(better)),
  seats.map((upgradeQuantity) => schedule({ ...better, upgradeQuantity })),
  fc.constantFrom('P1Y' as const, 'P3Y' as const).map((term) => changePlan({ term })),
  fc.constantFrom('monthly' as const, 'annual' as const).map((billingCycle) => changePlan({ billingCycle })),
  seats.map((quantity) => upgrade(quantity)),
  seats.map((quantity) => upgrade(quantity, { subscriptionId: other })),
  fc.constantFrom('Desk', 'Shop').map(rename),
  fc.constantFrom('-1.00', '2.50').map(adjust),
];

const life = fc.record({
  preset: fc.constantFrom<PresetName>('seed-2021-09', 'docs-2022-03'),
  purchase: fc.constantFrom(
    {},
    { term: 'P1Y' as const },
    { term: 'P3Y' as const },
    { offerId: 'TRIAL', quantity: 25 },
    { offerId: 'LEGACY', term: 'P1Y' as const },
    { offerId: 'LEGACY' },
    { offerId: 'MARKET' },
    { offerId: 'METER' },
  ),
  steps: fc.array(
    fc.record<Step>({
      ask: fc.oneof(...asks),
      other: fc.boolean(),
      hours: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 0, max: 48 }) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 24 * 400 }) },
      ),
    }),
    { maxLength: 25 },
  ),
});

type Life = typeof life extends fc.Arbitrary<infer L> ? L : never;

/** New commerce can be suspended only by support (R45). */
const roleFor = ({ kind }: Existing, ask: Ask): Role =>
  kind === 'newCommerce' && (ask === suspend || ask === reactivate) ? 'support' : 'global-admin';

/** The recorded events; refusals record nothing. */
const lived = ({ preset, purchase, steps }: Life): WrittenLog => {
  const log = new WrittenLog(preset).buys(one, at(0), purchase).buys(other, at(1), { offerId: 'BETTER', quantity: 30 });
  let hours = 1;
  for (const step of steps) {
    hours += step.hours;
    const whom = step.other ? other : one;
    const inTransit = (log.state(whom) as Existing).inTransit !== null;
    if (step.ask === 'settle') log.settles(whom, at(hours));
    else if (step.ask !== 'deliver') log.ask(whom, at(hours), step.ask, roleFor(log.state(whom) as Existing, step.ask));
    else if (inTransit) log.delivers(whom, at(hours));
  }
  return log;
};

const states = (log: WrittenLog): readonly Existing[] =>
  [...new Set(log.events.map(({ stream }) => stream.slice('subscription-'.length)))].map(
    (id) => log.state(id) as Existing,
  );

/** Checks a law in every written story, and in randomly generated ones. */
const check = (law: (log: WrittenLog) => void): void => {
  for (const story of Object.values(stories)) law(story());
  fc.assert(
    fc.property(life, (chosen) => law(lived(chosen))),
    { numRuns: 200 },
  );
};

/** Every event type of a subscription; a missing one does not compile. */
const subscriptionEvents = Object.keys({
  SubscriptionCreated: true,
  ChargesPosted: true,
  SeatsAdded: true,
  SeatsRemoved: true,
  SubscriptionPaused: true,
  SubscriptionResumed: true,
  SubscriptionSuspended: true,
  SubscriptionReactivated: true,
  SubscriptionCancelled: true,
  AutoRenewEnabled: true,
  AutoRenewDisabled: true,
  ChangeScheduled: true,
  ScheduledChangeRemoved: true,
  ScheduledChangeFailed: true,
  PlanChangeScheduled: true,
  PlanChangeRevoked: true,
  TermChanged: true,
  TrialConverted: true,
  SubscriptionUpgraded: true,
  UpgradeStarted: true,
  UpgradeCompleted: true,
  UpgradeReturned: true,
  SeatsReceived: true,
  SubscriptionRenamed: true,
  ChargesAdjusted: true,
  ChargeCycleStarted: true,
  SubscriptionRenewed: true,
  SubscriptionExpired: true,
  SubscriptionDisabled: true,
  SubscriptionDeleted: true,
  SubscriptionActivated: true,
  CancellationScheduled: true,
  CancellationRevoked: true,
  AddOnAdded: true,
  AddOnQuantityChanged: true,
  AddOnEnded: true,
  AddOnSuspended: true,
  AddOnReactivated: true,
  UsageRecorded: true,
} satisfies Record<SubscriptionEvent['type'], true>);

/** Rows as texts in a canonical order, without the sequence numbers that only the store assigns. */
const told = (rows: readonly object[]): readonly string[] =>
  rows
    .map((row) =>
      JSON.stringify(
        Object.entries(row)
          .filter(([column]) => column !== 'sequence')
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    )
    .sort();

/** The day after the last day of the running term, if there is one. */
const renewsOn = ({ status, kind, termEnd }: Existing): string | null =>
  kind === 'usage' || ['pending', 'expired', 'disabled', 'deleted'].includes(status) ? null : addDays(termEnd, 1);

describe('the projections', () => {
  it('handle every event type of a subscription', () => {
    expect(
      Object.keys(status.on)
        .filter((type) => type !== 'CustomerRegistered')
        .sort(),
    ).toEqual([...subscriptionEvents].sort());
  });

  it('are tested with every event type', () => {
    const told = new Set(Object.values(stories).flatMap((story) => story().events.map(({ type }) => type)));
    expect([...told].sort()).toEqual([...subscriptionEvents].sort());
  });

  it('show for a subscription the same values as its aggregate', () =>
    check((log) => {
      const rows = rowsAfter(status, 'subscriptions', ...log.events);
      const known = states(log).map((state) => ({
        subscription_id: state.subscriptionId,
        status: state.status,
        access: state.status === 'active' || state.status === 'expired' ? 1 : 0,
        offer_id: state.offerId,
        sku_id: state.skuId,
        offer_name: state.offerName,
        friendly_name: state.friendlyName,
        is_trial: state.isTrial ? 1 : 0,
        quantity: state.quantity,
        term: state.term,
        billing_cycle: state.billingCycle,
        unit_price: state.unitPrice,
        catalog_version: state.catalogVersion,
        policy: state.policy.preset,
        purchased_at: state.purchasedAt,
        term_start: state.termStart,
        term_end: state.kind === 'usage' ? null : state.termEnd,
        cycle_start: state.cycle.start,
        cycle_end: state.cycle.end,
        auto_renew: state.autoRenew ? 1 : 0,
        cancel_at_renewal: state.cancelAtRenewal ? 1 : 0,
        scheduled_change: state.scheduledChange && JSON.stringify(state.scheduledChange),
        scheduled_change_failed: state.scheduledChangeFailed && JSON.stringify(state.scheduledChangeFailed),
        renews_on: renewsOn(state),
        suspension: state.suspension && JSON.stringify(state.suspension),
        upgraded_from: state.upgradedFrom,
        licence_reassignment: state.licenceReassignment,
        revision: log.events.filter(({ stream }) => stream.endsWith(state.subscriptionId)).length - 1,
      }));
      expect(rows).toMatchObject(known);
      expect(rows).toHaveLength(known.length);
      const gone = new Set(
        rows.filter(({ status }) => status === 'deleted').map(({ subscription_id }) => subscription_id),
      );
      const addOns = rowsAfter(status, 'add_ons', ...log.events);
      expect(addOns.filter(({ subscription_id }) => !gone.has(subscription_id))).toEqual(
        states(log).flatMap((state) =>
          state.addOns.map((addOn) => ({
            subscription_id: state.subscriptionId,
            offer_id: addOn.offerId,
            sku_id: addOn.skuId,
            offer_name: addOn.offerName,
            quantity: addOn.quantity,
            unit_price: addOn.unitPrice,
            status: addOn.status,
            suspension: addOn.suspension === undefined ? null : JSON.stringify(addOn.suspension),
          })),
        ),
      );
    }));

  it('show the same due time as the aggregate', () =>
    check((log) => {
      const rows = rowsAfter(renewals, 'renewals', ...log.events) as readonly Row[];
      const expiries = Map.groupBy(
        rowsAfter(renewals, 'add_on_expiries', ...log.events),
        ({ subscription_id }) => subscription_id,
      );
      const due = (row: Row) => {
        const addOns = expiries.get(row['subscription_id'] ?? null) ?? [];
        const dates = [row['due_at'], row['expires_at'], ...addOns.map(({ expires_at }) => expires_at)];
        return row['in_transit'] === 1 ? null : (dates.filter((instant) => instant != null).sort()[0] ?? null);
      };
      const living = states(log).filter(({ status }) => status !== 'deleted');
      expect(Object.fromEntries(rows.map((row) => [row['subscription_id'], due(row)]))).toEqual(
        Object.fromEntries(living.map((state) => [state.subscriptionId, nextDue(state)])),
      );
      const running = living.filter(
        ({ status, kind }) => !['expired', 'disabled', 'pending'].includes(status) && kind !== 'usage',
      );
      expect(
        rows.flatMap((row) => (row['renews_on'] === null ? [] : [[row['subscription_id'], row['renews_on']]])),
      ).toEqual(running.map((state) => [state.subscriptionId, addDays(state.termEnd, 1)]));
    }));

  it('collect every posted charge line, once (E52)', () =>
    check((log) => {
      const posted = log.events.flatMap((event) =>
        event.type === 'ChargesPosted' ? (event.data as unknown as { lines: { subtotal: string }[] }).lines : [],
      );
      const rows = rowsAfter(billing, 'charges', ...log.events);
      expect(rows.map(({ subtotal }) => subtotal)).toEqual(posted.map(({ subtotal }) => subtotal));
    }));

  it('have the same result, whatever batches the events arrive in (E52)', () =>
    fc.assert(
      fc.asyncProperty(life, fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }), async (chosen, sizes) => {
        const { events } = lived(chosen);
        const [whole, parts] = [await ReadModels.open(), await ReadModels.open()];
        await whole.follow(events);
        for (let from = 0, i = 0; from < events.length; i += 1) {
          const size = sizes[i % sizes.length] ?? 1;
          await parts.follow(events.slice(from, from + size));
          from += size;
        }
        const rows = await parts.rows();
        expect(rows).toEqual(await whole.rows());
        for (const projection of projections)
          for (const table of Object.keys(projection.tables))
            expect(told(rows[table] ?? [])).toEqual(told(rowsAfter(projection, table, ...events)));
        await Promise.all([whole.store.close(), parts.store.close()]);
      }),
      { numRuns: 25 },
    ));
});
