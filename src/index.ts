/**
 * The public interface of `@shared/db`. Importing it opens no connection and reads no environment variable. Everything that is not
 * exported here is private.
 */
// Connecting.
export { createDataSource, type ConnectionOptions } from './data-source.js';
export { readConnectionEnvironment, EnvironmentError } from './connection/environment.js';
export { serializeError, type SerializedError } from './errors/redaction.js';
export { drain } from './connection/pool.js';
export { withRetry, type RetryOptions } from './connection/retry.js';

// Entities, enums, and the classes of their JSON columns.
export * from './entities/index.js';
export * from './entities/enums.js';
export {
  GenerationScores,
  InteractionEvent,
  OutcomeWindows,
  ReplyMetrics,
  ReplyOutcome,
  SampleSizes,
  Signal,
  SignalBreakdown,
  SignalWeights,
  TEMPORAL_PHASES,
  TemporalContext,
  type TemporalPhase,
} from './entities/json-shapes.js';

// Repositories: named questions, and writes that are safe when several processes make them at once.
export * from './repositories/index.js';
export {
  inTransaction,
  type IsolationLevel,
  NestedTransactionError,
  type TransactionOptions,
} from './connection/transaction.js';

// Figures, lists, names of reference rows, and retention periods.
export * from './constants/index.js';
export { RETENTION_POLICIES, type ArchiveFormat, type RetentionPolicy } from './retention/policies.js';

// Validation before writing, and typed errors.
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
} from './errors/translate.js';
export { ConnectionFailure, UnsupportedDatabase } from './connection/connection-failure.js';
export { EntityNotFound } from './errors/database-error.js';
export { SoftDeleteUnavailable } from './connection/entity-manager.js';
export { DatabaseUrlError } from './connection/database-url.js';
export { PasswordUnavailable, type PasswordProvider } from './connection/secrets.js';
export { SecretUnavailable } from './connection/secrets.js';
export { UnsafeConnection } from './connection/url-policy.js';
export { SchemaMissing, SchemaNameError } from './connection/session-settings.js';
export type { Purpose } from './connection/database-access.js';
export { SharedDbError } from './errors/shared-db-error.js';

// Reference data: insert it at deployment or at start, in every environment.
export { seedReference } from './seeds/reference/reference.seeder.js';
export type { SeededTable, SeedSummary } from './seeds/insert-missing.js';

// Health checks.
export { createHealthCheck, type HealthCheckOptions } from './health/check.js';
export { createHealthHandler } from './health/handler.js';
export type { DatabaseHealth, HealthReport, MigrationHealth } from './health/check.js';
