import type { CustomerEvent } from '#customer';
import { patch, projection, put, type Change, type Recorded } from '#kernel';
import { addOnSuspension, type SubscriptionEvent } from '#subscription';
import { idOf } from '../stream.ts';
import { addOnChanged, addOnEnded, addOnRow, addOnsTable, type AddOnRow } from './add-on-row.ts';
import { customersTable, registered, type CustomerRow } from './customer-row.ts';
import {
  created,
  gone,
  opened,
  running,
  sold,
  standing,
  subscriptionsTable,
  type SubscriptionRow,
} from './subscription-row.ts';

export type StatusTables = {
  readonly subscriptions: SubscriptionRow;
  readonly add_ons: AddOnRow;
  readonly customers: CustomerRow;
};

type Changed = Partial<Omit<SubscriptionRow, 'subscription_id' | 'sequence' | 'revision'>>;

/** Every event moves the revision, whatever else it changes. */
const change = (event: Recorded, changed: Changed = {}): Change =>
  patch('subscriptions', { subscription_id: idOf(event) }, { ...changed, revision: event.revision });

/** Subscriptions with their status, and customers. */
export const status = projection<SubscriptionEvent | CustomerEvent>({
  name: 'status',
  version: 4,
  tables: { subscriptions: subscriptionsTable, add_ons: addOnsTable, customers: customersTable },
  on: {
    CustomerRegistered: registered,
    SubscriptionCreated: (event) => put('subscriptions', created(event)),
    SubscriptionActivated: (event) => change(event, { ...standing('active'), ...opened(event.data) }),
    SubscriptionRenamed: (event) => change(event, { friendly_name: event.data.friendlyName }),

    SeatsAdded: (event) => change(event, { quantity: event.data.quantity }),
    SeatsRemoved: (event) => change(event, { quantity: event.data.quantity }),
    SeatsReceived: (event) => change(event, { quantity: event.data.quantity }),
    UpgradeStarted: (event) => change(event, { quantity: event.data.quantity }),
    UpgradeReturned: (event) => change(event, { quantity: event.data.quantity }),
    UpgradeCompleted: (event) => change(event),
    SubscriptionUpgraded: (event) => change(event, sold(event.data)),

    AddOnAdded: (event) => [change(event), addOnRow(event, { ...event.data, status: 'active' })],
    AddOnQuantityChanged: (event) => [change(event), addOnChanged(event, { quantity: event.data.quantity })],
    AddOnSuspended: (event) => [
      change(event),
      addOnChanged(event, { status: 'suspended', suspension: JSON.stringify(addOnSuspension(event.data)) }),
    ],
    AddOnReactivated: (event) => [change(event), addOnChanged(event, { status: 'active', suspension: null })],
    AddOnEnded: (event) => [change(event), addOnEnded(event)],

    SubscriptionPaused: (event) => change(event, standing('paused')),
    SubscriptionResumed: (event) => change(event, standing('active')),
    SubscriptionSuspended: (event) => {
      const { reason, effectiveAt: suspendedAt, autoExpiresAt } = event.data;
      return change(event, {
        ...standing('suspended'),
        suspension: JSON.stringify({ reason, suspendedAt, autoExpiresAt }),
      });
    },
    SubscriptionReactivated: (event) => change(event, { ...standing('active'), suspension: null }),

    AutoRenewEnabled: (event) => change(event, { auto_renew: 1 }),
    AutoRenewDisabled: (event) => change(event, { auto_renew: 0 }),
    CancellationScheduled: (event) => change(event, { auto_renew: 0, cancel_at_renewal: 1 }),
    CancellationRevoked: (event) => change(event, { cancel_at_renewal: 0 }),
    ChangeScheduled: (event) =>
      change(event, { scheduled_change: JSON.stringify(event.data.change), scheduled_change_failed: null }),
    ScheduledChangeRemoved: (event) => change(event, { scheduled_change: null }),
    ScheduledChangeFailed: (event) => {
      const { effectiveAt: at, code } = event.data;
      return change(event, { scheduled_change: null, scheduled_change_failed: JSON.stringify({ at, code }) });
    },
    PlanChangeScheduled: (event) => {
      const { billingCycle, effectiveOn } = event.data;
      return change(event, { pending_plan: JSON.stringify({ billingCycle, effectiveOn }) });
    },
    PlanChangeRevoked: (event) => change(event, { pending_plan: null }),

    ChargeCycleStarted: (event) => {
      const { cycle, billingCycle, unitPrice, addOns = [] } = event.data;
      const begun = change(event, {
        cycle_start: cycle.start,
        cycle_end: cycle.end,
        billing_cycle: billingCycle,
        unit_price: unitPrice,
        pending_plan: null,
      });
      return [begun, ...addOns.map((addOn) => addOnRow(event, addOn))];
    },
    TermChanged: (event) => {
      const { unitPrice, catalogVersion, addOns = [] } = event.data;
      const changed = change(event, {
        ...running(event.data),
        unit_price: unitPrice,
        catalog_version: catalogVersion,
        pending_plan: null,
      });
      return [changed, ...addOns.map((addOn) => addOnRow(event, addOn))];
    },
    TrialConverted: (event) =>
      change(event, { ...running(event.data), ...sold(event.data), is_trial: 0, scheduled_change: null }),
    SubscriptionRenewed: (event) => {
      const { policy, applied, licenceReassignment, addOns } = event.data;
      const renewed = change(event, {
        ...running(event.data),
        ...sold(event.data),
        policy: policy.preset,
        scheduled_change: null,
        pending_plan: null,
        // A change that could not be applied stays visible until another change is saved or applied (E49).
        ...(applied !== null && { scheduled_change_failed: null }),
        ...(licenceReassignment !== null && { licence_reassignment: licenceReassignment }),
      });
      return [renewed, ...addOns.map((addOn) => addOnRow(event, addOn))];
    },

    SubscriptionCancelled: (event) => change(event, gone),
    SubscriptionExpired: (event) => change(event, { ...standing('expired'), renews_on: null }),
    SubscriptionDisabled: (event) => change(event, { ...standing('disabled'), renews_on: null }),
    SubscriptionDeleted: (event) => change(event, gone),

    ChargesPosted: (event) => change(event),
    ChargesAdjusted: (event) => change(event),
    UsageRecorded: (event) => change(event),
  },
});
