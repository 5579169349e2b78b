import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Environment } from '../connection/environment.js';
import { SharedDbError } from '../errors/shared-db-error.js';
import type { Snapshot } from '../operations/catalog/snapshot.js';
import { readScratchSnapshots, withScratchDatabases } from '../operations/catalog/scratch-databases.js';
import { readDatabaseState } from '../operations/environment-guard/environment-row.js';
import { listConfirmationReasons } from '../operations/environment-guard/guard.js';
import { runMigrations } from '../operations/migrator/runner.js';
import { readMigrationStatus } from '../operations/migrator/status.js';
import { compareLive, compareSnapshots, formatReport as formatCheckReport } from './check.js';
import { FROM_SOURCE, PACKAGE_ROOT } from '../package.js';
import { createAction, formatCommand, output } from './command.js';
import {
  assumeEnvironment,
  type CommandDatabase,
  createMigratorDataSource,
  createScratchFactory,
  describeTarget,
  runOnScratch,
  withDatabase,
  withDataSource,
} from './database.js';
import { formatReport as formatLintReport, lintAllMigrations } from './lint.js';
import { listUnansweredMigrations, readMigrationSources, MIGRATIONS_FOLDER } from './migration-file.js';
import { formatReport as formatRehearsalReport, runRehearsal } from './rehearse.js';
import { writeSnapshotFile } from './snapshot-file.js';
import { tryRoundTrip as tryOnScratch } from './trial.js';
import { formatReport as formatRulesReport, validateSchema } from './validate.js';

/** A step of `migration:finish` failed. The message names the step and says what to do. */
export class FinishError extends SharedDbError {
  override readonly name = 'FinishError';
}

/** What the steps work on. */
interface Workspace {
  /** The environment with the URL of the working database, so that no step starts another embedded server. */
  readonly environment: Environment;
  readonly database: CommandDatabase;
  /** The migrations that are tried: those pending on the working database, else the newest one; oldest first. */
  readonly names: readonly string[];
  readonly pending: readonly string[];
  /**
   * The schema that the migrations create; set by the comparison with the entities. The later steps expect it, because this process has
   * loaded src/schema/shipped-snapshot.ts as it was before.
   */
  migrated?: Snapshot;
}

interface Step {
  readonly title: string;
  /** @returns a remark for the progress line. @throws an error whose message says what to do */
  readonly run: (workspace: Workspace) => Promise<string>;
}

const STEPS: readonly Step[] = [
  { title: 'comments of the migrations', run: checkComments },
  { title: 'lint', run: lint },
  { title: 'entities against migrations', run: compareEntities },
  { title: 'snapshot and docs/reference', run: writeGeneratedFiles },
  { title: 'up, down, up with sample rows', run: tryRoundTrip },
  { title: 'rehearsal on a copy', run: runRehearsalStep },
  { title: 'apply to the database', run: applyMigrations },
  { title: 'check the database', run: checkDatabase },
  { title: 'rules of the schema', run: checkRules },
];

const HELP = `
Does everything that a schema change needs after its migration is written, in this order, and stops at the first failure:

  1. Checks that the comments of the migrations answer WHY, WHAT, LOCKS and REVERSIBLE.
  2. Lints all migrations (migration:lint --all).
  3. Compares the schema of the entities with that of the migrations, in scratch databases (migration:check --full).
  4. Writes src/schema/shipped-snapshot.ts, src/entities/comments.ts, src/migrations/checksums.ts and docs/reference.
  5. Runs the new migrations up, down and up again on a scratch database with the reference and sample rows.
  6. Rehearses the pending migrations on a copy of the working database (migration:rehearse). The report goes into the pull request.
  7. Applies them to the working database (migration:run).
  8. Compares the working database with the snapshot (migration:check).
  9. Validates the working database against the schema rules (validate:schema).

The new migrations are those that are pending on the working database. When none is pending, step 5 takes the newest migration, and
steps 6 and 7 have nothing to do. Only step 7 changes the working database, which must be a development or test database. Run the
command again after every edit of an entity or a migration.

It is for this repository only and not part of the installed package, because it writes source files.

Exit code 0: every step passed. 1: a step failed, or could not run.

Examples:
  npm run migration:finish
  DATABASE_URL=postgres://… npm run migration:finish`;

