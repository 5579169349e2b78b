import { join } from 'node:path';
import { Command } from 'commander';
import { action } from './action.js';
import { withDatabase } from './database.js';
import { MIGRATIONS_FOLDER } from './migration-file/folder.js';
import { adoptMigration, assertMigrationName, losses, nextTimestamp } from './migration-file.js';
import { output } from './output.js';
import { runTypeorm, TypeormFailure } from './typeorm.js';

const generate = command('migration:generate', 'write the migration that brings the database to what the entities say')
  .argument('<Name>', 'what it does, in PascalCase')
  .addHelpText('after', '\nExample:\n  npm run migration:generate -- AddAuthorBio')
  .action(
    action(async (environment, name: string) => {
      assertMigrationName(name);
      const timestamp = await nextTimestamp(Date.now());
      const { migrationStatus } = await import('../migrator/status.js');
      await withDatabase(environment, async (dataSource, database) => {
        const { pending } = await migrationStatus(dataSource);
        if (pending.length > 0) {
          throw new TypeormFailure(`Migrations are pending (${pending.length}): run npm run migration:run first.`);
        }
        const { code, printed } = await runTypeorm(
          database,
          ['migration:generate', ...target(name, timestamp), '-p'],
          'collect',
        );
        if (printed.includes('No changes in database schema were found')) {
          output.line('Nothing to do: the database is what the entities say.');
          return;
        }
        await adopt(name, timestamp, code);
      });
    }),
  );

const create = command('migration:create', 'write an empty migration, for what entities cannot express')
  .argument('<Name>', 'what it does, in PascalCase')
  .addHelpText('after', '\nExample:\n  npm run migration:create -- ProtectAuditLogs')
  .action(
    action(async (_environment, name: string) => {
      assertMigrationName(name);
      const timestamp = await nextTimestamp(Date.now());
      const { code } = await runTypeorm(undefined, ['migration:create', ...target(name, timestamp)], 'collect');
      await adopt(name, timestamp, code);
    }),
  );

export const writingCommands = [generate, create];

function command(name: string, description: string): Command {
  return new Command(name).description(description);
}

function target(name: string, timestamp: number): string[] {
  return [join(MIGRATIONS_FOLDER, name), '-t', String(timestamp)];
}

async function adopt(name: string, timestamp: number, code: number): Promise<void> {
  if (code !== 0) throw new TypeormFailure('TypeORM could not write the migration: npm run typeorm -- shows why.');
  const file = await adoptMigration(name, timestamp);
  output.line(`${file} is written and listed in ${MIGRATIONS_FOLDER}/index.ts.`);
  output.line('Read it before you run it, and answer WHY, WHAT and LOCKS in its comment.');
  for (const statement of await losses(file)) output.note(`warning: it loses data: ${statement}`);
}
