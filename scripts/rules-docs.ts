import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { coverage, type Part, type Place } from './rules/coverage.ts';

/**
 * Writes the coverage of the rules, docs/rules.md: each rule of docs/rules.json with the code and the tests that cite it.
 * `--check` fails when a rule has no code or no test, and when the page is out of date.
 */
const { check } = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values;
const root = join(import.meta.dirname, '..');
const target = join(root, 'docs/rules.md');

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll(/\s+/g, ' ');

/** A file once, and behind it what is meant in it. */
const places = (cited: readonly Place[], said: (name: string) => string): string =>
  [...Map.groupBy(cited, ({ file }) => file)]
    .map(([file, found]) => {
      const names = found.map(({ name }) => said(cell(name)));
      return `[${basename(file)}](../${file}): ${names.join(', ')}`;
    })
    .join('<br>');

const table = ({ part, rules }: Part): readonly string[] => [
  `## ${part}`,
  '',
  '| | Rule | Enforced by | Shown by |',
  '| --- | --- | --- | --- |',
  ...rules.map(
    ({ id, line, code, tests }) =>
      `| <a id="${id.toLowerCase()}"></a>${id} | ${cell(line)} | ${places(code, (name) => `\`${name}\``)} | ${places(tests, (name) => `“${name}”`)} |`,
  ),
  '',
];

const { parts, flaws } = coverage(root);
const written = [
  '# Rules',
  '',
  'Every rule and edge case of the rule book: what it says in a line, the code that enforces it, the tests that show it.',
  'Written by `node scripts/rules-docs.ts` from the lines in [rules.json](rules.json) and from the citations (`R64`,',
  '`E10–E12`) in the comments and refusals of the code and in the tests: do not edit.',
  '',
  ...parts.flatMap(table),
].join('\n');

const complaints =
  check && readFileSync(target, 'utf8') !== written
    ? ['docs/rules.md is out of date: run node scripts/rules-docs.ts']
    : [];
if (!check) writeFileSync(target, written);
for (const complaint of [...flaws, ...complaints]) console.error(complaint);
if (flaws.length + complaints.length > 0) process.exitCode = 1;
