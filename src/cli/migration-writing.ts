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
Compares what the migrations make with what the entities say, as migration:check --full does, and writes what leads from the one to
the other. It is tried first, on a scratch database: up, with rows down and up again. New rules are added NOT VALID and validated,
indexes are built CONCURRENTLY. What cannot be written is named; then no file is written, and the exit code is 1.

A column that is gone and a new one of its type may be one column renamed: you are asked, or say so with --rename.
${formatExamples('migration:generate AddAuthorBio', 'migration:generate RenamePostText --rename posts.content:body')}`;

const generate = createCommand(
  'migration:generate',
  'write the migration that brings the database to what the entities say',
)
  .argument('<Name>', 'what it does, in PascalCase')
  .option('--rename <table.old:new>', 'a column has another name and keeps its values (repeatable)', collectFlag, [])
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

const create = createCommand('migration:create', 'write an empty migration, for what entities cannot express')
  .argument('<Name>', 'what it does, in PascalCase')
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
  // Loaded only here: creating an empty migration needs none of it.
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
    await sayNothingToDo(dataSource, migrated);
    return;
  }
  const file = await writeMigration(options.className, migration.source);
  sayWritten(file);
  sayTried(migration);
}

async function sayNothingToDo(dataSource: DataSource, migrated: Snapshot): Promise<void> {
  const { compareCatalog } = await import('./check.js');
  const differences = await compareCatalog(dataSource, migrated);
  if (differences.length === 0) {
    output.line('Nothing to do: the database is what the entities say.');
    return;
  }
  output.line('Nothing to do: the migrations make what the entities say.');
  output.note(
    `warning: this database differs from what its migrations make (${differences.length}): ${formatCommand('migration:check')} shows where.`,
  );
}

function sayTried({ rows: { written, skipped }, irreversibleBecause, losses, stale }: GeneratedMigration): void {
  const left = skipped === 0 ? '' : ` (${skipped} more did not fit)`;
  if (irreversibleBecause === undefined) {
    output.line(`Tried on a scratch database: up, down and up again, with ${written} rows${left}.`);
  } else {
    output.line(`Tried on a scratch database: up. It cannot be taken back: ${irreversibleBecause}`);
  }
  for (const loss of losses) {
    output.note(`warning: it ${loss.startsWith('DROP ') ? 'loses data' : 'may change values'}: ${loss}`);
  }
  for (const message of stale) output.note(`Once it has run, ${message}.`);
}

function sayWritten(file: string): void {
  output.line(`${file} is written and listed in ${MIGRATIONS_FOLDER}/index.ts.`);
  output.line('Read it before you run it, and answer WHY, WHAT and LOCKS in its comment.');
}

async function adopt(name: string, timestamp: number, code: number): Promise<void> {
  if (code !== 0)
    throw new TypeormFailure(`TypeORM could not write the migration: ${formatCommand('typeorm')} shows why.`);
  sayWritten(await adoptMigration(name, timestamp));
}
