import { formatCommand } from './command.js';
import type { DataSource, EntityTarget, MigrationInterface, ObjectLiteral, QueryRunner } from 'typeorm';
import { BOOKKEEPING_TABLES } from '../operations/catalog/bookkeeping.js';
import { readSchemaSnapshot } from '../operations/catalog/compare.js';
import { diff, type Difference } from '../operations/catalog/diff.js';
import type { Snapshot } from '../operations/catalog/snapshot.js';
import { quoteLocalName, type Step } from '../operations/generator/draft.js';
import { type OldRule, listOldRules } from '../operations/generator/old-rules.js';
import { type Plan, planChanges } from '../operations/generator/plan.js';
import { findIrreversibleReason, isTransactional, type MigrationDraft } from '../operations/generator/source.js';
import { type ColumnRename, renameSql, reverseRename } from '../operations/generator/tables.js';
import { MigrationError } from '../operations/migrator/errors.js';
import { revertMigration, runMigrations } from '../operations/migrator/runner.js';
import { findStaleEntries, withoutMigrationOnly } from '../operations/catalog/compare.js';
import { MIGRATION_ONLY } from '../schema/migration-only.js';
import { insertMissing } from '../seeds/insert-missing.js';
import { createReferenceRows } from '../seeds/reference/rows.js';
import { loadReferenceIds } from '../seeds/sample/context.js';
import { GenerateError, formatList } from './generate.js';

/** How many rows of the seeds were written to a scratch database. */
export interface SampleRows {
  readonly written: number;
  /** Rows that the entities, or the rules before the migration, refuse. */
  readonly skipped: number;
}

/**
 * Writes the seeds to a database that has the new schema. Skips rows that only the new schema allows, so that `down` finds rows that it must
 * keep.
 */
async function writeSampleRows(dataSource: DataSource, rules: readonly OldRule[]): Promise<SampleRows> {
  const added = await addRules(dataSource, rules);
  const count = { written: 0, skipped: 0 };
  for (const { entity, rows } of createReferenceRows()) await writeRows(dataSource, entity, rows, count);
  for (const { entity, rows } of await listSampleTables(dataSource)) await writeRows(dataSource, entity, rows, count);
  for (const [table, name] of added) await dataSource.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
  return count;
}

/** Returns no tables when Faker is not installed, or the factories no longer fit the entities. */
async function listSampleTables(
  dataSource: DataSource,
): Promise<readonly { entity: EntityTarget<ObjectLiteral>; rows: readonly ObjectLiteral[] }[]> {
  try {
    const { createSampleRows } = await import('../seeds/sample/rows.js');
    return createSampleRows(new Date(), await loadReferenceIds(dataSource.manager));
  } catch {
    return [];
  }
}

async function writeRows(
  { manager }: DataSource,
  entity: EntityTarget<ObjectLiteral>,
  rows: readonly ObjectLiteral[],
  count: { written: number; skipped: number },
): Promise<void> {
  try {
    count.written += (await insertMissing(manager, entity, rows)).inserted;
  } catch {
    // Writes them one by one, to keep the rows that fit.
    for (const row of rows) {
      try {
        count.written += (await insertMissing(manager, entity, [row])).inserted;
      } catch {
        count.skipped += 1;
      }
    }
  }
}

/** Adds the rules as CHECKs. Returns table and name of each; skips a rule about a column that no longer exists. */
async function addRules(dataSource: DataSource, rules: readonly OldRule[]): Promise<[string, string][]> {
  const names: [string, string][] = [];
  for (const [place, { table, definition }] of rules.entries()) {
    const name = `"old_rule_${place}"`;
    const isAdded = await dataSource
      .query(`ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`)
      .then(() => true)
      .catch(() => false);
    if (isAdded) names.push([table, name]);
  }
  return names;
}

/** Beginning and end of the message of a failed trial. */
interface Wording {
  readonly begin: string;
  readonly end: string;
}

