import { plus } from '#calendar';
import type { Instant } from '#kernel';
import type { PresetName, Role } from '#policy';
import fc from 'fast-check';
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
import { activate, addOns, deprovision, kindsShelf, reactivateAddOn, suspendAddOn, use } from './kinds.testing.ts';
import {
  catalogue,
  deliver,
  offer,
  plan,
  purchase,
  rules,
  shelf,
  Story,
  contextOf,
  type Ask,
  type Details,
} from './subscription.testing.ts';

/** The request to one subscription where the customer's others are known: an upgrade may lead into one of them. */
type AskAmong = (others: readonly Story[], serial: number, itself: Story) => Ask;

/** One step of a random life: how long nothing happens, then which request is made to which subscription, by which role. */
type Step = { readonly wait: string; readonly on: number; readonly ask: AskAmong | 'settle' | 'deliver'; who: Role };

/** Everything that one customer does with several subscriptions of all kinds, under one preset. */
export type CustomerLife = {
  readonly start: Instant;
  readonly preset: PresetName;
  readonly purchases: readonly Details[];
  readonly steps: readonly Step[];
};

const leadingToSky = (sold: (typeof kindsShelf)[number]) => ({
  ...sold,
  skus: sold.skus.map((sku) => (sku.skuId === '0001' ? { ...sku, upgradeTargets: ['SKY/0001'] } : sku)),
});

/** Everything that other tests sell, and SKY: the target of CLOUD, without an add-on of its own. */
const everything = [
  ...shelf,
  ...kindsShelf.map((sold) => (sold.offerId === 'CLOUD' ? leadingToSky(sold) : sold)),
  offer('SKY', [
    { plans: [plan('P1M', 'monthly', '14.00'), plan('P1Y', 'monthly', '14.00'), plan('P1Y', 'annual', '168.00')] },
  ]),
];

/** From 2025 on STANDARD is not for sale, nor what leads there. */
const catalogues = [
  catalogue('everything', '2015-01-01T00:00:00Z', everything),
  catalogue(
    'less',
    '2025-01-01T00:00:00Z',
    everything.filter(({ offerId }) => offerId !== 'STANDARD' && offerId !== 'BASIC'),
  ),
];

const wait = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom('PT0S', 'PT0.001S', 'PT1H', 'PT24H', 'P3D') },
  { weight: 3, arbitrary: fc.constantFrom('P9D', 'P18D', 'P31D') },
  { weight: 1, arbitrary: fc.constantFrom('P90D', 'P365D') },
);
const few = fc.integer({ min: 1, max: 4 });
const billingCycle = fc.constantFrom('monthly' as const, 'annual' as const);
const term = fc.constantFrom('P1M' as const, 'P1Y' as const, 'P3Y' as const);
const always = (ask: fc.Arbitrary<Ask>): fc.Arbitrary<AskAmong> => ask.map((one) => () => one);

const places = fc.constantFrom('STANDARD', 'PREMIUM', 'PLUS', 'SKY', 'BASIC');

/** To a new subscription, into another one of the customer's, or into an unknown one. */
const upgrades: fc.Arbitrary<AskAmong> = fc
  .tuple(places, fc.constantFrom(1, 2, 4, 'all' as const), fc.constantFrom(null, null, 0, 1, 2))
  .map(([offerId, wanted, into]) => (others, serial, { state }) => {
    const seats = wanted === 'all' ? state.quantity : wanted;
    if (into === 0) return upgrade(offerId, seats, 's-nowhere');
    const target = into === null ? undefined : others[into % others.length];
    return upgrade(target?.state.offerId ?? offerId, seats, target?.subscriptionId, `s-child-${String(serial)}`);
  });

const change = fc.oneof(
  fc.record({ quantity: few }),
  fc.record({ term, billingCycle }),
  fc.record({ offerId: places, upgradeQuantity: few }),
  fc.record({ offerId: places, quantity: few, term, billingCycle }, { requiredKeys: [] }),
);
const schedules: fc.Arbitrary<AskAmong> = change.map(
  (one) => (_, serial) => schedule(one, `s-scheduled-${String(serial)}`),
);

const requested = fc
  .tuple(fc.constantFrom('OFFICE', 'OFFICE', 'CLOUD'), fc.subarray(['0002', '0003']), few)
  .map(([offerId, skus, seats]) =>
    addOns(
      skus.filter((skuId) => offerId === 'OFFICE' || skuId === '0002').map((skuId): [string, number] => [skuId, seats]),
      offerId,
    ),
  );

