import { durationMs, isDuration } from '#calendar';

/** Something wrong with a file: where in it, and what. */
export type Problem = { readonly path: string; readonly message: string };

/** What a key's value looks like: as JSON Schema for readers, and as a check that names the path of what is wrong. */
export type Shape = {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly check: (value: unknown, path: string) => readonly Problem[];
};

const shape = (schema: Shape['schema'], holds: (value: unknown) => boolean, expected: string): Shape => ({
  schema,
  check: (value, path) => (holds(value) ? [] : [{ path, message: `must be ${expected}` }]),
});

/** One of these words, spelt exactly so. */
export const choice = (...words: readonly string[]): Shape =>
  shape(
    { type: 'string', enum: words },
    (value) => typeof value === 'string' && words.includes(value),
    words.length === 1 ? `"${String(words[0])}"` : `one of ${words.join(', ')}`,
  );

/** As long as a trial may be, ten years: the end of a window must be an instant that the ledger can write. */
export const LONGEST_DAYS = 3_650;
const longestMs = durationMs(`P${LONGEST_DAYS}D`);

/** An ISO 8601 duration of fixed length. */
export const duration: Shape = shape(
  { type: 'string', format: 'duration', examples: ['PT24H', 'P30D'] },
  (value) => typeof value === 'string' && isDuration(value) && durationMs(value) <= longestMs,
  `an ISO 8601 duration of fixed length, at most ${LONGEST_DAYS} days, such as PT24H or P30D`,
);

export const flag: Shape = shape({ type: 'boolean' }, (value) => typeof value === 'boolean', 'true or false');

/** A whole number of at least one. */
export const count = (most: number): Shape =>
  shape(
    { type: 'integer', minimum: 1, maximum: most },
    (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most,
    `a whole number from 1 to ${most}`,
  );

export const nothing: Shape = shape({ type: 'null' }, (value) => value === null, 'null');

/** A value of any of these shapes. */
export const either = (...shapes: readonly Shape[]): Shape => ({
  schema: { anyOf: shapes.map(({ schema }) => schema) },
  check: (value, path) => {
    const answers = shapes.map(({ check }) => check(value, path));
    if (answers.some((problems) => problems.length === 0)) return [];
    // A problem deeper inside shows that this alternative was meant.
    const meant = answers.find((problems) => problems.some((problem) => problem.path !== path));
    return (
      meant ?? [
        {
          path,
          message: answers
            .flat()
            .map((problem) => problem.message)
            .join(', or '),
        },
      ]
    );
  },
});

/** A list of different words that includes those in `always`. */
export const listOf = (words: readonly string[], always: readonly string[] = []): Shape => ({
  schema: {
    type: 'array',
    items: { type: 'string', enum: words },
    uniqueItems: true,
    ...(always.length === 0 ? {} : { allOf: always.map((word) => ({ contains: { const: word } })) }),
  },
  check: (value, path) => {
    if (!Array.isArray(value)) return [{ path, message: `must be a list of ${words.join(', ')}` }];
    const item = choice(...words);
    const wrong = value.flatMap((entry: unknown, index) => item.check(entry, `${path}[${index}]`));
    if (wrong.length > 0) return wrong;
    if (new Set(value).size < value.length) return [{ path, message: 'must not name anything twice' }];
    const missing = always.filter((word) => !value.includes(word));
    return missing.map((word) => ({ path, message: `must name ${word}, which always holds` }));
  },
});

/** An object with exactly these fields. */
export const record = (fields: Readonly<Record<string, Shape>>): Shape => ({
  schema: {
    type: 'object',
    properties: Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])),
    required: Object.keys(fields),
    additionalProperties: false,
  },
  check: (value, path) => {
    if (!isObject(value)) return [{ path, message: 'must be an object' }];
    return [
      ...unknownFields(value, Object.keys(fields), path),
      ...Object.entries(fields).flatMap(([name, field]) =>
        name in value
          ? field.check(value[name], `${path}.${name}`)
          : [{ path: `${path}.${name}`, message: 'is missing' }],
      ),
    ];
  },
});

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A problem for each unknown field, so that a typo is not silently ignored. */
export const unknownFields = (value: object, known: readonly string[], path: string): readonly Problem[] =>
  Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => ({ path: path === '' ? name : `${path}.${name}`, message: 'is not known' }));
