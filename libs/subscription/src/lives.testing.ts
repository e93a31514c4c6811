import { plus } from '#calendar';
import type { Instant } from '#kernel';
import fc from 'fast-check';
import {
  addSeats,
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
import {
  bought,
  catalogue,
  deliver,
  offer,
  original,
  plan,
  rules,
  Story,
  type Ask,
  type Details,
} from './subscription.testing.ts';
import type { Role } from '#policy';

/** One step of a random life: how long nothing happens, then a request, by a role. */
type Step = { readonly wait: string; readonly ask: Ask | 'settle' | 'deliver'; readonly who: Role };

export type Life = {
  readonly start: Instant;
  readonly details: Details;
  readonly preset: 'seed-2021-09' | 'docs-2022-03';
  readonly steps: readonly Step[];
};

const wait = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('PT0S', 'PT0.001S', 'PT1H', 'PT24H', 'P3D') },
  { weight: 3, arbitrary: fc.constantFrom('P7D', 'P18D', 'P31D') },
  { weight: 1, arbitrary: fc.constantFrom('P100D', 'P365D') },
);
const few = fc.integer({ min: 1, max: 4 });
const sku = fc.constantFrom('BASIC', 'STANDARD', 'PREMIUM', 'ENTERPRISE');
const term = fc.constantFrom<'P1M' | 'P1Y' | 'P3Y'>('P1M', 'P1Y', 'P3Y');
const billingCycle = fc.constantFrom<'monthly' | 'annual'>('monthly', 'annual');
const change = fc.oneof(
  fc.record({ quantity: few }),
  fc.record({ term }),
  fc.record({ offerId: fc.constant('STANDARD') }),
  fc.record({ offerId: fc.constant('STANDARD'), upgradeQuantity: few }),
  fc.record({ offerId: sku, quantity: few, term, billingCycle, upgradeQuantity: few }, { requiredKeys: [] }),
);

const anotherPlan = fc.oneof(fc.record({ billingCycle }), fc.record({ term, billingCycle }, { requiredKeys: [] }));

/** To a new subscription, or into an unknown one. */
const upgrades = fc
  .tuple(
    fc.constantFrom('STANDARD', 'STANDARD', 'PREMIUM', 'BASIC'),
    few,
    fc.constantFrom(undefined, undefined, 's-nowhere'),
  )
  .map(([offerId, seats, existing]) => upgrade(offerId, seats, existing));

const now = fc.constantFrom<'settle' | 'deliver'>('settle', 'deliver', 'deliver');

const often = fc.oneof(
  few.map(addSeats),
  few.map(removeSeats),
  change.map((one) => schedule(one)),
  upgrades,
);
const sometimes = fc.oneof(
  anotherPlan.map(changePlan),
  fc.record({ quantity: few, term }, { requiredKeys: [] }).map((paid) => convert(paid)),
  fc.constantFrom(resume, resume, autoRenew(true), removeSchedule, rename('One'), rename('Another')),
);
const seldom = fc.constantFrom(pause(), autoRenew(false), cancel);

/** From 2025 on fewer things are for sale. */
const later = catalogue('2025-01', '2025-01-01T00:00:00Z', [
  offer('BASIC', [
    {
      minSeats: 3,
      maxSeats: 300,
      upgradeTargets: ['STANDARD/0001'],
      plans: [plan('P1M', 'monthly', '11.00'), plan('P1Y', 'monthly', '11.00'), plan('P3Y', 'annual', '130.00')],
    },
  ]),
  offer('STANDARD', [{ plans: [plan('P1M', 'monthly', '7.00'), plan('P1Y', 'monthly', '7.00')] }]),
  offer('ENTERPRISE', [{ maxSeats: 500, plans: [plan('P1Y', 'monthly', '60.00')] }]),
]);

const by = (who: Role, ask: fc.Arbitrary<Step['ask']>): fc.Arbitrary<Step> =>
  fc.record({ wait, ask, who: fc.constant(who) });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: by('global-admin', often) },
  { weight: 4, arbitrary: by('global-admin', sometimes) },
  { weight: 4, arbitrary: by('system', now) },
  { weight: 1, arbitrary: by('global-admin', seldom) },
  { weight: 1, arbitrary: by('support', fc.constantFrom(suspend, reactivate, reactivate, reactivate)) },
);

const details: fc.Arbitrary<Details> = fc.oneof(
  fc.record({
    offerId: fc.constantFrom('BASIC', 'STANDARD'),
    quantity: fc.integer({ min: 3, max: 12 }),
    term,
    billingCycle,
  }),
  fc.constant({ offerId: 'TRIAL', quantity: 25 }),
);

/** Lives of new-commerce subscriptions: some buy what is not sold for long, and some consist almost only of refusals. */
export const life: fc.Arbitrary<Life> = fc.record({
  start: fc.constantFrom('2024-01-31T09:00:00.000Z', '2024-06-18T00:00:00.000Z', '2024-02-29T23:59:59.999Z'),
  details,
  preset: fc.constantFrom('seed-2021-09', 'docs-2022-03'),
  steps: fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }),
});

const sold = ({ term: committed = 'P1M', billingCycle: paid = 'monthly', ...rest }: Details): Details => ({
  ...rest,
  term: committed,
  billingCycle: committed === 'P1M' ? 'monthly' : paid,
});

/** A life as it went: the subscription, those that its upgrades opened, and when it was last examined. */
export type Lived = { readonly story: Story; readonly children: readonly Story[]; readonly now: Instant };

/** Runs a life; refused requests have no effect. `watch` is called before each step. */
export const live = ({ start, details: wanted, preset, steps }: Life, watch?: (lived: Lived) => void): Lived => {
  const story = bought(start, sold(wanted), { policies: rules(preset), catalogues: [original, later] });
  const children: Story[] = [];
  let at = start;
  for (const { wait: pause_, ask, who } of steps) {
    at = plus(at, pause_);
    watch?.({ story, children, now: at });
    if (ask === 'settle') story.settled(at);
    else if (ask === 'deliver') arrive(story, children, at);
    else if (story.no(at, ask, who) === undefined) story.does(at, ask, who);
  }
  return { story, children, now: at };
};

/** Every second child finds its id taken, and the seats come back. */
const arrive = (story: Story, children: Story[], now: Instant): void => {
  if (story.state.inTransit === null) return;
  const { targetSubscriptionId } = story.state.inTransit;
  const taken = children.find(({ subscriptionId }) => subscriptionId === targetSubscriptionId);
  const answer = deliver(story, now, taken);
  if (answer instanceof Story) children.push(answer);
};
