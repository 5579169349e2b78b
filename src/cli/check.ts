import { Command } from 'commander';
import type { DatabaseTarget, Environment } from '../connection/environment.js';
import { action, COULD_NOT_CHECK } from './action.js';
import { printReport, type Finding, type Report } from './check/report.js';
import { acquireDatabase, describeTarget, withReadOnly } from './database.js';
import { output } from './output.js';

interface CheckOptions {
  full?: boolean;
  json?: boolean;
}

const HELP = `
Compares the database with the schema that this version of the package was made for: tables, columns, constraints, indexes,
functions, triggers, rights, settings and all else that defines how it behaves. Only reads; any role that may connect will do,
and what it may not see is said. --full proves before a release that entities, migrations and shipped schema agree; it makes two
scratch databases named shared_db_check_… on the same server and drops them. Read a repair before you run it: it takes locks.

Exit code 0: the same. 1: something differs. 2: could not be checked.

Examples:
  npm run migration:check
  npm run migration:check -- --full
  npm run --silent migration:check -- --json`;

export const checkCommand = new Command('migration:check')
  .description('is the database what the migrations made it, and are these what the entities say?')
  .option('--full', 'compare entities, migrations and the shipped schema too, in scratch databases')
  .option('--json', 'print the report for a machine')
  .addHelpText('after', HELP)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : COULD_NOT_CHECK))
  .action(
    action(async (environment, options: CheckOptions) => {
      const report = await check(environment, options);
      printReport(report, options.json ?? false);
      if (!report.same) process.exitCode = 1;
    }, COULD_NOT_CHECK),
  );

async function check(environment: Environment, { full = false }: CheckOptions): Promise<Report> {
  const database = await acquireDatabase(environment);
  try {
    const { findings, unseen } = await checkLive(database);
    const more: Finding[] = full ? await checkSources(database) : [];
    const all = [...findings, ...more];
    return {
      database: describeTarget(database),
      full,
      same: all.length === 0,
      findings: all,
      unseen,
    };
  } finally {
    await database.release();
  }
}

async function checkLive(database: DatabaseTarget): Promise<Pick<Report, 'findings' | 'unseen'>> {
  const { compareLive } = await import('./check/live.js');
  return withReadOnly(database, 'shared-db check', compareLive);
}

async function checkSources(database: DatabaseTarget): Promise<Finding[]> {
  const { compareSources } = await import('./check/sources.js');
  return compareSources({
    ...{ url: database.url, schema: database.schema },
    note: (line) => {
      output.note(line);
    },
  });
}
