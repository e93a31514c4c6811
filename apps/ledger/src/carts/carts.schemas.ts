import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ValidateBy, ValidateNested } from 'class-validator';
import { billingCycles, terms, type BillingCycle, type Term } from '#calendar';
import { DayField, OneOf, Seats, Text, Uuid } from '../http/fields.ts';

/** How many lines a cart holds at most. */
const MOST_LINES = 100;

const left = { optional: true };

export class CartLineBody {
  @Text(200) readonly offerId!: string;
  @Text(200) readonly skuId!: string;
  /** Left out for offers that are billed by usage (R20). */
  @Seats(left) readonly quantity?: number;
  @OneOf(terms) readonly term!: Term;
  @OneOf(billingCycles) readonly billingCycle!: BillingCycle;
  @Text(200, left) readonly friendlyName?: string;
  @DayField(left) readonly customTermEndDate?: string;
}

const isLine = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is to be bought; an empty list leaves the cart empty. */
const Lines = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ type: [CartLineBody], maxItems: MOST_LINES }),
    ValidateBy({
      name: 'lines',
      validator: {
        validate: (value: unknown) => Array.isArray(value) && value.length <= MOST_LINES && value.every(isLine),
        defaultMessage: () => `must be a list of at most ${MOST_LINES} lines`,
      },
    }),
    ValidateNested({ each: true }),
    Type(() => CartLineBody),
  );

export class CartLinesBody {
  @Lines() readonly lines!: readonly CartLineBody[];
}

export class CreateCartBody extends CartLinesBody {
  @Uuid() readonly customerId!: string;
}
