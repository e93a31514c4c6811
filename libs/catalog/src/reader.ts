/** Something wrong with a file: where in it, and what. */
export type Problem = { readonly path: string; readonly message: string };

/**
 * Reads one value of a file, and adds what is wrong with it to `problems`. What comes back of a wrong value is never looked
 * at: a file with a problem is refused whole.
 */
export type Reader<T> = (value: unknown, path: string, problems: Problem[]) => T;

/** Says that a value is not what is expected. */
export const wrong = (value: unknown, path: string, problems: Problem[], expected: string): never => {
  problems.push({ path, message: value === undefined ? `is missing; must be ${expected}` : `must be ${expected}` });
  return undefined as never;
};

/** A value that passes a test. */
const valid =
  <T>(holds: (value: unknown) => value is T, expected: string): Reader<T> =>
  (value, path, problems) =>
    holds(value) ? value : wrong(value, path, problems, expected);

/** A text that a test accepts. */
export const text = (expected: string, holds: (text: string) => boolean): Reader<string> =>
  valid((value): value is string => typeof value === 'string' && holds(value), expected);

/** A text for people: something in it, and not endless. */
export const named = (longest: number): Reader<string> =>
  text(`a text of 1 to ${longest} characters`, (value) => value.trim() !== '' && value.length <= longest);

/** One of these words. */
export const word = <const T extends string>(...words: readonly T[]): Reader<T> =>
  valid((value): value is T => words.some((known) => known === value), `one of ${words.join(', ')}`);

/** A whole number within limits, both included. */
export const integer = (least: number, most: number): Reader<number> =>
  valid(
    (value): value is number => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    `a whole number from ${least} to ${most}`,
  );

export const flag: Reader<boolean> = valid((value) => typeof value === 'boolean', 'true or false');

/** The reader's value; `fallback` where the file says nothing. */
export const optional =
  <T>(read: Reader<T>, fallback: T): Reader<T> =>
  (value, path, problems) =>
    value === undefined ? fallback : read(value, path, problems);

/** The reader's value, or null; null also where the file says nothing. */
export const nullable =
  <T>(read: Reader<T>): Reader<T | null> =>
  (value, path, problems) =>
    value === undefined || value === null ? null : read(value, path, problems);

/** A list of at least so many. */
export const list =
  <T>(read: Reader<T>, least = 0): Reader<readonly T[]> =>
  (value, path, problems) => {
    const expected = least === 0 ? 'a list' : `a list of at least ${least}`;
    if (!Array.isArray(value) || value.length < least) return wrong(value, path, problems, expected);
    return value.map((entry: unknown, index) => read(entry, `${path}[${index}]`, problems));
  };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const within = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** An object with exactly these fields: one that nobody knows is a problem, so that a typo is not silently ignored. */
export const record =
  <T extends object>(fields: { readonly [K in keyof T]-?: Reader<T[K]> }): Reader<T> =>
  (value, path, problems) => {
    if (!isObject(value)) return wrong(value, path, problems, 'an object');
    for (const name of Object.keys(value))
      if (!Object.hasOwn(fields, name)) problems.push({ path: within(path, name), message: 'is not known' });
    const entries = Object.entries<Reader<unknown>>(fields).map(([name, read]): [string, unknown] => [
      name,
      read(Object.hasOwn(value, name) ? value[name] : undefined, within(path, name), problems),
    ]);
    return Object.fromEntries(entries.filter(([, read]) => read !== undefined)) as T;
  };

/** By name, so that the same content reads the same however the file is ordered. */
const inOrder = (value: object): readonly (readonly [string, unknown])[] =>
  Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));

/** An object that maps names of a kind to values; at least one. */
export const mapping =
  <T>(isName: (name: string) => boolean, whatName: string, read: Reader<T>): Reader<Readonly<Record<string, T>>> =>
  (value, path, problems) => {
    if (!isObject(value) || Object.keys(value).length === 0)
      return wrong(value, path, problems, `an object with at least one ${whatName}`);
    return Object.fromEntries(
      inOrder(value).map(([name, entry]): [string, T] => {
        if (!isName(name)) problems.push({ path: within(path, name), message: `is not ${whatName}` });
        return [name, read(entry, within(path, name), problems)];
      }),
    );
  };
