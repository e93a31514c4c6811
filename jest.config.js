const common = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '@swc/jest' },
};

export default {
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
