import { isStorable } from '#kernel';

/** How many problems of a file are reported: after that many, nothing more is read. */
export const MOST_PROBLEMS = 50;

/** Something wrong with a file: where in it, and what. */
export type Problem = { readonly path: string; readonly message: string };

/**
 * Reads one value of a file, and adds its problems to `problems`. The result for an invalid value is never
 * used: a file with a problem is refused whole.
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

/** A text that a test accepts, and that every store keeps as it is. */
export const text = (expected: string, holds: (text: string) => boolean): Reader<string> =>
  valid((value): value is string => typeof value === 'string' && isStorable(value) && holds(value), expected);

/** Whether a text is suitable for people: not empty, at most `longest` characters, and storable in every store. */
export const isName = (value: string, longest: number): boolean =>
  value.trim() !== '' && value.length <= longest && isStorable(value);

/** A text for people. */
export const named = (longest: number): Reader<string> =>
  text(`a text of 1 to ${longest} characters`, (value) => isName(value, longest));

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

/** The reader's value; `fallback` if it is missing. */
export const optional =
  <T>(read: Reader<T>, fallback: T): Reader<T> =>
  (value, path, problems) =>
    value === undefined ? fallback : read(value, path, problems);

/** The reader's value, or null; null also if it is missing. */
export const nullable =
  <T>(read: Reader<T>): Reader<T | null> =>
  (value, path, problems) =>
    value === undefined || value === null ? null : read(value, path, problems);

/** A list of at least `least` values. */
export const list =
  <T>(read: Reader<T>, least = 0): Reader<readonly T[]> =>
  (value, path, problems) => {
    const expected = least === 0 ? 'a list' : `a list of at least ${least}`;
    if (!Array.isArray(value) || value.length < least) return wrong(value, path, problems, expected);
    const entries: T[] = [];
    for (const [index, entry] of (value as unknown[]).entries()) {
      if (problems.length >= MOST_PROBLEMS) break;
      entries.push(read(entry, `${path}[${index}]`, problems));
    }
    return entries;
  };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const within = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** An object with exactly these fields: an unknown one is a problem, so that a typo is not silently ignored. */
export const record =
  <T extends object>(fields: { readonly [K in keyof T]-?: Reader<T[K]> }): Reader<T> =>
  (value, path, problems) => {
    if (!isObject(value)) return wrong(value, path, problems, 'an object');
    const unknown = Object.keys(value).filter((name) => !Object.hasOwn(fields, name));
    problems.push(
      ...unknown.slice(0, MOST_PROBLEMS).map((name) => ({ path: within(path, name), message: 'is not known' })),
    );
    const entries = Object.entries<Reader<unknown>>(fields).map(([name, read]): [string, unknown] => [
      name,
      read(Object.hasOwn(value, name) ? value[name] : undefined, within(path, name), problems),
    ]);
    return Object.fromEntries(entries.filter(([, read]) => read !== undefined)) as T;
  };

/** Sorted by name, so that the same content reads the same in whatever order the file has it. */
const inOrder = (value: object): readonly (readonly [string, unknown])[] =>
  Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));

/** An object that maps names of a kind to values; at least one. */
export const mapping =
  <T>(isKnown: (name: string) => boolean, whatName: string, read: Reader<T>): Reader<Readonly<Record<string, T>>> =>
  (value, path, problems) => {
    if (!isObject(value) || Object.keys(value).length === 0)
      return wrong(value, path, problems, `an object with at least one ${whatName}`);
    const entries: [string, T][] = [];
    for (const [name, entry] of inOrder(value)) {
      if (problems.length >= MOST_PROBLEMS) break;
      if (!isKnown(name)) problems.push({ path: within(path, name), message: `is not ${whatName}` });
      entries.push([name, read(entry, within(path, name), problems)]);
    }
    return Object.fromEntries(entries);
  };
