import { ApiProperty } from '@nestjs/swagger';
import { billingCycles, terms, type BillingCycle, type Term } from '#calendar';
import type {
  AddOnDetail,
  AddOnView,
  Kind,
  RefundOption,
  RefusedAction,
  ScheduledChange,
  Status,
  SubscriptionDetail,
  SubscriptionView,
  UpgradeTarget,
} from '#subscription';
import { DayField, InstantField, OneOf, QueryInteger, SomeOf, Text, upgradeTarget, Uuid } from '../http/fields.ts';
import { CommandAnswered } from '../http/documented.ts';
import { PageQuery } from '../http/page.ts';

const left = { optional: true };

const statuses: readonly Status[] = ['pending', 'active', 'suspended', 'paused', 'expired', 'disabled', 'deleted'];
const kinds: readonly Kind[] = ['newCommerce', 'legacy', 'isvSaas', 'usage'];

/** What a list shows only on request, because it has to be read from each subscription's events. */
const included = ['allowedActions', 'refundOptions', 'withdrawn'] as const;
export type Included = (typeof included)[number];

const allowed = {
  type: String,
  isArray: true,
  description: 'Actions that are allowed now, by the guards of the commands; in a list with include=allowedActions',
};
const refunds = {
  type: () => RefundOptionEntry,
  isArray: true,
  description: 'What a cancellation would still refund; in a list with include=refundOptions',
};

export class SubscriptionsQuery extends PageQuery {
  @Uuid(left) readonly customerId?: string;
  @OneOf(statuses, left) readonly status?: Status;
  @Text(200, left) readonly offerId?: string;
  @DayField(left) readonly renewsBefore?: string;
  @SomeOf(included, left) readonly include: readonly Included[] = [];
}

export class EventsQuery extends PageQuery {
  /** The first revision to show. */
  @QueryInteger(0, Number.MAX_SAFE_INTEGER, left) readonly from?: number;
}

export class StateQuery {
  @InstantField(left) readonly at?: string;
  @QueryInteger(0, Number.MAX_SAFE_INTEGER, left) readonly revision?: number;
}

class RefundOptionEntry implements RefundOption {
  @ApiProperty({ enum: ['full', 'partial'] }) readonly type!: RefundOption['type'];
  @ApiProperty({ format: 'date-time' }) readonly expiresAt!: string;
}

class RefusedActionEntry {
  @ApiProperty({ example: 'cancel' }) readonly action!: string;
  @ApiProperty({ description: 'The code of the refusal', example: 'CANCELLATION_WINDOW_PASSED' })
  readonly code!: string;
  @ApiProperty({ description: 'The sentence of the refusal' }) readonly detail!: string;
}

class SuspensionEntry {
  @ApiProperty({ example: 'nonPayment' }) readonly reason!: string;
  @ApiProperty({ format: 'date-time' }) readonly suspendedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly autoExpiresAt!: string | null;
}

const WITHDRAWN = 'No longer sold on its plan: it renews at its former price; in a list with include=withdrawn';

class AddOnEntry implements AddOnView, Partial<AddOnDetail> {
  @ApiProperty() readonly offerId!: string;
  @ApiProperty() readonly skuId!: string;
  @ApiProperty({ type: 'integer' }) readonly quantity!: number;
  @ApiProperty({ enum: ['active', 'suspended'] }) readonly status!: AddOnView['status'];
  @ApiProperty() readonly unitPrice!: string;
  @ApiProperty({ type: SuspensionEntry, nullable: true }) readonly suspension!: SuspensionEntry | null;
  @ApiProperty({ description: WITHDRAWN, required: false }) readonly withdrawn?: boolean;
}

class AddOnDetailEntry extends AddOnEntry implements AddOnDetail {
  @ApiProperty({ description: WITHDRAWN }) override readonly withdrawn!: boolean;
}

class ScheduledChangeEntry implements ScheduledChange {
  @ApiProperty({ required: false }) readonly offerId?: string;
  @ApiProperty({ required: false }) readonly skuId?: string;
  @ApiProperty({ required: false, type: 'integer' }) readonly quantity?: number;
  @ApiProperty({ required: false, enum: terms }) readonly term?: Term;
  @ApiProperty({ required: false, enum: billingCycles }) readonly billingCycle?: BillingCycle;
  @ApiProperty({ required: false, type: 'integer', description: 'How many seats go to the new SKU, when not all do' })
  readonly upgradeQuantity?: number;
  @ApiProperty({ required: false, ...upgradeTarget }) readonly target?: UpgradeTarget;
}

class PendingPlanEntry {
  @ApiProperty({ enum: billingCycles }) readonly billingCycle!: BillingCycle;
  @ApiProperty({ format: 'date' }) readonly effectiveOn!: string;
}

class ScheduledChangeFailedEntry {
  @ApiProperty({ format: 'date-time' }) readonly at!: string;
  @ApiProperty({ description: 'The code of the refusal', example: 'OFFER_NOT_PURCHASABLE' }) readonly code!: string;
}

