import type { BillingCycle, Term } from '#calendar';
import { parseCatalogue, timeline, type Catalogue } from '#catalog';
import { isRefusal, type Instant } from '#kernel';
import { timelineOf, type PartnerMeta, type Policy, type PolicyTimeline, type PresetName, type Role } from '#policy';
import type { ChargeLine } from './charges/charge-line.ts';
import { evolve, type SubscriptionEvent } from './events.ts';
import { PurchaseSubscription } from './verbs/purchase.ts';
import { ReceiveUpgrade } from './transfer/receive-upgrade.ts';
import { AdvanceTime } from './time/advance.ts';
import { none, type Existing, type Subscription } from './state.ts';
import { subscription, type SubscriptionCommand } from './subscription.ts';
import type { DecisionContext } from './context.ts';
import { ReturnUpgrade } from './transfer/return-upgrade.ts';
import { CompleteUpgrade, type UpgradeStarted } from './transfer/transfer.ts';
import type { Decision, Refusal, RefusalCode } from './refusals.ts';

/** The differences between a SKU of a test's catalogue and a plain one. */
type SkuWish = { readonly skuId?: string; readonly plans?: readonly object[] } & Readonly<Record<string, unknown>>;

/** `plan('P1M', 'monthly', '10.08')`; in EUR where no prices by currency are given. */
export const plan = (term: Term, billingCycle: BillingCycle, prices: string | Readonly<Record<string, string>>) => ({
  term,
  billingCycle,
  prices: typeof prices === 'string' ? { EUR: prices } : prices,
});

export const offer = (offerId: string, skus: readonly SkuWish[], more: Readonly<Record<string, unknown>> = {}) => ({
  offerId,
  name: `Offer ${offerId}`,
  kind: 'newCommerce',
  publisher: { kind: 'microsoft', name: 'Microsoft' },
  billingType: 'license',
  category: 'enterprise',
  segments: ['commercial'],
  countries: 'all',
  skus: skus.map((sku) => ({ skuId: '0001', name: `SKU of ${offerId}`, ...sku })),
  ...more,
});

/** A catalogue file as it is read at the start. */
export const catalogue = (version: string, effectiveFrom: string, offers: readonly object[]): Catalogue => {
  const read = parseCatalogue({ version, effectiveFrom, offers });
  if ('errors' in read) throw new Error(JSON.stringify(read.errors));
  return read;
};

const allPlans = (month: string, year: string, threeYears: string) => [
  plan('P1M', 'monthly', month),
  plan('P1Y', 'monthly', month),
  plan('P1Y', 'annual', year),
  plan('P3Y', 'monthly', month),
  plan('P3Y', 'annual', year),
  plan('P3Y', 'triennial', threeYears),
];

/** BASIC leads to STANDARD, that to PREMIUM; TRIAL becomes ENTERPRISE; WORLD is sold for yen and dinars, too. */
export const shelf = [
  offer('BASIC', [
    { minSeats: 1, maxSeats: 300, upgradeTargets: ['STANDARD/0001'], plans: allPlans('10.08', '120.96', '362.88') },
  ]),
  offer('STANDARD', [{ upgradeTargets: ['PREMIUM/0001'], plans: allPlans('6.43', '77.16', '231.48') }]),
  offer('PREMIUM', [{ plans: allPlans('20.00', '240.00', '720.00') }]),
  offer('ENTERPRISE', [
    { maxSeats: 500, upgradeTargets: ['PREMIUM/0001'], plans: allPlans('52.61', '631.32', '1893.96') },
  ]),
  offer('TRIAL', [{ trialDays: 30, convertsTo: 'ENTERPRISE/0001', plans: [plan('P1M', 'monthly', '0')] }]),
  offer('WORLD', [{ plans: [plan('P1M', 'monthly', { EUR: '0.00', JPY: '1000', KWD: '3.250' })] }]),
];

export const original = catalogue('2021-01', '2021-01-01T00:00:00Z', shelf);

/** A preset's policy, with some keys overridden. */
export const rules = (preset: PresetName, override?: Partial<Policy>): PolicyTimeline =>
  override === undefined
    ? timelineOf(preset)
    : { timeline: [{ from: '0000-01-01T00:00:00.000Z', pin: { preset, override } }] };

type Setting = {
  readonly catalogues?: readonly Catalogue[];
  readonly policies?: PolicyTimeline;
  readonly currency?: string;
  /** The existing subscription that a scheduled upgrade names. */
  readonly target?: Subscription;
};

/** The context of a test's decisions: always a customer, another subscription only if the test names one. */
export type Setup = Required<Omit<DecisionContext, 'target'>> & Pick<DecisionContext, 'target'>;

export const contextOf = ({
  catalogues = [original],
  policies = timelineOf('seed-2021-09'),
  currency = 'EUR',
  target,
}: Setting): Setup => ({
  catalogue: timeline(catalogues),
  policies,
  ...(target === undefined ? {} : { target }),
  customer: {
    customerId: 'c1',
    country: 'NL',
    segment: 'commercial',
    currency,
    accountOpenedAt: '2021-01-01T00:00:00.000Z',
    held: [],
  },
});

