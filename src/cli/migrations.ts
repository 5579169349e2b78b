import { Command, InvalidArgumentError, Option } from 'commander';
import type { DataSource } from 'typeorm';
import type { Environment } from '../connection/environment.js';
import type { Engine } from '../operations/backup/manifest.js';
import {
  type DryRunMigration,
  type DryRunStatement,
  type DryRunTable,
  previewMigrations,
} from '../operations/migrator/dry-run.js';
import { revertMigration, runMigrations } from '../operations/migrator/runner.js';
import { type MigrationState, type MigrationStatus, readMigrationStatus } from '../operations/migrator/status.js';
import { alignRights } from '../operations/roles/set-up.js';
import { ROLE_MATRIX } from '../schema/role-matrix.js';
import { runWithBackup } from './backup.js';
import { createAction, formatExamples, output } from './command.js';
import { ABOUT_CONFIRMATION, type ConfirmationFlags, createDatabaseOption, runConfirmed } from './confirmation.js';
import {
  assumeEnvironment,
  type CommandDatabase,
  createMigratorDataSource,
  withDatabase,
  withDataSource,
} from './database.js';

interface JsonOption {
  json?: boolean;
}

interface MigratorFlags extends JsonOption {
  maxWait?: number;
  accept?: string[];
}

interface RunFlags extends MigratorFlags {
  dryRun?: boolean;
  /** True for `--backup` without an engine. */
  backup?: Engine | true;
  backupDir: string;
}

const ABOUT_WAITING = `
One process migrates at a time; other processes wait, and then find nothing left to do. A statement that changes a table waits
at most 100 ms for its lock, so that it holds up queries no longer than that. Then it is rolled back and tried again, and the
process that holds the lock is named. MIGRATION_DATABASE_URL takes precedence over DATABASE_URL.`;

const RUN_HELP = `${ABOUT_WAITING}

Exit code 0: every migration is applied. 1: a migration failed; with --backup one line names the state of the database.
${formatExamples(
  'migration:run',
  'migration:run --dry-run',
  'migration:run --max-wait 30',
  'migration:run --backup --backup-dir /var/backups/antone',
  'migration:run --accept AddBio1795500000000',
)}`;

const runCommand = createMigratorCommand('migration:run', 'apply every pending migration, one process at a time')
  .addOption(
    new Option(
      '--dry-run',
      'run them in one transaction, show statements, locks, sizes and times, and roll back',
    ).conflicts('backup'),
  )
  .addOption(
    new Option(
      '--backup [engine]',
      'take a backup first, verify it, and restore it if a migration fails; with pg_dump (dump) or as a copy on the same server (template). Default engine: template for the embedded server, dump for any other',
    ).choices(['dump', 'template']),
  )
  .addOption(new Option('--backup-dir <folder>', 'the folder for backups').default('.data/backups'))
  .addHelpText('after', RUN_HELP)
  .action(
    createAction((environment, flags: RunFlags) =>
      withDatabase(
        environment,
        (database) => (flags.dryRun ? preview(database, flags) : run(environment, database, flags)),
        { migration: true },
      ),
    ),
  );

async function run(environment: Environment, database: CommandDatabase, flags: RunFlags): Promise<void> {
  const apply = (): Promise<string[]> =>
    runMigrations(createMigratorDataSource(database), {
      ...readMigratorOptions(flags),
      ...assumeEnvironment(database),
    });
  const { backup: engine, backupDir: folder } = flags;
  const { applied, ...taken } =
    engine === undefined
      ? { applied: await apply() }
      : await runWithBackup(environment, database, { engine, folder }, apply);
  if (flags.json) output.json({ applied, ...taken });
  else if (applied.length === 0) output.line('Nothing to do: every migration is applied.');
  else for (const name of applied) output.line(`applied ${name}`);
  if (applied.length > 0) await withDataSource(database, grantRights);
}

/** Gives the roles of db:roles, where they are in use, their rights on the new objects. */
async function grantRights(dataSource: DataSource): Promise<void> {
  const repaired = await alignRights(dataSource, ROLE_MATRIX);
  if (repaired > 0) output.note(`rights of the roles repaired: ${repaired}`);
}

async function preview(database: CommandDatabase, flags: RunFlags): Promise<void> {
  const migrations = await previewMigrations(createMigratorDataSource(database), readMigratorOptions(flags));
  if (flags.json) output.json({ migrations });
  else for (const line of formatDryRun(migrations)) output.line(line);
}

const revertCommand = createMigratorCommand('migration:revert', 'revert the newest applied migration')
  .addOption(createDatabaseOption())
  .addHelpText(
    'after',
    `${ABOUT_WAITING}\n${ABOUT_CONFIRMATION}\n${formatExamples('migration:revert', 'migration:revert --database antone_staging')}`,
  )
  .action(
    createAction(async (environment, flags: MigratorFlags & ConfirmationFlags) => {
      const reverted = await withDatabase(
        environment,
        (database) =>
          runConfirmed(flags.database, (confirmedName) =>
            revertMigration(createMigratorDataSource(database), { ...readMigratorOptions(flags), confirmedName }),
          ),
        { migration: true },
      );
      if (flags.json) output.json({ reverted: reverted ?? null });
      else output.line(reverted === undefined ? 'Nothing to do: no migration is applied.' : `reverted ${reverted}`);
    }),
  );

const showCommand = new Command('migration:show')
  .description('list the migrations: applied (when, by which version), pending, started, failed, missing')
  .option('--json', 'print the result as JSON')
  .addHelpText('after', formatExamples('migration:show --json'))
  .action(
    createAction(async (environment, { json }: JsonOption) => {
      const status = await withDatabase(environment, (database) => withDataSource(database, readMigrationStatus));
      if (json) output.json(status);
      else for (const line of formatStatus(status)) output.line(line);
    }),
  );

export const commands = [runCommand, revertCommand, showCommand];

/** Creates a command that works under the migration lock. */
function createMigratorCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--max-wait <seconds>', 'how long to wait for other processes (default: 600)', parseSeconds)
    .option('--accept <names...>', 'migrations to accept although they are edited, missing or out of order')
    .option('--json', 'print the result as JSON');
}

function readMigratorOptions({ maxWait, accept }: MigratorFlags) {
  return {
    ...(maxWait === undefined ? {} : { maxWaitMs: maxWait * 1_000 }),
    ...(accept === undefined ? {} : { accept }),
    onNotice: output.note,
  };
}

function parseSeconds(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value <= 86_400) return value;
  throw new InvalidArgumentError('It must be a number of seconds, 0 to 86400.');
}

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

/** Removes the indentation that the SQL has in its source file. */
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

function formatStatus({ applied, pending, migrations }: MigrationStatus): string[] {
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
