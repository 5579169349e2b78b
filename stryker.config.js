/**
 * Mutation testing (`npm run mutation`): does a unit test fail for each small change of the code? Covers the rules, the decisions of the
 * migrator, the detection of drift, and the redaction of errors. Needs no database. The report is written to reports/mutation/.
 */
export default {
  mutate: [
    // Rules.
    'src/columns/**/*.ts',
    'src/validation/**/*.ts',
    // Running migrations: which ones, in which order, and which kind each statement is.
    'src/operations/migrator/{plan,statement-kind,concurrent-index}.ts',
    // Drift.
    'src/operations/catalog/{compare,describe,diff,repair}.ts',
    // Redaction.
    'src/errors/**/*.ts',
  ],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: { configFile: 'jest.mutation.config.js', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  // Code that runs only while classes are declared (names, bounds and SQL of the rules) is left out, because each of its mutants needs
  // every test. Other tests compare that SQL with the migrations word for word, and the verdicts with PostgreSQL.
  ignoreStatic: true,
  // A slow machine must not count as a detected mutant.
  timeoutMS: 60_000,
  concurrency: 2,
  reporters: ['clear-text', 'progress', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['.data', 'dist', 'coverage', 'docs', 'reports'],
  thresholds: { high: 95, low: 85, break: 85 },
};
