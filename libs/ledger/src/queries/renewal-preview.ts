import { startOf } from '#calendar';
import { isRefusal, type Day, type Event, type Instant } from '#kernel';
import { sum } from '#money';
import {
  ReceiveUpgrade,
  ReturnUpgrade,
  advanceTo,
  subscription,
  type ChargesPosted,
  type Existing,
  type Subscription,
  type SubscriptionEvent,
  type DecisionContext,
  type UpgradeStarted,
} from '#subscription';
import { systemMeta } from '../context/command-meta.ts';
import type { Refusal } from '../context/refusals.ts';
import type { PartnerMeta } from '#policy';

/** What comes after the term, and what its first charge cycle costs. */
export type Next = {
  readonly offerId: string;
  readonly skuId: string;
  readonly quantity: number;
  readonly term: string;
  readonly billingCycle: string;
  readonly upgradeQuantity?: number;
  readonly target?: unknown;
  readonly unitPrice: string;
  readonly amount: string;
  readonly currency: string;
};

type Opened = Extract<SubscriptionEvent, { type: 'SubscriptionRenewed' | 'TrialConverted' }>;

/** Loads the subscription to which seats go. */
export type Load = (subscriptionId: string) => Promise<Subscription>;

/**
 * What a renewal will be if nothing changes until then: computed by the code that will renew it, with the catalogs and
 * rules known for that day. Null if the subscription does not continue.
 */
export const renewalPreview = async (
  state: Existing,
  renewsOn: Day,
  context: DecisionContext,
  load: Load,
): Promise<Next | null> => {
  const at = startOf(renewsOn);
  const events = advanceTo(state, at, context).events.filter(({ data }) => data.effectiveAt === at);
  const opened = events.find((event): event is Opened => opensTerm(event));
  if (opened === undefined) return null;
  const started = events.find((event): event is UpgradeStarted => event.type === 'UpgradeStarted');
  const { offerId, skuId, quantity, term, billingCycle, unitPrice } = opened.data;
  const plan = { offerId, skuId, quantity, term, billingCycle, unitPrice };
  const { currency } = state;
  if (started === undefined) return { ...plan, amount: amountOf(events, currency), currency };
  const arrived = await arrival(started, at, context, load);
  if (isRefusal(arrived)) {
    // The target refuses, so the seats would come back: it renews unchanged (E49).
    const back = comingBack(advanceTo(state, at, context).state, started, arrived, context);
    const amount = amountOf([...events, ...back], currency);
    return { ...plan, quantity: quantity + started.data.moved, amount, currency };
  }
  const amount = amountOf([...events, ...arrived], currency);
  return { ...plan, ...moving(started, state, priceAmong(arrived) ?? unitPrice), amount, currency };
};

const opensTerm = ({ type }: SubscriptionEvent): boolean => type === 'SubscriptionRenewed' || type === 'TrialConverted';

/** Some seats move to another SKU when the term begins (R92): the change as it was saved. */
const moving = ({ data: { target, moved, quantity } }: UpgradeStarted, state: Existing, unitPrice: string) => ({
  ...target,
  quantity: quantity + moved,
  upgradeQuantity: moved,
  target: state.scheduledChange?.target ?? 'new',
  unitPrice,
});

/** What the target of such seats would record. */
const arrival = async (
  { data: started }: UpgradeStarted,
  at: Instant,
  context: DecisionContext,
  load: Load,
): Promise<readonly SubscriptionEvent[] | Refusal> => {
  const target = arriving(await load(started.targetSubscriptionId), at, context);
  const { targetSubscriptionId: subscriptionId } = started;
  const command = new ReceiveUpgrade({ subscriptionId, started }, foresight(started.source.partnerId, at));
  const decision = subscription(context).decide(command, target);
  // A target settles first; that cost is not part of the arrival.
  return isRefusal(decision) ? decision : decision.filter((event) => isChargeOf(event, started.transitionId));
};

/** The target when the seats arrive: seats that leave it by then have arrived elsewhere. */
const arriving = (target: Subscription, at: Instant, context: DecisionContext): Subscription => {
  if (target.status === 'none') return target;
  const { state } = advanceTo(target, at, context);
  return { ...state, inTransit: null };
};

/** What the source, with its seats in transit, records if their target refuses. */
const comingBack = (
  source: Existing,
  { data: { transitionId } }: UpgradeStarted,
  { refused: code }: Refusal,
  context: DecisionContext,
): readonly SubscriptionEvent[] => {
  const command = new ReturnUpgrade(
    { subscriptionId: source.subscriptionId, transitionId, code },
    foresight(source.partnerId, source.lastEffectiveAt),
  );
  const decision = subscription(context).decide(command, source);
  return isRefusal(decision) ? [] : decision;
};

const isChargeOf = (event: SubscriptionEvent, referenceId: string): boolean =>
  event.type === 'ChargesPosted' && event.data.referenceId === referenceId;

/** Nothing is recorded, so the actor does not matter. */
const foresight = (partnerId: string, at: Instant): PartnerMeta =>
  systemMeta('renewals', { commandId: '00000000-0000-0000-0000-000000000000', at, partnerId });

const linesOf = (events: readonly Event[]) =>
  events
    .filter((event): event is ChargesPosted => event.type === 'ChargesPosted')
    .flatMap(({ data: { lines } }) => lines);

const priceAmong = (events: readonly Event[]): string | undefined => linesOf(events).at(-1)?.unitPrice;

const amountOf = (events: readonly Event[], currency: string): string =>
  sum(
    linesOf(events).map(({ subtotal }) => subtotal),
    currency,
  );
