import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { chaptersOf } from '../scripts/rules/book.ts';
import { citationsInCode, citationsInSpec, rulesIn } from '../scripts/rules/citations.ts';
import { coverage } from '../scripts/rules/coverage.ts';
import { anchorsIn, danglingIn, danglingReferences, listedIn, sectionsIn } from '../scripts/rules/references.ts';

describe('the rules of the book', () => {
  const { parts, flaws } = coverage(resolve('.'));

  it('are 98, with 58 edge cases', () => {
    const ids = parts.flatMap(({ rules }) => rules.map(({ id }) => id));
    expect(ids).toEqual([
      ...Array.from({ length: 98 }, (_, before) => `R${String(before + 1)}`),
      ...Array.from({ length: 58 }, (_, before) => `E${String(before + 1)}`),
    ]);
  });

  it('are each enforced by code, and demonstrated by a test', () => expect(flaws).toEqual([]));

  it('are listed in docs/rules.md as the code cites them', () => {
    const check = () => execFileSync(process.execPath, ['scripts/rules-docs.ts', '--check'], { stdio: 'pipe' });
    expect(check).not.toThrow();
  });
});

describe('the rule book', () => {
  it('is parsed as a list of rules by chapter, without links and line breaks', () => {
    const book =
      '# Rule book\n\n## 1. Rules\n\n### 1.1 Scope\n\n- <a id="r1"></a>**R1** One\n  [two](#2).\n- **R2** Three.\n- **A1** No rule.\n';
    expect(chaptersOf(book)).toEqual([{ part: 'Scope', rules: { R1: 'One two.', R2: 'Three.' } }]);
  });
});

describe('a citation', () => {
  const ids = (text: string) => rulesIn(text).map(({ rule }) => rule);
  const inCode = (text: string) => citationsInCode('a.ts', text).map(({ rule, at }) => [rule, at]);
  const inSpec = (text: string) => citationsInSpec('a.spec.ts', text).map(({ rule, at }) => [rule, at]);

  it('names one rule, several, or a range', () => {
    expect(ids('R64; A19, E5')).toEqual(['R64', 'E5']);
    expect(ids('R5, R13–R15, E1-E2')).toEqual(['R5', 'R13', 'R14', 'R15', 'E1', 'E2']);
    expect(ids('E2E, O365E3, R, R100')).toEqual([]);
  });

  it('counts for the code that it is above or within, or whose refusal cites it', () => {
    expect(inCode('/** Late (R1). */\nexport const late = () => 1;')).toEqual([['R1', 'late']]);
    expect(inCode('function late() {\n  return 1; // R1\n}\nconst other = 2;')).toEqual([['R1', 'late']]);
    expect(inCode("const late = () => refuse('LATE', 'too late (R1)');")).toEqual([['R1', 'late']]);
    expect(inCode('class Body {\n  /** R1 */\n  @Text() reason!: string;\n}')).toEqual([['R1', 'Body.reason']]);
    expect(inCode('/** R1 */\nclass Orders {\n  place() {} // R2\n}')).toEqual([
      ['R1', 'Orders'],
      ['R2', 'Orders.place'],
    ]);
  });

  it.each([
    ['a type', '/** R1 */\nexport type Late = { readonly late: true };'],
    ['a type’s field', 'type Late = {\n  /** R1 */\n  readonly late: true;\n};'],
    ['a class that only holds values', '/** R1 */\nclass Cancel extends command<{ reason: string }> {}'],
    ['an import', "// R1\nimport { late } from './late.ts';"],
    ['the end of the file', 'const a = 1;\n\n// R1\n'],
  ])('does not count at %s', (_, text) => {
    expect(inCode(text)).toEqual([['R1', undefined]]);
  });

  it('counts in the title of a test, in its table, and in a comment within it', () => {
    expect(inSpec("describe('a', () => { it('b (R1)', () => {}); });")).toEqual([['R1', 'a › b (R1)']]);
    expect(inSpec("describe('a (R1)', () => { it('b', () => {}); });")).toEqual([['R1', 'a (R1)']]);
    expect(inSpec("it.each([['R1', 1], ['E2: c', 2]])('%s: is %i', () => {});")).toEqual([
      ['R1', 'R1: is %i'],
      ['E2', 'E2: c: is %i'],
    ]);
    expect(inSpec("it.each([[1, 'R1']])('is %i', () => {});")).toEqual([['R1', 'is %i (R1)']]);
    expect(inSpec("it('b', () => {\n  // R1\n  expect(1).toBe(1);\n});")).toEqual([['R1', 'b']]);
    expect(inSpec('// R1\nit(`b ${n}`, () => {});')).toEqual([['R1', 'b ${n}']]);
    expect(inSpec("const r1 = 'R1';")).toEqual([['R1', undefined]]);
  });
});

describe('a reference', () => {
  const book = [
    '## 2. Money',
    '### 2.4 Rounding',
    '- <a id="r64"></a>**R64** A rule.',
    '| <a id="w5"></a>W5 | 1 |',
  ].join('\n');
  const targets = {
    ids: new Set(listedIn(book)),
    sections: new Map([['book.md', sectionsIn(book)]]),
    anchors: new Map([
      ['docs/book.md', anchorsIn(book)],
      ['libs/a.ts', new Set<string>()],
    ]),
  };
  const dangling = (text: string, file = 'libs/a.ts') =>
    danglingIn(file, text, targets).map((flaw) => flaw.replace(`${file}: `, ''));

  it('has a target, everywhere in the repository', () => expect(danglingReferences(resolve('.'))).toEqual([]));

  it.each(['R64 and W5', 'book.md §2.4', 'book.md §2, §2.4; R64', 'RFC 9562 §5.5', 'W1s-esdb', 'O365E3, E2E, D'])(
    'is fine: %s',
    (text) => expect(dangling(text)).toEqual([]),
  );

  it.each([
    ['R65', ['R65']],
    ['R64–R66', ['R66']],
    ['A1, D2, E3, V4', ['A1', 'D2', 'E3', 'V4']],
    ['W5b', ['W5b']],
    ['book.md §2.5', ['book.md §2.5']],
    ['book.md §2.4, §3', ['book.md §3']],
    ['other.md §2.4', ['other.md §2.4']],
    ['(book.md §2), and §2.4', ['§2.4']],
  ])('without a target is reported: %s', (text, expected) =>
    expect(dangling(text)).toEqual(expected.map((what) => `${what} leads nowhere`)),
  );

  it('without a document refers to its own document, if that has numbered sections', () => {
    const own = { ...targets, sections: new Map([['book.md', sectionsIn(book)]]) };
    expect(danglingIn('docs/book.md', 'see §2.4 and §9', own)).toEqual(['docs/book.md: book.md §9 leads nowhere']);
  });

  it('by link needs an existing file and heading', () => {
    const text =
      '[a](book.md#24-rounding) [b](../libs/a.ts) [c](book.md#r64) [d](https://example.org) [e](no.md) [f](book.md#no)';
    expect(dangling(text, 'docs/b.md')).toEqual(['no.md leads nowhere', 'book.md#no leads nowhere']);
  });
});