const corrections = fc.constantFrom('-0.01', '-12.50', '-300.00', '7.00', '100.00').map(adjust);
let uses = 0;
const usage = fc.constantFrom('0.5', '75.25', '300').map((quantity) => use(quantity, `use-${String(uses++)}`));

const often = fc.oneof(
  always(few.map(addSeats)),
  always(few.map(removeSeats)),
  schedules,
  upgrades,
  upgrades,
  always(requested),
);
const sometimes = always(
  fc.oneof(
    corrections,
    usage,
    fc.record({ term, billingCycle }, { requiredKeys: [] }).map(changePlan),
    fc.record({ quantity: few }, { requiredKeys: [] }).map((paid) => convert(paid)),
    fc.constantFrom(resume, autoRenew(true), autoRenew(false), removeSchedule, rename('One'), activate),
    fc.constantFrom(suspendAddOn('0002'), reactivateAddOn('0002'), suspend, reactivate, reactivate),
  ),
);
const seldom = always(fc.constantFrom(pause(), cancel, deprovision));

const on = fc.nat(7);
const by = (who: Role, ask: fc.Arbitrary<Step['ask']>): fc.Arbitrary<Step> =>
  fc.record({ wait, on, ask, who: fc.constant(who) });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 9, arbitrary: by('global-admin', often) },
  { weight: 7, arbitrary: by('global-admin', sometimes) },
  { weight: 5, arbitrary: by('system', fc.constantFrom('settle' as const, 'deliver' as const, 'deliver' as const)) },
  { weight: 1, arbitrary: by('global-admin', seldom) },
);

const details: fc.Arbitrary<Details> = fc.oneof(
  fc.record({
    offerId: fc.constantFrom('BASIC', 'STANDARD', 'OFFICE', 'OFFICE', 'PLUS', 'CLOUD', 'CLOUD', 'SKY', 'CRM'),
    quantity: fc.integer({ min: 1, max: 12 }),
    term: fc.constant('P1Y' as const),
    billingCycle,
  }),
  fc.constantFrom<Details>({ offerId: 'TRIAL', quantity: 25 }, { offerId: 'METER' }, { offerId: 'CRM', skuId: '0002' }),
);

export const customerLife: fc.Arbitrary<CustomerLife> = fc.record({
  start: fc.constantFrom('2024-01-31T09:00:00.000Z', '2024-06-18T00:00:00.000Z', '2024-02-29T23:59:59.999Z'),
  preset: fc.constantFrom<PresetName>('seed-2021-09', 'docs-2022-03'),
  purchases: fc.array(details, { minLength: 2, maxLength: 4 }),
  steps: fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }),
});

/** Watches a customer's life: called before and after each decision, and when seats come back. */
export type Witness = {
  /** After a decision, before it is recorded. */
  readonly asked: (story: Story, at: Instant, ask: Ask, who: Role) => void;
  /** After each step. */
  readonly stood: (stories: readonly Story[], at: Instant) => void;
};

/** Runs a life; refused requests have no effect. Returns all subscriptions, including those that upgrades opened. */
export const liveAsCustomer = (
  { start, preset, purchases, steps }: CustomerLife,
  witness?: Witness,
): readonly Story[] => {
  const setup = contextOf({ catalogues, policies: rules(preset) });
  const stories = purchases.map((one, i) => {
    const subscriptionId = `s${String(i)}`;
    return new Story(setup, subscriptionId).does(start, purchase({ quantity: 3, ...one, subscriptionId }));
  });
  let at = start;
  for (const [serial, { wait: pause_, on: index, ask, who }] of steps.entries()) {
    at = plus(at, pause_);
    const story = stories[index % stories.length];
    if (story === undefined) continue;
    if (ask === 'settle') story.settled(at);
    else if (ask === 'deliver') for (const source of [...stories]) arrive(source, stories, at);
    else {
      const asked = ask(
        stories.filter((other) => other !== story),
        serial,
        story,
      );
      witness?.asked(story, at, asked, who);
      if (story.no(at, asked, who) === undefined) story.does(at, asked, who);
    }
    witness?.stood(stories, at);
  }
  return stories;
};

/** Like the upgrade process: if the target's own seats are in transit, these wait. */
const arrive = (story: Story, stories: Story[], now: Instant): void => {
  if (story.state.inTransit === null) return;
  const { targetSubscriptionId } = story.state.inTransit;
  const target = stories.find(({ subscriptionId }) => subscriptionId === targetSubscriptionId);
  if (target !== undefined && target.state.inTransit !== null) return;
  const arrived = deliver(story, now, target);
  if (arrived instanceof Story && target === undefined) stories.push(arrived);
};
