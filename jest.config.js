const common = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '@swc/jest' },
};

export default {
  // A store across the network is slower than one in memory, and a laptop may be busy.
  testTimeout: 30_000,
  projects: [
    { ...common, displayName: 'pure', testMatch: ['<rootDir>/{libs,projections}/**/*.spec.ts'] },
    {
      ...common,
      displayName: 'nest',
      testMatch: ['<rootDir>/{apps,test}/**/*.spec.ts'],
      setupFiles: ['<rootDir>/test/support/nest.ts'],
    },
  ],
};
