import type { DataSource } from 'typeorm';
import type { MigratorConnection } from './connection.js';
import type { Journal } from './journal.js';
import type { KnownMigration, MigrationChecksums } from './known-migrations.js';
import type { BlockerWatch } from './lock.js';

/** How long a statement may wait and run, in milliseconds. By default what suits tables of some million rows. */
export interface MigrationLimits {
  /** How long a statement waits for a lock on a table, when others wait behind it. */
  readonly lockMs: number;
  /** The same for statements behind which nobody waits. */
  readonly patientLockMs: number;
  /** How long a statement may run that keeps others waiting: schema changes, and what follows them in the same transaction. */
  readonly ddlMs: number;
  /** How long one that writes rows may run. */
  readonly dataMs: number;
  /** How long one may run that reads a whole table and keeps nobody waiting. */
  readonly validationMs: number;
  /** How long the runner may do nothing in a transaction before PostgreSQL ends it. */
  readonly idleMs: number;
}

export const LIMITS: MigrationLimits = {
  // A reader that arrives behind us waits as long: the promise is 250 ms.
  lockMs: 100,
  patientLockMs: 5_000,
  ddlMs: 60_000,
  dataMs: 10 * 60_000,
  validationMs: 30 * 60_000,
  idleMs: 60_000,
};

export interface MigratorOptions {
  /** Milliseconds to wait for others: for a process that migrates, and again by each migration for its tables. Default 600,000. */
  maxWaitMs?: number;
  /** Names of migrations that are taken as they are, although edited, missing or out of order. Recorded in `migration_runs`. */
  accept?: readonly string[];
  /** Told what goes on, in lines for people: who is waited for, what is tried again. Default: nobody is told. */
  onNotice?: (line: string) => void;
  /**
   * Of which environment the database is, where it does not say. Default: NODE_ENV for one that was empty, `development` where that
   * is not set and the server is this machine; for one that was not empty `production`, if that is NODE_ENV; else it stays unsaid.
   */
  environment?: string | undefined;
  /** Default `LIMITS`. */
  limits?: Partial<MigrationLimits>;
  /** Default: `migrationChecksums` of the DataSource; where it has none, an edited migration is not noticed. */
  checksums?: MigrationChecksums;
}

export interface RevertOptions extends MigratorOptions {
  /**
   * The name of the database, exactly: permits taking back a migration where the database, or NODE_ENV, says that it is not one of
   * development or tests. A wrong name is refused everywhere.
   */
  confirmedName?: string | undefined;
}

/** What a run of the migrator works with, from its first statement to its last. */
export interface Context {
  readonly dataSource: DataSource;
  /** The schema that is migrated. */
  readonly schema: string;
  readonly connection: MigratorConnection;
  readonly journal: Journal;
  readonly watch: BlockerWatch;
  readonly known: readonly KnownMigration[];
  readonly limits: MigrationLimits;
  readonly maxWaitMs: number;
  /** Names that the caller takes as they are. */
  readonly accept: ReadonlySet<string>;
  /** Of which environment the database is, where it does not say and the caller knows. */
  readonly environment: string | undefined;
  /** The database's name, given by whoever wants to take back a migration. */
  readonly confirmedName: string | undefined;
  readonly notice: (line: string) => void;
}
