import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

const LONGEST = 250;

/** Written apart, or this file would be its own finding. `XXX` alone is also the ISO code for no currency. */
const leftovers = new RegExp(
  `\\b(${['TO' + 'DO', 'FIX' + 'ME', 'HA' + 'CK'].join('|')})\\b|(//|[#*])\\s*${'XX' + 'X'}\\b`,
);

/** One spelling each, in code, API and docs; the right one second. */
const spelling: readonly (readonly [wrong: RegExp, right: string])[] = [
  [/cancel(?=ed|ing|er)(?!led)/i, 'cancelled, cancelling, canceller'],
  [/cancelation/i, 'cancellation'],
  [/licen[s]e[-_ ]?reassign/i, 'licence reassignment'],
  [/\bsub-?scription[-_ ]?ledger\b/i, 'subledger'],
  [/un[-_ ]?cancel\b/i, 'resume, reactivate or auto-renew: say which'],
  [/\b(char)ging[-_ ]cycle/i, 'charge cycle'],
  [/polic(y|ies)[-_ ]pre-set/i, 'policy preset'],
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

describe('the tree', () => {
  it(`has no source of more than ${LONGEST} lines`, async () => {
    expect(await found('**/*.ts', tooLong, ['**/*.spec.ts'])).toEqual([]);
  });

  it('has nothing left for later', async () => {
    expect(await found(texts, leftBehind)).toEqual([]);
  });

  it('has one spelling for each word', async () => {
    expect(await found(texts, misspelt)).toEqual([]);
  });
});

describe('what is untidy', () => {
  it('is a long source', () => {
    expect(tooLong('a.ts', '\n'.repeat(LONGEST))).toEqual([]);
    expect(tooLong('a.ts', '\n'.repeat(LONGEST + 1))).toEqual([`a.ts: 251 lines, of at most 250`]);
  });

  it.each(['TO' + 'DO: later', 'FIX' + 'ME', '// XX' + 'X', 'HA' + 'CK'])('is %s', (line) => {
    expect(leftBehind('a.ts', `one\n${line}\n`)).toEqual([`a.ts:2: ${line}`]);
  });

  it('is not a currency code', () => {
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
  ])('is, or is not, %s', (line, findings) => {
    expect(misspelt('a.md', line)).toHaveLength(findings);
  });
});
