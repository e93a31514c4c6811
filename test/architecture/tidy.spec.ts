import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

const LONGEST = 250;

/** Split into parts, so that this file is not a finding itself. `XXX` alone is also the ISO code for no currency. */
const leftovers = new RegExp(
  `\\b(${['TO' + 'DO', 'FIX' + 'ME', 'HA' + 'CK'].join('|')})\\b|(//|[#*])\\s*${'XX' + 'X'}\\b`,
);

/** One spelling for each word, in code, API and docs; the right one is second. */
const spelling: readonly (readonly [wrong: RegExp, right: string])[] = [
  [/cancel(?=ed|ing|er)(?!led)/i, 'cancelled, cancelling, canceller'],
  [/cancelation/i, 'cancellation'],
  [/licen[s]e[-_ ]?reassign/i, 'licence reassignment'],
  [/\bsub-?scription[-_ ]?ledger\b/i, 'subledger'],
  [/un[-_ ]?cancel\b/i, 'resume, reactivate or auto-renew: say which'],
  [/\b(char)ging[-_ ]cycle/i, 'charge cycle'],
  [/polic(y|ies)[-_ ]pre-set/i, 'policy preset'],
];

/** Phrases that make a reader stop; what to write instead is second. */
const puzzling: readonly (readonly [phrase: RegExp, plain: string])[] = [
  [/\b(is|are) none\b/, 'is invalid, is missing, there is no …'],
  [/\bwho(ever|soever)\b/i, 'the caller, the process, the reader: name it'],
  [/\b(no|some|any|every)body\b/i, 'the caller, the process, the reader: name it'],
  [/\b(is|are|be|been|was|were|gets?) told\b/, 'gets, is notified, is returned'],
  [/\btells? (of|the|that|apart|how|what|whether|when|which|who|why|until)\b/, 'reports, returns, says, shows'],
  [/^[\s/*]*Answers\b/, 'Returns'],
  [/\bwish(es|ed)?\b/i, 'request'],
  [/\bfor ever\b/, 'always, permanently, never expires'],
  [/\b(comes?|came) to (?!an end|rest)/, 'results in, becomes, reaches'],
  [/\b(is|are|was) no more\b/, 'was deleted, is gone'],
  [/\b(a no|noes)\b/, 'a refusal'],
  [/\b(by|at|in) hand\b(?!-)/, 'manually, cached, current'],
  [/\bso many\b/, 'a number, N, `count`'],
  [/\b(stands?|stood) (at|for|in|on|still|where|against)\b/, 'is at, means, is recorded, stops'],
];

type Finding = string;

const tooLong = (file: string, text: string): Finding[] => {
  const lines = text.split('\n').length - 1;
  return lines > LONGEST ? [`${file}: ${lines} lines, of at most ${LONGEST}`] : [];
};

const leftBehind = (file: string, text: string): Finding[] =>
  text.split('\n').flatMap((line, index) => (leftovers.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : []));

const misspelt = (file: string, text: string): Finding[] =>
  text.split('\n').flatMap((line, index) =>
    spelling.flatMap(([wrong, right]) => {
      const found = wrong.exec(line);
      return found ? [`${file}:${index + 1}: ${found[0]}… is spelt ${right}`] : [];
    }),
  );

const puzzles = (file: string, text: string): Finding[] =>
  text.split('\n').flatMap((line, index) =>
    puzzling.flatMap(([phrase, plain]) => {
      const found = phrase.exec(line);
      return found ? [`${file}:${index + 1}: “${found[0].trim()}” is plainly: ${plain}`] : [];
    }),
  );

const literals = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`/g;

/** The sentences in a line of code, without what is computed within them; single words are names. */
const literalsIn = (line: string): string =>
  line
    .replaceAll(/\$\{[^}]*\}/g, '…')
    .match(literals)
    ?.filter((text) => text.includes(' '))
    .join(' ') ?? '';

/** What a line of code says to a reader: its comment, or its texts. Names are not read as prose. */
const proseIn = (line: string): string =>
  /^\s*(\/?\*|\/\/)/.test(line) ? line : `${literalsIn(line)} ${/\s\/\/ .*$/.exec(line)?.[0] ?? ''}`;

const puzzlesInCode = (file: string, text: string): Finding[] =>
  puzzles(file, text.split('\n').map(proseIn).join('\n'));

/** Ids that a user of the API cannot look up in a sentence: a refusal has them as its fact `rule`. */
const ruleIds = /\((?:[ADEW]\d{1,2}|\d{5})(?:, [ADEW]\d{1,2})*\)/;

const ruleIdsInTexts = (file: string, text: string): Finding[] =>
  text.split('\n').flatMap((line, index) => {
    const found = ruleIds.exec(proseIn(line) === line ? '' : literalsIn(line));
    return found ? [`${file}:${index + 1}: ${found[0]} belongs into the fact \`rule\``] : [];
  });

const code = '{apps,libs,projections,bench,scripts}/**/*.ts';
const testCode = ['**/*.{spec,testing,contract}.ts', '**/testing.ts', '**/contract/*.ts', '**/testing/**'];

describe('the code', () => {
  it('speaks plain English', async () => {
    expect(await found(code, puzzlesInCode, testCode)).toEqual([]);
  });

  it('names no ids of rules in the texts of refusals', async () => {
    expect(await found(code, ruleIdsInTexts, [...testCode, 'libs/policy/src/presets/*'])).toEqual([]);
  });

  it.each([
    ['/** Who' + 'ever waits. */', 1],
    ['const who' + 'ever = wi' + 'sh;', 0],
    ["fail('the URL is " + "none');", 1],
    ['fail(`no ${wi' + 'sh.id}`);', 0],
    ['x(); // some' + 'body', 1],
  ])('is, or is not, a puzzle: %s', (line, findings) => {
    expect(puzzlesInCode('a.ts', line)).toHaveLength(findings);
  });

  it.each([
    ["refuse('TRIAL_LOCKED', 'not now (A" + "16)')", 1],
    ['refuse(`${name}: not before it (27' + '009)`)', 1],
    ["refuse('NOT_FOUND', 'there is none (R1)')", 0],
    ['/** As decided (A' + '16). */', 0],
    ["refuse('TRIAL_LOCKED', 'not now', { rule: 'A16' })", 0],
  ])('names, or does not name, the id of a rule: %s', (line, findings) => {
    expect(ruleIdsInTexts('a.ts', line)).toHaveLength(findings);
  });
});

const here = 'test/architecture/tidy.spec.ts';
const exclude = ['node_modules/**', 'dist/**', 'data/**', 'coverage/**', 'package-lock.json', here];

const found = async (
  pattern: string | string[],
  judge: (file: string, text: string) => Finding[],
  not: string[] = [],
) => {
  const files = globSync(pattern, { exclude: [...exclude, ...not] });
  expect(files.length).toBeGreaterThan(10);
  return (await Promise.all(files.map(async (file) => judge(file, await readFile(file, 'utf8'))))).flat().sort();
};

const texts = '**/*.{ts,js,cjs,mjs,json,md,sh,http}';

/** The pages that are written as prose; generated pages take their sentences from the code. */
const prose = ['**/README.md', 'CONTRIBUTING.md', 'docs/**/*.md'];
const generated = ['docs/rules.md', 'docs/events/**'];

/** Tests, whose titles, comments and names must be as plain as the documentation. */
const tests = [
  '{apps,libs,projections}/**/*.{spec,testing,contract}.ts',
  '{apps,libs,projections}/**/testing.ts',
  '{apps,libs,projections}/**/contract/*.ts',
  'test/**/*.ts',
];

describe('the repository', () => {
  it(`has no source file of more than ${LONGEST} lines`, async () => {
    expect(await found('**/*.ts', tooLong, ['**/*.spec.ts'])).toEqual([]);
  });

  it('has no reminders of unfinished work', async () => {
    expect(await found(texts, leftBehind)).toEqual([]);
  });

  it('has one spelling for each word', async () => {
    expect(await found(texts, misspelt)).toEqual([]);
  });

  it('is documented in plain English', async () => {
    expect(await found(prose, puzzles, generated)).toEqual([]);
  });

  it('is tested in plain English', async () => {
    expect(await found(tests, puzzles)).toEqual([]);
  });
});

describe('a finding', () => {
  it('is a source file that is too long', () => {
    expect(tooLong('a.ts', '\n'.repeat(LONGEST))).toEqual([]);
    expect(tooLong('a.ts', '\n'.repeat(LONGEST + 1))).toEqual([`a.ts: 251 lines, of at most 250`]);
  });

  it.each(['TO' + 'DO: later', 'FIX' + 'ME', '// XX' + 'X', 'HA' + 'CK'])('is %s', (line) => {
    expect(leftBehind('a.ts', `one\n${line}\n`)).toEqual([`a.ts:2: ${line}`]);
  });

  it('is not the code for no currency', () => {
    expect(leftBehind('a.ts', `['EUR', '${'XX' + 'X'}']`)).toEqual([]);
  });

  it.each([
    ['can' + 'celed', 1],
    ['Subscription' + 'Can' + 'celed', 1],
    ['can' + 'celing', 1],
    ['can' + 'celation', 1],
    ['licen' + 'seReassignment', 1],
    ['licen' + 'se re-assign', 0],
    ['licen' + 'se reassignment', 1],
    ['charg' + 'ing cycle', 1],
    ['cancelled, cancelling, cancellation, cancel, cancels', 0],
    ['licence reassignment; "billingType": "license"; LICENSE', 0],
    ['revenue, charge cycle, policy preset', 0],
  ])('is reported, or not, in the text: %s', (line, findings) => {
    expect(misspelt('a.md', line)).toHaveLength(findings);
  });

  it.each([
    ['the URL is ' + 'none', 1],
    ['Who' + 'ever waits is ' + 'told so', 2],
    [' * An' + 'swers the state', 1],
    ['some' + 'body wi' + 'shes it', 2],
    ['it counts once, for ' + 'ever', 1],
    ['what it com' + 'es to', 0],
    ['it com' + 'es to 30', 1],
    ['a link to what is no ' + 'more', 1],
    ['so ' + 'many seats at ' + 'hand', 2],
    ['the clock sta' + 'nds still', 1],
    ['The others stand by; a stand-in, a standard, a hand-written baseline, no more than 30', 0],
  ])('is reported, or not, in the sentence: %s', (line, findings) => {
    expect(puzzles('a.md', line)).toHaveLength(findings);
  });
});
