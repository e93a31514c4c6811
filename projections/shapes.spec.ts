import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { schemaOf, type Recorded } from '#kernel';
import { history } from '#subscription';
import { stories } from './stories.testing.ts';

const folder = join(import.meta.dirname, '../test/history');

/** Every value in a piece of JSON by its path, such as `lines[].subtotal`, with its type. */
const places = (value: unknown, at = ''): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap((item) => places(item, `${at}[]`));
  if (typeof value !== 'object' || value === null) return [`${at}: ${value === null ? 'null' : typeof value}`];
  return Object.entries(value).flatMap(([name, inner]) => places(inner, `${at}.${name}`));
};

/** For each event type, the fields that frozen examples of its current schema have. */
const frozen = (type: string): ReadonlySet<string> => {
  const start = `${type}.${schemaOf(history, type)}.`;
  const examples = readdirSync(folder).filter((file) => file.startsWith(start));
  return new Set(
    examples.flatMap((file) => places((JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recorded).data)),
  );
};

const decided = Map.groupBy(
  Object.values(stories).flatMap((story) => story().events),
  ({ type }) => type,
);

describe('an event that is decided today', () => {
  // If this fails, the shape has changed: append an upcaster to the lib's history, and freeze an example of the new schema.
  it.each([...decided])('has no field that is missing in all frozen examples of its schema: %s', (type, events) => {
    const known = frozen(type);
    expect([...new Set(events.flatMap(({ data }) => places(data)))].filter((place) => !known.has(place))).toEqual([]);
  });

  it.each([...decided])('has every field that all its frozen examples have: %s', (type, events) => {
    const held = new Set(events.flatMap(({ data }) => places(data)));
    expect([...frozen(type)].filter((place) => !held.has(place))).toEqual([]);
  });
});
