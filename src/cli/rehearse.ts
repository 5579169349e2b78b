import { Command } from 'commander';
import type { Environment } from '../connection/environment.js';
import { action } from './action.js';
import { acquireDatabase } from './database.js';
import { interruptible } from './interruptible.js';
import { output } from './output.js';
import { reportLines } from './rehearse/report.js';

interface RehearseFlags {
  server?: string;
  keep?: boolean;
  json?: boolean;
}

const HELP = `
Copies the database (on its server when nobody is connected, else by pg_dump and pg_restore), applies the pending migrations to the copy
one by one, compares its catalog with what this version was made for, takes them back, compares catalog and every row with those
before, and applies them again. Says of each migration how long it took, which locks it held, which tables it rewrote and which rows it
changed. The database itself is only read; the copy is dropped, also after a failure or Ctrl-C.

Without a URL: that of DATABASE_URL, or the embedded server. Other users of the machine can read arguments: give a URL with a
password as DATABASE_URL.

Exit code 0: it went well, or nothing is pending. 1: the migrations failed. 2: it could not be rehearsed.

Examples:
  npm run migration:rehearse
  npm run migration:rehearse -- --keep
  DATABASE_URL=postgres://… npm run migration:rehearse -- --server postgres://me@localhost/postgres
  scripts/test-migration.sh --json`;

/** 1 means that the migrations failed. */
const COULD_NOT_REHEARSE = 2;

export const rehearseCommand = new Command('migration:rehearse')
  .description('try the pending migrations on a copy of a database: apply, compare, take back, compare, apply again')
  .argument('[url]', 'the database')
  .option('--server <url>', 'a server for the copy, when it should not be the same')
  .option('--keep', 'leave the copy, and say what it is called')
  .option('--json', 'print the report for a machine')
  .addHelpText('after', HELP)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : COULD_NOT_REHEARSE))
  .action(
    action(async (environment, url: string | undefined, flags: RehearseFlags) => {
      const report = await rehearsed(url === undefined ? environment : { ...environment, databaseUrl: url }, flags);
      if (flags.json) output.json(report);
      else for (const line of reportLines(report)) output.line(line);
      if (!report.passed) process.exitCode = 1;
    }, COULD_NOT_REHEARSE),
  );

async function rehearsed(environment: Environment, { server, keep = false }: RehearseFlags) {
  const database = await acquireDatabase(environment);
  try {
    const [{ rehearse }, { SHIPPED_SNAPSHOT }] = await Promise.all([
      import('../rehearsal/rehearse.js'),
      import('../schema/shipped-snapshot.js'),
    ]);
    return await interruptible('Interrupted: nothing is proved, and the copy is dropped.', (signal) => {
      const note = (line: string): void => {
        output.note(line);
      };
      const source = { url: database.url, schema: database.schema, pgBin: environment.pgBin, note, signal };
      return rehearse({ source, server, keep, expected: SHIPPED_SNAPSHOT });
    });
  } finally {
    await database.release();
  }
}
