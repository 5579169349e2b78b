/**
 * Three projects: `unit` needs no database; `db` gets a real PostgreSQL (embedded, or the server of TEST_DATABASE_URL) and a
 * template-database clone per test file; `endurance` too, and there processes race and are killed, servers of their own start
 * and crash, and proofs run long. `npm test` runs the first two, `npm run test:endurance` the third. Run with `node --experimental-vm-modules`: typeorm-extension is ESM-only.
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
    { ...withServer, displayName: 'endurance', testMatch: ['<rootDir>/test/endurance/**/*.test.ts'] },
  ],
};
