import type { DatabaseTarget } from '../connection/environment.js';
import { join } from 'node:path';
import { Command } from 'commander';
import type { DataSource } from 'typeorm';
import type { Snapshot } from '../operations/catalog/snapshot.js';
import { createAction, formatCommand, formatExamples, output } from './command.js';
import { createScratchFactory, runOnScratch, withDatabase, withDataSource } from './database.js';
import type { GeneratedMigration, GenerateOptions } from './generate.js';
import {
  adoptMigration,
  assertMigrationName,
  MIGRATIONS_FOLDER,
  chooseTimestamp,
  writeMigration,
} from './migration-file.js';
import { runTypeorm, TypeormFailure } from './typeorm.js';

interface GenerateFlags {
  readonly rename: readonly string[];
}

const GENERATE_HELP = `
Compares the schema that the migrations create with the schema that the entities declare, and writes the migration from the one to the
other. Before it writes the file it runs the migration on a scratch database: up, down with sample rows, up again. Constraints are added
NOT VALID and validated afterwards, indexes are built CONCURRENTLY. If a difference cannot be written, the command names it, writes no
file and exits with 1.

A dropped column and an added column of the same type may be one renamed column: the command asks, or takes --rename.

It works in this repository only, since it writes to src/migrations.
${formatExamples('migration:generate AddAuthorBio', 'migration:generate RenamePostText --rename posts.content:body')}`;

const generate = createCommand(
  'migration:generate',
  'write the migration that brings the database to the schema of the entities',
)
  .argument('<Name>', 'what the migration does, in PascalCase')
  .option('--rename <table.old:new>', 'the column was renamed and keeps its values (repeatable)', collectFlag, [])
  .addHelpText('after', GENERATE_HELP)
  .action(
    createAction(async (environment, name: string, { rename }: GenerateFlags) => {
      assertMigrationName(name);
      const timestamp = await chooseTimestamp(Date.now());
      const { readMigrationStatus } = await import('../operations/migrator/status.js');
      await withDatabase(environment, ({ url, schema }) =>
        withDataSource({ url, schema }, async (dataSource) => {
          const { pending } = await readMigrationStatus(dataSource);
          if (pending.length > 0) {
            throw new TypeormFailure(
              `Migrations are pending (${pending.length}): apply them first with ${formatCommand('migration:run')}.`,
            );
          }
          await generateFor(dataSource, { url, schema, className: `${name}${timestamp}`, renames: rename });
        }),
      );
    }),
  );

const create = createCommand(
  'migration:create',
  'write an empty migration, for what entities cannot express (triggers, functions, data)',
)
  .argument('<Name>', 'what the migration does, in PascalCase')
  .addHelpText('after', formatExamples('migration:create ProtectAuditLogs'))
  .action(
    createAction(async (_environment, name: string) => {
      assertMigrationName(name);
      const timestamp = await chooseTimestamp(Date.now());
      const { code } = await runTypeorm(
        undefined,
        ['migration:create', ...getTypeormArguments(name, timestamp)],
        'collect',
      );
      await adopt(name, timestamp, code);
    }),
  );

export const commands = [generate, create];

function createCommand(name: string, description: string): Command {
  return new Command(name).description(description);
}

function getTypeormArguments(name: string, timestamp: number): string[] {
  return [join(MIGRATIONS_FOLDER, name), '-t', String(timestamp)];
}

function collectFlag(flag: string, before: readonly string[]): string[] {
  return [...before, flag];
}

async function generateFor(
  dataSource: DataSource,
  { url, schema, ...options }: DatabaseTarget & Pick<GenerateOptions, 'className' | 'renames'>,
): Promise<void> {
  // Imported here, because migration:create needs none of it.
  const { generateMigration } = await import('./generate.js');
  const note = (line: string): void => {
    output.note(line);
  };
  const otherwise = 'Use a role with CREATEDB, or another server.';
  const dataSourceFor = createScratchFactory({ url, schema });
  const { migrated, migration } = await runOnScratch((signal) =>
    generateMigration({ ...options, dataSourceFor, signal, note, otherwise }),
  );
  if (migration === undefined) {
    await reportNoDifference(dataSource, migrated);
    return;
  }
  const file = await writeMigration(options.className, migration.source);
  reportFile(file);
  reportTrial(migration);
}

async function reportNoDifference(dataSource: DataSource, migrated: Snapshot): Promise<void> {
  const { compareCatalog } = await import('./check.js');
  const differences = await compareCatalog(dataSource, migrated);
  if (differences.length === 0) {
    output.line('Nothing to do: the database has the schema of the entities.');
    return;
  }
  output.line('Nothing to do: the migrations create the schema of the entities.');
  output.note(
    `warning: this database differs from its migrations in ${differences.length} places: ${formatCommand('migration:check')} lists them.`,
  );
}

function reportTrial({ rows: { written, skipped }, irreversibleBecause, losses, stale }: GeneratedMigration): void {
  const rest = skipped === 0 ? '' : ` (${skipped} more did not fit)`;
  if (irreversibleBecause === undefined) {
    output.line(`Tried on a scratch database: up, down and up again, with ${written} rows${rest}.`);
  } else {
    output.line(`Tried on a scratch database: up. It cannot be reverted: ${irreversibleBecause}`);
  }
  for (const loss of losses) {
    output.note(`warning: the migration ${loss.startsWith('DROP ') ? 'loses data' : 'may change values'}: ${loss}`);
  }
  for (const message of stale) output.note(`After the migration, ${message}.`);
}

function reportFile(file: string): void {
  output.line(`Wrote ${file} and listed it in ${MIGRATIONS_FOLDER}/index.ts.`);
  output.line(
    `Read it, and answer WHY, WHAT, LOCKS and REVERSIBLE in its comment. Then run ${formatCommand('migration:finish')}.`,
  );
}

async function adopt(name: string, timestamp: number, code: number): Promise<void> {
  if (code !== 0) throw new TypeormFailure('TypeORM could not write the migration: npm run typeorm -- shows why.');
  reportFile(await adoptMigration(name, timestamp));
}
