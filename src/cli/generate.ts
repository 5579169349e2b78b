import { formatCommand } from './command.js';
import type { DataSource } from 'typeorm';
import { getSchema } from '../connection/client.js';
import { SharedDbError } from '../errors/shared-db-error.js';
import { readSchemaSnapshot } from '../operations/catalog/compare.js';
import { diff } from '../operations/catalog/diff.js';
import { type ScratchOptions, withScratchDatabases } from '../operations/catalog/scratch-databases.js';
import { readSnapshot, type Snapshot } from '../operations/catalog/snapshot.js';
import type { SourceTexts, Step } from '../operations/generator/draft.js';
import { type Plan, planChanges } from '../operations/generator/plan.js';
import { renderMigration } from '../operations/generator/source.js';
import {
  type ColumnRename,
  isRenamable,
  findRenameCandidates,
  renameSql,
  listTablesWithRename,
} from '../operations/generator/tables.js';
import { withoutMigrationOnly } from '../operations/catalog/compare.js';
import { MIGRATION_ONLY } from '../schema/migration-only.js';
import { output } from './command.js';
import { ask, isInteractive } from './confirmation.js';
import { type Trial, tryMigration } from './trial.js';

/** No migration can be generated. No file was written. */
export class GenerateError extends SharedDbError {
  override readonly name = 'GenerateError';
}

/** How many items a message lists at most. */
const MOST = 10;

/** Joins the first items of a list on one line and counts the rest. */
export function formatList(items: readonly string[]): string {
  const more = items.length > MOST ? ` and ${items.length - MOST} more` : '';
  return `${items.slice(0, MOST).join('; ')}${more}`;
}

/** Returns the CHECKs and the conditions of partial indexes as the entities write them, by key of the object in a snapshot. */
function readSourceTexts({ entityMetadatas }: DataSource): SourceTexts {
  return new Map(
    entityMetadatas.flatMap(({ tableName, checks, indices }) => [
      ...checks.map(({ name, expression }) => [`constraint ${tableName} ${name}`, `CHECK (${expression})`] as const),
      ...indices
        .filter(({ where }) => where !== undefined && where !== '')
        .map(({ name, where }) => [`index ${name}`, `(${where ?? ''})`] as const),
    ]),
  );
}

/**
 * Returns the renamed columns: those of `--rename`, and at a terminal those that the user confirms. Without a terminal it prints a note for
 * each pair that may be a rename.
 *
 * @param flags `posts.content:body`, or `content:body` where only one table fits
 * @throws GenerateError when a flag does not name a dropped and an added column
 */
async function chooseRenames(flags: readonly string[], is: Snapshot, shouldBe: Snapshot): Promise<ColumnRename[]> {
  const renames = flags.map((flag) => renameOf(flag, is, shouldBe));
  const duplicate = renames.find((a, place) => renames.slice(0, place).some((b) => isSameColumn(a, b)));
  if (duplicate)
    throw new GenerateError(`--rename ${formatRename(duplicate)}: another --rename names one of its columns, too.`);
  for (const candidate of findRenameCandidates(is, shouldBe)) {
    if (renames.some((rename) => isSameColumn(rename, candidate))) continue;
    if (await isConfirmed(candidate)) renames.push(candidate);
  }
  return renames;
}

function renameOf(flag: string, is: Snapshot, shouldBe: Snapshot): ColumnRename {
  const [, table, from = '', to = ''] = /^(?:([^.:]+)\.)?([^.:]+):(?:\1\.)?([^.:]+)$/.exec(flag) ?? [];
  if (from === '')
    throw new GenerateError(`--rename ${flag}: it must have the form table.old:new, with names of columns.`);
  const fitting = listTablesWithRename(from, to, is, shouldBe);
  if (table === undefined && fitting.length > 1) {
    throw new GenerateError(
      `--rename ${flag} fits several tables: write ${fitting.map((name) => `${name}.${flag}`).join(' or ')}.`,
    );
  }
  const rename = { table: table ?? fitting[0] ?? '', from, to };
  if (isRenamable(rename, is, shouldBe)) return rename;
  throw new GenerateError(
    `--rename ${flag}: no table has the column ${from} while its entity has ${to} instead; give names of columns, not of properties.`,
  );
}

async function isConfirmed(candidate: ColumnRename): Promise<boolean> {
  const { table, from, to } = candidate;
  if (!isInteractive()) {
    output.note(
      `${table}.${from} is dropped and ${to} added. If it is one renamed column, run the command again with --rename ${formatRename(candidate)}`,
    );
    return false;
  }
  const answer = await ask(
    `Table ${table}: is ${to} the column ${from} under a new name? Otherwise ${from} is dropped. [y/N] `,
  );
  if (answer === undefined) throw new GenerateError('No migration was written: the question was not answered.');
  return /^y(es)?$/i.test(answer.trim());
}

