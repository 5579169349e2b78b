import { Command, InvalidArgumentError, Option } from 'commander';
import type { DataSource } from 'typeorm';
import { getAddress } from '../connection/client.js';
import { toConnectionFailure } from '../connection/connection-failure.js';
import type { Environment } from '../connection/environment.js';
import type { DryRunMigration, DryRunStatement, DryRunTable } from '../operations/migrator/dry-run.js';
import type { MigrationState, MigrationStatus } from '../operations/migrator/status.js';
import { BACKUP_HELP, type BackupFlags, backupFolderOption, backupOption, runBehindBackup } from './backup.js';
import { createAction, output } from './command.js';
import { ABOUT_CONFIRMATION, type Confirmable, runConfirmed, createDatabaseOption } from './confirmation.js';
import { assumeEnvironment, type CommandDatabase, withDatabase, withMigrationDatabase } from './database.js';
import { ROLE_MATRIX } from '../schema/role-matrix.js';

/** `migration:run --dry-run` in plain text. */
function formatDryRun(migrations: readonly DryRunMigration[]): string[] {
  if (migrations.length === 0) return ['Nothing to do: every migration is applied.'];
  const listed = migrations.filter(({ onlyListed }) => onlyListed !== null).length;
  const ran = migrations.length - listed;
  return [
    ...migrations.flatMap((migration) => [...formatMigration(migration), '']),
    `${ran} run and rolled back, ${listed} only listed. Nothing was changed.`,
  ];
}

function formatMigration({ name, ms, onlyListed, statements, tables }: DryRunMigration): string[] {
  return [
    onlyListed === null ? `${name}: ${ms ?? 0} ms` : `${name}: not run, ${onlyListed}`,
    ...statements.flatMap(formatStatement),
    ...tables.map(formatTableChange),
  ];
}

function formatStatement({ sql, ms, locks, rewrites }: DryRunStatement): string[] {
  const remarks = [
    ...(ms === null ? [] : [`${ms} ms`]),
    ...locks.map(({ table, mode }) => `locks ${table}: ${mode}`),
    ...rewrites.map((table) => `rewrites ${table}`),
  ];
  const text = `${trimSql(sql)};`.split('\n').map((line) => `    ${line}`);
  return remarks.length === 0 ? text : [...text, `      -- ${remarks.join('; ')}`];
}

function formatTableChange({ table, lock, bytes, rows, rewritten }: DryRunTable): string {
  const size =
    bytes === null ? 'new' : `${formatSize(bytes)}${rows === null ? '' : `, about ${rows.toLocaleString('en')} rows`}`;
  return `  table ${table}: ${lock}, ${size}${rewritten ? ', rewritten' : ''}`;
}

/** Without the indentation of the source. */
function trimSql(sql: string): string {
  const lines = sql
    .replace(/^\s*\n/, '')
    .trimEnd()
    .split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const indent = Math.min(...indents);
  return lines.map((line) => line.slice(Number.isFinite(indent) ? indent : 0)).join('\n');
}

function formatSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${Math.round(bytes / 1024 ** power)} ${units[power] ?? ''}`;
}

/** `migration:show` in plain text: one line for each migration, and the sums. */
function stateLines({ applied, pending, migrations }: MigrationStatus): string[] {
  return [...migrations.map(formatState), `${applied.length} applied, ${pending.length} pending`];
}

function formatState(migration: MigrationState): string {
  const remarks = collectRemarks(migration);
  const line = `${migration.state.padEnd(8)} ${migration.name}`;
  return remarks.length === 0 ? line : `${line}  (${remarks.join(', ')})`;
}

function collectRemarks({ state, at, version, by, step, errorCode, edited }: MigrationState): string[] {
  return [
    ...(at === null ? [] : [at.toISOString()]),
    ...(version === null ? [] : [`version ${version}`]),
    ...(by === null || state === 'applied' ? [] : [`by ${by}`]),
    ...(step === null ? [] : [`${step} statements done`]),
    ...(errorCode === null ? [] : [`error ${errorCode}`]),
    ...(edited ? ['edited since'] : []),
  ];
}

interface JsonOption {
  json?: boolean;
}

interface MigratorFlags extends JsonOption {
  maxWait?: number;
  accept?: string[];
}

interface RunOptions extends MigratorFlags, BackupFlags {
  dryRun?: boolean;
}

const ABOUT_WAITING = `
One process migrates at a time; others wait, and find nothing left to do. A statement that changes a table waits for its lock no
longer than 100 ms, so that nobody waits behind it; then it is taken back and tried again, and the process in the way is named.
MIGRATION_DATABASE_URL is used instead of DATABASE_URL where it is set.`;

const run = createMigratorCommand('migration:run', 'apply every pending migration, one process at a time')
  .addOption(
    new Option(
      '--dry-run',
      'run them in one transaction, show statements, locks, sizes and times, and roll back',
    ).conflicts('backup'),
  )
  .addOption(backupOption)
  .addOption(backupFolderOption)
  .addHelpText(
    'after',
    `${ABOUT_WAITING}\n\n${BACKUP_HELP}\n\nExamples:\n  npm run migration:run\n  npm run migration:run -- --dry-run\n  npm run migration:run -- --max-wait 30\n  npm run migration:run -- --backup --backup-dir /var/backups/antone\n  npm run migration:run -- --accept AddBio1795500000000`,
  )
  .action(
    createAction(async (environment, options: RunOptions) => {
      if (options.dryRun) {
        await showDryRun(environment, options);
        return;
      }
      const { runMigrations } = await import('../operations/migrator/runner.js');
      const apply = (dataSource: DataSource, database: CommandDatabase): Promise<string[]> =>
        runMigrations(dataSource, { ...readMigratorOptions(options), ...assumeEnvironment(database) });
      const { backup, backupDir } = options;
      const { applied, ...taken } = backup
        ? await runBehindBackup(environment, { backup, backupDir }, apply)
        : { applied: await withMigrationDatabase(environment, apply) };
      if (options.json) output.json({ applied, ...taken });
      else if (applied.length === 0) output.line('Nothing to do: every migration is applied.');
      else for (const name of applied) output.line(`applied ${name}`);
      if (applied.length > 0) await withMigrationDatabase(environment, giveRights);
    }),
  );

const revert = createMigratorCommand('migration:revert', 'take back the newest applied migration')
  .addOption(createDatabaseOption())
  .addHelpText(
    'after',
    `${ABOUT_WAITING}\n${ABOUT_CONFIRMATION}\n\nExamples:\n  npm run migration:revert\n  npm run migration:revert -- --database antone_staging`,
  )
  .action(
    createAction(async (environment, options: MigratorFlags & Confirmable) => {
      const { revertMigration } = await import('../operations/migrator/runner.js');
      const reverted = await withMigrationDatabase(environment, (dataSource) =>
        runConfirmed(options.database, (confirmedName) =>
          revertMigration(dataSource, { ...readMigratorOptions(options), confirmedName }),
        ),
      );
      if (options.json) output.json({ reverted: reverted ?? null });
      else output.line(reverted === undefined ? 'Nothing to do: no migration is applied.' : `reverted ${reverted}`);
    }),
  );

const show = new Command('migration:show')
  .description('list the migrations: applied when and by which version, pending, stopped, failed')
  .option('--json', 'print the result for a machine')
  .addHelpText('after', '\nExample:\n  npm run migration:show -- --json')
  .action(
    createAction(async (environment, { json }: JsonOption) => {
      const { readMigrationStatus } = await import('../operations/migrator/status.js');
      const status = await withDatabase(environment, (dataSource) => readMigrationStatus(dataSource));
      if (json) output.json(status);
      else for (const line of stateLines(status)) output.line(line);
    }),
  );

export const migrationCommands = [run, revert, show];

async function showDryRun(environment: Environment, options: RunOptions): Promise<void> {
  const { previewMigrations } = await import('../operations/migrator/dry-run.js');
  const migrations = await withMigrationDatabase(environment, (dataSource) =>
    previewMigrations(dataSource, readMigratorOptions(options)),
  );
  if (options.json) output.json({ migrations });
  else for (const line of formatDryRun(migrations)) output.line(line);
}

/** On what was made, where the roles of db:roles are in use. */
async function giveRights(dataSource: DataSource): Promise<void> {
  const { alignRights } = await import('../operations/roles/set-up.js');
  try {
    await dataSource.initialize();
  } catch (error) {
    throw toConnectionFailure(error, getAddress(dataSource));
  }
  try {
    const rights = await alignRights(dataSource, ROLE_MATRIX);
    if (rights > 0) output.note(`rights of the roles put right: ${rights}`);
  } finally {
    await dataSource.destroy();
  }
}

/** A command that works under the migration lock. */
function createMigratorCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--max-wait <seconds>', 'how long to wait for others (600)', parseSeconds)
    .option('--accept <names...>', 'migrations to take as they are, although edited, missing or out of order')
    .option('--json', 'print the result for a machine');
}

function readMigratorOptions({ maxWait, accept }: MigratorFlags) {
  return {
    ...(maxWait === undefined ? {} : { maxWaitMs: maxWait * 1_000 }),
    ...(accept === undefined ? {} : { accept }),
    onNotice: (line: string) => {
      output.note(line);
    },
  };
}

function parseSeconds(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value <= 86_400) return value;
  throw new InvalidArgumentError('It must be a number of seconds, 0 to 86400.');
}
