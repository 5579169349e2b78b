/** The tests that Stryker runs for each mutant: unit tests only, without the slow comparison with class-validator. */
import config from './jest.config.js';

const unit = config.projects.find(({ displayName }) => displayName === 'unit');

// A slow machine must not fail a test, which would count as a detected mutant.
export default { ...unit, testMatch: ['<rootDir>/test/unit/mutation.ts'], testTimeout: 60_000 };
