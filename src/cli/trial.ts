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
import { referenceRows } from '../seeds/reference/rows.js';
import { loadReferenceIds } from '../seeds/sample/context.js';
import { formatCommand } from './command.js';
import { GenerateError, formatList } from './generate.js';

/** How many rows of the seeds a scratch database took. */
interface SampleRows {
  readonly written: number;
  /** Rows that the entities, or the rules before the migration, do not allow. */
  readonly skipped: number;
}

/**
 * Writes the seeds to a database that has the new schema. Rows that only the new schema allows are left out, so that the way back
 * meets what it must be able to keep.
 */
async function writeSampleRows(dataSource: DataSource, rules: readonly OldRule[]): Promise<SampleRows> {
  const held = await hold(dataSource, rules);
  const count = { written: 0, skipped: 0 };
  for (const { entity, rows } of referenceRows()) await write(dataSource, entity, rows, count);
  for (const { entity, rows } of await listSampleTables(dataSource)) await write(dataSource, entity, rows, count);
  for (const [table, name] of held) await dataSource.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
  return count;
}

/** None where their package is missing, or the factories do not fit the entities any more. */
async function listSampleTables(
  dataSource: DataSource,
): Promise<readonly { entity: EntityTarget<ObjectLiteral>; rows: readonly ObjectLiteral[] }[]> {
  try {
    const { sampleRows } = await import('../seeds/sample/rows.js');
    return sampleRows(new Date(), await loadReferenceIds(dataSource.manager));
  } catch {
    return [];
  }
}

async function write(
  { manager }: DataSource,
  entity: EntityTarget<ObjectLiteral>,
  rows: readonly ObjectLiteral[],
  count: { written: number; skipped: number },
): Promise<void> {
  try {
    count.written += (await insertMissing(manager, entity, rows)).inserted;
  } catch {
    // One by one: those that fit are worth having.
    for (const row of rows) {
      try {
        count.written += (await insertMissing(manager, entity, [row])).inserted;
      } catch {
        count.skipped += 1;
      }
    }
  }
}

/** Table and name of each rule that could be added: one about a column that is gone cannot, and need not. */
async function hold(dataSource: DataSource, rules: readonly OldRule[]): Promise<[string, string][]> {
  const held: [string, string][] = [];
  for (const [place, { table, definition }] of rules.entries()) {
    const name = `"old_rule_${place}"`;
    const added = await dataSource
      .query(`ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`)
      .then(() => true)
      .catch(() => false);
    if (added) held.push([table, name]);
  }
  return held;
}

const NOTHING = 'Nothing is written: tried on a scratch database';
const BY_HAND = `Write it by hand: ${formatCommand('migration:create')}.`;

export interface TrialInput {
  readonly className: string;
  /** What every statement of `up` is, renames included. */
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
  /** What the list of objects that only migrations make still names once the migration has run; sentences. */
  readonly stale: readonly string[];
}

/**
 * Runs a migration that is not written yet on a scratch database that has all others: up, with rows down and up again. The catalog
 * must be what the entities say, and after the way back exactly what it was. On the way `down` is planned from what `up` made.
 *
 * @param scratch connected; left with the migration applied
 * @throws GenerateError naming the statement or the difference
 */
export async function tryMigration(scratch: DataSource, input: TrialInput): Promise<Trial> {
  const draft: { className: string; up: readonly Step[]; down: readonly Step[] } = { ...input, down: [] };
  const source = withMigration(scratch, draft);
  await attempt('up', () => runMigrations(source));
  const after = await readSchemaSnapshot(scratch);
  expectSame(
    'its statements leave a difference from the entities',
    withoutMigrationOnly(diff(input.wanted, after), MIGRATION_ONLY),
  );

  const way = runDown(input, after);
  draft.down = way.down;
  const rules = listOldRules(input.renamed, ignoreColumnOrder(diff(after, input.renamed)));
  const rows = await writeSampleRows(scratch, rules);
  const trial = {
    ...way,
    rows,
    stale: findStaleEntries(input.wanted, after, MIGRATION_ONLY).map(({ message }) => message),
  };
  if (way.irreversibleBecause !== undefined) return trial;
  const counts = await countRows(scratch, input.before, after);
  await attempt('down', () => revertMigration(source, { confirmedName: String(scratch.options.database) }));
  expectSame('its way back leaves a difference', diff(input.before, await readSchemaSnapshot(scratch)));
  await attempt('up again', () => runMigrations(source));
  expectSame('applied again it leaves a difference', diff(after, await readSchemaSnapshot(scratch)));
  expectSameCounts(counts, await countRows(scratch, input.before, after));
  return trial;
}

function runDown({ renamed, renames }: TrialInput, after: Snapshot): Pick<Trial, 'down' | 'irreversibleBecause'> {
  const reason = findIrreversibleReason(renamed, after);
  if (reason !== undefined) return { down: [], irreversibleBecause: reason };
  const differences = ignoreColumnOrder(diff(renamed, after));
  const plan: Plan = planChanges(after, renamed, differences, { isWayBack: true });
  if (plan.problems.length > 0) return { down: [], irreversibleBecause: `${plan.problems.join('; ')}.` };
  const back = renames.map((rename) => ({ sql: renameSql(reverseRename(rename)), alone: false }));
  return { down: [...plan.steps, ...back], irreversibleBecause: undefined };
}

/** The order of columns is settled by `irreversibleReason`, and by the comparison after the way back. */
function ignoreColumnOrder(differences: readonly Difference[]): Difference[] {
  return differences.filter(({ fact }) => fact !== 'column order');
}

type Running = Pick<MigrationDraft, 'className' | 'up' | 'down'>;

/** The same database with one more migration, which does what the draft says when it runs. */
function withMigration(scratch: DataSource, draft: Running): DataSource {
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

async function attempt(direction: string, run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    // The scratch database is dropped afterwards, whatever its state.
    const what = error.message.replace(/\. (?:Its transaction|\d+ of its statements)[^]*$/, '');
    throw new GenerateError(`${NOTHING}, the migration fails on its way ${direction}: ${what}. ${BY_HAND}`);
  }
}

function expectSame(what: string, differences: readonly Difference[]): void {
  if (differences.length === 0) return;
  const list = formatList(differences.map(({ message }) => message));
  throw new GenerateError(`${NOTHING}, ${what}: ${list}. ${BY_HAND}`);
}

/** Of tables that outlive both ways, as SQL names them. */
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

function expectSameCounts(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): void {
  const lost = [...before].filter(([table, count]) => now.get(table) !== count).map(([table]) => table);
  if (lost.length === 0) return;
  throw new GenerateError(`${NOTHING}, the migration loses rows of ${lost.join(', ')} on its way down and up again.`);
}
