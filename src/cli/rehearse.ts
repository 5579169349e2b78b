import { Command } from 'commander';
import type { Environment } from '../connection/environment.js';
import { createDataSource } from '../data-source.js';
import { type MigrationReport, rehearse, type Rehearsal, type RowChange } from '../operations/rehearsal/rehearse.js';
import type { Snapshot } from '../operations/catalog/snapshot.js';
import { SHIPPED_SNAPSHOT } from '../schema/shipped-snapshot.js';
import {
  COULD_NOT_CHECK,
  createAction,
  exitWithCouldNotCheck,
  formatCount,
  formatExamples,
  formatTable,
  output,
} from './command.js';
import { withDatabase } from './database.js';
import { runInterruptibly } from './interruption.js';

interface RehearseFlags {
  server?: string;
  keep?: boolean;
  json?: boolean;
}

const HELP = `
Copies the database (on its server if no session is connected to it, otherwise with pg_dump and pg_restore). On the copy it applies the
pending migrations one by one, compares the catalog with the schema of this version, reverts them, compares the catalog and every
row with those before, and applies them again. It reports how long each migration took, which locks it held, which tables it rewrote
and which rows it changed. The database itself is only read. The copy is dropped, also after a failure or Ctrl-C.

Without a URL it rehearses on the database of DATABASE_URL, or on the embedded server. Other users of this machine can read the
arguments of a command, so give a URL that contains a password as DATABASE_URL.

Exit code 0: the rehearsal passed, or no migration is pending. 1: a migration failed. 2: the rehearsal could not be done.
${formatExamples(
  'migration:rehearse',
  'migration:rehearse --keep',
  'DATABASE_URL=postgres://… migration:rehearse --server postgres://me@localhost/postgres',
  'migration:rehearse --json',
)}`;

const command = new Command('migration:rehearse')
  .description('apply, revert and reapply the pending migrations on a copy of the database')
  .argument('[url]', 'the database')
  .option('--server <url>', 'another server for the copy')
  .option('--keep', 'keep the copy and print its name')
  .option('--json', 'print the report as JSON')
  .addHelpText('after', HELP)
  .exitOverride(exitWithCouldNotCheck)
  .action(
    createAction(async (environment, url: string | undefined, flags: RehearseFlags) => {
      const report = await runRehearsal(url === undefined ? environment : { ...environment, databaseUrl: url }, flags);
      if (flags.json) output.json(report);
      else for (const line of formatReport(report)) output.line(line);
      if (!report.passed) process.exitCode = 1;
    }, COULD_NOT_CHECK),
  );

export const commands = [command];

/** @param expected the schema after the pending migrations. Default: that of the package */
export function runRehearsal(
  environment: Environment,
  { server, keep = false }: RehearseFlags,
  expected: Snapshot = SHIPPED_SNAPSHOT,
): Promise<Rehearsal> {
  return withDatabase(environment, ({ url, schema }) =>
    runInterruptibly('Interrupted: the rehearsal is not complete, and the copy is dropped.', (signal) => {
      const source = { url, schema, pgBin: environment.pgBin, note: output.note, signal };
      return rehearse({ source, server, keep, createDataSource, expected });
    }),
  );
}

export function formatReport(report: Rehearsal): string[] {
  if (report.copy === undefined) {
    return [`Nothing to rehearse: ${report.database} has every migration.`];
  }
  const { database, engine, kept } = report.copy;
  const header = ['migration', 'up ms', 'down ms', 'again ms', 'rewritten', 'rows changed in'];
  return [
    ...formatTable([header, ...report.migrations.map(formatCells)], [1, 2, 3]),
    ...report.migrations.flatMap(formatDetails),
    ...report.problems.map((problem) => `problem: ${problem}`),
    ...(report.notReverted === null ? [] : [`not reverted, so that \`down\` is not tested: ${report.notReverted}`]),
    formatVerdict(report),
    `${kept ? 'kept: the database' : 'dropped: the copy'} ${database}, made by ${engine === 'dump' ? 'pg_dump' : 'the server'}`,
  ];
}

function formatVerdict({ passed, pending, problems, notReverted, database }: Rehearsal): string {
  const migrations = `${formatCount(pending.length, 'migration')} of ${database}`;
  if (!passed) return `FAILED: ${formatCount(problems.length, 'problem')}, ${migrations}`;
  return notReverted === null
    ? `passed: ${migrations} applied, reverted with catalog and rows as before, applied again`
    : `passed: ${migrations} applied`;
}

function formatCells({ name, up, down, again, rewritten, rows }: MigrationReport): string[] {
  return [
    name,
    ...[up, down, again].map((ms) => (ms === null ? '-' : ms.toFixed(0))),
    rewritten.length === 0 ? '-' : rewritten.join(', '),
    rows.length === 0 ? '-' : formatCount(rows.length, 'table'),
  ];
}

function formatDetails({ name, locks, rows }: MigrationReport): string[] {
  const held =
    locks === null
      ? ['each statement released its locks when it ended']
      : locks.length > 0
        ? [`held ${locks.map(({ table, mode }) => `${mode} on ${table}`).join(', ')}`]
        : [];
  return [...held, ...rows.map(formatRowChange)].map((line) => `  ${name}: ${line}`);
}

function formatRowChange({ table, before, after, columns }: RowChange): string {
  const values = columns.length === 0 ? 'other values' : `other values in ${columns.join(', ')}`;
  return before === after ? `${table}: ${after} rows, ${values}` : `${table}: ${before} rows before, ${after} after`;
}
