import { Command } from 'commander';
import type { DataSource } from 'typeorm';
import { SharedDbError } from '../errors/shared-db-error.js';
import { assertSampleAllowed, type SamplePermission } from '../seeds/guard.js';
import type { SeededTable, SeedSummary } from '../seeds/insert-missing.js';
import type * as sample from '../seeds/sample/sample.seeder.js';
import { createAction, output, formatTable } from './command.js';
import { type Confirmable, runConfirmed } from './confirmation.js';
import { withDatabase } from './database.js';

/** Sample data needs a package that production does not have. */
export class NoFakerError extends SharedDbError {
  override readonly name = 'NoFakerError';
}

/**
 * Reference rows and sample data, where the guard allows the latter; otherwise nothing.
 *
 * @throws SampleRefusedError when the guard does not; NoFakerError.
 */
export async function seedEverything(dataSource: DataSource, permission: SamplePermission): Promise<SeedSummary> {
  // Asked first, lest somebody install a package only to be refused.
  await assertSampleAllowed(permission, dataSource);
  const { seedSample } = await load();
  return seedSample(dataSource, { ...permission, now: new Date() });
}

async function load(): Promise<typeof sample> {
  try {
    // Loaded only here: it stands on an optional package.
    return await import('../seeds/sample/sample.seeder.js');
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new NoFakerError('Sample data needs the package @faker-js/faker: npm install --save-dev @faker-js/faker.');
  }
}

/** The database has not the tables the rows are for. */
class NotMigratedError extends SharedDbError {
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
      const { seedReference } = await import('../seeds/reference/reference.seeder.js');
      const summary = await withDatabase(environment, async (dataSource) => {
        await assertMigrated(dataSource);
        return seedReference(dataSource);
      });
      print(summary, json);
    }),
  );

const everything = new Command('seed')
  .description('write reference rows and sample data, for development; twice changes nothing')
  .option('--database <name>', 'name of the database, to confirm one that is not on this machine or not of development')
  .option('--json', 'print the result for a machine')
  .addHelpText(
    'after',
    '\nRefused in production (every NODE_ENV but development and test), on a database that says it is production, and on one that holds other rows than these.\n\nExamples:\n  npm run seed\n  npm run seed -- --database antone_staging',
  )
  .action(
    createAction(async (environment, { json, database }: SeedOptions) => {
      const { seedEverything } = await import('./seed.js');
      const { nodeEnv } = environment;
      const summary = await withDatabase(environment, async (dataSource) => {
        await assertMigrated(dataSource);
        return runConfirmed(database, async (confirmedName) =>
          mergeSummary(await seedEverything(dataSource, { nodeEnv, confirmedName })),
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

/** One entry per table: both seedings may have written to it. */
function mergeSummary(summary: SeedSummary): SeededTable[] {
  const tables = new Map<string, SeededTable>();
  for (const { table, inserted, total } of summary) {
    tables.set(table, { table, inserted: inserted + (tables.get(table)?.inserted ?? 0), total });
  }
  return [...tables.values()];
}

function print(summary: SeedSummary, json = false): void {
  if (json) {
    output.json({ tables: summary });
    return;
  }
  const inserted = summary.map((table): [string, number] => [table.table, table.inserted]);
  for (const line of formatTable(['table', 'inserted'], inserted)) output.line(line);
  const sum = summary.reduce((rows, table) => rows + table.inserted, 0);
  output.line(sum === 0 ? 'Nothing to do: every row was there already.' : `${sum} rows inserted.`);
}