const GENERATED: Wording = {
  begin: 'No migration was written: tried on a scratch database',
  end: `Write it by hand: ${formatCommand('migration:create')}.`,
};
const WRITTEN: Wording = { begin: 'Tried on a scratch database', end: 'Correct the migration.' };

export interface TrialInput {
  readonly className: string;
  /** The statements of `up`, renames included. */
  readonly up: readonly Step[];
  readonly renames: readonly ColumnRename[];
  /** The catalog before the migration, and the same with the columns renamed. */
  readonly before: Snapshot;
  readonly renamed: Snapshot;
  /** The catalog of the entities. */
  readonly wanted: Snapshot;
}

export interface Trial {
  readonly down: readonly Step[];
  readonly irreversibleBecause: string | undefined;
  readonly rows: SampleRows;
  /** Entries of src/schema/migration-only.ts that name objects which no longer exist after the migration; one message each. */
  readonly stale: readonly string[];
}

/**
 * Runs a migration that has no file yet on a scratch database that has all others: up, down with rows, and up again. After `up` the
 * catalog must equal that of the entities, after `down` the one before. `down` is planned from the catalog that `up` leaves.
 *
 * @param scratch connected; the migration stays applied
 * @throws GenerateError naming the statement or the difference
 */
export async function tryMigration(scratch: DataSource, input: TrialInput): Promise<Trial> {
  const draft: { className: string; up: readonly Step[]; down: readonly Step[] } = { ...input, down: [] };
  const source = withMigration(scratch, draft);
  await runDirection('up', () => runMigrations(source), GENERATED);
  const after = await readSchemaSnapshot(scratch);
  expectSame(
    'its statements leave a difference from the entities',
    withoutMigrationOnly(diff(input.wanted, after), MIGRATION_ONLY),
    GENERATED,
  );

  const planned = planDown(input, after);
  draft.down = planned.down;
  const rules = listOldRules(input.renamed, ignoreColumnOrder(diff(after, input.renamed)));
  const rows = await writeSampleRows(scratch, rules);
  const trial = {
    ...planned,
    rows,
    stale: findStaleEntries(input.wanted, after, MIGRATION_ONLY).map(({ message }) => message),
  };
  if (planned.irreversibleBecause !== undefined) return trial;
  await goDownAndUp(source, 1, { before: input.before, after }, GENERATED);
  return trial;
}

/**
 * Runs the newest migrations of a database down and up again, twice: first without rows, which shows the catalog before them, then with
 * the reference and sample rows. Afterwards the catalog and the number of rows of each table must be the same.
 *
 * @param scratch connected, with all migrations and no rows
 * @param names of the newest migrations, oldest first. Those up to the last irreversible one are not tried.
 * @throws GenerateError naming the difference, MigrationError naming the statement
 */
export async function tryRoundTrip(
  scratch: DataSource,
  names: readonly string[],
): Promise<{ readonly rows: SampleRows; readonly irreversible: string | undefined }> {
  const irreversible = names.findLast((name) =>
    scratch.migrations.some((migration) => migration.name === name && 'irreversibleBecause' in migration),
  );
  const count = irreversible === undefined ? names.length : names.length - 1 - names.indexOf(irreversible);
  const after = await readSchemaSnapshot(scratch);
  await revertMigrations(scratch, count);
  const before = await readSchemaSnapshot(scratch);
  await runMigrations(scratch);
  expectSame('up again leaves a difference', diff(after, await readSchemaSnapshot(scratch)), WRITTEN);
  const rows = await writeSampleRows(scratch, listOldRules(before, ignoreColumnOrder(diff(after, before))));
  await goDownAndUp(scratch, count, { before, after }, WRITTEN);
  return { rows, irreversible };
}

/** Reverts the newest migrations and applies them again; compares the catalog after each direction, and the rows at the end. */
async function goDownAndUp(
  scratch: DataSource,
  count: number,
  { before, after }: Record<'before' | 'after', Snapshot>,
  wording: Wording,
): Promise<void> {
  const counts = await countRows(scratch, before, after);
  await runDirection('down', () => revertMigrations(scratch, count), wording);
  expectSame('`down` leaves a difference', diff(before, await readSchemaSnapshot(scratch)), wording);
  await runDirection('up again', () => runMigrations(scratch), wording);
  expectSame('up again leaves a difference', diff(after, await readSchemaSnapshot(scratch)), wording);
  expectSameCounts(counts, await countRows(scratch, before, after), wording);
}

