/**
 * Four projects. `unit` needs no database. `db` gets a real PostgreSQL (embedded, or the server of TEST_DATABASE_URL) and a
 * template-database clone per test file: the data layer itself, in one process. `operations` has that too, and starts what operators
 * start (and `test/matrices`, which takes too long for every run): commands, servers of their own, poolers, backups. `endurance` lets processes race, kills them, and proves at length.
 * `npm test` runs the first two, in less than a minute; `npm run check` the first three. Run with `node --experimental-vm-modules`:
 * typeorm-extension is ESM-only.
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
  // Jest keeps one core for itself, which on two cores would be half of them.
  maxWorkers: '100%',
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['<rootDir>/test/{unit,architecture}/**/*.test.ts'] },
    {
      ...withServer,
      displayName: 'db',
      testMatch: ['<rootDir>/test/{integration,schema,migrations,e2e}/**/*.test.ts'],
    },
    { ...withServer, displayName: 'operations', testMatch: ['<rootDir>/test/{operations,matrices}/**/*.test.ts'] },
    { ...withServer, displayName: 'endurance', testMatch: ['<rootDir>/test/endurance/**/*.test.ts'] },
  ],
};
