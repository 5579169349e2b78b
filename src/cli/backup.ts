import { resolve } from 'node:path';
import { ConnectionFailure } from '../connection/connection-failure.js';
import { parseDatabaseUrl } from '../connection/database-url.js';
import type { DatabaseTarget, Environment } from '../connection/environment.js';
import { SchemaMissing } from '../connection/session-settings.js';
import { takeBackup, verifyBackup } from '../operations/backup/backup.js';
import { type Backup, BackupError, type Engine } from '../operations/backup/manifest.js';
import { rollBack } from '../operations/backup/roll-back.js';
import { type BackupContext, listSessions, onServer, runExclusively } from '../operations/backup/server.js';
import {
  MigrationEdited,
  MigrationHalfDone,
  MigrationLockTimeout,
  MigrationMissing,
  MigrationNeedsDirectConnection,
  MigrationOutOfOrder,
  MigrationUnknown,
} from '../operations/migrator/errors.js';
import { listMigrations } from '../operations/migrator/known-migrations.js';
import { readMigrationStatus } from '../operations/migrator/status.js';
import { formatCommand, output, quoteForShell } from './command.js';
import { type CommandDatabase, createMigratorDataSource, withDataSource } from './database.js';
import { runInterruptibly } from './interruption.js';

export interface BackupOptions {
  /** True: a copy for the embedded server, pg_dump for any other. */
  readonly engine: Engine | true;
  readonly folder: string;
}

/** The applied migrations, and the backup taken before them. Without pending migrations no backup is taken. */
export interface RunWithBackup {
  readonly applied: readonly string[];
  readonly backup?: { readonly folder: string; readonly engine: Engine };
}

/** Errors thrown before the first migration runs. After them there is nothing to roll back. */
const BEFORE_FIRST_MIGRATION = [
  ConnectionFailure,
  ...[MigrationEdited, MigrationHalfDone, MigrationLockTimeout, MigrationMissing],
  ...[MigrationNeedsDirectConnection, MigrationOutOfOrder, MigrationUnknown],
];

/**
 * Takes a backup, verifies it, and applies the pending migrations. If they fail and left changes behind, restores the backup. Prints in
 * which state the database is then.
 *
 * @param apply applies the migrations
 * @throws BackupError before anything is migrated; whatever `apply` throws.
 */
export async function runWithBackup(
  environment: Environment,
  database: CommandDatabase,
  options: BackupOptions,
  apply: () => Promise<string[]>,
): Promise<RunWithBackup> {
  const pending = await readPending(database);
  if (pending.names.length === 0) return { applied: [] };
  const context = createBackupContext(environment, database);
  return runExclusively(context, async () => {
    const backup = await takeVerifiedBackup(context, database, options);
    try {
      return { applied: await apply(), backup: { folder: backup.folder, engine: backup.manifest.engine } };
    } catch (error) {
      if (!BEFORE_FIRST_MIGRATION.some((Class) => error instanceof Class)) {
        await rollBackAndReport(context, backup, pending.transactional);
      }
      throw error;
    }
  });
}

export function createBackupContext({ pgBin }: Environment, { url, schema }: DatabaseTarget): BackupContext {
  return { url, schema, pgBin, note: output.note };
}

async function takeVerifiedBackup(
  context: BackupContext,
  { embedded }: CommandDatabase,
  options: BackupOptions,
): Promise<Backup> {
  const engine = options.engine === true ? (embedded ? 'template' : 'dump') : options.engine;
  await warnAboutSessions(context);
  return runInterruptibly('Interrupted: nothing was migrated, and the backup was removed.', async (signal) => {
    const stoppable = { ...context, signal };
    const backup = await takeBackup(stoppable, { engine, folder: resolve(options.folder) });
    await verifyBackup(stoppable, backup.folder);
    const how = engine === 'dump' ? 'restoring it' : 'comparing it with the database';
    output.note(`backup in ${backup.folder}, verified by ${how}; to restore it: ${formatRestoreCommand(backup)}`);
    return backup;
  });
}

/** Warns that rows written after the backup are absent from the restored database. */
async function warnAboutSessions(context: BackupContext): Promise<void> {
  const sessions = await onServer(context, (client) => listSessions(client, parseDatabaseUrl(context.url).database));
  if (sessions.length === 0) return;
  output.note(
    `connected now: ${sessions.slice(0, 5).join('; ')}. If a migration fails half-way and the backup is restored, rows that they write from here on are absent from it.`,
  );
}

/** Rolls back after a failed migration and prints in which state the database is. */
async function rollBackAndReport(context: BackupContext, backup: Backup, transactional: boolean): Promise<void> {
  output.note('a migration failed: checking what it changed');
  try {
    const outcome = await runInterruptibly('Interrupted.', (signal) =>
      rollBack({ ...context, signal }, backup, { transactional }),
    );
    if (outcome.state === 'unchanged') {
      const others = outcome.written.length === 0 ? '' : ` Other sessions wrote to: ${outcome.written.join(', ')}.`;
      output.note(`state: unchanged. The failed migrations left nothing behind, and nothing was restored.${others}`);
      return;
    }
    output.note('state: restored from the backup, and verified to equal the database before the migrations.');
    if (outcome.keptAs !== undefined) output.note(describeKeptDatabase(outcome.keptAs));
  } catch (error) {
    const why = error instanceof BackupError ? error.message : 'the database could not be queried.';
    output.note(`state: as the failed migrations left it, NOT restored: ${why}`);
    output.note(`to restore it: ${formatRestoreCommand(backup)}`);
  }
}

function formatRestoreCommand({ folder }: Backup): string {
  return formatCommand(`migration:restore ${quoteForShell(folder)}`);
}

export function describeKeptDatabase(name: string): string {
  return `the replaced database is kept as ${name}, with all rows written since the backup: DROP DATABASE "${name}" when you no longer need it`;
}

interface PendingMigrations {
  readonly names: readonly string[];
  /** True if each of the migrations runs in a transaction. */
  readonly transactional: boolean;
}

/** Reads which migrations are pending. Without the schema all of them are. */
async function readPending(database: CommandDatabase): Promise<PendingMigrations> {
  const known = listMigrations(createMigratorDataSource(database));
  const transactional = known.every(({ instance }) => instance.transaction !== false);
  try {
    const { pending } = await withDataSource(database, readMigrationStatus);
    return { names: pending, transactional };
  } catch (error) {
    if (!(error instanceof SchemaMissing)) throw error;
    return { names: known.map(({ name }) => name), transactional };
  }
}