/** The metadata of a command: when, by which role; each with an id of its own. */
export const meta = (at: Instant, role: Role = 'global-admin', commandId = 'a-command'): PartnerMeta => ({
  commandId,
  at,
  actor: { id: 'a-user', role, partnerId: 'p1' },
  partner: { model: 'directBill', cloud: 'global', newCommercePreview: true },
  correlationId: commandId,
  causationId: commandId,
});

/** A command without its time and target: `(meta, to) => new AddSeats({ ...to, quantity: 2 }, meta)`. */
export type Ask = (meta: PartnerMeta, to: { readonly subscriptionId: string }) => SubscriptionCommand;

/** A charge line as one line of text, for readable tables. */
const told = ({ chargeType, subtotal, quantity, chargeStart, chargeEnd, days, cycleDays, rounding }: ChargeLine) =>
  `${chargeType} ${subtotal} for ${quantity}, ${chargeStart} to ${chargeEnd}, ${days}/${cycleDays} ${rounding}`;

/** A subscription's life, command by command; keeps its events and its state. */
export class Story {
  readonly context: Setup;
  readonly subscriptionId: string;
  events: readonly SubscriptionEvent[] = [];
  /** The events of the last step. */
  last: readonly SubscriptionEvent[] = [];
  reached: Subscription = none;
  #commands = 0;

  constructor(context: Setup, subscriptionId: string) {
    this.context = context;
    this.subscriptionId = subscriptionId;
  }

  /** Decides without recording. */
  asked(at: Instant, ask: Ask, who: Role | Partial<PartnerMeta> = 'global-admin'): Decision<SubscriptionEvent> {
    const known = meta(at, typeof who === 'string' ? who : 'global-admin', `${this.subscriptionId}-${this.#commands}`);
    return subscription(this.context).decide(
      ask(typeof who === 'string' ? known : { ...known, ...who }, { subscriptionId: this.subscriptionId }),
      this.reached,
    );
  }

  /** Carries it out, or fails the test. */
  does(at: Instant, ask: Ask, who?: Role | Partial<PartnerMeta>): this {
    const decision = this.asked(at, ask, who);
    if (isRefusal(decision)) throw new Error(`${decision.refused}: ${decision.because}`);
    this.#commands += 1;
    this.last = decision;
    this.events = [...this.events, ...decision];
    this.reached = decision.reduce(evolve, this.reached);
    return this;
  }

  refusal(at: Instant, ask: Ask, who?: Role | Partial<PartnerMeta>): Refusal | undefined {
    const decision = this.asked(at, ask, who);
    return isRefusal(decision) ? decision : undefined;
  }

  /** The code of the refusal; undefined if the command is accepted. */
  no(at: Instant, ask: Ask, who?: Role | Partial<PartnerMeta>): RefusalCode | undefined {
    return this.refusal(at, ask, who)?.refused;
  }

  settled(at: Instant): this {
    return this.does(at, (m, to) => new AdvanceTime(to, m), 'system');
  }

  get state(): Existing {
    if (this.reached.status === 'none') throw new Error('nothing was bought');
    return this.reached;
  }

  /** All charges so far, or those of one step. */
  money(of: readonly SubscriptionEvent[] = this.events): readonly string[] {
    return linesOf(of).map(told);
  }
}

export const linesOf = (events: readonly SubscriptionEvent[]): readonly ChargeLine[] =>
  events.flatMap((event) => (event.type === 'ChargesPosted' ? event.data.lines : []));

export const typesOf = (events: readonly SubscriptionEvent[]): readonly string[] => events.map(({ type }) => type);

export type Details = Partial<PurchaseSubscription['data']>;

export const purchase =
  (details: Details = {}): Ask =>
  (m) =>
    new PurchaseSubscription(
      {
        subscriptionId: 's1',
        orderId: 'o1',
        customerId: 'c1',
        offerId: 'BASIC',
        skuId: '0001',
        quantity: 10,
        term: 'P1M',
        billingCycle: 'monthly',
        ...details,
      },
      m,
    );

/** A subscription bought at an instant: 10 seats of BASIC for a month, unless the details say otherwise. */
export const bought = (at: Instant, details: Details = {}, setting: Setting = {}): Story =>
  new Story(contextOf(setting), details.subscriptionId ?? 's1').does(at, purchase(details));

/** A subscription that does not exist yet. */
export const nothing = (setting: Setting = {}): Story => new Story(contextOf(setting), 's1');

/** Delivers seats in transit to their target, as the upgrade process does; returns the target, or its refusal. */
export const deliver = (source: Story, at: Instant, target?: Story): Story | Refusal => {
  const started = source.events.findLast((event): event is UpgradeStarted => event.type === 'UpgradeStarted');
  if (started === undefined) throw new Error('no seats have left');
  const { transitionId, targetSubscriptionId } = started.data;
  const receiver = target ?? new Story(source.context, targetSubscriptionId);
  const receive: Ask = (m, to) => new ReceiveUpgrade({ ...to, started: started.data }, m);
  const no = receiver.refusal(at, receive, 'system');
  if (no !== undefined) {
    source.does(at, (m, to) => new ReturnUpgrade({ ...to, transitionId, code: no.refused }, m), 'system');
    return no;
  }
  receiver.does(at, receive, 'system');
  source.does(at, (m, to) => new CompleteUpgrade({ ...to, transitionId }, m), 'system');
  return receiver;
};
