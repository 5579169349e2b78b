import { Command } from 'commander';
import type { Environment } from '../connection/environment.js';
import { createDataSource } from '../data-source.js';
import { MIGRATIONS } from '../migrations/index.js';
import { type LintReport, lintMigrations } from '../operations/lint/lint.js';
import { readMigrationStatus } from '../operations/migrator/status.js';
import {
  COULD_NOT_CHECK,
  createAction,
  exitWithCouldNotCheck,
  formatCount,
  formatExamples,
  output,
} from './command.js';
import { describeTarget, withDatabase, withDataSource } from './database.js';

type Finding = LintReport['findings'][number];

/** Which migrations were linted: all, or the pending ones of a database (host, port, name and schema). */
type Scope = { readonly all: true } | { readonly all: false; readonly database: string };

interface LintResult {
  report: LintReport;
  scope: Scope;
}

interface LintFlags {
  all?: boolean;
  json?: boolean;
}

const HELP = `
Reads the SQL of migrations without executing it, and finds statements that lock tables in use, lose data, break the running
version, widen rights or contain a secret. Each finding names what it blocks and shows a safe way; docs/reference/lint.md lists the
rules. Only \`up\` is linted, because a \`down\` loses data by design.

By default it lints the pending migrations against the database: it allows changes of empty tables, and runs the queries of a
migration on a read-only connection. --all lints every migration without a database, and treats every table that the migration did
not create itself as not empty.

To accept a finding, write the reason in a comment before or inside the statement in the SQL of the migration:
  -- lint: accept drop-column: nothing has read it since 2.0

It needs squawk-cli and libpg-query (in this repository: npm ci).

Exit code 0: no findings. 1: findings. 2: the migrations could not be linted.
${formatExamples('migration:lint', 'migration:lint --all', 'migration:lint --json')}`;

/** A DataSource with this URL is never connected; it only builds SQL. */
const NOWHERE = 'postgres://nobody@nowhere.invalid/nowhere?sslmode=verify-full';

const command = new Command('migration:lint')
  .description('find dangerous SQL in migrations')
  .option('--all', 'lint every migration, without a database, instead of the pending ones')
  .option('--json', 'print the report as JSON')
  .addHelpText('after', HELP)
  .exitOverride(exitWithCouldNotCheck)
  .action(
    createAction(async (environment, { all = false, json = false }: LintFlags) => {
      const result = await (all ? lintAllMigrations() : lintPendingMigrations(environment));
      if (json) output.json({ ...result.scope, ...result.report });
      else for (const line of formatReport(result)) output.line(line);
      if (!result.report.clean) process.exitCode = 1;
    }, COULD_NOT_CHECK),
  );

export const commands = [command];

export async function lintAllMigrations(): Promise<LintResult> {
  const migrations = MIGRATIONS.map((Migration) => new Migration());
  return {
    report: await lintMigrations({ migrations, dataSource: createDataSource({ url: NOWHERE }) }),
    scope: { all: true },
  };
}

function lintPendingMigrations(environment: Environment): Promise<LintResult> {
  return withDatabase(environment, (database) =>
    withDataSource(
      database,
      async (reader) => {
        const { pending } = await readMigrationStatus(reader);
        const migrations = reader.migrations.filter(({ name, constructor }) =>
          pending.includes(name ?? constructor.name),
        );
        const report = await lintMigrations({ migrations, dataSource: createDataSource({ url: NOWHERE }), reader });
        return { report, scope: { all: false, database: describeTarget(database) } };
      },
      { readOnly: true, applicationName: 'shared-db lint' },
    ),
  );
}

/** Returns the findings, each with its remedy; the general text of a rule is printed with its first finding only. */
export function formatReport({ report, scope }: LintResult): string[] {
  const rules = report.findings.map(({ rule }) => rule);
  return [
    ...report.findings.flatMap((finding, place) => formatFinding(finding, rules.indexOf(finding.rule) === place)),
    ...report.accepted.map(
      ({ migration, statement, rule, what, reason }) =>
        `accepted: ${formatPlace(migration, statement)}: ${rule} (${what.join(', ')}): ${reason}`,
    ),
    formatSummary(report, scope),
  ];
}

function formatFinding(finding: Finding, isFirst: boolean): string[] {
  const { migration, statement, sql, rule, what, problem, blocks, instead, recipe, accept } = finding;
  const lines = [`${formatPlace(migration, statement)}: ${rule} (${what.join(', ')})`];
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

function formatPlace(migration: string, statement: number | null): string {
  return statement === null ? migration : `${migration}, statement ${statement}`;
}

function formatSummary({ migrations, clean, findings, accepted }: LintReport, scope: Scope): string {
  const linted = scope.all
    ? formatCount(migrations.length, 'migration')
    : `${formatCount(migrations.length, 'pending migration')} of ${scope.database}`;
  const suffix = accepted.length === 0 ? '' : `; ${accepted.length} accepted`;
  return clean
    ? `Nothing found in ${linted}${suffix}.`
    : `${formatCount(findings.length, 'finding')} in ${linted}${suffix}.`;
}
