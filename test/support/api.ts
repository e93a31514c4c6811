import type { Client } from './client.ts';

type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly example?: unknown;
  readonly format?: string;
  readonly pattern?: string;
};

type Parameter = { readonly name: string; readonly in: string; readonly required?: boolean; readonly schema: Schema };

type Described = {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
};

type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

/** Values by the name of a field or parameter, where not every value of its type will do. */
export type Facts = Readonly<Record<string, unknown>>;

/** A route as /openapi.json describes it, and how to call it. */
export class Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly #body: Schema | undefined;
  readonly #document: Document;

  constructor(document: Document, path: string, method: string) {
    const { operationId, parameters = [], requestBody } = document.paths[path]![method]!;
    this.id = operationId;
    this.method = method.toUpperCase();
    this.path = path;
    this.parameters = parameters;
    this.#body = requestBody?.content['application/json']?.schema;
    this.#document = document;
  }

  get isRead(): boolean {
    return this.method === 'GET';
  }

  get knowsDryRun(): boolean {
    return this.parameters.some(({ name }) => name === 'dryRun');
  }

  /** The path with its parameters, including required query parameters. Throws if the facts lack a value for one. */
  pathFor(facts: Facts): string {
    const wanted = this.parameters.filter((parameter) => parameter.in === 'query' && parameter.required === true);
    const query = wanted.map(({ name, schema }) => `${name}=${text(this.#value(name, schema, facts))}`);
    const path = this.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      if (facts[name] === undefined) throw new Error(`${this.method} ${this.path}: nothing says what {${name}} is`);
      return text(facts[name]);
    });
    return query.length === 0 ? path : `${path}?${query.join('&')}`;
  }

  /** A body with every required field, and the optional ones that the facts contain. Undefined for a route without a body. */
  bodyFor(facts: Facts): object | undefined {
    return this.#body === undefined ? undefined : (this.#object(this.#body, facts) as object);
  }

  /** Whether its body has this field. */
  asksFor(field: string): boolean {
    return this.#body !== undefined && this.#resolved(this.#body).properties?.[field] !== undefined;
  }

  #resolved(schema: Schema): Schema {
    const name = schema.$ref?.split('/').at(-1);
    return name === undefined ? schema : this.#document.components.schemas[name]!;
  }

  #object(schema: Schema, facts: Facts): unknown {
    const { properties = {}, required = [] } = this.#resolved(schema);
    const told = Object.entries(properties).filter(([name]) => required.includes(name) || facts[name] !== undefined);
    return Object.fromEntries(told.map(([name, property]) => [name, this.#value(name, property, facts)]));
  }

  #value(name: string, schema: Schema, facts: Facts): unknown {
    const resolved = this.#resolved(schema);
    const { type, oneOf, properties } = resolved;
    const known = facts[name] ?? resolved.example ?? resolved.enum?.[0] ?? anyOf(resolved);
    if (known !== undefined) return known;
    if (oneOf !== undefined) return this.#value(name, oneOf[0]!, facts);
    if (type === 'object' || properties !== undefined) return this.#object(schema, facts);
    throw new Error(`${this.method} ${this.path}: nothing says what ${name} is, and any value would not do`);
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** An arbitrary value of a simple type. */
const anyOf = ({ type, minimum, format, pattern }: Schema): unknown => {
  if (type === 'boolean') return false;
  if (type === 'integer') return minimum ?? 1;
  if (type === 'array') return [];
  return type === 'string' && format === undefined && pattern === undefined ? 'any text' : undefined;
};

/** Every route that a ledger describes, except those that are open without a key. */
export const operationsOf = async (client: Client): Promise<readonly Operation[]> => {
  const document = (await client.must('GET', '/openapi.json')) as Document;
  return Object.entries(document.paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => new Operation(document, path, method)));
};
