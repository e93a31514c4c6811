import { addDays, startOf } from '#calendar';
import { drop, patch, projection, put, type Change, type Day, type Recorded } from '#kernel';
import { resolve } from '#policy';
import type { SubscriptionEvent } from '#subscription';
import { dayAfter } from '../last-day.ts';
import { idOf } from '../stream.ts';

/** A subscription that has not ended, with the dates at which something falls due. */
export type RenewalRow = {
  readonly subscription_id: string;
  readonly partner_id: string;
  readonly customer_id: string;
  readonly status: string;
  /** What happens when the term, or the trial, is over, unless auto-renew is off. */
  readonly at_term_end: 'renew' | 'convert' | 'end';
  readonly auto_renew: number;
  readonly cancel_at_renewal: number;
  /** When something falls due next: a charge cycle, the end of term or trial, of a stage after it. Null while pending. */
  readonly due_at: string | null;
  /** When a suspension leads to deletion, unless it is ended before (R41). */
  readonly expires_at: string | null;
  /** 1 while seats are in transit to another subscription: nothing falls due until they have arrived or are back. */
  readonly in_transit: number;
  /** The day after the term's (or trial's) last; null while pending, in the stages after the term, and for usage. */
  readonly renews_on: string | null;
  readonly offer_id: string;
  readonly sku_id: string;
  readonly quantity: number;
  readonly term: string;
  readonly billing_cycle: string;
  /** JSON: the fields that change at renewal. */
  readonly scheduled_change: string | null;
};

/** An add-on that was suspended by itself: when it is deleted, unless it is reactivated before (R41). */
export type AddOnExpiryRow = {
  readonly subscription_id: string;
  readonly offer_id: string;
  readonly sku_id: string;
  readonly expires_at: string;
};

export type RenewalTables = { readonly renewals: RenewalRow; readonly add_on_expiries: AddOnExpiryRow };

type Changed = Partial<Omit<RenewalRow, 'subscription_id'>>;

const change = (event: Recorded, changed: Changed): Change =>
  patch('renewals', { subscription_id: idOf(event) }, changed);

type AddOnNamed = Recorded<Extract<SubscriptionEvent, { type: 'AddOnSuspended' | 'AddOnReactivated' | 'AddOnEnded' }>>;

const addOnKey = (event: AddOnNamed) => ({
  subscription_id: idOf(event),
  offer_id: event.data.offerId,
  sku_id: event.data.skuId,
});

const noExpiry = (event: AddOnNamed): Change => drop('add_on_expiries', addOnKey(event));

const over = (event: Recorded): Change => drop('renewals', { subscription_id: idOf(event) });

/** 00:00Z of the day after an inclusive last day (rule-book.md §2.1). */
const after = (lastDay: Day): string => startOf(addDays(lastDay, 1));

type Created = Extract<SubscriptionEvent, { type: 'SubscriptionCreated' }>['data'];
type Opened = Pick<Created, 'termEnd' | 'cycle'>;

const opened = ({ termEnd, cycle }: Opened) => ({ due_at: after(cycle.end), renews_on: dayAfter(termEnd) });

type Product = Pick<Created, 'offerId' | 'skuId' | 'quantity'>;

const product = ({ offerId, skuId, quantity }: Product) => ({ offer_id: offerId, sku_id: skuId, quantity });

type Plan = Pick<Created, 'term' | 'billingCycle'>;

const plan = ({ term, billingCycle }: Plan) => ({ term, billing_cycle: billingCycle });

/** A legacy trial ends, unless it is converted by command or by the rules (D33). */
const atTermEnd = ({ isTrial, kind, policy }: Created): RenewalRow['at_term_end'] => {
  if (!isTrial) return 'renew';
  return kind === 'legacy' && resolve(policy)['legacy.trial.autoConvert'] === 'no' ? 'end' : 'convert';
};

