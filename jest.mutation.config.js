/** What mutants are held against: the unit tests of the rules, but for the slow comparison with class-validator. */
import config from './jest.config.js';

const unit = config.projects.find(({ displayName }) => displayName === 'unit');

export default { ...unit, testMatch: ['<rootDir>/test/unit/rules.mutation.ts'] };
