import { setTimeout as sleep } from 'node:timers/promises';
import { MigrationExecutor, type DataSource, type QueryRunner } from 'typeorm';
import { SharedDbError } from './shared-db-error.js';

/** Session advisory lock of whoever changes the schema: "antone" in ASCII, in the namespace of two 32-bit keys. */
export const MIGRATION_LOCK = [0x616e, 0x746f6e65] as const;

/** How long a statement of a migration waits for a lock on a table: all who come after it wait as long. */
const LOCK_TIMEOUT = '5s';

/** Longer than any sane migration of these tables, short enough not to be forgotten. */
const STATEMENT_TIMEOUT = '15min';

export interface MigratorOptions {
  /** Milliseconds to wait while another process migrates. Default 120,000. */
  maxWaitMs?: number;
}

/** Which migrations this build knows and which of them the database has. */
export interface MigrationStatus {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
}

/** Another process holds the migration lock for longer than we would wait. */
export class MigrationLockTimeout extends SharedDbError {
  override readonly name = 'MigrationLockTimeout';
}

/**
 * Applies every pending migration, each in a transaction of its own, one process at a time.
 *
 * @returns the names of those applied, oldest first; none when another process was faster.
 * @throws MigrationLockTimeout; whatever a migration throws, after its transaction was rolled back.
 */
export async function runMigrations(dataSource: DataSource, options: MigratorOptions = {}): Promise<string[]> {
  return asOnlyMigrator(dataSource, options, async (executor) => {
    const migrations = await executor.executePendingMigrations();
    return migrations.map(({ name }) => name);
  });
}

/**
 * Takes back the newest applied migration.
 *
 * @returns its name, or undefined when none is applied.
 * @throws as runMigrations
 */
export async function revertMigration(
  dataSource: DataSource,
  options: MigratorOptions = {},
): Promise<string | undefined> {
  return asOnlyMigrator(dataSource, options, async (executor) => {
    const newest = (await executor.getExecutedMigrations()).at(0);
    if (newest) await executor.undoLastMigration();
    return newest?.name;
  });
}

/** Reads only; an empty database has all pending. */
export async function migrationStatus(dataSource: DataSource): Promise<MigrationStatus> {
  const known = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  const table = dataSource.driver.escape(dataSource.options.migrationsTableName ?? 'migrations');
  const [exists] = await dataSource.query<{ found: boolean }[]>('SELECT to_regclass($1) IS NOT NULL AS found', [table]);
  const rows = exists?.found ? await dataSource.query<{ name: string }[]>(`SELECT name FROM ${table} ORDER BY id`) : [];
  const applied = rows.map(({ name }) => name);
  return { applied, pending: known.filter((name) => !applied.includes(name)) };
}

// TypeORM's executor takes no lock: of four runs at once three fail, or a data migration is applied four times.
async function asOnlyMigrator<T>(
  dataSource: DataSource,
  { maxWaitMs = 120_000 }: MigratorOptions,
  work: (executor: MigrationExecutor) => Promise<T>,
): Promise<T> {
  const queryRunner = dataSource.createQueryRunner();
  await queryRunner.connect();
  try {
    await takeLock(queryRunner, maxWaitMs);
    try {
      await queryRunner.query(`SET lock_timeout = '${LOCK_TIMEOUT}'; SET statement_timeout = '${STATEMENT_TIMEOUT}'`);
      const executor = new MigrationExecutor(dataSource, queryRunner);
      executor.transaction = 'each';
      return await work(executor);
    } finally {
      await leaveClean(queryRunner);
    }
  } finally {
    await queryRunner.release();
  }
}

async function takeLock(queryRunner: QueryRunner, maxWaitMs: number): Promise<void> {
  const deadline = Date.now() + maxWaitMs;
  for (;;) {
    const rows = (await queryRunner.query('SELECT pg_try_advisory_lock($1, $2) AS got', [...MIGRATION_LOCK])) as {
      got: boolean;
    }[];
    if (rows[0]?.got) return;
    if (Date.now() >= deadline) {
      throw new MigrationLockTimeout(
        `Another process has been migrating this database for ${Math.round(maxWaitMs / 1000)} s (${await holder(queryRunner)}): wait for it, or end it.`,
      );
    }
    await sleep(250);
  }
}

async function holder(queryRunner: QueryRunner): Promise<string> {
  const [row] = (await queryRunner.query(
    `SELECT pid, application_name AS name FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND classid = $1 AND objid = $2 AND objsubid = 2 AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [...MIGRATION_LOCK],
  )) as { pid: number; name: string }[];
  return row ? `pid ${row.pid}, ${row.name}` : 'just ended';
}

// The connection goes back to the pool. When it is lost the lock went with it, and there is nothing to clean.
async function leaveClean(queryRunner: QueryRunner): Promise<void> {
  try {
    await queryRunner.query('RESET lock_timeout; RESET statement_timeout');
    await queryRunner.query('SELECT pg_advisory_unlock($1, $2)', [...MIGRATION_LOCK]);
  } catch {
    return;
  }
}
