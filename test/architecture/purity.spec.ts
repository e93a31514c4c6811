import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';

/** The ESLint configuration is JavaScript; this is the part that the test uses. */
type House = {
  readonly core: { readonly files: string[]; readonly ignores: string[] };
  readonly purity: Linter.RulesRecord;
  readonly eventsOnly: { readonly rules: Partial<Linter.RulesRecord> };
};

const { core, eventsOnly, purity } = (await import(resolve('eslint.config.js'))) as House;

const linter = new Linter();

/** What the purity rules report for this text, as if it were a file of the core. */
const sins = (
  text: string,
  filename = 'libs/subscription/src/sin.ts',
  rules: Partial<Linter.RulesRecord> = purity,
): string[] =>
  linter
    .verify(text, [{ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser }, rules }], filename)
    // Comments may disable other lint rules here; comments that disable the purity rules are reported.
    .filter(({ ruleId, fatal }) => fatal === true || (ruleId !== null && ruleId in rules))
    .map(({ line, message }) => `${filename}:${line} ${message}`);

const sources = globSync(core.files, { exclude: core.ignores }).map((file) => file.replaceAll('\\', '/'));

describe('the pure core', () => {
  it('consists of the kernel, the domain and the projections, without their specs and the stores', () => {
    expect(sources).toContain('libs/kernel/src/refusal.ts');
    expect(sources.filter((file) => /\.spec\.ts$|^libs\/(event|read|ledger)-store\//.test(file))).toEqual([]);
  });

  it('uses no clock, no randomness and no environment', async () => {
    const found = sources.map(async (file) => sins(await readFile(file, 'utf8'), file));
    expect((await Promise.all(found)).flat()).toEqual([]);
  });

  it('does not disable the rules that keep it pure', async () => {
    const names = Object.keys(purity).join('|');
    const silencer = new RegExp(
      `eslint-disable[^\\n]*(${names})|eslint-disable(-next-line|-line)?\\s*(--|\\*/|$)`,
      'm',
    );
    const texts = await Promise.all(sources.map(async (file) => [file, await readFile(file, 'utf8')] as const));
    expect(texts.filter(([, text]) => silencer.test(text)).map(([file]) => file)).toEqual([]);
  });

  it.each([
    ['a node builtin', `import { hash } from 'node:crypto'; hash;`],
    ['a node builtin, later', `export const read = () => import('node:fs');`],
    ['a builtin by require', `export const fs: unknown = require('fs');`],
    ['now', `export const at = () => new Date().toISOString();`],
    ['a Date', `export const at = new Date('2021-06-18');`],
    ['Date.now', `export const at = () => Date.now();`],
    ['Date as a type', `export const day = (at: Date) => at;`],
    ['Date by way of globalThis', `export const at = () => globalThis.Date.now();`],
    ['Temporal.Now', `export const at = () => Temporal.Now.instant();`],
    ['Temporal.Now in disguise', `const { Now } = Temporal; export const at = () => Now.instant();`],
    ['performance', `export const at = () => performance.now();`],
    ['Math.random', `export const chance = () => Math.random();`],
    ['Math.random in disguise', `const M = Math; export const chance = () => M.random();`],
    ['crypto', `export const id = () => crypto.randomUUID();`],
    ['process', `export const zone = process.env['TZ'];`],
    ['a timer', `export const later = (f: () => void) => setTimeout(f, 1);`],
    ['the network', `export const ask = () => fetch('http://localhost');`],
    ['the console', `console.log('hello');`],
    ['its own address', `export const here = import.meta.url;`],
  ])('is rejected with %s', (_what, text) => {
    expect(sins(text)).not.toEqual([]);
  });

  it('may mention dates and randomness in its text', () => {
    expect(sins(`export const dueDate = (row: { Date: string; process: string }) => row.Date + row.process;`)).toEqual(
      [],
    );
  });
});

describe('a projection', () => {
  const judged = (text: string) => sins(text, 'projections/status/status.projection.ts', eventsOnly.rules);

  it.each([
    ['the state of a subscription', `import type { Existing } from '#subscription'; export type X = Existing;`],
    ['what folds it', `import { evolve } from '#subscription'; export const x = evolve;`],
    ['the decider of a customer', `import { customer } from '#customer'; export const x = customer;`],
  ])('is rejected with %s', (_what, text) => {
    expect(judged(text)).toEqual([expect.stringContaining('A projection reads events, not state.')]);
  });

  it('may import events', () => {
    expect(
      judged(`import type { SubscriptionEvent } from '#subscription'; export type X = SubscriptionEvent;`),
    ).toEqual([]);
  });
});
