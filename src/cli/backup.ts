import { resolve } from 'node:path';
import { Option } from 'commander';
import type { DataSource } from 'typeorm';
import { ConnectionFailure } from '../connection/connection-failure.js';
import { parseDatabaseUrl } from '../connection/database-url.js';
import type { Environment } from '../connection/environment.js';
import { SchemaMissing } from '../connection/session-settings.js';
import { createDataSource } from '../data-source.js';
import { takeBackup, verifyBackup } from '../operations/backup/backup.js';
import { type Backup, BackupError, type Engine } from '../operations/backup/manifest.js';
import { rollBack } from '../operations/backup/roll-back.js';
import { type BackupContext, runExclusively, onServer, listSessions } from '../operations/backup/server.js';
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
import { output } from './command.js';
import { acquireMigrationDatabase, type CommandDatabase, connect } from './database.js';
import { runInterruptibly } from './interruption.js';

/** How the reader runs one of our commands: in the repository through npm, from the installed package through npx. */
export function formatCommand(command: string, argument: string): string {
  const start = import.meta.url.endsWith('.ts') ? `npm run ${command} --` : `npx shared-db ${command}`;
  return `${start} ${/^[\w./@:-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`}`;
}

export interface BackupOptions {
  /** `true`: a copy for the embedded server, pg_dump for any other. */
  readonly engine: Engine | true;
  readonly folder: string;
}

/** Thrown before the first migration ran: what changed since the backup is the work of others. */
const BEFORE_ANYTHING = [
  ConnectionFailure,
  ...[MigrationEdited, MigrationHalfDone, MigrationLockTimeout, MigrationMissing],
  ...[MigrationNeedsDirectConnection, MigrationOutOfOrder, MigrationUnknown],
];

/** What was applied, and the backup that was taken before; none when there was nothing to apply. */
export interface RunWithBackup {
  readonly applied: readonly string[];
  readonly backup?: { readonly folder: string; readonly engine: Engine };
}

/**
 * Applies the pending migrations behind a backup that was proved by restoring it. When they fail, sees to it that nothing of
 * them is left, restores the backup if need be, and says in what state the database is.
 *
 * @param run applies them
 * @throws BackupError before anything is migrated; whatever `run` throws.
 */
export async function runWithBackup(
  environment: Environment,
  options: BackupOptions,
  run: (dataSource: DataSource, database: CommandDatabase) => Promise<string[]>,
): Promise<RunWithBackup> {
  const database = await acquireMigrationDatabase(environment);
  try {
    const pending = await readPending(database);
    if (pending.names.length === 0) return { applied: [] };
    const context = createBackupContext(environment, database);
    return await runExclusively(context, async () => {
      const backup = await takeVerifiedBackup(context, database, options);
      try {
        const applied = await run(createMigrationDataSource(database), database);
        return { applied, backup: { folder: backup.folder, engine: backup.manifest.engine } };
      } catch (error) {
        if (!BEFORE_ANYTHING.some((Class) => error instanceof Class)) {
          await rollBackAndReport(context, backup, pending.transactional);
        }
        throw error;
      }
    });
  } finally {
    await database.release();
  }
}

export function createBackupContext({ pgBin }: Environment, { url, schema }: CommandDatabase): BackupContext {
  return {
    ...{ url, schema },
    pgBin,
    note: (line) => {
      output.note(line);
    },
  };
}

async function takeVerifiedBackup(
  context: BackupContext,
  { embedded }: CommandDatabase,
  options: BackupOptions,
): Promise<Backup> {
  const engine = options.engine === true ? (embedded ? 'template' : 'dump') : options.engine;
  await warnOfSessions(context);
  return runInterruptibly('Interrupted: nothing is migrated, and no backup is left.', async (signal) => {
    const stoppable = { ...context, signal };
    const backup = await takeBackup(stoppable, { engine, folder: resolve(options.folder) });
    await verifyBackup(stoppable, backup.folder);
    const proof = engine === 'dump' ? 'proved by restoring it' : 'compared, and equal to the database';
    output.note(`backup in ${backup.folder}, ${proof}; back to it: ${formatRestoreCommand(backup)}`);
    return backup;
  });
}

/** Whoever writes between backup and failure writes into what a rollback sets aside. */
async function warnOfSessions(context: BackupContext): Promise<void> {
  const sessions = await onServer(context, (client) => listSessions(client, parseDatabaseUrl(context.url).database));
  if (sessions.length === 0) return;
  output.note(
    `connected now: ${sessions.slice(0, 5).join('; ')}. What they write from here on is set aside, should the migrations fail half-way and the backup be restored.`,
  );
}

/** Says in what state the database is after a failure. */
async function rollBackAndReport(context: BackupContext, backup: Backup, transactional: boolean): Promise<void> {
  output.note('the migrations failed: looking what is left of them');
  try {
    const outcome = await runInterruptibly('Interrupted.', (signal) =>
      rollBack({ ...context, signal }, backup, { transactional }),
    );
    if (outcome.state === 'unchanged') {
      const written = outcome.written.length === 0 ? '' : ` Others wrote meanwhile to: ${outcome.written.join(', ')}.`;
      output.note(`state: as before, nothing of the migrations is left and nothing was restored.${written}`);
      return;
    }
    output.note('state: restored from the backup, and proved equal to the database before the migrations.');
    if (outcome.keptAs !== undefined) output.note(describeKeptDatabase(outcome.keptAs));
  } catch (error) {
    const why = error instanceof BackupError ? error.message : 'the database could not be asked.';
    output.note(`state: as the failed migrations left it, NOT restored: ${why}`);
    output.note(`to restore it: ${formatRestoreCommand(backup)}`);
  }
}

function formatRestoreCommand({ folder }: Backup): string {
  return formatCommand('migration:restore', folder);
}

export function describeKeptDatabase(name: string): string {
  return `the database as it was is kept as ${name}, with all that was written since: DROP DATABASE "${name}" when you have looked`;
}

interface Pending {
  readonly names: readonly string[];
  readonly transactional: boolean;
}

/** Where there is no schema yet, all of them. */
async function readPending(database: CommandDatabase): Promise<Pending> {
  const dataSource = createMigrationDataSource(database);
  const listed = listMigrations(dataSource);
  const transactional = listed.every(({ instance }) => instance.transaction !== false);
  try {
    const connected = await connect(database);
    try {
      return { names: (await readMigrationStatus(connected)).pending, transactional };
    } finally {
      await connected.destroy();
    }
  } catch (error) {
    if (!(error instanceof SchemaMissing)) throw error;
    return { names: listed.map(({ name }) => name), transactional };
  }
}

/** Not connected: the migrator brings its own connection. */
function createMigrationDataSource({ url, schema }: CommandDatabase): DataSource {
  return createDataSource({ url, schema, purpose: 'migrate' });
}

/** As commander gives them. */
export interface BackupFlags {
  readonly backup?: Engine | true;
  readonly backupDir: string;
}

export const backupOption = new Option(
  '--backup [engine]',
  'back up first, prove it by restoring it, and go back to it when the migrations fail; by pg_dump (dump) or as a copy on the same server (template). Without a choice: template for the embedded server, dump for any other',
).choices(['dump', 'template']);

export const backupFolderOption = new Option('--backup-dir <folder>', 'where backups are kept').default(
  '.data/backups',
);

export const BACKUP_HELP =
  'Exit code 0: every migration is applied. 1: not; with --backup a line says in what state the database is.';

/** Loaded only when asked for. */
export async function runBehindBackup(
  environment: Environment,
  { backup = true, backupDir }: BackupFlags,
  run: (dataSource: DataSource, database: CommandDatabase) => Promise<string[]>,
): Promise<RunWithBackup> {
  const { runWithBackup } = await import('./backup.js');
  return runWithBackup(environment, { engine: backup, folder: backupDir }, run);
}