async function revertMigrations(scratch: DataSource, count: number): Promise<void> {
  const confirmedName = String(scratch.options.database);
  for (let reverted = 0; reverted < count; reverted++) await revertMigration(scratch, { confirmedName });
}

function planDown({ renamed, renames }: TrialInput, after: Snapshot): Pick<Trial, 'down' | 'irreversibleBecause'> {
  const reason = findIrreversibleReason(renamed, after);
  if (reason !== undefined) return { down: [], irreversibleBecause: reason };
  const differences = ignoreColumnOrder(diff(renamed, after));
  const plan: Plan = planChanges(after, renamed, differences, { isDown: true });
  if (plan.problems.length > 0) return { down: [], irreversibleBecause: `${plan.problems.join('; ')}.` };
  const back = renames.map((rename) => ({ sql: renameSql(reverseRename(rename)), alone: false }));
  return { down: [...plan.steps, ...back], irreversibleBecause: undefined };
}

/** Removes differences in the order of columns; `findIrreversibleReason` and the comparison after `down` deal with them. */
function ignoreColumnOrder(differences: readonly Difference[]): Difference[] {
  return differences.filter(({ fact }) => fact !== 'column order');
}

type MigrationStatements = Pick<MigrationDraft, 'className' | 'up' | 'down'>;

/** Adds a migration to the DataSource that runs the statements of the draft. */
function withMigration(scratch: DataSource, draft: MigrationStatements): DataSource {
  class Generated implements MigrationInterface {
    readonly name = draft.className;

    get transaction(): boolean {
      return isTransactional(draft);
    }

    up(queryRunner: QueryRunner): Promise<void> {
      return runSteps(queryRunner, draft.up);
    }

    down(queryRunner: QueryRunner): Promise<void> {
      return runSteps(queryRunner, draft.down);
    }
  }
  const migrations = scratch.options.migrations as (new () => MigrationInterface)[];
  return scratch.setOptions({ migrations: [...migrations, Generated] });
}

async function runSteps(queryRunner: QueryRunner, steps: readonly Step[]): Promise<void> {
  for (const { sql } of steps) await queryRunner.query(sql);
}

async function runDirection(direction: string, run: () => Promise<unknown>, { begin, end }: Wording): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    // The state that the message describes is that of a scratch database, which is dropped.
    const what = error.message.replace(/\. (?:Its transaction|\d+ of its statements)[^]*$/, '');
    throw new GenerateError(`${begin}, the migration fails at ${direction}: ${what}. ${end}`);
  }
}

function expectSame(what: string, differences: readonly Difference[], { begin, end }: Wording): void {
  if (differences.length === 0) return;
  const list = formatList(differences.map(({ message }) => message));
  throw new GenerateError(`${begin}, ${what}: ${list}. ${end}`);
}

/** Counts the rows of the tables that exist before and after the migration. */
async function countRows(dataSource: DataSource, from: Snapshot, to: Snapshot): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const [key, { kind, name }] of Object.entries(from.objects)) {
    if (kind !== 'table' || !(key in to.objects)) continue;
    const [row] = await dataSource.query<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM ${quoteLocalName(name)}`,
    );
    counts.set(key.slice('table '.length), row?.count ?? 0);
  }
  for (const table of BOOKKEEPING_TABLES) counts.delete(table);
  return counts;
}

function expectSameCounts(
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
  { begin, end }: Wording,
): void {
  const lost = [...before].filter(([table, count]) => now.get(table) !== count).map(([table]) => table);
  if (lost.length === 0) return;
  throw new GenerateError(`${begin}, \`down\` and up again lose rows of ${lost.join(', ')}. ${end}`);
}
