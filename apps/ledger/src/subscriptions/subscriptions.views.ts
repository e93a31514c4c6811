import { ApiProperty } from '@nestjs/swagger';
import { DayField, InstantField, OneOf, QueryInteger, Text, Uuid } from '../http/fields.ts';
import { CommandAnswered } from '../http/documented.ts';
import { PageQuery } from '../http/page.ts';

const left = { optional: true };

const statuses = ['pending', 'active', 'suspended', 'paused', 'expired', 'disabled', 'deleted'] as const;

export class SubscriptionsQuery extends PageQuery {
  @Uuid(left) readonly customerId?: string;
  @OneOf(statuses, left) readonly status?: (typeof statuses)[number];
  @Text(200, left) readonly offerId?: string;
  @DayField(left) readonly renewsBefore?: string;
}

export class EventsQuery extends PageQuery {
  /** The first revision to show. */
  @QueryInteger(0, Number.MAX_SAFE_INTEGER, left) readonly from?: number;
}

export class StateQuery {
  @InstantField(left) readonly at?: string;
  @QueryInteger(0, Number.MAX_SAFE_INTEGER, left) readonly revision?: number;
}

class RefundOption {
  @ApiProperty({ enum: ['full', 'partial'] }) readonly type!: string;
  @ApiProperty({ format: 'date-time' }) readonly expiresAt!: string;
}

const nullableObject = (properties: Record<string, object>) =>
  ({ type: 'object', nullable: true, properties, additionalProperties: false }) as const;

const text = { type: 'string' };
const instant = { type: 'string', format: 'date-time' };
const day = { type: 'string', format: 'date' };

const suspended = nullableObject({
  reason: text,
  suspendedAt: instant,
  autoExpiresAt: { ...instant, nullable: true },
});

const WITHDRAWN = 'No longer sold on its plan: it renews at the price that it had';

class AddOn {
  @ApiProperty() readonly offerId!: string;
  @ApiProperty() readonly skuId!: string;
  @ApiProperty({ type: 'integer' }) readonly quantity!: number;
  @ApiProperty() readonly status!: string;
  @ApiProperty() readonly unitPrice!: string;
  @ApiProperty(suspended) readonly suspension!: object | null;
  @ApiProperty({ description: WITHDRAWN }) readonly withdrawn!: boolean;
}

/** A subscription (http-api.md §4.4). */
export class SubscriptionEntry {
  @ApiProperty({ format: 'uuid' }) readonly subscriptionId!: string;
  @ApiProperty() readonly partnerId!: string;
  @ApiProperty({ format: 'uuid' }) readonly customerId!: string;
  @ApiProperty({ format: 'uuid' }) readonly orderId!: string;
  @ApiProperty() readonly offerId!: string;
  @ApiProperty() readonly skuId!: string;
  @ApiProperty() readonly offerName!: string;
  @ApiProperty() readonly friendlyName!: string;
  @ApiProperty({ enum: ['newCommerce', 'legacy', 'isvSaas', 'usage'] }) readonly kind!: string;
  @ApiProperty({ enum: statuses }) readonly status!: string;
  @ApiProperty() readonly access!: boolean;
  @ApiProperty() readonly isTrial!: boolean;
  @ApiProperty({ type: 'integer' }) readonly quantity!: number;
  @ApiProperty({ example: 'P1Y' }) readonly term!: string;
  @ApiProperty({ example: 'monthly' }) readonly billingCycle!: string;
  @ApiProperty({ example: '10.08' }) readonly unitPrice!: string;
  @ApiProperty({ example: 'EUR' }) readonly currency!: string;
  @ApiProperty() readonly catalogVersion!: string;
  @ApiProperty({ description: WITHDRAWN }) readonly withdrawn!: boolean;
  @ApiProperty({ example: 'seed-2021-09' }) readonly policy!: string;
  @ApiProperty({ format: 'date-time' }) readonly purchasedAt!: string;
  @ApiProperty({ format: 'date' }) readonly termStart!: string;
  @ApiProperty({ format: 'date', description: 'Inclusive' }) readonly termEnd!: string;
  @ApiProperty({ format: 'date' }) readonly cycleStart!: string;
  @ApiProperty({ format: 'date', description: 'Inclusive' }) readonly cycleEnd!: string;
  @ApiProperty() readonly autoRenew!: boolean;
  @ApiProperty() readonly cancelAtRenewal!: boolean;
  @ApiProperty({ type: String, format: 'date', nullable: true }) readonly renewsOn!: string | null;
  @ApiProperty({ type: 'object', nullable: true, additionalProperties: true })
  readonly scheduledChange!: object | null;
  @ApiProperty(nullableObject({ billingCycle: text, effectiveOn: day })) readonly pendingPlan!: object | null;
  @ApiProperty(nullableObject({ at: instant, code: text })) readonly scheduledChangeFailed!: object | null;
  @ApiProperty({ type: [RefundOption] }) readonly refundOptions!: readonly RefundOption[];
  @ApiProperty(suspended) readonly suspension!: object | null;
  @ApiProperty({ type: [AddOn] }) readonly addOns!: readonly AddOn[];
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) readonly upgradedFrom!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly activationLink!: string | null;
  @ApiProperty({ type: String, enum: ['manual', null], nullable: true }) readonly licenceReassignment!: string | null;
  @ApiProperty({ type: [String], description: 'What may be done now; by the guards that refuse the rest' })
  readonly allowedActions!: readonly string[];
  @ApiProperty({ type: 'integer' }) readonly revision!: number;
}

/** What a command on a subscription answers. */
export class SubscriptionAnswered extends CommandAnswered {
  @ApiProperty({ format: 'uuid' }) readonly subscriptionId!: string;
}

/** What an upgrade answers, when both sides are durable. */
export class UpgradeAnswered extends SubscriptionAnswered {
  @ApiProperty({ format: 'uuid', description: 'Where the seats are now; where all were upgraded, the same' })
  readonly targetSubscriptionId!: string;
  @ApiProperty({ description: 'The referenceId of the charges of both sides' }) readonly transitionId!: string;
}
