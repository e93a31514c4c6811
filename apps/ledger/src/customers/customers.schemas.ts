import { ApiProperty } from '@nestjs/swagger';
import { terms, type Term } from '#calendar';
import { CommandAnswered } from '../http/documented.ts';
import { Country, Currency, InstantField, OneOf, Pattern, Text, Uuid } from '../http/fields.ts';

export class RegisterCustomerBody {
  @Uuid({ optional: true }) readonly customerId?: string;
  @Text(200) readonly name!: string;
  @Country() readonly country!: string;
  /** One of `segments`, or one that an offer of the catalog names. */
  @Pattern(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'a segment, such as commercial') readonly segment!: string;
  @Currency() readonly currency!: string;
  /** Defaults to the instant of registration. */
  @InstantField({ optional: true }) readonly accountOpenedAt?: string;
}

export class CustomerEntry {
  @ApiProperty({ format: 'uuid' }) readonly customerId!: string;
  @ApiProperty() readonly partnerId!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ example: 'NL' }) readonly country!: string;
  @ApiProperty({ example: 'commercial' }) readonly segment!: string;
  @ApiProperty({ example: 'EUR' }) readonly currency!: string;
  @ApiProperty({ format: 'date-time' }) readonly accountOpenedAt!: string;
  @ApiProperty({ format: 'date-time' }) readonly registeredAt!: string;
}

export class CustomTermEndDatesQuery {
  @OneOf(terms) readonly term!: Term;
}

class CustomTermEndDate {
  @ApiProperty({ format: 'date' }) readonly date!: string;
  /** `calendarMonth`, or the subscription with which it is aligned. */
  @ApiProperty({ example: 'calendarMonth' }) readonly alignsWith!: string;
}

/** Empty if the preset has no alignment. */
export class CustomTermEndDates {
  @ApiProperty({ type: [CustomTermEndDate] }) readonly items!: readonly CustomTermEndDate[];
}

/** The response of registering a customer. */
export class CustomerAnswered extends CommandAnswered {
  @ApiProperty({ format: 'uuid' }) readonly customerId!: string;
}
