import { CreateReferenceTables1795411800000 } from './1795411800000-create-reference-tables.js';
import { CreateCoreTables1795411801000 } from './1795411801000-create-core-tables.js';
import { CreateCompetitiveAndCommunityTables1795411802000 } from './1795411802000-create-competitive-and-community-tables.js';
import { CreateLearningTables1795411803000 } from './1795411803000-create-learning-tables.js';
import { CreateOversightTables1795411804000 } from './1795411804000-create-oversight-tables.js';
import { ProtectAuditLogs1795411805000 } from './1795411805000-protect-audit-logs.js';
import { ProtectFinalValues1795411806000 } from './1795411806000-protect-final-values.js';
import type { MigrationClass } from './migration.js';

/** All migrations, oldest first. Append-only: `npm run migration:generate` and `migration:create` add a line. */
export const MIGRATIONS: readonly MigrationClass[] = [
  CreateReferenceTables1795411800000,
  CreateCoreTables1795411801000,
  CreateCompetitiveAndCommunityTables1795411802000,
  CreateLearningTables1795411803000,
  CreateOversightTables1795411804000,
  ProtectAuditLogs1795411805000,
  ProtectFinalValues1795411806000,
];
