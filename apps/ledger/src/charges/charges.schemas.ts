import { ApiProperty } from '@nestjs/swagger';
import { DayField, InstantOrDayField, QueryInteger, Text, Uuid } from '../http/fields.ts';
import { PageQuery } from '../http/page.ts';

const left = { optional: true };

export class ChargesQuery extends PageQuery {
  @Uuid(left) readonly customerId?: string;
  @Uuid(left) readonly subscriptionId?: string;
  @Uuid(left) readonly orderId?: string;
  @Text(50, left) readonly chargeType?: string;
  @InstantOrDayField(left) readonly postedFrom?: string;
  @InstantOrDayField(left) readonly postedTo?: string;
  @DayField(left) readonly chargeFrom?: string;
  @DayField(left) readonly chargeTo?: string;
  /** Continues after the charge with this `sequence`. */
  @QueryInteger(0, Number.MAX_SAFE_INTEGER, left) readonly after?: number;
}

/** One line of money, with every input of its formula. */
export class ChargeEntry {
  @ApiProperty() readonly chargeId!: string;
  @ApiProperty({ type: 'integer', description: 'Counted in the order of the log' }) readonly sequence!: number;
  @ApiProperty({ description: 'One per operation' }) readonly referenceId!: string;
  @ApiProperty({ format: 'uuid' }) readonly subscriptionId!: string;
  @ApiProperty({ format: 'uuid' }) readonly customerId!: string;
  @ApiProperty() readonly partnerId!: string;
  @ApiProperty({ format: 'uuid' }) readonly orderId!: string;
  @ApiProperty({ example: 'addQuantity' }) readonly chargeType!: string;
  @ApiProperty() readonly offerId!: string;
  @ApiProperty() readonly skuId!: string;
  @ApiProperty({ example: '10.08' }) readonly unitPrice!: string;
  @ApiProperty({ example: '9.408' }) readonly effectiveUnitPrice!: string;
  @ApiProperty({ oneOf: [{ type: 'integer' }, { type: 'string' }], description: 'Seats; units of usage as a decimal' })
  readonly quantity!: number | string;
  @ApiProperty({ example: '112.89', description: 'Credits are negative' }) readonly subtotal!: string;
  @ApiProperty({ example: 'EUR' }) readonly currency!: string;
  @ApiProperty({ format: 'date' }) readonly chargeStart!: string;
  @ApiProperty({ format: 'date', description: 'Inclusive' }) readonly chargeEnd!: string;
  @ApiProperty({ type: 'integer' }) readonly days!: number;
  @ApiProperty({ type: 'integer' }) readonly cycleDays!: number;
  @ApiProperty({ example: 'line-down' }) readonly rounding!: string;
  @ApiProperty({ format: 'date-time' }) readonly effectiveAt!: string;
  @ApiProperty({ format: 'date-time' }) readonly postedAt!: string;
  @ApiProperty({ format: 'uuid' }) readonly eventId!: string;
}
