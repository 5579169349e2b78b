import type { DataSource } from 'typeorm';
import { schemaOf } from '../../connection/client-options.js';
import type { SourceTexts, Step } from '../../generator/draft.js';
import { planChanges, type Plan } from '../../generator/plan.js';
import { renameSql, type ColumnRename } from '../../generator/renames.js';
import { migrationSource } from '../../generator/source.js';
import { diff } from '../../schema/diff.js';
import { snapshotOf } from '../../schema/live.js';
import { unexcused } from '../../schema/migration-only.js';
import { readSnapshot, type Snapshot } from '../../schema/snapshot.js';
import { withScratchDatabases, type ScratchOptions } from '../check/scratch.js';
import { GenerateError } from './generate-error.js';
import { listed } from './listed.js';
import { chooseRenames } from './rename-flags.js';
import { sourceTexts } from './source-texts.js';
import { tryMigration, type Trial } from './trial.js';

export interface GenerateOptions extends ScratchOptions {
  /** Name and timestamp of the migration. */
  readonly className: string;
  /** As `--rename` gives them. */
  readonly renames: readonly string[];
}

export interface MigrationOptions extends Pick<GenerateOptions, 'className' | 'renames'> {
  /** How the entities write the definitions of their constraints and indexes. Default: as PostgreSQL does. */
  readonly texts?: SourceTexts;
}

export interface Generated {
  /** What the migrations make, without the new one. */
  readonly migrated: Snapshot;
  /** Undefined: entities and migrations agree. */
  readonly migration: GeneratedMigration | undefined;
}

export interface GeneratedMigration extends Trial {
  /** TypeScript, not formatted. */
  readonly source: string;
  /** Statements that lose data, or may. */
  readonly losses: readonly string[];
}

/**
 * Writes the migration that brings the catalog of the migrations to that of the entities, and tries it. Both catalogs are those of
 * scratch databases: what `migration:check --full` compares.
 *
 * @throws GenerateError when a difference cannot be written, or the trial fails; ScratchError, ConnectionFailure, Interruption
 */
export async function generateMigration(options: GenerateOptions): Promise<Generated> {
  return withScratchDatabases(options, ['migrated', 'synchronised'], async ({ migrated, synchronised }) => {
    const [is, shouldBe] = [await snapshotOf(migrated), await snapshotOf(synchronised)];
    const texts = sourceTexts(synchronised);
    return { migrated: is, migration: await migrationBetween(migrated, is, shouldBe, { ...options, texts }) };
  });
}

/**
 * The migration that makes the one catalog of the other, tried on the database.
 *
 * @param migrated connected, with the catalog `is` and no rows; left with the migration applied.
 */
export async function migrationBetween(
  migrated: DataSource,
  is: Snapshot,
  shouldBe: Snapshot,
  { className, renames: flags, texts }: MigrationOptions,
): Promise<GeneratedMigration | undefined> {
  if (unexcused(diff(shouldBe, is)).length === 0) return undefined;
  const renames = await chooseRenames(flags, is, shouldBe);
  const renamed = await snapshotWith(migrated, renames);
  const differences = unexcused(diff(shouldBe, renamed));
  const plan = writable(planChanges(renamed, shouldBe, differences, { texts }));
  const up = [...renames.map((rename): Step => ({ sql: renameSql(rename), alone: false })), ...plan.steps];
  const trial = await tryMigration(migrated, { className, up, renames, before: is, renamed, wanted: shouldBe });
  const source = migrationSource({ className, up, ...trial, remarks: remarksOn(plan, trial) });
  return { ...trial, source, losses: plan.losses };
}

/** The catalog as it would be with the columns renamed; nothing stays renamed. */
async function snapshotWith(dataSource: DataSource, renames: readonly ColumnRename[]): Promise<Snapshot> {
  const queryRunner = dataSource.createQueryRunner();
  await queryRunner.connect();
  try {
    await queryRunner.startTransaction();
    for (const rename of renames) await queryRunner.query(renameSql(rename));
    const snapshot = await readSnapshot((sql) => queryRunner.query(sql), schemaOf(dataSource), 'schema');
    await queryRunner.rollbackTransaction();
    return snapshot;
  } finally {
    await queryRunner.release();
  }
}

function writable(plan: Plan): Plan {
  if (plan.problems.length === 0) return plan;
  throw new GenerateError(
    `Nothing is written: ${listed(plan.problems)}. What entities cannot express is written by hand: npm run migration:create.`,
  );
}

function remarksOn({ checked }: Plan, { down, irreversibleBecause }: Trial): string[] {
  const rules =
    checked.length === 0
      ? []
      : [
          `Rows that exist must obey ${checked.join(', ')}. Where one does not, the run stops (23514, 23505, 23503) with the old rules still in force: correct the row, then run it again.`,
        ];
  const remade = down.filter(({ sql }) => sql.includes('CREATE TYPE') && sql.includes('RENAME TO'));
  const enums =
    remade.length === 0
      ? []
      : [
          'PostgreSQL cannot take a value of an enum away: the way back makes the type anew and rewrites its tables while readers and writers wait. It stops (22P02), and changes nothing, where a row has the value.',
        ];
  return [...rules, ...(irreversibleBecause === undefined ? enums : [])];
}
