import { plus } from '#calendar';
import type { Instant } from '#kernel';
import type { PresetName } from '#policy';
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
  removeSeats,
  resume,
  schedule,
  suspend,
  upgrade,
} from './asks.testing.ts';
import {
  activate,
  addOns,
  cloud,
  crm,
  deprovision,
  metered,
  office,
  reactivateAddOn,
  suspendAddOn,
  use,
} from './kinds.testing.ts';
import type { Ask, Story } from './subscription.testing.ts';

/** One step of a random life: how long nothing happens, then the request. */
type Step = { readonly wait: string; readonly ask: Ask | 'settle' };

/** A random life of a subscription of one of the four kinds. */
export type KindLife = { readonly open: () => Story; readonly start: Instant; readonly steps: readonly Step[] };

/** A life as it went, and when it was last examined. */
export type KindLived = { readonly story: Story; readonly now: Instant };

const wait = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('PT0S', 'PT0.001S', 'PT1H', 'PT24H', 'P3D') },
  { weight: 3, arbitrary: fc.constantFrom('P9D', 'P18D', 'P31D') },
  { weight: 1, arbitrary: fc.constantFrom('P90D', 'P365D') },
);
const few = fc.integer({ min: 1, max: 4 });
const sets = (offerId: string, ...skus: readonly string[]): fc.Arbitrary<Ask> =>
  fc
    .subarray([...skus])
    .chain((chosen) => fc.tuple(...chosen.map((sku) => few.map((seats): [string, number] => [sku, seats]))))
    .map((requested) => addOns(requested, offerId));

const seats = [few.map(addSeats), few.map(removeSeats)];
const rests = [fc.constantFrom(suspend, reactivate, reactivate)];
const term = fc.constantFrom('P1M' as const, 'P1Y' as const);
const billingCycle = fc.constantFrom('monthly' as const, 'annual' as const);
const details = fc.record({
  quantity: fc.integer({ min: 3, max: 12 }),
  term: fc.constant('P1Y' as const),
  billingCycle,
});

const ofOffice: readonly fc.Arbitrary<Ask>[] = [
  ...seats,
  ...rests,
  sets('OFFICE', '0002', '0003'),
  fc.constantFrom('0002', '0003').map(suspendAddOn),
  fc.constantFrom('0002', '0003').map(reactivateAddOn),
  few.map((quantity) => upgrade('PLUS', quantity)),
  fc.constant(convert()),
];
const ofCrm: readonly fc.Arbitrary<Ask>[] = [
  ...seats,
  ...rests,
  fc.constantFrom(cancel, autoRenew(true), autoRenew(false), autoRenew(true), activate, activate),
];
let uses = 0;
const ofMeter: readonly fc.Arbitrary<Ask>[] = [
  fc
    .tuple(fc.constantFrom('0.5', '20', '75.25', '300'), fc.constantFrom('0.10', '0.0333'))
    .map(([quantity, unitPrice]) => use(quantity, `use-${String(uses++)}`, { unitPrice })),
  fc.constant(use('10', 'the-same', { usedAt: '2021-06-18T09:00:00.000Z' })),
];
const ofCloud: readonly fc.Arbitrary<Ask>[] = [
  ...seats,
  sets('CLOUD', '0002'),
  fc
    .constantFrom<'P1Y' | 'P3Y'>('P1Y', 'P3Y')
    .chain((longer) => billingCycle.map((cycle) => changePlan({ term: longer, billingCycle: cycle }))),
  fc.record({ quantity: few, billingCycle }, { requiredKeys: [] }).map((change) => schedule(change)),
  fc.constantFrom(pause(), resume, resume, autoRenew(true), cancel),
];

const stepOf = (asks: readonly fc.Arbitrary<Ask>[], seldom: readonly Ask[]): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.record({
      wait,
      ask: fc.oneof(
        { weight: 16, arbitrary: fc.oneof(...asks) },
        { weight: 5, arbitrary: fc.constant('settle' as const) },
        ...(seldom.length > 0 ? [{ weight: 1, arbitrary: fc.constantFrom(...seldom) }] : []),
      ),
    }),
    { minLength: 5, maxLength: 40, size: 'max' },
  );

const start = fc.constantFrom('2021-01-31T09:00:00.000Z', '2021-06-18T00:00:00.000Z', '2024-02-29T23:59:59.999Z');
const preset = fc.constantFrom<PresetName>('seed-2021-09', 'docs-2022-03');

const lifeOf = (
  opening: fc.Arbitrary<(at: Instant, preset: PresetName) => Story>,
  asks: readonly fc.Arbitrary<Ask>[],
  ...seldom: readonly Ask[]
): fc.Arbitrary<KindLife> =>
  fc
    .record({ start, preset, opening, steps: stepOf(asks, seldom) })
    .map((life) => ({ ...life, open: () => life.opening(life.start, life.preset) }));

/** Lives of each kind. */
export const livesByKind: Readonly<Record<string, fc.Arbitrary<KindLife>>> = {
  legacy: lifeOf(
    fc.oneof(
      details.map((wanted) => (at: Instant, rules: PresetName) => office(at, wanted, { preset: rules })),
      fc.constant((at: Instant, rules: PresetName) => office(at, { skuId: '0009', term: 'P1M' }, { preset: rules })),
    ),
    ofOffice,
  ),
  marketplace: lifeOf(
    fc
      .tuple(details, term, fc.constantFrom('0001', '0002'))
      .map(([{ quantity, billingCycle: paid }, committed, skuId]) => (at: Instant, rules: PresetName) => {
        const cycle = committed === 'P1M' ? 'monthly' : paid;
        return crm(at, { skuId, quantity, term: committed, billingCycle: cycle }, { preset: rules });
      }),
    ofCrm,
  ),
  usage: lifeOf(
    fc.constant((at: Instant, rules: PresetName) => metered(at, { preset: rules })),
    ofMeter,
    deprovision,
  ),
  'new commerce with add-ons': lifeOf(
    details.map((wanted) => (at: Instant, rules: PresetName) => cloud(at, wanted, { preset: rules })),
    ofCloud,
  ),
  'a legacy account with manual adjustments': lifeOf(
    details.map((wanted) => (at: Instant, rules: PresetName) => office(at, wanted, { preset: rules })),
    [...ofOffice, fc.constant(adjust('12.50'))],
  ),
};

/** Runs a life; refused requests have no effect. `watch` is called before each step. */
export const liveKind = ({ open, start: at, steps }: KindLife, watch?: (lived: KindLived) => void): KindLived => {
  const story = open();
  let now = at;
  for (const { wait: pause_, ask } of steps) {
    now = plus(now, pause_);
    watch?.({ story, now });
    if (ask === 'settle') story.settled(now);
    else if (story.no(now, ask) === undefined) story.does(now, ask);
  }
  return { story, now };
};