const command = new Command('migration:finish')
  .description('after a migration is written: lint, generated files, rehearsal, up–down–up, apply, check')
  .addHelpText('after', HELP)
  .action(
    createAction(async (environment) => {
      await readMigrationSources();
      if (!FROM_SOURCE) {
        throw new FinishError('migration:finish reads and writes source files: run npm run migration:finish instead.');
      }
      await withDatabase(environment, (database) => finish(environment, database));
    }),
  );

export const commands = [command];

async function finish(environment: Environment, database: CommandDatabase): Promise<void> {
  const started = performance.now();
  const inner = { ...environment, databaseUrl: database.url, schema: database.schema };
  const workspace: Workspace = { environment: inner, database, ...(await readWorkspace(inner, database)) };
  for (const step of STEPS) await runStep(step, workspace);
  output.line(`Finished in ${formatSeconds(started)}. Now run npm run check and commit all changed files together.`);
}

async function runStep({ title, run }: Step, workspace: Workspace): Promise<void> {
  const started = performance.now();
  if (process.stderr.isTTY) output.note(`… ${title}`);
  try {
    const remark = await run(workspace);
    output.line(`ok      ${title.padEnd(30)} ${formatSeconds(started).padStart(7)}  ${remark}`);
  } catch (error) {
    output.line(`FAILED  ${title.padEnd(30)} ${formatSeconds(started).padStart(7)}`);
    if (!(error instanceof SharedDbError)) throw error;
    throw new FinishError(`Stopped at “${title}”: ${error.message}`, { cause: error });
  }
}

