/**
 * Mutation testing of the rules: does a test fail for each small change of the vocabulary and of validation? By the unit tests
 * alone, which need no database. `npm run mutation`; the report is in reports/mutation/.
 */
export default {
  mutate: ['src/columns/**/*.ts', 'src/validation/**/*.ts'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: { configFile: 'jest.mutation.config.js', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  // Left out: what runs only while classes are declared (names, bounds, SQL of the rules), since each such mutant needs every
  // test once more. The SQL is held word for word to the migrations, and the verdicts to PostgreSQL, by tests of their own.
  ignoreStatic: true,
  // A busy machine is no reason to call a mutant detected.
  timeoutMS: 60_000,
  concurrency: 2,
  reporters: ['clear-text', 'progress', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['.data', 'dist', 'coverage', 'docs', 'reports'],
  thresholds: { high: 95, low: 85, break: 85 },
};
