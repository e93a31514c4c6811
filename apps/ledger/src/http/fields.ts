import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { isISO31661Alpha2, ValidateBy, ValidateIf } from 'class-validator';
import { isDay, normaliseInstant } from '#calendar';
import { MOST_SEATS } from '#catalog';
import { isStorable } from '#kernel';
import { isCurrency, isDecimal, isZero } from '#money';

/** A field that a caller may leave out. `null` does not count as left out. */
export type Leave = { readonly optional?: boolean };

type Kind = {
  /** JSON Schema, for the OpenAPI document. */
  readonly schema: ApiPropertyOptions;
  readonly holds: (value: unknown) => boolean;
  /** What is accepted, for a person: `a whole number from 1 to 5`. */
  readonly expected: string;
  /** Turns a valid value into the ledger's own form; must return invalid ones unchanged. */
  readonly normalise?: (value: unknown) => unknown;
};

/** A field's check and its description in one, so that the document cannot drift from what is accepted. */
const field =
  ({ schema, holds, expected, normalise }: Kind) =>
  ({ optional = false }: Leave = {}): PropertyDecorator =>
    applyDecorators(
      ApiProperty({ ...schema, required: !optional } as ApiPropertyOptions),
      ValidateBy({ name: 'field', validator: { validate: holds, defaultMessage: () => `must be ${expected}` } }),
      ...(normalise === undefined ? [] : [Transform(({ value }) => normalise(value))]),
      ...(optional ? [ValidateIf((_, value) => value !== undefined)] : []),
    );

const isText = (value: unknown): value is string => typeof value === 'string';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text from outside is a UUID, of any version. */
export const isUuid = (value: unknown): value is string => isText(value) && UUID.test(value);

const lowerCase = (value: unknown) => (isText(value) ? value.toLowerCase() : value);

/** A UUID, converted to lower case: two spellings of an id must not be two resources. */
export const Uuid = field({
  schema: { type: 'string', format: 'uuid' },
  holds: isUuid,
  expected: 'a UUID',
  normalise: lowerCase,
});

/** A text for people or programs: not empty, at most `longest` characters, and storable unchanged in every store. */
export const Text = (longest: number, leave?: Leave) =>
  field({
    schema: { type: 'string', minLength: 1, maxLength: longest },
    holds: (value) => isText(value) && value.trim() !== '' && value.length <= longest && isStorable(value),
    expected: `a text of 1 to ${longest} characters`,
  })(leave);

/** A whole number of seats. The SKU's own limits are checked later. */
export const Seats = field({
  schema: { type: 'integer', minimum: 1, maximum: MOST_SEATS },
  holds: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_SEATS,
  expected: `a whole number from 1 to ${MOST_SEATS}`,
});

/** One of these words. */
export const OneOf = (words: readonly string[], leave?: Leave) =>
  field({
    schema: { type: 'string', enum: [...words] },
    holds: (value) => words.some((word) => word === value),
    expected: `one of ${words.join(', ')}`,
  })(leave);

/** Some of these words, in a query string with commas between them. */
export const SomeOf = (words: readonly string[], leave?: Leave) =>
  field({
    schema: { type: 'array', items: { type: 'string', enum: [...words] } },
    holds: (value) => Array.isArray(value) && value.every((one) => words.some((word) => word === one)),
    expected: `some of ${words.join(', ')}, with commas between them`,
    normalise: (value) => (isText(value) ? value.split(',') : value),
  })(leave);

export const Flag = field({
  schema: { type: 'boolean' },
  holds: (value) => typeof value === 'boolean',
  expected: 'true or false',
});

/** An ISO 8601 instant, converted to the ledger's own form. */
export const InstantField = field({
  schema: { type: 'string', format: 'date-time', example: '2021-06-18T09:00:00.000Z' },
  holds: (value) => isText(value) && normaliseInstant(value) !== undefined,
  expected: 'an ISO 8601 instant, such as 2021-06-18T09:00:00.000Z',
  normalise: (value) => (isText(value) ? (normaliseInstant(value) ?? value) : value),
});