function formatSeconds(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

/**
 * Reads which migrations are new.
 *
 * @throws FinishError when the database is no development or test database, or applied another version of a migration
 */
async function readWorkspace(
  environment: Environment,
  database: CommandDatabase,
): Promise<Pick<Workspace, 'names' | 'pending'>> {
  return withDataSource(database, async (dataSource) => {
    const state = await readDatabaseState((sql) => dataSource.query(sql));
    const reasons = listConfirmationReasons(state, environment.nodeEnv);
    if (reasons.length > 0) {
      throw new FinishError(
        `migration:finish works on development and test databases only, but ${reasons.join(', and ')}. Use another database, or run ${formatCommand('db:environment --set development')}.`,
      );
    }
    const { applied, pending, migrations } = await readMigrationStatus(dataSource);
    const edited = migrations.find((migration) => migration.edited)?.name;
    if (edited !== undefined) throw new FinishError(describeEdited(edited, applied.at(-1)));
    return { pending, names: pending.length > 0 ? pending : applied.slice(-1) };
  });
}

function describeEdited(edited: string, newest: string | undefined): string {
  const advice =
    edited === newest
      ? `Run ${formatCommand(`migration:revert --accept ${edited}`)}, then ${formatCommand('migration:finish')} again.`
      : 'Restore it and write a new migration.';
  return `${edited} was edited after it was applied to this database. ${advice}`;
}

async function checkComments({ names }: Workspace): Promise<string> {
  const [first, ...others] = await listUnansweredMigrations();
  if (first !== undefined) {
    const more = others.length === 0 ? '' : ` (and of ${others.length} more)`;
    throw new FinishError(`Answer WHY, WHAT, LOCKS and REVERSIBLE in the comment of ${first}${more}.`);
  }
  const index = await readFile(join(MIGRATIONS_FOLDER, 'index.ts'), 'utf8');
  for (const name of (await readMigrationSources()).keys()) {
    if (!index.includes(name)) throw new FinishError(`Add ${name} to MIGRATIONS in ${MIGRATIONS_FOLDER}/index.ts.`);
  }
  return names.join(', ');
}

async function lint(): Promise<string> {
  const { report, scope } = await lintAllMigrations();
  if (!report.clean) {
    for (const line of formatLintReport({ report, scope })) output.line(line);
    throw new FinishError('Change the statement as shown above, or accept the finding with its reason in a comment.');
  }
  return `${report.migrations.length} migrations`;
}

async function compareEntities(workspace: Workspace): Promise<string> {
  const options = { dataSourceFor: createScratchFactory(workspace.database), note: output.note };
  const snapshots = await runOnScratch((signal) =>
    readScratchSnapshots({ ...options, signal }, ['migrated', 'synchronised']),
  );
  const findings = compareSnapshots(snapshots);
  if (findings.length > 0) {
    const report = { database: 'scratch databases', full: true, same: false, findings, unseen: [] };
    for (const line of formatCheckReport(report)) output.line(line);
    throw new FinishError('Correct the migration or the entity; npm run migration:generate writes what is missing.');
  }
  workspace.migrated = snapshots.migrated;
  return 'no difference';
}

/** Runs the generators in a process of their own, because this process has loaded the modules that they write. */
async function writeGeneratedFiles({ migrated }: Workspace): Promise<string> {
  if (migrated !== undefined) await writeSnapshotFile(migrated);
  const script = join(PACKAGE_ROOT, 'scripts/generate-docs.ts');
  await new Promise<void>((resolve, reject) => {
    execFile(process.execPath, [...process.execArgv, script], (error, _, stderr) => {
      if (error === null) resolve();
      else reject(new FinishError(getLastLine(stderr)));
    });
  });
  return 'read what changed in docs/reference/schema.sql';
}

function getLastLine(text: string): string {
  return (text.trim().split('\n').at(-1) ?? '').replace(/^error: /, '');
}

async function tryRoundTrip({ database, names }: Workspace): Promise<string> {
  const dataSourceFor = createScratchFactory(database);
  const { rows, irreversible } = await runOnScratch((signal) =>
    withScratchDatabases({ dataSourceFor, signal, note: output.note }, ['migrated'], ({ migrated }) =>
      tryOnScratch(migrated, names),
    ),
  );
  const exception = irreversible === undefined ? '' : `, without ${irreversible}, which is irreversible`;
  return `${rows.written} rows${exception}`;
}

async function runRehearsalStep({ environment, pending, migrated }: Workspace): Promise<string> {
  if (pending.length === 0) return 'nothing is pending';
  const report = await runRehearsal(environment, {}, migrated);
  for (const line of formatRehearsalReport(report)) output.line(`        ${line}`);
  if (!report.passed) throw new FinishError('Correct the migration: the problems are listed above.');
  return pending.join(', ');
}

async function applyMigrations({ environment, database, pending }: Workspace): Promise<string> {
  if (pending.length === 0) return 'nothing is pending';
  const options = { ...assumeEnvironment(database), onNotice: output.note };
  const applied = await withDatabase(
    environment,
    (target) => runMigrations(createMigratorDataSource(target), options),
    { migration: true },
  );
  return applied.join(', ');
}

async function checkDatabase({ database, migrated }: Workspace): Promise<string> {
  const options = { readOnly: true, applicationName: 'shared-db finish' };
  const { findings, unseen } = await withDataSource(
    database,
    (dataSource) => compareLive(dataSource, migrated),
    options,
  );
  if (findings.length > 0) {
    const report = { database: describeTarget(database), full: false, same: false, findings, unseen };
    for (const line of formatCheckReport(report)) output.line(line);
    throw new FinishError('Run the repair printed above, or write a migration that does it.');
  }
  return describeTarget(database);
}

async function checkRules({ environment }: Workspace): Promise<string> {
  const report = await validateSchema(environment);
  if (!report.valid) {
    for (const line of formatRulesReport(report)) output.line(line);
    throw new FinishError('Follow the remedy of each finding above, in the entity and in a migration.');
  }
  return `${report.rules.length} rules`;
}
