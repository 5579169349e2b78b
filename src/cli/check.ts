import type { Query } from '../connection/database-access.js';
import { Command } from 'commander';
import type { DataSource } from 'typeorm';
import type { DatabaseTarget, Environment } from '../connection/environment.js';
import {
  adaptToSchema,
  compareEntities,
  compareHistory,
  findStaleEntries,
  readSchemaSnapshot,
  withoutMigrationOnly,
} from '../operations/catalog/compare.js';
import { diff, type Difference } from '../operations/catalog/diff.js';
import { readScratchSnapshots, runWithoutWarnings } from '../operations/catalog/scratch-databases.js';
import type { Snapshot } from '../operations/catalog/snapshot.js';
import { removeRoleAttributes, withRoles } from '../operations/roles/rights.js';
import { compareRoles, readRoles } from '../operations/roles/role-differences.js';
import { areRolesInUse } from '../operations/roles/state.js';
import { MIGRATION_ONLY } from '../schema/migration-only.js';
import { ROLE_MATRIX } from '../schema/role-matrix.js';
import { SHIPPED_SNAPSHOT } from '../schema/shipped-snapshot.js';
import {
  COULD_NOT_CHECK,
  createAction,
  exitWithCouldNotCheck,
  formatCount,
  formatExamples,
  output,
} from './command.js';
import { createScratchFactory, describeTarget, runOnScratch, withDatabase, withDataSource } from './database.js';

/** Where a difference is: between database and shipped schema, migrations and entities, or shipped schema and migrations. */
type Comparison = 'database' | 'migrations' | 'package';

interface Finding extends Difference {
  readonly where: Comparison;
}

interface LiveReport {
  readonly findings: readonly Finding[];
  /** What was not compared, because the role cannot read it. */
  readonly unseen: readonly string[];
}

interface Report extends LiveReport {
  /** Host, port, name and schema; no user. */
  readonly database: string;
  readonly full: boolean;
  readonly same: boolean;
}

interface CheckFlags {
  full?: boolean;
  json?: boolean;
}

const TITLES: Readonly<Record<Comparison, string>> = {
  database: 'The database differs from the schema of this version of the package:',
  migrations: 'The migrations differ from the entities:',
  package: 'src/schema/shipped-snapshot.ts is out of date, run docs:snapshot:',
};

const HELP = `
Compares the database with the schema of this version of the package: tables, columns, constraints, indexes, functions, triggers,
rights, settings and everything else in the catalog that defines how it behaves. It only reads. Any role that can connect can run
it; the report lists what the role cannot read. Read a repair before you run it, because it takes locks.

--full also compares the entities, the migrations and the shipped schema with each other, which must agree before a release. It
creates two scratch databases named shared_db_check_… on the same server and drops them.

Exit code 0: nothing differs. 1: something differs. 2: the check could not be done.
${formatExamples('migration:check', 'migration:check --full', 'migration:check --json')}`;

const command = new Command('migration:check')
  .description('compare the database with the schema that the migrations make')
  .option('--full', 'compare the entities, the migrations and the shipped schema too, in scratch databases')
  .option('--json', 'print the report as JSON')
  .addHelpText('after', HELP)
  .exitOverride(exitWithCouldNotCheck)
  .action(
    createAction(async (environment, flags: CheckFlags) => {
      const report = await check(environment, flags);
      if (flags.json) output.json(report);
      else for (const line of formatReport(report)) output.line(line);
      if (!report.same) process.exitCode = 1;
    }, COULD_NOT_CHECK),
  );

export const commands = [command];

function check(environment: Environment, { full = false }: CheckFlags): Promise<Report> {
  return withDatabase(environment, async (database) => {
    const options = { readOnly: true, applicationName: 'shared-db check' };
    const { findings: live, unseen } = await withDataSource(database, compareLive, options);
    const findings = full ? [...live, ...(await compareSources(database))] : live;
    return { database: describeTarget(database), full, same: findings.length === 0, findings, unseen };
  });
}

/**
 * Compares the database with the shipped schema, its applied migrations with the known ones, and its tables with the entities.
 *
 * @param shipped the expected schema. Default: that of the package
 */
