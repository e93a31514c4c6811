import { parseCatalogue, timeline, type Catalogue } from '#catalog';
import {
  isRefusal,
  type Command,
  type Decider,
  type Event,
  type EventMeta,
  type Instant,
  type Meta,
  type Recorded,
  type Role,
} from '#kernel';
import { timelineOf, type PresetName } from '#policy';
import {
  CompleteUpgrade,
  PurchaseSubscription,
  ReceiveUpgrade,
  ReturnUpgrade,
  Settle,
  subscription,
  type Subscription,
  type SubscriptionCommand,
  type SubscriptionEvent,
  type Surroundings,
  type UpgradeStarted,
} from '#subscription';

/** An id that looks like one: `uuid(7)`. */
export const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const plan = (term: string, billingCycle: string, price: string) => ({ term, billingCycle, prices: { EUR: price } });

const offer = (offerId: string, skus: object | readonly object[], more: object = {}) => ({
  offerId,
  name: `Offer ${offerId}`,
  kind: 'newCommerce',
  publisher: { kind: 'microsoft', name: 'Microsoft' },
  billingType: 'license',
  category: 'enterprise',
  segments: ['commercial'],
  countries: 'all',
  skus: [skus].flat().map((sku, i) => ({ skuId: `000${i + 1}`, name: `SKU of ${offerId}`, ...sku })),
  ...more,
});

const allPlans = (month: string, year: string) => [
  plan('P1M', 'monthly', month),
  plan('P1Y', 'monthly', month),
  plan('P1Y', 'annual', year),
  plan('P3Y', 'monthly', month),
  plan('P3Y', 'annual', year),
];

const catalogue = (version: string, effectiveFrom: string, offers: readonly object[]): Catalogue => {
  const read = parseCatalogue({ version, effectiveFrom, offers });
  if ('errors' in read) throw new Error(JSON.stringify(read.errors));
  return read;
};

const trial = { trialDays: 30, convertsTo: 'BASIC/0001', plans: [plan('P1M', 'monthly', '0')] };

const otherKinds = [
  offer(
    'LEGACY',
    [
      { plans: allPlans('5.00', '60.00') },
      { addOn: { prerequisiteSkus: ['LEGACY/0001'] }, plans: allPlans('2.00', '24.00') },
    ],
    { kind: 'legacy' },
  ),
  offer(
    'LEGACY-TRIAL',
    { trialDays: 30, convertsTo: 'LEGACY/0001', plans: [plan('P1M', 'monthly', '0')] },
    { kind: 'legacy' },
  ),
  offer(
    'MARKET',
    { setupUrl: 'https://isv.example/{subscriptionId}', plans: allPlans('7.00', '84.00') },
    { kind: 'isvSaas', publisher: { kind: 'partner', name: 'Publisher' } },
  ),
  offer(
    'METER',
    { plans: [{ ...plan('P1M', 'monthly', '1.00'), includedUnits: { calls: '100' } }] },
    {
      kind: 'usage',
      billingType: 'usage',
    },
  ),
];

/**
 * BASIC leads to BETTER, which holds 40 seats; a TRIAL becomes BASIC. From 2022 on, BETTER is sold for years alone.
 * LEGACY has an add-on, MARKET a page for its set-up, METER 100 calls that each month includes.
 */
export const catalogues = [
  catalogue('2021-01', '2021-01-01T00:00:00Z', [
    offer('BASIC', { upgradeTargets: ['BETTER/0001'], plans: allPlans('10.08', '120.96') }),
    offer('BETTER', { maxSeats: 40, plans: allPlans('12.00', '144.00') }),
    offer('TRIAL', trial),
    ...otherKinds,
  ]),
  catalogue('2022-01', '2022-01-01T00:00:00Z', [
    offer('BASIC', { upgradeTargets: ['BETTER/0001'], plans: allPlans('11.00', '132.00') }),
    offer('BETTER', { maxSeats: 40, plans: allPlans('13.00', '156.00').slice(1) }),
    offer('TRIAL', trial),
    ...otherKinds,
  ]),
] as const;

export const partnerId = 'p1';
export const customerId = uuid(1001);

/** A command that still lacks its time and id. */
export type Ask = (meta: Meta) => SubscriptionCommand;

/** A log in memory that deciders write to, with everything beside an event that a reader may look at. */
export class WrittenLog {
  readonly events: Recorded[] = [];
  readonly #states = new Map<string, unknown>();
  readonly #surroundings: Surroundings;
  #commands = 0;

