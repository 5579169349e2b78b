import { Command } from 'commander';
import type { DataSource } from 'typeorm';
import type { DatabaseTarget, Environment } from '../connection/environment.js';
import {
  compareEntities,
  compareHistory,
  adaptToSchema,
  readSchemaSnapshot,
  findStaleEntries,
  withoutMigrationOnly,
} from '../operations/catalog/compare.js';
import { diff, type Difference } from '../operations/catalog/diff.js';
import {
  runWithoutWarnings,
  type ScratchOptions,
  readScratchSnapshots,
} from '../operations/catalog/scratch-databases.js';
import type { Snapshot } from '../operations/catalog/snapshot.js';
import { removeRoleAttributes, withRoles } from '../operations/roles/rights.js';
import { readRoles, compareRoles } from '../operations/roles/role-differences.js';
import { areRolesInUse } from '../operations/roles/state.js';
import { MIGRATION_ONLY } from '../schema/migration-only.js';
import { ROLE_MATRIX } from '../schema/role-matrix.js';
import { createAction, COULD_NOT_CHECK, output } from './command.js';
import { acquireDatabase, describeTarget, withReadOnly } from './database.js';
import { runOnScratch, createScratchFactory } from './scratch.js';

/** What was compared: the live database with what it should be, the migrations with the entities, the package with its migrations. */
export type Where = 'database' | 'migrations' | 'package';

export interface Finding extends Difference {
  readonly where: Where;
}

export interface Report {
  /** Host, port and name; no user. */
  readonly database: string;
  readonly full: boolean;
  readonly same: boolean;
  readonly findings: readonly Finding[];
  /** What this role may not see, and so was not compared. */
  readonly unseen: readonly string[];
}

const TITLES: Readonly<Record<Where, string>> = {
  database: 'The database is not what this version of the package was made for:',
  migrations: 'The migrations do not make what the entities say:',
  package: 'src/schema/shipped-snapshot.ts is out of date, run docs:snapshot:',
};

export function toFindings(where: Where, differences: readonly Difference[]): Finding[] {
  return differences.map((difference) => ({ where, ...difference }));
}

/** One line per difference, and the SQL that repairs it below. */
export function printReport(report: Report, json: boolean): void {
  if (json) {
    output.json(report);
    return;
  }
  for (const where of ['database', 'migrations', 'package'] as const) {
    const findings = report.findings.filter((finding) => finding.where === where);
    if (findings.length === 0) continue;
    output.line(TITLES[where]);
    for (const line of formatFinding(findings)) output.line(line);
  }
  for (const line of report.unseen) output.line(`not seen: ${line}`);
  output.line(formatSummary(report));
}

function formatFinding(findings: readonly Finding[]): string[] {
  const said = new Set<string>();
  return shortenFindings(findings).flatMap(({ message, repair }) => {
    if (repair === undefined || said.has(repair)) return [`  ${message}`];
    said.add(repair);
    return [`  ${message}`, `    repair: ${repair};`];
  });
}

/** What TypeORM thinks of a database that differs anyway follows from that, and is long: --json has it. */
function shortenFindings(findings: readonly Finding[]): readonly Pick<Finding, 'message' | 'repair'>[] {
  const [typeorm, others] = [
    findings.filter(({ object }) => object === 'entities'),
    findings.filter(({ object }) => object !== 'entities'),
  ];
  if (others.length === 0 || typeorm.length < 2) return findings;
  return [
    ...others,
    { message: `entities: TypeORM would run ${typeorm.length} statements, perhaps for the above (--json lists them)` },
  ];
}

function formatSummary({ database, full, same, findings }: Report): string {
  if (!same) return `${findings.length} ${findings.length === 1 ? 'difference' : 'differences'}; ${database}.`;
  return full
    ? `Nothing differs: entities, migrations, shipped schema and ${database} agree.`
    : `Nothing differs: ${database} is what this version was made for.`;
}

/**
 * The live database against the shipped snapshot, the list of migrations and TypeORM's own idea.
 *
 * @param dataSource that only reads
 */
export async function compareLive(dataSource: DataSource): Promise<Pick<Report, 'findings' | 'unseen'>> {
  // Loaded only here: no other command needs it, and it is large.
  const { SHIPPED_SNAPSHOT } = await import('../schema/shipped-snapshot.js');
  const history = await compareHistory(dataSource);
  const catalog = { differences: await compareCatalog(dataSource, SHIPPED_SNAPSHOT) };
  const answers = [history, catalog, await runWithoutWarnings(() => compareEntities(dataSource))];
  return {
    findings: answers.flatMap((answer) => ('differences' in answer ? toFindings('database', answer.differences) : [])),
    unseen: answers.flatMap((answer) => ('unseen' in answer ? [answer.unseen] : [])),
  };
}

/** Where `db:roles` was run, the rights that it gives belong to what should be. */
export async function compareCatalog(dataSource: DataSource, shipped: Snapshot): Promise<Difference[]> {
  const live = await readSchemaSnapshot(dataSource);
  const expected = adaptToSchema(shipped, live);
  const query = (sql: string): Promise<unknown> => dataSource.query(sql);
  if (!(await areRolesInUse(query))) return diff(expected, live);
  return [
    ...compareRoles(await readRoles(query)),
    ...compareMainOwner(live),
    ...diff(withRoles(expected, live, ROLE_MATRIX), removeRoleAttributes(live)),
  ];
}

/** A single table of another owner is a difference by itself. */
function compareMainOwner({ owner }: Snapshot): Difference[] {
  if (owner === 'owner') return [];
  const message = `most tables: owner is ${owner}, should be owner (db:roles)`;
  return [{ object: 'tables', fact: 'owner', is: owner, shouldBe: 'owner', message }];
}

/** The migrations against the entities, and the shipped snapshot against the migrations: what must hold before a release. */
export async function compareSources(options: ScratchOptions): Promise<Finding[]> {
  const { SHIPPED_SNAPSHOT } = await import('../schema/shipped-snapshot.js');
  options.note('making two scratch databases: one migrated, one synchronised from the entities');
  const { migrated, synchronised } = await readScratchSnapshots(options, ['migrated', 'synchronised']);
  return [...compareSnapshots({ migrated, synchronised }), ...toFindings('package', diff(migrated, SHIPPED_SNAPSHOT))];
}

/** Compares the schema that the migrations create with the one that the entities declare. */
export function compareSnapshots({ migrated, synchronised }: Record<'migrated' | 'synchronised', Snapshot>): Finding[] {
  return toFindings('migrations', [
    ...withoutMigrationOnly(diff(synchronised, migrated), MIGRATION_ONLY),
    ...findStaleEntries(synchronised, migrated, MIGRATION_ONLY),
  ]);
}

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
    createAction(async (environment, options: CheckOptions) => {
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
  const { compareLive } = await import('./check.js');
  return withReadOnly(database, 'shared-db check', compareLive);
}

async function checkSources(database: DatabaseTarget): Promise<Finding[]> {
  const { compareSources } = await import('./check.js');
  return runOnScratch((signal) =>
    compareSources({
      dataSourceFor: createScratchFactory(database.url, database.schema),
      signal,
      note: (line) => {
        output.note(line);
      },
    }),
  );
}
