import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { localName } from '../../generator/names.js';
import { oldRules } from '../../generator/old-rules.js';
import { planChanges, type Plan } from '../../generator/plan.js';
import { renameSql, reversedRename, type ColumnRename } from '../../generator/renames.js';
import { irreversibleReason } from '../../generator/reversible.js';
import { isTransactional, type MigrationDraft } from '../../generator/source.js';
import type { Step } from '../../generator/draft.js';
import { MigrationError } from '../../migrator/errors.js';
import { revertMigration, runMigrations } from '../../migrator/runner.js';
import { BOOKKEEPING_TABLES } from '../../schema/bookkeeping.js';
import { diff, type Difference } from '../../schema/diff.js';
import { snapshotOf } from '../../schema/live.js';
import { staleEntries, unexcused } from '../../schema/migration-only.js';
import type { Snapshot } from '../../schema/snapshot.js';
import { GenerateError } from './generate-error.js';
import { listed } from './listed.js';
import { writeSampleRows, type SampleRows } from './sample-rows.js';

const NOTHING = 'Nothing is written: tried on a scratch database';
const BY_HAND = 'Write it by hand: npm run migration:create.';

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
  const after = await snapshotOf(scratch);
  expectSame('its statements leave a difference from the entities', unexcused(diff(input.wanted, after)));

  const way = wayBack(input, after);
  draft.down = way.down;
  const rules = oldRules(input.renamed, withoutColumnOrder(diff(after, input.renamed)));
  const rows = await writeSampleRows(scratch, rules);
  const trial = { ...way, rows, stale: staleEntries(input.wanted, after).map(({ sentence }) => sentence) };
  if (way.irreversibleBecause !== undefined) return trial;
  const counts = await rowCounts(scratch, input.before, after);
  await attempt('down', () => revertMigration(source, { confirmedName: String(scratch.options.database) }));
  expectSame('its way back leaves a difference', diff(input.before, await snapshotOf(scratch)));
  await attempt('up again', () => runMigrations(source));
  expectSame('applied again it leaves a difference', diff(after, await snapshotOf(scratch)));
  expectSameCounts(counts, await rowCounts(scratch, input.before, after));
  return trial;
}

function wayBack({ renamed, renames }: TrialInput, after: Snapshot): Pick<Trial, 'down' | 'irreversibleBecause'> {
  const reason = irreversibleReason(renamed, after);
  if (reason !== undefined) return { down: [], irreversibleBecause: reason };
  const differences = withoutColumnOrder(diff(renamed, after));
  const plan: Plan = planChanges(after, renamed, differences, { isWayBack: true });
  if (plan.problems.length > 0) return { down: [], irreversibleBecause: `${plan.problems.join('; ')}.` };
  const back = renames.map((rename) => ({ sql: renameSql(reversedRename(rename)), alone: false }));
  return { down: [...plan.steps, ...back], irreversibleBecause: undefined };
}

/** The order of columns is settled by `irreversibleReason`, and by the comparison after the way back. */
function withoutColumnOrder(differences: readonly Difference[]): Difference[] {
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
  const list = listed(differences.map(({ sentence }) => sentence));
  throw new GenerateError(`${NOTHING}, ${what}: ${list}. ${BY_HAND}`);
}

/** Of tables that outlive both ways, as SQL names them. */
async function rowCounts(dataSource: DataSource, from: Snapshot, to: Snapshot): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const [key, { kind, name }] of Object.entries(from.objects)) {
    if (kind !== 'table' || !(key in to.objects)) continue;
    const [row] = await dataSource.query<{ count: number }[]>(`SELECT count(*)::int AS count FROM ${localName(name)}`);
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
