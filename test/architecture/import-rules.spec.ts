import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

type Violation = { readonly rule: { readonly name: string }; readonly from: string; readonly to: string };
type Tree = Readonly<Record<string, string>>;

const folders = ['apps', 'libs', 'projections', 'test', 'bench', 'scripts'];
const config = resolve('.dependency-cruiser.cjs');
const rules = createRequire(import.meta.url)(config) as { forbidden: { name: string }[] };
const names = rules.forbidden.map(({ name }) => name);

/** The violations that the rules report for the tree in this folder. */
const violations = async (folder: string): Promise<Violation[]> => {
  const cruiser = resolve('node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const stdout = await new Promise<string>((answer, fail) => {
    // The exit status is the number of violations; only a missing report means failure.
    execFile(
      process.execPath,
      [
        cruiser,
        ...folders.filter((name) => existsSync(join(folder, name))),
        '--config',
        config,
        '--output-type',
        'json',
      ],
      { cwd: folder, maxBuffer: 2 ** 28, env: { ...process.env, NODE_OPTIONS: '' } },
      (error, out, err) => {
        if (out === '') fail(new Error(err, { cause: error }));
        else answer(out);
      },
    );
  });
  return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
};

const empty = 'export {};\n';
const imports = (what: string) => `import '${what}';\nexport {};\n`;

