import { Command } from 'commander';
import type { Environment } from '../connection/environment.js';
import type { LintReport } from '../operations/lint/lint.js';
import { createAction, COULD_NOT_CHECK, output } from './command.js';
import { acquireDatabase, describeTarget, withReadOnly } from './database.js';

type Finding = LintReport['findings'][number];

/** What was linted: all migrations, or the pending ones of a database (host, port and name). */
export type Scope = { readonly all: true } | { readonly all: false; readonly database: string };

/** The findings, each with the way out; what a rule says in general is said once. */
export function printReport(report: LintReport, scope: Scope, json: boolean): void {
  if (json) {
    output.json({ ...scope, ...report });
    return;
  }
  const said = new Set<string>();
  for (const finding of report.findings) {
    for (const line of formatFinding(finding, !said.has(finding.rule))) output.line(line);
    said.add(finding.rule);
  }
  for (const { migration, statement, rule, what, reason } of report.accepted) {
    output.line(`accepted: ${placeOf(migration, statement)}: ${rule} (${what.join(', ')}): ${reason}`);
  }
  output.line(formatSummary(report, scope));
}

function formatFinding(finding: Finding, isFirst: boolean): string[] {
  const { migration, statement, sql, rule, what, problem, blocks, instead, recipe, accept } = finding;
  const lines = [`${placeOf(migration, statement)}: ${rule} (${what.join(', ')})`];
  if (sql !== null) lines.push(`  ${sql}`);
  if (!isFirst) return lines;
  lines.push(`  what     ${problem}`, `  blocks   ${blocks}`, `  instead  ${instead}`);
  for (const [place, text] of recipe.entries()) {
    if (recipe.length > 1) lines.push(`           -- migration ${place + 1}`);
    lines.push(...text.split('\n').map((line) => `           ${line}`));
  }
  if (accept !== null) lines.push(`  accept   ${accept}`);
  return lines;
}

function placeOf(migration: string, statement: number | null): string {
  return statement === null ? migration : `${migration}, statement ${statement}`;
}

function formatSummary({ migrations, clean, findings, accepted }: LintReport, scope: Scope): string {
  const which = scope.all
    ? formatCount(migrations.length, 'migration')
    : describePending(migrations.length, scope.database);
  const but = accepted.length === 0 ? '' : `; ${accepted.length} accepted`;
  return clean ? `Nothing found in ${which}${but}.` : `${formatCount(findings.length, 'finding')} in ${which}${but}.`;
}

function describePending(count: number, database: string): string {
  return `${formatCount(count, 'pending migration')} of ${database}`;
}

function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

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
    createAction(async (environment, { all = false, json = false }: LintCommandOptions) => {
      const { report, scope } = await (all ? lintAllMigrations() : lintPendingMigrations(environment));
      printReport(report, scope, json);
      if (!report.clean) process.exitCode = 1;
    }, COULD_NOT_CHECK),
  );

interface Linted {
  report: LintReport;
  scope: Scope;
}

export async function lintAllMigrations(): Promise<Linted> {
  const { createDataSource } = await import('../data-source.js');
  const { lintMigrations } = await import('../operations/lint/lint.js');
  const { MIGRATIONS } = await import('../migrations/index.js');
  const migrations = MIGRATIONS.map((Migration) => new Migration());
  return {
    report: await lintMigrations({ migrations, dataSource: createDataSource({ url: NOWHERE }) }),
    scope: { all: true },
  };
}

async function lintPendingMigrations(environment: Environment): Promise<Linted> {
  const { createDataSource } = await import('../data-source.js');
  const { lintMigrations } = await import('../operations/lint/lint.js');
  const { readMigrationStatus } = await import('../operations/migrator/status.js');
  const database = await acquireDatabase(environment);
  try {
    const report = await withReadOnly(database, 'shared-db lint', async (reader) => {
      const { pending } = await readMigrationStatus(reader);
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
