/** For services that migrate and seed at deployment or at start: `@shared/db/migrations`. */
export {
  previewMigrations,
  type DryRunMigration,
  type DryRunStatement,
  type DryRunTable,
} from './operations/migrator/dry-run.js';
export { runMigrations, revertMigration } from './operations/migrator/runner.js';
export {
  readMigrationStatus,
  type MigrationState,
  type MigrationStateName,
  type MigrationStatus,
} from './operations/migrator/status.js';
export type { MigrationLimits, MigratorOptions, RevertOptions } from './operations/migrator/options.js';
export {
  MigrationBlocked,
  MigrationEdited,
  MigrationError,
  MigrationFailed,
  MigrationHalfDone,
  MigrationInterrupted,
  MigrationIrreversible,
  MigrationLockTimeout,
  MigrationMissing,
  MigrationNeedsDirectConnection,
  MigrationSchemaMissing,
  MigrationsNotClasses,
  MigrationOutOfOrder,
  MigrationStatementRefused,
  MigrationStepsChanged,
  MigrationUnknown,
} from './operations/migrator/errors.js';

// Actions that need permission.
export {
  ActionRefused,
  ConfirmationNeeded,
  ConfirmationWrong,
  ForbiddenInProduction,
} from './operations/environment-guard/guard.js';

// Reference data: insert it at deployment or at start, in every environment.
export { seedReference } from './seeds/reference/reference.seeder.js';
export type { SeededTable, SeedSummary } from './seeds/insert-missing.js';
