import { Command } from 'commander';
import type { Environment } from '../connection/environment.js';
import type { LintReport } from '../lint/lint.js';
import { action, COULD_NOT_CHECK } from './action.js';
import { acquireDatabase, describeTarget, withReadOnly } from './database.js';
import { printReport, type Scope } from './lint/report.js';

interface LintCommandOptions {
  all?: boolean;
  json?: boolean;
}

const HELP = `
Reads the SQL that migrations execute, without executing it: what locks tables in use, loses data, breaks the running version,
opens rights or holds a secret. Each finding says what it blocks and shows the safe way; docs/reference/lint.md lists the rules.
Pending migrations are held against the database, where empty tables may be changed at will and questions of a migration are
answered in a connection that only reads. --all holds every migration against nothing: tables it did not make itself count as
full. Only \`up\` is linted: a \`down\` takes away by design.

A finding is accepted with its reason, in a comment before or inside the statement in the SQL of the migration:
  -- lint: accept drop-column: nothing has read it since 2.0

Needs squawk-cli and libpg-query (in this repository: npm ci).
Exit code 0: nothing found. 1: findings. 2: could not be linted.

Examples:
  npm run migration:lint
  npm run migration:lint -- --all
  npm run --silent migration:lint -- --json`;

/** An address that nothing is ever asked of: the DataSource behind it only makes SQL. */
const NOWHERE = 'postgres://nobody@nowhere.invalid/nowhere?sslmode=verify-full';

export const lintCommand = new Command('migration:lint')
  .description('is there dangerous SQL in migrations?')
  .option('--all', 'every migration, without a database, instead of the pending ones')
  .option('--json', 'print the report for a machine')
  .addHelpText('after', HELP)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : COULD_NOT_CHECK))
  .action(
    action(async (environment, { all = false, json = false }: LintCommandOptions) => {
      const { report, scope } = await (all ? lintAll() : lintPending(environment));
      printReport(report, scope, json);
      if (!report.clean) process.exitCode = 1;
    }, COULD_NOT_CHECK),
  );

interface Linted {
  report: LintReport;
  scope: Scope;
}

async function lintAll(): Promise<Linted> {
  const { createDataSource } = await import('../data-source.js');
  const { lintMigrations } = await import('../lint/lint.js');
  const { MIGRATIONS } = await import('../migrations/index.js');
  const migrations = MIGRATIONS.map((Migration) => new Migration());
  return {
    report: await lintMigrations({ migrations, dataSource: createDataSource({ url: NOWHERE }) }),
    scope: { all: true },
  };
}

async function lintPending(environment: Environment): Promise<Linted> {
  const { createDataSource } = await import('../data-source.js');
  const { lintMigrations } = await import('../lint/lint.js');
  const { migrationStatus } = await import('../migrator/status.js');
  const database = await acquireDatabase(environment);
  try {
    const report = await withReadOnly(database, 'shared-db lint', async (reader) => {
      const { pending } = await migrationStatus(reader);
      const migrations = reader.migrations.filter(({ name, constructor }) =>
        pending.includes(name ?? constructor.name),
      );
      return lintMigrations({ migrations, dataSource: createDataSource({ url: NOWHERE }), reader });
    });
    return { report, scope: { all: false, database: describeTarget(database) } };
  } finally {
    await database.release();
  }
}
