/**
 * Four projects:
 *
 * - `unit` needs no database.
 * - `db` tests the data layer on a real PostgreSQL (embedded, or the server of TEST_DATABASE_URL). Each test file gets its own copy of the
 *   migrated database.
 * - `operations` has the same, and starts commands, servers, poolers and backups. It includes test/matrices and test/e2e, which take too long for
 *   `npm test`.
 * - `endurance` races and kills processes, for ten minutes and more.
 *
 * `npm test` runs the first two, in less than a minute; `npm run check` runs the first three. Jest needs `node --experimental-vm-modules`, because
 * typeorm-extension is an ES module.
 */
const shared = {
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/(dist|\\.data|\\.stryker-tmp)/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^@shared/db$': '<rootDir>/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          target: 'es2022',
        },
        module: { type: 'es6' },
      },
    ],
  },
};

const withServer = {
  ...shared,
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
};

export default {
  // By default Jest leaves one core free, which on two cores is half of them.
  maxWorkers: '100%',
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/test/{unit,architecture}/**/*.test.ts'] },
    {
      ...withServer,
      displayName: 'db',
      testMatch: ['<rootDir>/test/{integration,schema,migrations}/**/*.test.ts'],
    },
    { ...withServer, displayName: 'operations', testMatch: ['<rootDir>/test/{operations,matrices,e2e}/**/*.test.ts'] },
    { ...withServer, displayName: 'endurance', testMatch: ['<rootDir>/test/endurance/**/*.test.ts'] },
  ],
};
