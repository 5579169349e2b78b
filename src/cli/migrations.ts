import { Command, InvalidArgumentError, Option } from 'commander';
import type { DataSource } from 'typeorm';
import { addressOf } from '../connection/client-options.js';
import { connectionFailure } from '../connection/connection-failure.js';
import type { Environment } from '../connection/environment.js';
import { action } from './action.js';
import { BACKUP_HELP, backupFolderOption, backupOption, runBehindBackup, type BackupFlags } from './backup/flags.js';
import { ABOUT_CONFIRMATION, confirming, databaseOption, type Confirmable } from './confirmation.js';
import { withDatabase, type CommandDatabase } from './database.js';
import { dryRunLines } from './dry-run-lines.js';
import { assumedEnvironment, withMigrationDatabase } from './migration-database.js';
import { stateLines } from './migration-states.js';
import { output } from './output.js';

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

const run = changing('migration:run', 'apply every pending migration, one process at a time')
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
    action(async (environment, options: RunOptions) => {
      if (options.dryRun) {
        await dryRun(environment, options);
        return;
      }
      const { runMigrations } = await import('../migrator/runner.js');
      const apply = (dataSource: DataSource, database: CommandDatabase): Promise<string[]> =>
        runMigrations(dataSource, { ...migratorOptions(options), ...assumedEnvironment(database) });
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

const revert = changing('migration:revert', 'take back the newest applied migration')
  .addOption(databaseOption())
  .addHelpText(
    'after',
    `${ABOUT_WAITING}\n${ABOUT_CONFIRMATION}\n\nExamples:\n  npm run migration:revert\n  npm run migration:revert -- --database antone_staging`,
  )
  .action(
    action(async (environment, options: MigratorFlags & Confirmable) => {
      const { revertMigration } = await import('../migrator/runner.js');
      const reverted = await withMigrationDatabase(environment, (dataSource) =>
        confirming(options.database, (confirmedName) =>
          revertMigration(dataSource, { ...migratorOptions(options), confirmedName }),
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
    action(async (environment, { json }: JsonOption) => {
      const { migrationStatus } = await import('../migrator/status.js');
      const status = await withDatabase(environment, (dataSource) => migrationStatus(dataSource));
      if (json) output.json(status);
      else for (const line of stateLines(status)) output.line(line);
    }),
  );

export const migrationCommands = [run, revert, show];

async function dryRun(environment: Environment, options: RunOptions): Promise<void> {
  const { dryRunMigrations } = await import('../migrator/dry-run.js');
  const migrations = await withMigrationDatabase(environment, (dataSource) =>
    dryRunMigrations(dataSource, migratorOptions(options)),
  );
  if (options.json) output.json({ migrations });
  else for (const line of dryRunLines(migrations)) output.line(line);
}

/** On what was made, where the roles of db:roles are in use. */
async function giveRights(dataSource: DataSource): Promise<void> {
  const { alignRights } = await import('../roles/align.js');
  try {
    await dataSource.initialize();
  } catch (error) {
    throw connectionFailure(error, addressOf(dataSource));
  }
  try {
    const rights = await alignRights(dataSource);
    if (rights > 0) output.note(`rights of the roles put right: ${rights}`);
  } finally {
    await dataSource.destroy();
  }
}

/** A command that works under the migration lock. */
function changing(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--max-wait <seconds>', 'how long to wait for others (600)', seconds)
    .option('--accept <names...>', 'migrations to take as they are, although edited, missing or out of order')
    .option('--json', 'print the result for a machine');
}

function migratorOptions({ maxWait, accept }: MigratorFlags) {
  return {
    ...(maxWait === undefined ? {} : { maxWaitMs: maxWait * 1_000 }),
    ...(accept === undefined ? {} : { accept }),
    onNotice: (line: string) => {
      output.note(line);
    },
  };
}

function seconds(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value <= 86_400) return value;
  throw new InvalidArgumentError('It must be a number of seconds, 0 to 86400.');
}
