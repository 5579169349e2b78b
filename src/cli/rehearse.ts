import { Command } from 'commander';
import type { Environment } from '../connection/environment.js';
import type { MigrationReport, Rehearsal, RowChange } from '../operations/rehearsal/rehearse.js';
import { createAction, output } from './command.js';
import { acquireDatabase } from './database.js';
import { runInterruptibly } from './interruption.js';

/** The report for people: a table, what each migration did, and the verdict. */
export function reportLines(report: Rehearsal): string[] {
  if (report.copy === undefined) {
    return [`Nothing to rehearse: ${report.database} has every migration. Nothing was proved.`];
  }
  const { database, engine, kept } = report.copy;
  return [
    ...formatTable([
      ['migration', 'up ms', 'back ms', 'again ms', 'rewritten', 'rows changed in'],
      ...report.migrations.map(formatCells),
    ]),
    ...report.migrations.flatMap(formatDetails),
    ...report.problems.map((problem) => `problem: ${problem}`),
    ...(report.notReverted === null
      ? []
      : [`not taken back, so that the way back is not proved: ${report.notReverted}`]),
    formatVerdict(report),
    `${kept ? 'kept: the database' : 'dropped: the copy'} ${database}, made by ${engine === 'dump' ? 'pg_dump' : 'the server'}`,
  ];
}

function formatVerdict({ passed, pending, problems, notReverted, database }: Rehearsal): string {
  const what = `${pending.length} ${pending.length === 1 ? 'migration' : 'migrations'}`;
  if (!passed)
    return `FAILED: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}, ${what} of ${database}`;
  return notReverted === null
    ? `passed: ${what} of ${database} applied, taken back with catalog and rows as before, applied again`
    : `passed: ${what} of ${database} applied`;
}

function formatCells({ name, up, down, again, rewritten, rows }: MigrationReport): string[] {
  const tables = rows.length === 0 ? '-' : `${rows.length} ${rows.length === 1 ? 'table' : 'tables'}`;
  return [
    name,
    formatMilliseconds(up),
    formatMilliseconds(down),
    formatMilliseconds(again),
    rewritten.length === 0 ? '-' : rewritten.join(', '),
    tables,
  ];
}

function formatDetails({ name, locks, rows }: MigrationReport): string[] {
  const held =
    locks === null
      ? ['its statements let go of their locks one by one']
      : locks.length > 0
        ? [`held ${locks.map(({ table: on, mode }) => `${mode} on ${on}`).join(', ')}`]
        : [];
  return [...held, ...rows.map(formatRowChange)].map((line) => `  ${name}: ${line}`);
}

function formatRowChange({ table: name, before, after, columns }: RowChange): string {
  const values = columns.length === 0 ? 'other values' : `other values in ${columns.join(', ')}`;
  return before === after ? `${name}: ${after} rows, ${values}` : `${name}: ${before} rows before, ${after} after`;
}

function formatMilliseconds(value: number | null): string {
  return value === null ? '-' : value.toFixed(0);
}

function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        /^\d|ms$/.test(cell) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

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
    createAction(async (environment, url: string | undefined, flags: RehearseFlags) => {
      const report = await runRehearsal(url === undefined ? environment : { ...environment, databaseUrl: url }, flags);
      if (flags.json) output.json(report);
      else for (const line of reportLines(report)) output.line(line);
      if (!report.passed) process.exitCode = 1;
    }, COULD_NOT_REHEARSE),
  );

export async function runRehearsal(
  environment: Environment,
  { server, keep = false }: RehearseFlags,
): Promise<Rehearsal> {
  const database = await acquireDatabase(environment);
  try {
    const [{ rehearse }, { SHIPPED_SNAPSHOT }, { createDataSource }] = await Promise.all([
      import('../operations/rehearsal/rehearse.js'),
      import('../schema/shipped-snapshot.js'),
      import('../data-source.js'),
    ]);
    return await runInterruptibly('Interrupted: nothing is proved, and the copy is dropped.', (signal) => {
      const note = (line: string): void => {
        output.note(line);
      };
      const source = { url: database.url, schema: database.schema, pgBin: environment.pgBin, note, signal };
      return rehearse({ source, server, keep, createDataSource, expected: SHIPPED_SNAPSHOT });
    });
  } finally {
    await database.release();
  }
}
