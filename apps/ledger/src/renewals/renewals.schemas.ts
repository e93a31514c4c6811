import { ApiProperty } from '@nestjs/swagger';
import { DayField, Uuid } from '../http/fields.ts';
import { PageQuery } from '../http/page.ts';

const left = { optional: true };

export class RenewalsQuery extends PageQuery {
  @Uuid(left) readonly customerId?: string;
  @DayField(left) readonly from?: string;
  @DayField(left) readonly to?: string;
}

class RenewingPlan {
  @ApiProperty() readonly offerId!: string;
  @ApiProperty() readonly skuId!: string;
  @ApiProperty({ type: 'integer' }) readonly quantity!: number;
  @ApiProperty({ example: 'P1Y' }) readonly term!: string;
  @ApiProperty({ example: 'monthly' }) readonly billingCycle!: string;
}

class NextPlan extends RenewingPlan {
  @ApiProperty({ type: 'integer', required: false, description: 'Seats that move to the SKU; the others stay' })
  readonly upgradeQuantity?: number;
  @ApiProperty({ required: false, description: 'The subscription that takes those seats', type: Object })
  readonly target?: unknown;
  @ApiProperty() readonly unitPrice!: string;
  @ApiProperty({ description: 'What the first charge cycle will cost' }) readonly amount!: string;
  @ApiProperty() readonly currency!: string;
}

export class RenewalEntry {
  @ApiProperty({ format: 'uuid' }) readonly subscriptionId!: string;
  @ApiProperty({ format: 'uuid' }) readonly customerId!: string;
  @ApiProperty({ format: 'date' }) readonly renewsOn!: string;
  @ApiProperty({ enum: ['renew', 'convert', 'end'] }) readonly action!: string;
  @ApiProperty({ type: RenewingPlan }) readonly current!: RenewingPlan;
  @ApiProperty({ description: 'Whether it, or an add-on of it, is no longer sold on that day' })
  readonly withdrawn!: boolean;
  @ApiProperty({ type: NextPlan, nullable: true }) readonly next!: NextPlan | null;
  @ApiProperty({ description: 'Whether a change is saved for that day' }) readonly scheduledChange!: boolean;
  @ApiProperty({ type: String, enum: ['autoRenewOff', 'cancelled', 'paused', null], nullable: true })
  readonly reason!: string | null;
}
