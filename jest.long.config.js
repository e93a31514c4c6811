// The long proofs, `npm run test:long`: what takes minutes by its nature, such as endurance under kills.
import common from './jest.config.js';

const [nest] = common.projects.filter(({ displayName }) => displayName === 'nest');

export default {
  ...common,
  // Each of them keeps both cores busy by itself.
  maxWorkers: 1,
  testTimeout: 1_800_000,
  projects: [
    {
      ...nest,
      displayName: 'long',
      testMatch: ['<rootDir>/{apps,libs,projections,test}/**/*.long.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/'],
    },
  ],
};
