import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { INestApplication } from '@nestjs/common';
import { policySchema } from '#policy';
import { Problem } from './documented.ts';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

const frame = () =>
  new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('subledger')
    .setDescription(
      'An event-sourced ledger of customer subscriptions. Commands are answered when their events are durable. A refused ' +
        'command gets a problem whose `code` is its name in the rule book.',
    )
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'An API key, or a token of the configured issuer' },
      'key',
    )
    .addSecurityRequirements('key')
    .addGlobalResponse(
      { status: '4XX', description: 'The request is invalid, or a rule refuses it', content: problem },
      { status: '5XX', description: 'The ledger cannot respond now', content: problem },
    )
    .build();

/** The OpenAPI document of an application: from its decorators, so that the two cannot drift. */
const describeApi = (app: INestApplication): OpenAPIObject => {
  const document = SwaggerModule.createDocument(app, frame(), { extraModels: [Problem] });
  const schemas = { ...closed(document.components?.schemas ?? {}), PolicyOverride: policySchema };
  return withNull({ ...document, paths: precise(document.paths), components: { ...document.components, schemas } });
};

/** The decorators say `nullable`, as OpenAPI 3.0 does. In 3.1 it means nothing: null is a type like any other. */
const withNull = (document: OpenAPIObject): OpenAPIObject =>
  JSON.parse(JSON.stringify(document), (_, value: unknown) => {
    if (!isNullable(value)) return value;
    const { nullable: __, ...schema } = value;
    // Beside a reference, a list of types would not do: what it refers to is not null.
    if (schema.allOf !== undefined) return { anyOf: [...schema.allOf, { type: 'null' }] };
    return { ...schema, type: [schema.type, 'null'] };
  }) as OpenAPIObject;

type Nullable = { readonly nullable: true; readonly type?: unknown; readonly allOf?: readonly object[] };

const isNullable = (value: unknown): value is Nullable =>
  typeof value === 'object' && value !== null && 'nullable' in value && value.nullable === true;

/** Marks the schemas of bodies as closed, because unknown fields are refused. Bodies are the classes named so. */
const closed = (schemas: Schemas): Schemas =>
  Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      name.endsWith('Body') ? { ...schema, additionalProperties: false } : schema,
    ]),
  );

/** Adds what no decorator says: ids in paths are UUIDs, and an empty body may be left out. */
const precise = (paths: OpenAPIObject['paths']): OpenAPIObject['paths'] =>
  JSON.parse(JSON.stringify(paths), (_, value: unknown) => {
    if (isIdInPath(value)) return { ...value, schema: { type: 'string', format: 'uuid' } };
    return isBodyOfNothing(value) ? { ...value, required: false } : value;
  }) as OpenAPIObject['paths'];

const isIdInPath = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  'in' in value &&
  value.in === 'path' &&
  'name' in value &&
  value.name === 'id';

const isBodyOfNothing = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && 'required' in value && JSON.stringify(value).includes('/NothingBody"');

/** `/openapi.json`, and a page to browse it at `/docs`; built at the first request. */
export const publishApi = (app: INestApplication): void => {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup('docs', app, () => (document ??= describeApi(app)), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'subledger',
  });
};
