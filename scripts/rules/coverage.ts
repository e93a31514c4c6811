import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chaptersOf } from './book.ts';
import { citationsInCode, citationsInSpec, type Citation } from './citations.ts';

/** A place that cites a rule: the file, and what in it. */
export type Place = { readonly file: string; readonly name: string };
export type Rule = {
  readonly id: string;
  readonly line: string;
  readonly code: readonly Place[];
  readonly tests: readonly Place[];
};
export type Part = { readonly part: string; readonly rules: readonly Rule[] };
export type Coverage = {
  readonly parts: readonly Part[];
  /** What is wrong with it, a sentence each. */ readonly flaws: readonly string[];
};

const isSpec = (file: string) => /\.(spec|contract)\.ts$/.test(file);
/**
 * Helpers of tests; presets, whose sources say why a setting is so: the code that heeds it enforces the rule; and the
 * spec of this coverage, whose citations are made up.
 */
const isNeither = (file: string) =>
  /testing\.ts$/.test(file) || file.startsWith('libs/policy/src/presets/') || file === 'test/rules.spec.ts';

/** Every R and E rule of the rule book with the code that cites it and the tests that do. `root` is the project's folder. */
export const coverage = (root: string): Coverage => {
  const chapters = chaptersOf(readFileSync(join(root, 'docs/reference/rule-book.md'), 'utf8'));
  const inCode = placesOf(root, 'apps/*/src/**/*.ts', 'libs/*/src/**/*.ts', 'projections/**/*.ts');
  const inSpecs = placesOf(root, '{apps,libs}/*/src/**/*.ts', 'projections/**/*.ts', 'test/**/*.spec.ts');
  const code = inCode((file) => !isSpec(file) && !isNeither(file), citationsInCode);
  const tests = inSpecs((file) => isSpec(file) && !isNeither(file), citationsInSpec);
  const parts = chapters.map(({ part, rules }) => ({
    part,
    rules: Object.entries(rules).map(([id, line]) => ({
      id,
      line,
      code: code.get(id) ?? [],
      tests: tests.get(id) ?? [],
    })),
  }));
  const known = new Set(parts.flatMap(({ rules }) => rules.map(({ id }) => id)));
  return { parts, flaws: [...parts.flatMap(({ rules }) => rules.flatMap(gaps)), ...strangers(known, code, tests)] };
};

const gaps = ({ id, line, code, tests }: Rule): readonly string[] => [
  ...(code.length === 0 ? [`${id} (${line}): no code says that it enforces it`] : []),
  ...(tests.length === 0 ? [`${id} (${line}): no test says that it shows it`] : []),
];

type Places = ReadonlyMap<string, readonly Place[]>;

const strangers = (known: ReadonlySet<string>, ...found: readonly Places[]): readonly string[] =>
  found.flatMap((places) =>
    [...places].flatMap(([id, cited]) =>
      known.has(id) ? [] : cited.map(({ file, name }) => `${file}: ${name} cites ${id}, and there is no such rule`),
    ),
  );

const placesOf =
  (root: string, ...patterns: readonly string[]) =>
  (wanted: (file: string) => boolean, read: (file: string, text: string) => readonly Citation[]): Places => {
    const files = globSync(patterns, { cwd: root }).filter(wanted).sort();
    const found = files.flatMap((file) =>
      read(file, readFileSync(join(root, file), 'utf8')).flatMap(({ rule, at }) =>
        at === undefined ? [] : [{ rule, place: { file, name: at } }],
      ),
    );
    return new Map(
      [...Map.groupBy(found, ({ rule }) => rule)].map(([rule, cited]) => [
        rule,
        distinct(cited.map(({ place }) => place)),
      ]),
    );
  };

const distinct = (places: readonly Place[]): readonly Place[] => [
  ...new Map(places.map((place) => [`${place.file}\n${place.name}`, place])).values(),
];