function isSameColumn(a: ColumnRename, b: ColumnRename): boolean {
  return a.table === b.table && (a.from === b.from || a.to === b.to);
}

function formatRename({ table, from, to }: ColumnRename): string {
  return `${table}.${from}:${to}`;
}

export interface GenerateOptions extends ScratchOptions {
  /** Name and timestamp of the migration. */
  readonly className: string;
  /** The values of `--rename`. */
  readonly renames: readonly string[];
}

export interface MigrationOptions extends Pick<GenerateOptions, 'className' | 'renames'> {
  /** How the entities write the definitions of constraints and indexes. Default: as PostgreSQL does. */
  readonly texts?: SourceTexts;
}

export interface GenerateResult {
  /** The catalog that the migrations create, without the new one. */
  readonly migrated: Snapshot;
  /** Undefined when entities and migrations agree. */
  readonly migration: GeneratedMigration | undefined;
}

export interface GeneratedMigration extends Trial {
  /** TypeScript, not formatted. */
  readonly source: string;
  /** Statements that lose data, or may lose it. */
  readonly losses: readonly string[];
}

/**
 * Generates the migration that changes the catalog of the migrations into that of the entities, and tries it. Both catalogs are those of
 * scratch databases, as in `migration:check --full`. Writes no file.
 *
 * @throws GenerateError when a difference cannot be written, or the trial fails; ScratchError, ConnectionFailure, Interruption
 */
export async function generateMigration(options: GenerateOptions): Promise<GenerateResult> {
  return withScratchDatabases(options, ['migrated', 'synchronised'], async ({ migrated, synchronised }) => {
    const [is, shouldBe] = [await readSchemaSnapshot(migrated), await readSchemaSnapshot(synchronised)];
    const texts = readSourceTexts(synchronised);
    return { migrated: is, migration: await writeMigrationBetween(migrated, is, shouldBe, { ...options, texts }) };
  });
}

/**
 * Generates the migration that changes the catalog `is` into `shouldBe`, and tries it on the database.
 *
 * @param migrated connected, with the catalog `is` and without rows. The migration stays applied there.
 */
export async function writeMigrationBetween(
  migrated: DataSource,
  is: Snapshot,
  shouldBe: Snapshot,
  { className, renames: flags, texts }: MigrationOptions,
): Promise<GeneratedMigration | undefined> {
  if (withoutMigrationOnly(diff(shouldBe, is), MIGRATION_ONLY).length === 0) return undefined;
  const renames = await chooseRenames(flags, is, shouldBe);
  const renamed = await readSnapshotWith(migrated, renames);
  const differences = withoutMigrationOnly(diff(shouldBe, renamed), MIGRATION_ONLY);
  const plan = assertWritable(planChanges(renamed, shouldBe, differences, { texts }));
  const up = [...renames.map((rename): Step => ({ sql: renameSql(rename), alone: false })), ...plan.steps];
  const trial = await tryMigration(migrated, { className, up, renames, before: is, renamed, wanted: shouldBe });
  const source = renderMigration({ className, up, ...trial, remarks: collectRemarks(plan, trial) });
  return { ...trial, source, losses: plan.losses };
}

/** Reads the catalog with the columns renamed, in a transaction that is rolled back. */
async function readSnapshotWith(dataSource: DataSource, renames: readonly ColumnRename[]): Promise<Snapshot> {
  const queryRunner = dataSource.createQueryRunner();
  await queryRunner.connect();
  try {
    await queryRunner.startTransaction();
    for (const rename of renames) await queryRunner.query(renameSql(rename));
    const snapshot = await readSnapshot((sql) => queryRunner.query(sql), getSchema(dataSource), 'schema');
    await queryRunner.rollbackTransaction();
    return snapshot;
  } finally {
    await queryRunner.release();
  }
}

function assertWritable(plan: Plan): Plan {
  if (plan.problems.length === 0) return plan;
  throw new GenerateError(
    `No migration was written: ${formatList(plan.problems)}. Write what entities cannot express by hand: ${formatCommand('migration:create')}.`,
  );
}

function collectRemarks({ checked }: Plan, { down, irreversibleBecause }: Trial): string[] {
  const rules =
    checked.length === 0
      ? []
      : [
          `Existing rows must satisfy ${checked.join(', ')}. If one does not, the migration stops (23514, 23505 or 23503) and the old rules stay in force: correct the row, then run it again.`,
        ];
  const enumChanges = down.filter(({ sql }) => sql.includes('CREATE TYPE') && sql.includes('RENAME TO'));
  const enums =
    enumChanges.length === 0
      ? []
      : [
          'PostgreSQL cannot remove a value of an enum, so `down` creates the type again and rewrites its tables while readers and writers wait. It stops (22P02) and changes nothing when a row has the value.',
        ];
  return [...rules, ...(irreversibleBecause === undefined ? enums : [])];
}
