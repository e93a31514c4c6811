import { applyDecorators, type Type } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiHeader,
  ApiOperation,
  ApiProperty,
  ApiQuery,
  ApiResponse,
  getSchemaPath,
  OmitType,
} from '@nestjs/swagger';
import { ChargeEntry } from '../charges/charges.schemas.ts';

class AnsweredEvent {
  @ApiProperty({ example: 'SeatsAdded' }) readonly type!: string;
  @ApiProperty({ format: 'date-time' }) readonly effectiveAt!: string;
  @ApiProperty({ type: 'object', additionalProperties: true }) readonly data!: object;
}

/** The billing read model counts the sequence itself, so a command does not know it yet. */
class AnsweredCharge extends OmitType(ChargeEntry, ['sequence'] as const) {}

/** The response of every command (http-api.md §2), without the ids of its resources. */
export class CommandAnswered {
  @ApiProperty({ type: 'integer' }) readonly revision!: number;
  @ApiProperty({ type: [AnsweredEvent] }) readonly events!: readonly AnsweredEvent[];
  @ApiProperty({ type: [AnsweredCharge] }) readonly charges!: readonly AnsweredCharge[];
  @ApiProperty({ required: false, description: 'True when nothing was recorded' }) readonly dryRun?: boolean;
  @ApiProperty({ required: false, description: 'For the header Quote-Token' }) readonly quoteToken?: string;
}

/** RFC 9457. */
export class Problem {
  @ApiProperty({ example: 'urn:subledger:problem:MUST_BE_SCHEDULED' }) readonly type!: string;
  @ApiProperty() readonly title!: string;
  @ApiProperty({ type: 'integer' }) readonly status!: number;
  @ApiProperty() readonly detail!: string;
  @ApiProperty({ description: 'The name in the rule book', example: 'MUST_BE_SCHEDULED' }) readonly code!: string;
  @ApiProperty({
    required: false,
    description: 'What is wrong with a malformed request',
    type: 'array',
    items: {
      type: 'object',
      properties: { path: { type: 'string' }, message: { type: 'string' } },
      required: ['path', 'message'],
    },
  })
  readonly errors?: readonly object[];
  @ApiProperty({ required: false, type: [String], description: 'The actions that are allowed instead' })
  readonly allowedActions?: readonly string[];
}

const text = { schema: { type: 'string' as const } };

const commandHeaders = [
  ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key with the same body is the same command, permanently; generated when left out',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  }),
  ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'Only if the resource is at this revision',
    schema: { type: 'string', pattern: '^"\\d+"$', example: '"3"' },
  }),
  ApiHeader({ name: 'Quote-Token', required: false, description: 'Only if the result is exactly as quoted', ...text }),
  ApiHeader({ name: 'Correlation-Id', required: false, description: 'Recorded on every event; generated', ...text }),
];

const answerHeaders = {
  ETag: { description: 'The revision, in quotes', ...text },
  'Ledger-Position': { description: 'Send it with a read that has to reflect this command', ...text },
  'Idempotency-Key': { description: 'As sent, or generated', ...text },
  'Idempotency-Replayed': { description: '"true" when the command was handled earlier', ...text },
  'Correlation-Id': text,
};

type Answering = { readonly status?: 200 | 201; readonly type?: Type };

/** Describes the route of a command. `type` is its response, if not the usual one. */
export const ApiCommand = (
  operationId: string,
  summary: string,
  { status = 200, type = CommandAnswered }: Answering = {},
): MethodDecorator => {
  const location = { Location: { description: 'Where it was created', ...text } };
  return applyDecorators(
    ApiOperation({ operationId, summary }),
    ...commandHeaders,
    ApiQuery({
      name: 'dryRun',
      required: false,
      schema: { type: 'boolean' },
      description: 'A dry run: nothing is recorded',
    }),
    ApiResponse({
      status,
      type,
      description: status === 201 ? 'Created' : 'Done',
      headers: { ...answerHeaders, ...(status === 201 ? location : {}) },
    }),
  );
};

const position = ApiHeader({
  name: 'Ledger-Position',
  required: false,
  description: 'The response reflects at least this position of the log',
  ...text,
});

/** Describes the route of a read that returns one resource. */
export const ApiRead = (operationId: string, summary: string, type: Type): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId, summary }),
    position,
    ApiResponse({ status: 200, type, description: 'Found' }),
  );

/** Describes the route of a read that returns a page of a list. */
export const ApiList = (operationId: string, summary: string, item: Type): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId, summary }),
    position,
    ApiExtraModels(item),
    ApiResponse({
      status: 200,
      description: 'A page',
      schema: {
        type: 'object',
        properties: {
          items: { type: 'array', items: { $ref: getSchemaPath(item) } },
          nextCursor: { type: 'string', nullable: true },
        },
        required: ['items', 'nextCursor'],
      },
    }),
  );