/** A UTC calendar date. */
export const DayField = field({
  schema: { type: 'string', format: 'date', example: '2021-06-18' },
  holds: (value) => isText(value) && isDay(value),
  expected: 'a date, such as 2021-06-18',
});

/** An instant, or a whole UTC date. */
export const InstantOrDayField = field({
  schema: { type: 'string', example: '2021-06-18T09:00:00.000Z' },
  holds: (value) => isText(value) && (isDay(value) || normaliseInstant(value) !== undefined),
  expected: 'an ISO 8601 instant or a date',
  normalise: (value) => (isText(value) ? (normaliseInstant(value) ?? value) : value),
});

/** A decimal string other than zero: money to credit or to debit. */
export const Amount = field({
  schema: { type: 'string', pattern: '^-?\\d+(\\.\\d+)?$', example: '-12.50' },
  holds: (value) => isText(value) && value.length <= 40 && isDecimal(value) && !isZero(value),
  expected: 'a decimal string other than zero, such as "-12.50"',
});

/** A quantity above zero, as a decimal string. */
export const Positive = field({
  schema: { type: 'string', pattern: '^\\d+(\\.\\d+)?$', example: '12.5' },
  holds: (value) => isText(value) && value.length <= 40 && isDecimal(value) && !isZero(value) && !value.startsWith('-'),
  expected: 'a decimal string above zero, such as "12.5"',
});

/** A unit price, as a decimal string; zero is allowed. */
export const Price = field({
  schema: { type: 'string', pattern: '^\\d+(\\.\\d+)?$', example: '0.10' },
  holds: (value) => isText(value) && value.length <= 40 && isDecimal(value) && !value.startsWith('-'),
  expected: 'a decimal string, such as "0.10"',
});

/** ISO 3166, two capital letters. */
export const Country = field({
  schema: { type: 'string', pattern: '^[A-Z]{2}$', example: 'NL' },
  holds: (value) => isText(value) && /^[A-Z]{2}$/.test(value) && isISO31661Alpha2(value),
  expected: 'an ISO 3166 code of two capital letters, such as NL',
});

/** ISO 4217. */
export const Currency = field({
  schema: { type: 'string', pattern: '^[A-Z]{3}$', example: 'EUR' },
  holds: (value) => isText(value) && isCurrency(value),
  expected: 'an ISO 4217 code, such as EUR',
});

/** A text that matches a pattern. */
export const Pattern = (pattern: RegExp, expected: string, leave?: Leave) =>
  field({
    schema: { type: 'string', pattern: pattern.source },
    holds: (value) => isText(value) && pattern.test(value),
    expected,
  })(leave);

/** `"new"`, or the subscription that takes the seats in (R97). */
export const upgradeTarget = {
  oneOf: [
    { type: 'string', enum: ['new'] },
    {
      type: 'object',
      properties: { subscriptionId: { type: 'string', format: 'uuid' } },
      required: ['subscriptionId'],
      additionalProperties: false,
    },
  ],
};

export const UpgradeTargetField = field({
  schema: upgradeTarget,
  holds: (value) => value === 'new' || isTarget(value),
  expected: '"new" or { "subscriptionId": a UUID }',
  normalise: (value) => (isTarget(value) ? { subscriptionId: value.subscriptionId.toLowerCase() } : value),
});

const isTarget = (value: unknown): value is { subscriptionId: string } =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length === 1 &&
  'subscriptionId' in value &&
  isUuid(value.subscriptionId);

/** A whole number in a query string. */
export const QueryInteger = (least: number, most: number, leave?: Leave) =>
  field({
    schema: { type: 'integer', minimum: least, maximum: most },
    holds: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    expected: `a whole number from ${least} to ${most}`,
    normalise: (value) => (isText(value) && /^\d{1,16}$/.test(value) ? Number(value) : value),
  })(leave);