  constructor(preset: PresetName = 'seed-2021-09') {
    const customer = {
      customerId,
      country: 'NL',
      segment: 'commercial',
      currency: 'EUR',
      accountOpenedAt: '2021-01-01T00:00:00.000Z',
      held: [],
    };
    this.#surroundings = { catalogue: timeline(catalogues), policies: timelineOf(preset), customer };
  }

  /** Records what a command leads to; answers the code of a no. */
  send<C extends Command, E extends Event, S>(decider: Decider<C, E, S>, id: string, command: C): string | undefined {
    const stream = `${decider.category}-${id}`;
    let state = (this.#states.get(stream) ?? decider.initial) as S;
    const decision = decider.decide(command, state);
    if (isRefusal(decision)) return decision.refused;
    const revision = this.events.filter((event) => event.stream === stream).length;
    decision.forEach((event, i) => {
      state = decider.evolve(state, event);
      this.events.push({
        ...event,
        id: uuid(this.events.length + 1),
        stream,
        revision: revision + i,
        position: String(this.events.length + 1).padStart(16, '0'),
        meta: metaOf(command, decider.pinned?.(state)),
      });
    });
    this.#states.set(stream, state);
    return undefined;
  }

  /** Asks something of a subscription; answers the code of a no. */
  ask(subscriptionId: string, at: Instant, ask: Ask, role: Role = 'global-admin'): string | undefined {
    return this.send(subscription(this.#surroundings), subscriptionId, ask(this.meta(at, role)));
  }

  /** The same, but a no is an error. */
  does(subscriptionId: string, at: Instant, ask: Ask, role?: Role): this {
    const no = this.ask(subscriptionId, at, ask, role);
    if (no !== undefined) throw new Error(no);
    return this;
  }

  buys(subscriptionId: string, at: Instant, wish: Partial<PurchaseSubscription['data']> = {}): this {
    const usual = { offerId: 'BASIC', skuId: '0001', quantity: 10, term: 'P1M', billingCycle: 'monthly' } as const;
    const ids = { subscriptionId, orderId: subscriptionId.replace('0000', '0abc'), customerId };
    return this.does(subscriptionId, at, (meta) => new PurchaseSubscription({ ...ids, ...usual, ...wish }, meta));
  }

  settles(subscriptionId: string, at: Instant): this {
    return this.does(subscriptionId, at, (meta) => new Settle({}, meta), 'system');
  }

  /** Brings seats that left to where they were sent, or back, as the upgrade process does. */
  delivers(subscriptionId: string, at: Instant): this {
    const stream = `subscription-${subscriptionId}`;
    const started = this.events.findLast((event) => event.stream === stream && event.type === 'UpgradeStarted');
    if (started === undefined) throw new Error('no seats have left');
    const { data } = started as Recorded<UpgradeStarted>;
    const receive: Ask = (meta) => new ReceiveUpgrade({ started: data }, meta);
    const code = this.ask(data.targetSubscriptionId, at, receive, 'system') as
      ReturnUpgrade['data']['code'] | undefined;
    const { transitionId } = data;
    return this.does(
      subscriptionId,
      at,
      (meta) =>
        code === undefined
          ? new CompleteUpgrade({ transitionId }, meta)
          : new ReturnUpgrade({ transitionId, code }, meta),
      'system',
    );
  }

  state(subscriptionId: string): Subscription {
    return (this.#states.get(`subscription-${subscriptionId}`) ?? { status: 'none' }) as Subscription;
  }

  meta(at: Instant, role: Role = 'global-admin'): Meta {
    this.#commands += 1;
    const commandId = uuid(500_000 + this.#commands);
    return {
      commandId,
      at,
      actor: { id: uuid(9001), role, partnerId },
      partner: { model: 'directBill', cloud: 'global', newCommercePreview: true },
      correlationId: commandId,
      causationId: commandId,
    };
  }
}

const metaOf = ({ meta }: Command, pins: Pick<EventMeta, 'policy' | 'catalogVersion'> = {}): EventMeta => ({
  commandId: meta.commandId,
  fingerprint: 'f'.repeat(64),
  $correlationId: meta.correlationId,
  $causationId: meta.causationId,
  actor: meta.actor,
  recordedAt: meta.at,
  schema: 1,
  ...pins,
});

/** Every type of event of a subscription; one that is missing here does not compile. */
export const subscriptionEvents = Object.keys({
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
