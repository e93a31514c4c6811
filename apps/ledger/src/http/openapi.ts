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
      'An event-sourced ledger of customer subscriptions. Commands are answered when their events are durable; a rule that ' +
        'says no answers with a problem whose `code` is its name in the rule book.',
    )
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'An API key, or a token of the configured issuer' },
      'key',
    )
    .addSecurityRequirements('key')
    .addGlobalResponse(
      { status: '4XX', description: 'The request, or a rule, says no', content: problem },
      { status: '5XX', description: 'The ledger cannot answer just now', content: problem },
    )
    .build();

/** The OpenAPI document of an application: from its decorators, so that the two cannot drift. */
const describeApi = (app: INestApplication): OpenAPIObject => {
  const document = SwaggerModule.createDocument(app, frame(), { extraModels: [Problem] });
  const schemas = { ...closed(document.components?.schemas ?? {}), PolicyOverride: policySchema };
  return { ...document, paths: precise(document.paths), components: { ...document.components, schemas } };
};

/** Unknown fields of a body are refused: the document says so, too. Classes of bodies are named so. */
const closed = (schemas: Schemas): Schemas =>
  Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      name.endsWith('Body') ? { ...schema, additionalProperties: false } : schema,
    ]),
  );

/** What no decorator says: ids in paths are UUIDs, and a body that says nothing may be left out. */
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

/** `/openapi.json`, and a page to browse it at `/docs`; made when first asked for. */
export const publishApi = (app: INestApplication): void => {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup('docs', app, () => (document ??= describeApi(app)), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'subledger',
  });
};
