import { ApiProperty } from '@nestjs/swagger';
import { ChargeEntry } from '../charges/charges.schemas.ts';
import { Pattern, Uuid } from '../http/fields.ts';
import { PageQuery } from '../http/page.ts';

export class InvoicesQuery extends PageQuery {
  @Uuid({ optional: true }) readonly customerId?: string;
  /** A calendar month. */
  @Pattern(/^\d{4}-(0[1-9]|1[0-2])$/, 'a calendar month, such as 2021-06', { optional: true })
  readonly period?: string;
}

export class InvoiceEntry {
  @ApiProperty({ example: '2021-06', description: 'The calendar month of effectiveAt' }) readonly period!: string;
  @ApiProperty({ format: 'uuid' }) readonly customerId!: string;
  @ApiProperty({ example: 'EUR' }) readonly currency!: string;
  @ApiProperty({ type: [ChargeEntry] }) readonly lines!: readonly ChargeEntry[];
  @ApiProperty({ example: '112.89' }) readonly total!: string;
}
