import { Command } from 'commander';
import type { DataSource } from 'typeorm';
import { SharedDbError } from '../errors/shared-db-error.js';
import { readMigrationStatus } from '../operations/migrator/status.js';
import type { SeedSummary } from '../seeds/insert-missing.js';
import { seedReference } from '../seeds/reference/reference.seeder.js';
import { seedSample } from '../seeds/sample/sample.seeder.js';
import { createAction, formatCommand, formatExamples, formatTable, output } from './command.js';
import { type ConfirmationFlags, runConfirmed } from './confirmation.js';
import { withDatabase, withDataSource } from './database.js';

/** The tables to seed do not exist yet. */
class NotMigratedError extends SharedDbError {
  override readonly name = 'NotMigratedError';
}

interface JsonOption {
  json?: boolean;
}

const HELP = `
Sample data is refused in production (every NODE_ENV but development and test), in a database whose environment is production, and in
one that contains other rows.
${formatExamples('seed', 'seed --database antone_staging')}`;

const referenceCommand = new Command('seed:reference')
  .description('insert the missing reference rows; allowed everywhere, overwrites nothing')
  .option('--json', 'print the result as JSON')
  .addHelpText('after', formatExamples('seed:reference'))
  .action(
    createAction(async (environment, { json }: JsonOption) => {
      print(await withDatabase(environment, (database) => withDataSource(database, seedReferenceRows)), json);
    }),
  );

const sampleCommand = new Command('seed')
  .description('insert the missing reference rows and sample data, for development; overwrites nothing')
  .option(
    '--database <name>',
    'the exact name of the database; needed if it is on another server, or is no development or test database',
  )
  .option('--json', 'print the result as JSON')
  .addHelpText('after', HELP)
  .action(
    createAction(async (environment, { json, database: given }: JsonOption & ConfirmationFlags) => {
      const { nodeEnv } = environment;
      const seed = async (dataSource: DataSource): Promise<SeedSummary> => {
        await assertMigrated(dataSource);
        return runConfirmed(given, (confirmedName) =>
          seedSample(dataSource, { nodeEnv, confirmedName, now: new Date() }),
        );
      };
      print(await withDatabase(environment, (database) => withDataSource(database, seed)), json);
    }),
  );

export const commands = [referenceCommand, sampleCommand];

async function seedReferenceRows(dataSource: DataSource): Promise<SeedSummary> {
  await assertMigrated(dataSource);
  return seedReference(dataSource);
}

async function assertMigrated(dataSource: DataSource): Promise<void> {
  const { pending } = await readMigrationStatus(dataSource);
  if (pending.length === 0) return;
  throw new NotMigratedError(
    `Migrations are pending (${pending.length}): apply them first with ${formatCommand('migration:run')}.`,
  );
}

function print(summary: SeedSummary, json = false): void {
  if (json) {
    output.json({ tables: summary });
    return;
  }
  const rows = summary.map(({ table, inserted }) => [table, inserted.toLocaleString('en')]);
  for (const line of formatTable([['table', 'inserted'], ...rows], [1])) output.line(line);
  const sum = summary.reduce((total, { inserted }) => total + inserted, 0);
  output.line(sum === 0 ? 'Nothing to do: every row exists already.' : `${sum} rows inserted.`);
}
