// The import rules of the house; test/architecture/import-rules.spec.ts plants a violation of each and sees it caught.
//
// Everything under libs/ is pure except the stores; the core is those libs and the projections. Modules of the core
// import downwards only, so each layer can be read, tested and replayed without those above it.

/** The pure libs, lowest first; those on one line are strangers to each other. A new lib takes its place here. */
const layers = [
  ['kernel'],
  ['money', 'calendar'],
  ['policy'],
  ['catalog'],
  ['subscription', 'customer', 'access', 'order'],
];

const stores = 'libs/(event-store|read-store)/';
/** The ledger without HTTP: it puts stores, core and projections together for the apps, and no other lib knows it. */
const together = 'ledger';
/** Its rooms, lowest first; `compose.ts` and `ledger.ts` put them together. */
const rooms = ['context', 'stores', 'queries', 'commands', 'processes', 'roles'];
const core = `^(libs/(?!(event-store|read-store|${together})/)[^/]+|projections)/`;
/** Specs and their helpers are free to look around: they may be wrong, but they are never shipped. */
const helpers = '(testing|\\.contract)\\.ts$';
const specs = `\\.spec\\.ts$|${helpers}`;
/** Ways into a lib from outside: its index and what `imports` of package.json names besides. */
const doors =
  '^(libs/[^/]+/src/index|libs/kernel/src/testing|libs/(event-store|read-store)/src/([^/]+/index|[^/]+\\.contract))\\.ts$';

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** Libs of one layer see themselves and the layers below. */
const downwards = layers.flatMap((layer, height) =>
  layer.map((lib) => {
    const visible = [lib, ...layers.slice(0, height).flat()].join('|');
    return rule(
      `${lib}-looks-down`,
      `libs/${lib} may see ${visible.replaceAll('|', ', ')} and nothing above or beside it.`,
      { path: `^libs/${lib}/`, pathNot: specs },
      { path: `^libs/(?!(${visible})/)` },
    );
  }),
);

/** A driver is known to the folder of its adapter, and to the hand-written baselines that the benchmarks compare with. */
const driver = (name, packages, adapters) =>
  rule(
    `one-door-for-${name}`,
    `Only an adapter may know its database: ${packages} belongs in ${adapters}.`,
    { pathNot: `^(${adapters}|bench/)` },
    { path: `(^|node_modules/)(${packages})($|/)` },
  );

