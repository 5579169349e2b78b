import type { MigrationChecksums } from './known-migrations.js';

/** How long a statement may wait and run, in milliseconds. The defaults suit tables of some million rows. */
export interface MigrationLimits {
  /** lock_timeout of statements that block other sessions while they wait. */
  readonly lockMs: number;
  /** lock_timeout of statements that block no other session while they wait. */
  readonly patientLockMs: number;
  /** statement_timeout of schema changes, and of all later statements in the same transaction. */
  readonly ddlMs: number;
  /** statement_timeout of statements that write rows. */
  readonly dataMs: number;
  /** statement_timeout of statements that read a whole table without blocking other sessions. */
  readonly validationMs: number;
  /** idle_in_transaction_session_timeout. */
  readonly idleMs: number;
}

export const LIMITS: MigrationLimits = {
  // Readers that queue behind the statement wait as long; they must not wait more than 250 ms.
  lockMs: 100,
  patientLockMs: 5_000,
  ddlMs: 60_000,
  dataMs: 10 * 60_000,
  validationMs: 30 * 60_000,
  idleMs: 60_000,
};

export interface MigratorOptions {
  /**
   * Wait limit in milliseconds: for another process that migrates, and for each migration again for its tables. Default 600,000.
   */
  maxWaitMs?: number;
  /** Names of migrations to accept although they are edited, missing or out of order. Recorded in `migration_runs`. */
  accept?: readonly string[];
  /** Receives progress lines for people: which session the runner waits for, what it retries. Default: none. */
  onNotice?: (line: string) => void;
  /**
   * The environment to record if the database has no environment row. Default for an empty database: NODE_ENV, or `development` if
   * NODE_ENV is not set and the server is on this machine. Default for any other database: `production` if that is NODE_ENV, else none.
   */
  environment?: string | undefined;
  /** Default `LIMITS`. */
  limits?: Partial<MigrationLimits>;
  /** Default: `migrationChecksums` of the DataSource. Without checksums edited migrations are not detected. */
  checksums?: MigrationChecksums;
}

export interface RevertOptions extends MigratorOptions {
  /**
   * The exact name of the database: confirms the revert where the environment row or NODE_ENV is neither development nor test. A wrong
   * name is always refused.
   */
  confirmedName?: string | undefined;
}
