/**
 * `@shared/db`: what services import. Opens nothing and reads no environment; what is not exported here is private.
 */
export { createDataSource, type ConnectionOptions } from './data-source.js';
export * from './entities/index.js';
export * from './entities/enums.js';
export * from './entities/choices.js';
export * from './constants/index.js';
export { createHealthCheck, type HealthCheckOptions } from './health/check.js';
export { healthHandler } from './health/handler.js';
export type { DatabaseHealth, HealthReport, MigrationHealth } from './health/report.js';
export { RETENTION_POLICIES, type ArchiveFormat, type RetentionPolicy } from './retention/policies.js';
export { seedReference } from './seeds/reference/seed-reference.js';
export type { SeededTable, SeedSummary } from './seeds/summary.js';
