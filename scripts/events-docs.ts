import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * Writes the list of events, docs/events/README.md, from the frozen examples in test/history and the docstrings of the
 * events' types. `--check` fails if the page is outdated.
 */
const { check } = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values;
const root = join(import.meta.dirname, '..');
const target = join(root, 'docs/events/README.md');

type Example = { readonly type: string; readonly stream: string; readonly data: object; readonly meta: object };
type Shape = { readonly type: string; readonly schema: number; readonly examples: readonly Example[] };

/** Files are named `<type>.<schema>.json`, or `<type>.<schema>.<variant>.json` for a further example of the same shape. */
const shapes = (): readonly Shape[] => {
  const files = globSync('test/history/*.json', { cwd: root }).sort();
  const byShape = Map.groupBy(files, (file) => basename(file).split('.').slice(0, 2).join('.'));
  return [...byShape].map(([name, found]) => {
    const [type = '', schema] = name.split('.');
    const examples = found.map((file) => JSON.parse(readFileSync(join(root, file), 'utf8')) as Example);
    return { type, schema: Number(schema), examples };
  });
};

/** What each event means, by type: the docstring of its declaration. */
const meanings = (): ReadonlyMap<string, string> => {
  const declared = /\/\*\*((?:(?!\*\/)[^])*)\*\/\nexport type (\w+) = Event</g;
  const sources = globSync('libs/*/src/**/*.ts', { cwd: root }).filter((file) => !/(spec|testing)\.ts$/.test(file));
  const texts = sources.map((file) => readFileSync(join(root, file), 'utf8'));
  return new Map(
    texts.flatMap((text) =>
      [...text.matchAll(declared)].map(([, doc = '', type = '']): [string, string] => [type, sentence(doc)]),
    ),
  );
};

const sentence = (doc: string): string => doc.replaceAll(/\s*\n\s*\*\s*/g, ' ').trim();

type Field = { readonly path: string; readonly type: string; readonly example: string };

/** The values in a piece of JSON, with their paths: `lines[].subtotal`. */
const fieldsOf = (value: unknown, path: string): readonly Field[] => {
  if (Array.isArray(value)) {
    const items = value.flatMap((item) => fieldsOf(item, `${path}[]`));
    return items.length > 0 ? items : [{ path, type: 'list', example: '[]' }];
  }
  if (typeof value !== 'object' || value === null)
    return [{ path, type: typeOf(value), example: JSON.stringify(value) }];
  const entries = Object.entries(value);
  if (entries.length === 0) return [{ path, type: 'object', example: '{}' }];
  return entries.flatMap(([name, inner]) => fieldsOf(inner, path === '' ? name : `${path}.${name}`));
};

const kinds: readonly (readonly [RegExp, string])[] = [
  [/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/, 'instant'],
  [/^\d{4}-\d{2}-\d{2}$/, 'date'],
  [/^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/, 'UUID'],
  [/^-?(0|[1-9]\d*)(\.\d+)?$/, 'decimal'],
];

const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (typeof value === 'number') return 'integer';
  if (typeof value !== 'string') return typeof value;
  return kinds.find(([pattern]) => pattern.test(value))?.[1] ?? 'text';
};

/** One row for each field, with every type that it has in the examples; `?` where an example lacks it. */
const table = (examples: readonly object[]): readonly string[] => {
  const found = examples.map((example) => fieldsOf(example, ''));
  const byPath = Map.groupBy(found.flat(), ({ path }) => path);
  const rows = [...byPath].map(([path, fields]) => {
    const types = [...new Set(fields.map(({ type }) => type))].join(' or ');
    const optional = found.some((list) => !list.some((field) => within(path, field.path)));
    const example = fields.find(({ type }) => type !== 'null')?.example ?? 'null';
    return `| \`${path}\`${optional ? ' ?' : ''} | ${types} | \`${example.length > 60 ? `${example.slice(0, 57)}…` : example}\` |`;
  });
  return ['| Field | Type | Example |', '| --- | --- | --- |', ...rows];
};

/** Whether a field follows from another: from itself, or from an enclosing one that is null or empty there. */
const within = (path: string, other: string): boolean =>
  path === other || path.startsWith(`${other}.`) || path.startsWith(`${other}[]`);

const chapter = ({ type, schema, examples }: Shape, meaning: string): readonly string[] => [
  `### ${type}`,
  '',
  meaning,
  '',
  `Stream \`${streamOf(examples)}\`, schema ${schema}.`,
  '',
  ...table(examples.map(({ data }) => data)),
  '',
];

const categoryOf = ([example]: readonly Example[]): string => example?.stream.split('-')[0] ?? '';
const streamOf = (examples: readonly Example[]): string => `${categoryOf(examples)}-<id>`;

const document = (all: readonly Shape[], meaning: ReadonlyMap<string, string>): string => {
  const mute = all.filter(({ type }) => !meaning.has(type)).map(({ type }) => type);
  if (mute.length > 0) throw new Error(`these events have no docstring: ${mute.join(', ')}`);
  const byCategory = [...Map.groupBy(all, ({ examples }) => categoryOf(examples))].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    '# Events',
    '',
    'Every event that the ledger records. Generated by `node scripts/events-docs.ts` from the frozen examples in',
    '[test/history](../../test/history) and from the docstrings of the types in `libs/`: do not edit.',
    'A field with `?` is absent from some events. Every event has `effectiveAt`, the business time.',
    '',
    '| Type | Schema | Stream | Meaning |',
    '| --- | --- | --- | --- |',
    ...byCategory.flatMap(([, shapesOf]) =>
      shapesOf.map(
        ({ type, schema, examples }) =>
          `| [${type}](#${type.toLowerCase()}) | ${schema} | \`${streamOf(examples)}\` | ${meaning.get(type) ?? ''} |`,
      ),
    ),
    '',
    '## Metadata of every event',
    '',
    'Written once, when the command is handled. `$correlationId` and `$causationId` lead from a request to every event',
    'that it caused.',
    '',
    ...table(all.flatMap(({ examples }) => examples.map(({ meta }) => meta))),
    '',
    ...byCategory.flatMap(([category, shapesOf]) => [
      `## Of a ${category}`,
      '',
      ...shapesOf.flatMap((shape) => chapter(shape, meaning.get(shape.type) ?? '')),
    ]),
  ].join('\n');
};

const written = document(shapes(), meanings());
if (!check) {
  mkdirSync(join(root, 'docs/events'), { recursive: true });
  writeFileSync(target, written);
} else if (readFileSync(target, 'utf8') !== written) {
  console.error('docs/events/README.md is out of date: run node scripts/events-docs.ts');
  process.exitCode = 1;
}
