import { timeline } from '#catalog';
import {
  isRefusal,
  type Command,
  type Decider,
  type Event,
  type EventMeta,
  type Instant,
  type Recorded,
} from '#kernel';
import { timelineOf, type PartnerMeta, type PresetName, type Role } from '#policy';
import {
  CompleteUpgrade,
  PurchaseSubscription,
  ReceiveUpgrade,
  ReturnUpgrade,
  AdvanceTime,
  subscription,
  type Subscription,
  type SubscriptionCommand,
  type DecisionContext,
  type UpgradeStarted,
} from '#subscription';
import { catalogues } from './shop.testing.ts';

/** A well-formed id: `uuid(7)`. */
export const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

export const partnerId = 'p1';
export const customerId = uuid(1001);

/** A command without its time and id. */
export type Ask = (meta: PartnerMeta, to: { readonly subscriptionId: string }) => SubscriptionCommand;

/** A log in memory that deciders write to, with all the metadata that a reader may need. */
export class WrittenLog {
  readonly events: Recorded[] = [];
  readonly #states = new Map<string, unknown>();
  readonly #context: DecisionContext;
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
    this.#context = { catalogue: timeline(catalogues), policies: timelineOf(preset), customer };
  }

  /** Records the events of a command; returns the code of a refusal. */
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

  /** Sends a command to a subscription; returns the code of a refusal. */
  ask(subscriptionId: string, at: Instant, ask: Ask, role: Role = 'global-admin'): string | undefined {
    return this.send(subscription(this.#context), subscriptionId, ask(this.meta(at, role), { subscriptionId }));
  }

  /** The same, but a refusal is an error. */
  does(subscriptionId: string, at: Instant, ask: Ask, role?: Role): this {
    const no = this.ask(subscriptionId, at, ask, role);
    if (no !== undefined) throw new Error(no);
    return this;
  }

  buys(subscriptionId: string, at: Instant, purchase: Partial<PurchaseSubscription['data']> = {}): this {
    const usual = { offerId: 'BASIC', skuId: '0001', quantity: 10, term: 'P1M', billingCycle: 'monthly' } as const;
    const ids = { subscriptionId, orderId: subscriptionId.replace('0000', '0abc'), customerId };
    return this.does(subscriptionId, at, (meta) => new PurchaseSubscription({ ...ids, ...usual, ...purchase }, meta));
  }

  settles(subscriptionId: string, at: Instant): this {
    return this.does(subscriptionId, at, (meta, to) => new AdvanceTime(to, meta), 'system');
  }

  /** Delivers seats that left to their target, or back, as the upgrade process does. */
  delivers(subscriptionId: string, at: Instant): this {
    const stream = `subscription-${subscriptionId}`;
    const started = this.events.findLast((event) => event.stream === stream && event.type === 'UpgradeStarted');
    if (started === undefined) throw new Error('no seats have left');
    const { data } = started as Recorded<UpgradeStarted>;
    const receive: Ask = (meta, to) => new ReceiveUpgrade({ ...to, started: data }, meta);
    const code = this.ask(data.targetSubscriptionId, at, receive, 'system');
    const { transitionId } = data;
    return this.does(
      subscriptionId,
      at,
      (meta, to) =>
        code === undefined
          ? new CompleteUpgrade({ ...to, transitionId }, meta)
          : new ReturnUpgrade({ ...to, transitionId, code }, meta),
      'system',
    );
  }

  state(subscriptionId: string): Subscription {
    return (this.#states.get(`subscription-${subscriptionId}`) ?? { status: 'none' }) as Subscription;
  }

  meta(at: Instant, role: Role = 'global-admin'): PartnerMeta {
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