/** A subscription (http-api.md §4.4). */
export class SubscriptionEntry implements SubscriptionView, Partial<Pick<SubscriptionDetail, Included>> {
  @ApiProperty({ format: 'uuid' }) readonly subscriptionId!: string;
  @ApiProperty() readonly partnerId!: string;
  @ApiProperty({ format: 'uuid' }) readonly customerId!: string;
  @ApiProperty({ format: 'uuid' }) readonly orderId!: string;
  @ApiProperty() readonly offerId!: string;
  @ApiProperty() readonly skuId!: string;
  @ApiProperty() readonly offerName!: string;
  @ApiProperty() readonly friendlyName!: string;
  @ApiProperty({ enum: kinds }) readonly kind!: Kind;
  @ApiProperty({ enum: statuses }) readonly status!: Status;
  @ApiProperty() readonly access!: boolean;
  @ApiProperty() readonly isTrial!: boolean;
  @ApiProperty({ type: 'integer' }) readonly quantity!: number;
  @ApiProperty({ enum: terms }) readonly term!: Term;
  @ApiProperty({ enum: billingCycles }) readonly billingCycle!: BillingCycle;
  @ApiProperty({ example: '10.08' }) readonly unitPrice!: string;
  @ApiProperty({ example: 'EUR' }) readonly currency!: string;
  @ApiProperty() readonly catalogVersion!: string;
  @ApiProperty({ description: WITHDRAWN, required: false }) readonly withdrawn?: boolean;
  @ApiProperty({ example: 'seed-2021-09' }) readonly policy!: string;
  @ApiProperty({ format: 'date-time' }) readonly purchasedAt!: string;
  @ApiProperty({ format: 'date' }) readonly termStart!: string;
  @ApiProperty({ type: String, format: 'date', nullable: true, description: 'Inclusive; null for usage' })
  readonly termEnd!: string | null;
  @ApiProperty({ format: 'date' }) readonly cycleStart!: string;
  @ApiProperty({ format: 'date', description: 'Inclusive' }) readonly cycleEnd!: string;
  @ApiProperty() readonly autoRenew!: boolean;
  @ApiProperty() readonly cancelAtRenewal!: boolean;
  @ApiProperty({ type: String, format: 'date', nullable: true }) readonly renewsOn!: string | null;
  @ApiProperty({ type: ScheduledChangeEntry, nullable: true }) readonly scheduledChange!: ScheduledChangeEntry | null;
  @ApiProperty({ type: PendingPlanEntry, nullable: true }) readonly pendingPlan!: PendingPlanEntry | null;
  @ApiProperty({ type: ScheduledChangeFailedEntry, nullable: true })
  readonly scheduledChangeFailed!: ScheduledChangeFailedEntry | null;
  @ApiProperty({ type: SuspensionEntry, nullable: true }) readonly suspension!: SuspensionEntry | null;
  @ApiProperty({ type: [AddOnEntry] }) readonly addOns!: readonly AddOnEntry[];
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) readonly upgradedFrom!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly activationLink!: string | null;
  @ApiProperty({ type: String, enum: ['manual', null], nullable: true }) readonly licenceReassignment!: 'manual' | null;
  @ApiProperty({ type: 'integer' }) readonly revision!: number;
  @ApiProperty({ ...allowed, required: false }) readonly allowedActions?: readonly string[];
  @ApiProperty({ ...refunds, required: false }) readonly refundOptions?: readonly RefundOptionEntry[];
}

/** One subscription, with the actions and refunds that its caller has at an instant (http-api.md §4.4). */
export class SubscriptionDetailEntry extends SubscriptionEntry implements SubscriptionDetail {
  @ApiProperty(allowed) override readonly allowedActions!: readonly string[];
  @ApiProperty({
    type: [RefusedActionEntry],
    description: 'The other actions of its kind, and why each is refused now',
  })
  readonly refusedActions!: readonly RefusedAction[];
  @ApiProperty({ description: WITHDRAWN }) override readonly withdrawn!: boolean;
  @ApiProperty({ type: [AddOnDetailEntry] }) override readonly addOns!: readonly AddOnDetailEntry[];
  @ApiProperty(refunds) override readonly refundOptions!: readonly RefundOptionEntry[];
}

/** The response of a command on a subscription. */
export class SubscriptionAnswered extends CommandAnswered {
  @ApiProperty({ format: 'uuid' }) readonly subscriptionId!: string;
}

/** The response of an upgrade, when both sides are durable. */
export class UpgradeAnswered extends SubscriptionAnswered {
  @ApiProperty({
    format: 'uuid',
    description: 'The subscription that has the seats now; after a full upgrade, the same',
  })
  readonly targetSubscriptionId!: string;
  @ApiProperty({ description: 'The referenceId of the charges of both sides' }) readonly transitionId!: string;
}