module.exports = {
  forbidden: [
    rule('no-cycles', 'A cycle means two modules are one.', {}, { circular: true }),
    rule('everything-resolves', 'A rule cannot judge what it cannot find.', {}, { couldNotResolve: true }),

    rule(
      'the-core-is-pure',
      'The core imports the core: no framework, no driver, no package, no node builtin.',
      { path: core, pathNot: `${specs}|\\.queries\\.ts$` },
      { pathNot: core },
    ),
    rule(
      'queries-know-only-the-types-of-kysely',
      'A query is written against the types of Kysely; whoever runs it brings the database (docs/adr/0014).',
      { path: '^projections/.+\\.queries\\.ts$' },
      { pathNot: [core, '(^|node_modules/)kysely/'] },
    ),
    rule(
      'queries-import-kysely-as-a-type',
      'An import of Kysely that survives compilation would make the projections run it (docs/adr/0014).',
      { path: '^projections/.+\\.queries\\.ts$' },
      { path: '(^|node_modules/)kysely/', dependencyTypesNot: ['type-only'] },
    ),
    ...downwards,
    rule(
      'every-lib-has-its-layer',
      'A lib that is on no layer may import nothing: give it its place in `layers`.',
      { path: `^libs/(?!(${layers.flat().join('|')}|event-store|read-store|${together})/)` },
      { path: '.' },
    ),
    rule(
      'stores-know-no-domain',
      'A store keeps events and rows, whatever they mean: of the core it sees the kernel.',
      { path: `^${stores}`, pathNot: specs },
      { path: '^libs/(?!(kernel|event-store|read-store)/)' },
    ),

    rule(
      'libs-know-no-readers',
      'Questions come and go, facts stay: nothing under libs/ imports a projection, except the ledger that composes them.',
      { path: '^libs/', pathNot: `^libs/${together}/` },
      { path: '^projections/' },
    ),
    rule(
      'libs-know-no-apps',
      'A lib serves every app alike, so it knows none.',
      { path: '^libs/' },
      { path: '^apps/' },
    ),
    rule(
      'ledger-knows-no-http',
      'The application core is used by the service, the command line and the benchmarks: no server.',
      { path: `^libs/${together}/` },
      { path: '(^|node_modules/)@?fastify($|/)|^(node:)?https?$' },
    ),
    ...rooms.map((room, height) =>
      rule(
        'ledger-rooms-look-down',
        `libs/ledger/src/${room} may see ${[...rooms.slice(0, height), room].join(', ')}: nothing above it, nor what composes them all.`,
        { path: `^libs/${together}/src/${room}/`, pathNot: specs },
        { path: `^libs/${together}/src/(?!(${[...rooms.slice(0, height), room].join('|')})/)` },
      ),
    ),
    rule(
      'apps-reach-the-ledger-by-its-door',
      'The application core is imported by its index: what is behind it may move.',
      { path: '^(apps|bench|test|scripts)/' },
      { path: `^libs/${together}/`, pathNot: `^libs/${together}/src/index\\.ts$` },
    ),
    rule(
      'verbs-are-strangers',
      'What several verbs need is in rules/, time/, charges/ or transfer/, so that `ls verbs` lists what can be done.',
      { path: '^libs/subscription/src/(verbs|rules|time|charges|transfer)/', pathNot: specs },
      { path: '^libs/subscription/src/verbs/' },
    ),

    rule(
      'projections-know-no-apps',
      'A projection does not care who asks.',
      { path: '^projections/' },
      { path: '^apps/' },
    ),
    rule(
      'apps-are-strangers',
      'Two apps share a lib, never each other.',
      { path: '^apps/([^/]+)/' },
      { path: '^apps/', pathNot: '^apps/$1/' },
    ),
    rule(
      'libs-have-one-face',
      'A lib is imported by its index, or by a door that package.json names.',
      { path: '^libs/([^/]+)/' },
      { path: '^libs/', pathNot: ['^libs/$1/', doors] },
    ),
    rule(
      'readers-use-the-front-door',
      'A lib is imported by its index: a projection sees the events of an aggregate, never how it remembers them.',
      { path: '^(apps|projections|test|bench|scripts)/' },
      { path: `^libs/(?!${together}/)`, pathNot: doors },
    ),
    rule(
      'projections-have-one-face',
      'From outside, a projection is its index.',
      { pathNot: '^projections/' },
      { path: '^projections/', pathNot: '^projections/(index|[^/]+/index)\\.ts$' },
    ),
    rule(
      'helpers-stay-in-specs',
      'The given-when-then of the kernel and the contract suites are for tests; nothing that ships imports them.',
      { path: '^(libs|projections|apps|bench|scripts)/', pathNot: specs },
      { path: `^(libs|projections)/.+(/${helpers})|\\.contract\\.ts$` },
    ),

    rule(
      'nest-stays-in-apps',
      'Frameworks are an edge: @nestjs/* belongs in apps/ and test/, and in the baseline that a Nest route is measured against.',
      { pathNot: '^(apps|test|bench/baseline)/' },
      { path: '(^|node_modules/)@nestjs/' },
    ),
    // The frozen ledger's rows are read as any SQLite tool would read them, not through the code under test.
    driver(
      'sqlite',
      'sqlite|node:sqlite',
      'libs/(event-store|read-store)/src/sqlite/|test/(frozen-ledger|http/operating).spec.ts$',
    ),
    // Whoever starts a server for tests makes a database in it.
    driver('postgres', 'pg', 'libs/read-store/src/postgres/|test/support/postgres.ts$'),
    driver('eventstoredb', '@eventstore/db-client', 'libs/event-store/src/eventstoredb/|test/eventstoredb-stand-in/'),
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
