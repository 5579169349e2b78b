/**
 * `@shared/db`: what services import. Importing it opens nothing and reads no environment; what is not exported here is private.
 */
export { createDataSource, type ConnectionOptions } from './data-source.js';
export { connectionFromEnvironment, EnvironmentError } from './connection/environment.js';
export { serializeError, type SerializedError } from './connection/serialize-error.js';
export { drain } from './connection/drain.js';
export { withRetry, type RetryOptions } from './connection/retry.js';

// The tables, and the shapes of their JSON columns.
export * from './entities/index.js';
export * from './entities/enums.js';
export { InteractionEvent } from './entities/core/interaction-event.js';
export {
  Signal,
  SignalBreakdown,
  TEMPORAL_PHASES,
  TemporalContext,
  type TemporalPhase,
} from './entities/core/decision-context.js';
export { GenerationScores, OutcomeWindows, ReplyMetrics, ReplyOutcome } from './entities/core/reply-metrics.js';
export { SampleSizes, SignalWeights } from './entities/learning/signal-weights.js';

// The documented figures, closed lists and names of reference rows.
export * from './constants/index.js';
export { RETENTION_POLICIES, type ArchiveFormat, type RetentionPolicy } from './retention/policies.js';

// What is asked before data is written, and what the database says when it refuses.
export {
  assertValid,
  AuditEntryInput,
  AuthorInput,
  CompetitiveMentionInput,
  DecisionInput,
  describeConstraint,
  EntityValidationError,
  EscalationInput,
  ExperimentInput,
  InputValidationError,
  InteractionInput,
  isScore,
  IsScore,
  KpiMetricInput,
  PostContentInput,
  ReplyContentInput,
  toDatabaseError,
  ValidationError,
  type Violation,
} from './validation/index.js';
export {
  AppendOnlyViolation,
  AuthenticationFailed,
  CardinalityViolation,
  CheckViolation,
  ConnectionLost,
  DatabaseError,
  Deadlock,
  DiskFull,
  ExclusionViolation,
  FeatureNotSupported,
  FinalValueViolation,
  ForeignKeyViolation,
  InvalidStatement,
  InvalidText,
  InvalidTransactionState,
  InvalidValue,
  LockTimeout,
  NotNullViolation,
  OutOfResources,
  PoolSaturated,
  PermissionDenied,
  QueryTimeout,
  ReadOnly,
  SchemaMismatch,
  SerializationFailure,
  TooManyConnections,
  TooManyParameters,
  TransactionAborted,
  UnexpectedDatabaseError,
  UniqueViolation,
  UntrustedServer,
} from './connection/errors.js';
export { ConnectionFailure } from './connection/connection-failure.js';
export { EntityNotFound } from './connection/errors/entity-not-found.js';
export { SoftDeleteUnavailable } from './connection/soft-delete.js';
export { DatabaseUrlError } from './connection/database-url.js';
export { PasswordUnavailable, type PasswordProvider } from './connection/password.js';
export { SecretUnavailable } from './connection/secret-file.js';
export { UnsupportedDatabase } from './connection/session-check.js';
export { UnsafeConnection } from './connection/url-policy.js';
export { SchemaMissing, SchemaNameError } from './connection/schema-name.js';
export type { Purpose } from './connection/safe-role.js';
export { SharedDbError } from './connection/shared-db-error.js';

// For every environment, at deployment or at boot.
export { seedReference } from './seeds/reference/seed-reference.js';
export type { SeededTable, SeedSummary } from './seeds/summary.js';

export { dryRunMigrations, type DryRunMigration, type DryRunStatement, type DryRunTable } from './migrator/dry-run.js';
export { runMigrations, revertMigration } from './migrator/runner.js';
export {
  migrationStatus,
  type MigrationState,
  type MigrationStateName,
  type MigrationStatus,
} from './migrator/status.js';
export type { MigrationLimits, MigratorOptions, RevertOptions } from './migrator/options.js';
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
  MigrationOutOfOrder,
  MigrationStatementRefused,
  MigrationStepsChanged,
  MigrationUnknown,
} from './migrator/errors.js';

// What destroys asks of which environment the database is.
export { ConfirmationNeeded, ConfirmationWrong, DestructionRefused } from './guard/errors.js';

export { createHealthCheck, type HealthCheckOptions } from './health/check.js';
export { healthHandler } from './health/handler.js';
export type { DatabaseHealth, HealthReport, MigrationHealth } from './health/report.js';
