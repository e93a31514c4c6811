import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';

/** What citations may point at: the ids that a document lists, and the sections and anchors of each document. */
export type Targets = {
  /** `R64`, `A19`, `W21b`. */
  readonly ids: ReadonlySet<string>;
  /** By file name, `rule-book.md`: the numbers of its sections, `2.4`. */
  readonly sections: ReadonlyMap<string, ReadonlySet<string>>;
  /** By path from the root; a document's anchors, and nothing for other files. */
  readonly anchors: ReadonlyMap<string, ReadonlySet<string>>;
};

/** The documents that list ids. */
const LISTS = ['docs/reference/rule-book.md', 'docs/benchmarks.md'];
/** Where rules are cited, and what documents may link to. */
const CITING = ['{apps,libs,projections,test,bench,scripts,docs,deploy}/**/*.{ts,md}', '*.md', '.*.cjs', '*.config.js'];
/** Its citations are made up. */
const MADE_UP = 'test/rules.spec.ts';

/** Citations in the repository that point at nothing, a sentence each. `root` is the project's folder. */
export const danglingReferences = (root: string): readonly string[] => {
  const read = (file: string) => readFileSync(join(root, file), 'utf8');
  const tree = globSync('**/*', { cwd: root, exclude: ['node_modules/**', 'dist/**', 'data/**', 'coverage/**'] });
  const files = globSync(CITING, { cwd: root, exclude: ['**/node_modules/**'] });
  const documents = files.filter((file) => file.endsWith('.md'));
  const targets: Targets = {
    ids: new Set(LISTS.flatMap((file) => listedIn(read(file)))),
    sections: new Map(documents.map((file) => [basename(file), sectionsIn(read(file))])),
    anchors: new Map([
      ...tree.map((file): [string, ReadonlySet<string>] => [file, new Set()]),
      ...documents.map((file): [string, ReadonlySet<string>] => [file, anchorsIn(read(file))]),
    ]),
  };
  return files
    .filter((file) => file !== MADE_UP)
    .sort()
    .flatMap((file) => danglingIn(file, read(file), targets));
};

/** The ids that a document lists: bold (`**R64**`), or first in a row of a table. */
export const listedIn = (text: string): readonly string[] =>
  [...text.matchAll(/(?:\*\*|^\| (?:<a id="[^"]*"><\/a>)?)([READWVX]\d{1,3}[a-z]?)(?=\*\*| +\|)/gm)].map(
    ([, id = '']) => id,
  );

/** The numbers of a document's sections: `### 2.4 Rounding`. */
export const sectionsIn = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/^#+ (\d+(?:\.\d+)*)\.? /gm)].map(([, number = '']) => number));

/** What `#…` may name in a document: its headings, and explicit anchors. */
export const anchorsIn = (text: string): ReadonlySet<string> =>
  new Set([
    ...[...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => slugOf(heading)),
    ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id),
  ]);

const slugOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');

/** What a file cites and does not exist, a sentence each. */
export const danglingIn = (file: string, text: string, targets: Targets): readonly string[] => {
  const lines = text.split('\n');
  const isNumbered = (targets.sections.get(basename(file))?.size ?? 0) > 0;
  const found = lines.flatMap((line) => [
    ...idsIn(line).filter((id) => !targets.ids.has(id)),
    ...sectionsCitedIn(line, isNumbered ? basename(file) : undefined)
      .filter(([document, section]) => targets.sections.get(document)?.has(section) !== true)
      .map(([document, section]) => `${document} §${section}`.trim()),
    ...(file.endsWith('.md') ? linksIn(line).filter((link) => !leads(file, link, targets)) : []),
  ]);
  return found.map((what) => `${file}: ${what} leads nowhere`);
};

/** Ids and ranges of ids: `R64`, `W21b`, `E19–E21`; of a range its two ends. */
const idsIn = (line: string): readonly string[] =>
  [...line.matchAll(/\b([READWV])([1-9]\d{0,2}[a-z]?)(?:\s*[–-]\s*\1(\d{1,3}[a-z]?))?(?![\w.]|-[a-z])/g)].flatMap(
    ([, letter = '', first = '', last = first]) => [...new Set([letter + first, letter + last])],
  );

/**
 * Sections by document: `rule-book.md §2.3, §2.4`. Without a document, those of the file itself, if it has numbers. What
 * follows a document's name belongs to it up to the end of the parenthesis, or up to a semicolon that no section follows.
 */
const sectionsCitedIn = (line: string, own: string | undefined): readonly (readonly [string, string])[] => {
  let document = own ?? '';
  return [...line.matchAll(/([\w.-]+\.md|RFC \d+)(?= §)|§(\d+(?:\.\d+)*)|\)|;(?! §)/g)].flatMap(
    ([, named, section]) => {
      if (named !== undefined) document = named;
      else if (section === undefined) document = own ?? '';
      return section === undefined || document.startsWith('RFC') ? [] : [[document, section] as const];
    },
  );
};

/** The targets of relative links. */
const linksIn = (line: string): readonly string[] =>
  [...line.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link));

const leads = (file: string, link: string, { anchors }: Targets): boolean => {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? file : normalize(join(dirname(file), path)).replace(/\/$/, '');
  const known = anchors.get(target);
  return known !== undefined && (anchor === undefined || !target.endsWith('.md') || known.has(anchor));
};
