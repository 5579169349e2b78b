import { Command } from 'commander';
import type { DataSource } from 'typeorm';
import { SharedDbError } from '../errors/shared-db-error.js';
import type { SeedSummary } from '../seeds/insert-missing.js';
import { createAction, output, formatTable } from './command.js';
import { type Confirmable, runConfirmed } from './confirmation.js';
import { withDatabase } from './database.js';

/** The tables are missing, or not up to date: migrations are pending. */
export class NotMigratedError extends SharedDbError {
  override readonly name = 'NotMigratedError';
}

interface JsonOption {
  json?: boolean;
}

type SeedOptions = JsonOption & Confirmable;

const reference = new Command('seed:reference')
  .description('write the reference rows that are missing; overwrites nothing, allowed everywhere')
  .option('--json', 'print the result for a machine')
  .addHelpText('after', '\nExample:\n  npm run seed:reference')
  .action(
    createAction(async (environment, { json }: JsonOption) => {
      // Not through typeorm-extension: production need not install it.
      const { ReferenceSeeder } = await import('../seeds/reference/reference.seeder.js');
      const summary = await withDatabase(environment, async (dataSource) => {
        await assertMigrated(dataSource);
        return new ReferenceSeeder().run(dataSource);
      });
      print(summary, json);
    }),
  );

const everything = new Command('seed')
  .description('write reference rows and sample data, for development; a second run changes nothing')
  .option(
    '--database <name>',
    'name of the database, exactly: confirms one that is on another machine or not of development',
  )
  .option('--json', 'print the result for a machine')
  .addHelpText(
    'after',
    '\nRefused in production (every NODE_ENV except development and test), on a database that says it is production, and on one that contains other rows. Needs @faker-js/faker and typeorm-extension.\n\nExamples:\n  npm run seed\n  npm run seed -- --database antone_staging',
  )
  .action(
    createAction(async (environment, { json, database }: SeedOptions) => {
      const { seedSample } = await import('../seeds/sample/sample.seeder.js');
      const { nodeEnv } = environment;
      const summary = await withDatabase(environment, async (dataSource) => {
        await assertMigrated(dataSource);
        return runConfirmed(database, (confirmedName) =>
          seedSample(dataSource, { nodeEnv, confirmedName, now: new Date() }),
        );
      });
      print(summary, json);
    }),
  );

export const seedCommands = [reference, everything];

async function assertMigrated(dataSource: DataSource): Promise<void> {
  const { readMigrationStatus } = await import('../operations/migrator/status.js');
  const { pending } = await readMigrationStatus(dataSource);
  if (pending.length === 0) return;
  throw new NotMigratedError(`Migrations are pending (${pending.length}): run migration:run first.`);
}

function print(summary: SeedSummary, json = false): void {
  if (json) {
    output.json({ tables: summary });
    return;
  }
  const inserted = summary.map((table): [string, number] => [table.table, table.inserted]);
  for (const line of formatTable(['table', 'inserted'], inserted)) output.line(line);
  const sum = summary.reduce((rows, table) => rows + table.inserted, 0);
  output.line(sum === 0 ? 'Nothing to do: every row exists already.' : `${sum} rows inserted.`);
}