export async function compareLive(dataSource: DataSource, shipped: Snapshot = SHIPPED_SNAPSHOT): Promise<LiveReport> {
  const results = [
    await compareHistory(dataSource),
    { differences: await compareCatalog(dataSource, shipped) },
    await runWithoutWarnings(() => compareEntities(dataSource)),
  ];
  return {
    findings: results.flatMap((result) => ('differences' in result ? toFindings('database', result.differences) : [])),
    unseen: results.flatMap((result) => ('unseen' in result ? [result.unseen] : [])),
  };
}

/** Compares the catalog with a snapshot. If the roles of `db:roles` are in use, their rights are expected too. */
export async function compareCatalog(dataSource: DataSource, shipped: Snapshot): Promise<Difference[]> {
  const live = await readSchemaSnapshot(dataSource);
  const expected = adaptToSchema(shipped, live);
  const query: Query = (sql) => dataSource.query(sql);
  if (!(await areRolesInUse(query))) return diff(expected, live);
  return [
    ...compareRoles(await readRoles(query)),
    ...compareMainOwner(live),
    ...diff(withRoles(expected, live, ROLE_MATRIX), removeRoleAttributes(live)),
  ];
}

/** Compares the owner of most tables. Single tables with another owner are separate differences. */
function compareMainOwner({ owner }: Snapshot): Difference[] {
  if (owner === 'owner') return [];
  const message = `most tables: owner is ${owner}, should be owner (db:roles)`;
  return [{ object: 'tables', fact: 'owner', is: owner, shouldBe: 'owner', message }];
}

/** Compares the migrations with the entities, and the shipped schema with the migrations. */
function compareSources(database: DatabaseTarget): Promise<Finding[]> {
  return runOnScratch(async (signal) => {
    output.note('creating two scratch databases, one from the migrations and one from the entities');
    const options = { dataSourceFor: createScratchFactory(database), signal, note: output.note };
    const { migrated, synchronised } = await readScratchSnapshots(options, ['migrated', 'synchronised']);
    return [
      ...compareSnapshots({ migrated, synchronised }),
      ...toFindings('package', diff(migrated, SHIPPED_SNAPSHOT)),
    ];
  });
}

/** Compares the schema that the migrations create with the one that the entities declare. */
export function compareSnapshots({ migrated, synchronised }: Record<'migrated' | 'synchronised', Snapshot>): Finding[] {
  return toFindings('migrations', [
    ...withoutMigrationOnly(diff(synchronised, migrated), MIGRATION_ONLY),
    ...findStaleEntries(synchronised, migrated, MIGRATION_ONLY),
  ]);
}

function toFindings(where: Comparison, differences: readonly Difference[]): Finding[] {
  return differences.map((difference) => ({ where, ...difference }));
}

export function formatReport(report: Report): string[] {
  const sections = (['database', 'migrations', 'package'] as const).flatMap((where) => {
    const findings = report.findings.filter((finding) => finding.where === where);
    return findings.length === 0 ? [] : [TITLES[where], ...formatFindings(findings)];
  });
  return [...sections, ...report.unseen.map((line) => `not compared: ${line}`), formatSummary(report)];
}

/** Returns a line for each difference, followed by the SQL that repairs it. The same SQL is printed once. */
function formatFindings(findings: readonly Finding[]): string[] {
  const printed = new Set<string>();
  return shortenFindings(findings).flatMap(({ message, repair }) => {
    if (repair === undefined || printed.has(repair)) return [`  ${message}`];
    printed.add(repair);
    return [`  ${message}`, `    repair: ${repair};`];
  });
}

/** Counts the statements of TypeORM if there are other differences, because they are many and usually follow from those. */
function shortenFindings(findings: readonly Finding[]): readonly Pick<Finding, 'message' | 'repair'>[] {
  const statements = findings.filter(({ object }) => object === 'entities');
  const others = findings.filter(({ object }) => object !== 'entities');
  if (others.length === 0 || statements.length < 2) return findings;
  const message = `entities: TypeORM would run ${statements.length} statements, perhaps because of the above (--json lists them)`;
  return [...others, { message }];
}

function formatSummary({ database, full, same, findings }: Report): string {
  if (!same) return `${formatCount(findings.length, 'difference')}; ${database}.`;
  return full
    ? `Nothing differs: entities, migrations, shipped schema and ${database} agree.`
    : `Nothing differs: ${database} has the schema of this version.`;
}