/** What falls due when: the scheduler's list, and the answer to "what renews next month?". */
export const renewals = projection<SubscriptionEvent>({
  name: 'renewals',
  version: 2,
  tables: {
    renewals: {
      key: ['subscription_id'],
      columns: {
        subscription_id: 'text',
        partner_id: 'text',
        customer_id: 'text',
        status: 'text',
        at_term_end: 'text',
        auto_renew: 'flag',
        cancel_at_renewal: 'flag',
        due_at: 'text',
        expires_at: 'text',
        in_transit: 'flag',
        renews_on: 'text',
        offer_id: 'text',
        sku_id: 'text',
        quantity: 'integer',
        term: 'text',
        billing_cycle: 'text',
        scheduled_change: 'json',
      },
      indexes: [
        ['in_transit', 'due_at', 'subscription_id'],
        ['in_transit', 'expires_at', 'subscription_id'],
        ['partner_id', 'renews_on', 'subscription_id'],
        ['partner_id', 'customer_id', 'renews_on', 'subscription_id'],
      ],
    },
    add_on_expiries: {
      key: ['subscription_id', 'offer_id', 'sku_id'],
      columns: { subscription_id: 'text', offer_id: 'text', sku_id: 'text', expires_at: 'text' },
      indexes: [['expires_at', 'subscription_id']],
    },
  },
  on: {
    SubscriptionCreated: ({ data }) =>
      put('renewals', {
        subscription_id: data.subscriptionId,
        partner_id: data.partnerId,
        customer_id: data.customerId,
        status: data.pending ? 'pending' : 'active',
        at_term_end: atTermEnd(data),
        auto_renew: data.autoRenew ? 1 : 0,
        cancel_at_renewal: 0,
        in_transit: 0,
        ...(data.pending ? { due_at: null, renews_on: null } : opened(data)),
        expires_at: null,
        ...plan(data),
        ...product(data),
        scheduled_change: null,
      }),

    SubscriptionActivated: (event) => change(event, { status: 'active', ...opened(event.data) }),

    SeatsAdded: (event) => change(event, { quantity: event.data.quantity }),
    SeatsRemoved: (event) => change(event, { quantity: event.data.quantity }),
    SeatsReceived: (event) => change(event, { quantity: event.data.quantity }),
    SubscriptionUpgraded: (event) => change(event, product(event.data)),
    UpgradeStarted: (event) => change(event, { quantity: event.data.quantity, in_transit: 1 }),
    UpgradeReturned: (event) => change(event, { quantity: event.data.quantity, in_transit: 0 }),
    UpgradeCompleted: (event) => change(event, { in_transit: 0 }),

    SubscriptionPaused: (event) => change(event, { status: 'paused' }),
    SubscriptionResumed: (event) => change(event, { status: 'active' }),
    SubscriptionSuspended: (event) => change(event, { status: 'suspended', expires_at: event.data.autoExpiresAt }),
    SubscriptionReactivated: (event) => change(event, { status: 'active', expires_at: null }),
    AddOnSuspended: (event) =>
      event.data.autoExpiresAt === undefined
        ? []
        : put('add_on_expiries', { ...addOnKey(event), expires_at: event.data.autoExpiresAt }),
    AddOnReactivated: noExpiry,
    AddOnEnded: noExpiry,
    AutoRenewEnabled: (event) => change(event, { auto_renew: 1 }),
    AutoRenewDisabled: (event) => change(event, { auto_renew: 0 }),
    CancellationScheduled: (event) => change(event, { auto_renew: 0, cancel_at_renewal: 1 }),
    CancellationRevoked: (event) => change(event, { cancel_at_renewal: 0 }),
    ChangeScheduled: (event) => change(event, { scheduled_change: JSON.stringify(event.data.change) }),
    ScheduledChangeRemoved: (event) => change(event, { scheduled_change: null }),
    ScheduledChangeFailed: (event) => change(event, { scheduled_change: null }),

    ChargeCycleStarted: (event) =>
      change(event, { due_at: after(event.data.cycle.end), billing_cycle: event.data.billingCycle }),
    TermChanged: (event) => change(event, { ...opened(event.data), ...plan(event.data) }),
    TrialConverted: (event) =>
      change(event, {
        ...opened(event.data),
        ...plan(event.data),
        ...product(event.data),
        at_term_end: 'renew',
        scheduled_change: null,
      }),
    SubscriptionRenewed: (event) =>
      change(event, {
        ...opened(event.data),
        ...plan(event.data),
        ...product(event.data),
        scheduled_change: null,
      }),

    SubscriptionExpired: (event) => change(event, { status: 'expired', due_at: event.data.until, renews_on: null }),
    SubscriptionDisabled: (event) => change(event, { status: 'disabled', due_at: event.data.until, renews_on: null }),
    SubscriptionCancelled: over,
    SubscriptionDeleted: over,
  },
});