/** A small tree without violations: every lib, a projection, two apps, and empty packages. */
const house: Tree = {
  ...Object.fromEntries(
    ['kernel', 'money', 'calendar', 'policy', 'catalog', 'subscription', 'customer', 'access', 'order']
      .concat('event-store', 'read-store', 'ledger')
      .map((lib) => [`libs/${lib}/src/index.ts`, empty]),
  ),
  ...Object.fromEntries(
    ['@nestjs/common', '@eventstore/db-client', 'fastify', 'pg', 'kysely', 'fast-check'].flatMap((name) => [
      [`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' })],
      [`node_modules/${name}/index.js`, ''],
      [`node_modules/${name}/index.d.ts`, 'export type Kysely = object;\n'],
    ]),
  ),
  'libs/kernel/src/testing.ts': imports('node:assert'),
  'libs/money/src/inner.ts': empty,
  'libs/money/src/money.spec.ts': imports('fast-check'),
  'libs/subscription/src/index.ts': `import '#money';\nimport './pause.ts';\n`,
  'libs/subscription/src/pause.ts': imports('#kernel'),
  'libs/subscription/src/pause.spec.ts': imports('#kernel/testing'),
  'libs/event-store/src/event-store.contract.ts': imports('#kernel'),
  'libs/event-store/src/sqlite/index.ts': imports('node:sqlite'),
  'libs/event-store/src/eventstoredb/index.ts': imports('@eventstore/db-client'),
  'libs/event-store/src/sqlite/sqlite.spec.ts': imports('../event-store.contract.ts'),
  'libs/read-store/src/postgres/index.ts': imports('pg'),
  'libs/ledger/src/data-folder.ts': `import 'node:fs';\nimport '#event-store/sqlite';\nimport '#projections/billing';\n`,
  'libs/ledger/src/index.ts': imports('./data-folder.ts'),
  'libs/ledger/src/stores/index.ts': empty,
  'libs/ledger/src/commands/dispatch.ts': imports('../stores/index.ts'),
  'libs/ledger/src/roles/scheduler.ts': imports('../commands/dispatch.ts'),
  'libs/ledger/src/compose.ts': imports('./roles/scheduler.ts'),
  'libs/subscription/src/verbs/pause.ts': imports('../time/renew.ts'),
  'libs/subscription/src/verbs/pause.spec.ts': imports('./pause.ts'),
  'libs/subscription/src/time/renew.ts': imports('#kernel'),
  'libs/subscription/src/verbs.ts': imports('./verbs/pause.ts'),
  'projections/index.ts': imports('./billing/index.ts'),
  'projections/billing/index.ts': `import './billing.projection.ts';\nimport './billing.queries.ts';\n`,
  'projections/billing/billing.projection.ts': imports('#subscription'),
  'projections/billing/billing.queries.ts': `import type { Kysely } from 'kysely';\nexport type Database = Kysely;\n`,
  'apps/ledger/src/main.ts': `import '@nestjs/common';\nimport '#event-store/sqlite';\nimport '#projections';\n`,
  'apps/cli/src/main.ts': imports('node:fs'),
  'test/scenarios/story.spec.ts': `import '@nestjs/common';\nimport '../../apps/ledger/src/main.ts';\n`,
  'bench/floor.ts': imports('node:sqlite'),
  'scripts/build.ts': imports('node:fs'),
};

/** One violation per rule, with the file that commits it: `[rule, file, its text, other files that it needs]`. */
const sins: readonly (readonly [string, string, string, Tree?])[] = [
  ['no-cycles', 'libs/money/src/a.ts', imports('./b.ts'), { 'libs/money/src/b.ts': imports('./a.ts') }],
  ['everything-resolves', 'apps/ledger/src/sin.ts', imports('./gone.ts')],
  ['the-core-is-pure', 'libs/subscription/src/builtin.ts', imports('node:fs')],
  ['the-core-is-pure', 'libs/catalog/src/package.ts', imports('fast-check')],
  ['the-core-is-pure', 'projections/status/store.ts', imports('#event-store')],
  ['the-core-is-pure', 'projections/status/builtin.ts', imports('crypto')],
  [
    'the-core-is-pure',
    'projections/status/status.projection.ts',
    `import type { Kysely } from 'kysely';\nexport type X = Kysely;\n`,
  ],
  ['queries-know-only-the-types-of-kysely', 'projections/status/status.queries.ts', imports('fast-check')],
  ['queries-import-kysely-as-a-type', 'projections/renewals/renewals.queries.ts', imports('kysely')],
  ['kernel-looks-down', 'libs/kernel/src/sin.ts', imports('#money')],
  ['money-looks-down', 'libs/money/src/sin.ts', imports('#calendar')],
  ['calendar-looks-down', 'libs/calendar/src/sin.ts', imports('#policy')],
  ['policy-looks-down', 'libs/policy/src/sin.ts', imports('#catalog')],
  ['catalog-looks-down', 'libs/catalog/src/sin.ts', imports('#subscription')],
  ['subscription-looks-down', 'libs/subscription/src/sin.ts', imports('#customer')],
  ['customer-looks-down', 'libs/customer/src/sin.ts', imports('#subscription')],
  ['access-looks-down', 'libs/access/src/sin.ts', imports('#customer')],
  ['order-looks-down', 'libs/order/src/sin.ts', imports('#access')],
  ['every-lib-has-its-layer', 'libs/newcomer/src/index.ts', imports('#kernel')],
  ['stores-know-no-domain', 'libs/event-store/src/sin.ts', imports('#subscription')],
  ['libs-know-no-readers', 'libs/read-store/src/sin.ts', imports('#projections/billing')],
  ['libs-know-no-apps', 'libs/ledger/src/sin.ts', imports('../../../apps/cli/src/main.ts')],
  ['ledger-knows-no-http', 'libs/ledger/src/server.ts', imports('fastify')],
  ['stores-know-no-domain', 'libs/read-store/src/composed.ts', imports('#ledger')],
  ['the-core-is-pure', 'projections/status/composed.ts', imports('#ledger')],
  ...(
    [
      ['context', 'stores'],
      ['stores', 'queries'],
      ['queries', 'commands'],
      ['commands', 'processes'],
      ['processes', 'roles'],
    ] as const
  ).map(
    ([room, above]) =>
      [
        'ledger-rooms-look-down',
        `libs/ledger/src/${room}/sin.ts`,
        imports(`../${above}/above.ts`),
        { [`libs/ledger/src/${above}/above.ts`]: empty },
      ] as const,
  ),
  ['ledger-rooms-look-down', 'libs/ledger/src/roles/sin.ts', imports('../compose.ts')],
  ['apps-reach-the-ledger-by-its-door', 'apps/ledger/src/room.ts', imports('../../../libs/ledger/src/data-folder.ts')],
  ['apps-reach-the-ledger-by-its-door', 'bench/room.ts', imports('../libs/ledger/src/compose.ts')],
  ['verbs-are-strangers', 'libs/subscription/src/verbs/resume.ts', imports('./pause.ts')],
  ['verbs-are-strangers', 'libs/subscription/src/time/sin.ts', imports('../verbs/pause.ts')],
  ['verbs-are-strangers', 'libs/subscription/src/rules/sin.ts', imports('../verbs/pause.ts')],
  ['projections-know-no-apps', 'projections/billing/sin.queries.ts', imports('../../apps/cli/src/main.ts')],
  ['apps-are-strangers', 'apps/cli/src/sin.ts', imports('../../ledger/src/main.ts')],
  ['libs-have-one-face', 'libs/subscription/src/deep.ts', imports('../../money/src/inner.ts')],
  ['readers-use-the-front-door', 'projections/billing/deep.ts', imports('../../libs/subscription/src/pause.ts')],
  ['readers-use-the-front-door', 'apps/ledger/src/deep.ts', imports('../../../libs/money/src/inner.ts')],
  [
    'projections-have-one-face',
    'apps/ledger/src/peek.ts',
    imports('../../../projections/billing/billing.projection.ts'),
  ],
  ['helpers-stay-in-specs', 'libs/subscription/src/helped.ts', imports('#kernel/testing')],
  ['helpers-stay-in-specs', 'libs/event-store/src/helped.ts', imports('./event-store.contract.ts')],
  ['nest-stays-in-apps', 'libs/event-store/src/nest.ts', imports('@nestjs/common')],
  ['nest-stays-in-apps', 'scripts/nest.ts', imports('@nestjs/common')],
  ['one-door-for-sqlite', 'apps/ledger/src/driver.ts', imports('node:sqlite')],
  ['one-door-for-sqlite', 'libs/event-store/src/driver.ts', imports('node:sqlite')],
  ['one-door-for-postgres', 'libs/read-store/src/driver.ts', imports('pg')],
  ['one-door-for-eventstoredb', 'apps/cli/src/driver.ts', imports('@eventstore/db-client')],
];

/** Rules that a violation breaks besides its own, because one states in general what the other states in particular. */
const alsoBroken: Readonly<Record<string, readonly string[]>> = {
  'projections-know-no-apps': ['queries-know-only-the-types-of-kysely'],
};

describe('the import rules', () => {
  let scratch: string;

  const build = async (name: string, tree: Tree): Promise<string> => {
    const folder = join(scratch, name);
    for (const [path, text] of Object.entries(tree)) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    await cp('package.json', join(folder, 'package.json'));
    return folder;
  };

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'import-rules-'));
  });
  afterAll(() => rm(scratch, { recursive: true }));

  it('are kept by this repository', async () => {
    expect((await violations('.')).map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
  });

  it('report nothing for a tree that keeps them', async () => {
    expect(await violations(await build('clean', house))).toEqual([]);
  });

  it('assign every lib to a layer', async () => {
    const libs = await readdir('libs');
    const stores = ['event-store', 'read-store', 'ledger'];
    expect(libs.filter((lib) => !stores.includes(lib) && !names.includes(`${lib}-looks-down`))).toEqual([]);
  });

  it('each have a violation below', () => {
    expect(names.filter((name) => !sins.some(([rule]) => rule === name))).toEqual([]);
  });

  describe('report', () => {
    let caught: Violation[];

    beforeAll(async () => {
      const planted = Object.assign({}, ...sins.map(([, file, text, more]) => ({ [file]: text, ...more }))) as Tree;
      caught = await violations(await build('sinful', { ...house, ...planted }));
    });

    it.each(sins.map(([rule, file]) => [rule, file] as const))('%s in %s', (rule, file) => {
      const broken = new Set(caught.filter(({ from }) => from === file).map((violation) => violation.rule.name));
      expect([...broken].sort()).toEqual([rule, ...(alsoBroken[rule] ?? [])].sort());
    });

    it('no other file', () => {
      const sinners = sins.flatMap(([, file, , more]) => [file, ...Object.keys(more ?? {})]);
      expect(caught.filter(({ from }) => !sinners.includes(from))).toEqual([]);
    });
  });
});
