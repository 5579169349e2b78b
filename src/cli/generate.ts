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
import { formatCommand, output } from './command.js';
import { ask, isInteractive } from './confirmation.js';
import { type Trial, tryMigration } from './trial.js';

/** No migration can be written; nothing was. */
export class GenerateError extends SharedDbError {
  override readonly name = 'GenerateError';
}

/** The most sentences that a message lists. */
const MOST = 10;

/** The first sentences of a list on one line, and how many more there are. */
export function formatList(sentences: readonly string[]): string {
  const more = sentences.length > MOST ? ` and ${sentences.length - MOST} more` : '';
  return `${sentences.slice(0, MOST).join('; ')}${more}`;
}

/** How the entities write their CHECKs and the conditions of their partial indexes, by key of the object in a snapshot. */
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
 * The columns that are renamed: those of `--rename`, and at a terminal those that its user says are. All others are dropped and
 * added, which is said.
 *
 * @param flags `posts.content:body`, or `content:body` where only one table fits
 * @throws GenerateError when a flag names what is not dropped and added
 */
async function chooseRenames(flags: readonly string[], is: Snapshot, shouldBe: Snapshot): Promise<ColumnRename[]> {
  const renames = flags.map((flag) => renameOf(flag, is, shouldBe));
  const double = renames.find((a, place) => renames.slice(0, place).some((b) => isSameColumn(a, b)));
  if (double)
    throw new GenerateError(`--rename ${formatRename(double)}: one of its columns is in another --rename too.`);
  for (const candidate of findRenameCandidates(is, shouldBe)) {
    if (renames.some((rename) => isSameColumn(rename, candidate))) continue;
    if (await isConfirmed(candidate)) renames.push(candidate);
  }
  return renames;
}

function renameOf(flag: string, is: Snapshot, shouldBe: Snapshot): ColumnRename {
  const [, table, from = '', to = ''] = /^(?:([^.:]+)\.)?([^.:]+):(?:\1\.)?([^.:]+)$/.exec(flag) ?? [];
  if (from === '') throw new GenerateError(`--rename ${flag}: write it as table.old:new, with names of columns.`);
  const fitting = listTablesWithRename(from, to, is, shouldBe);
  if (table === undefined && fitting.length > 1) {
    throw new GenerateError(
      `--rename ${flag} fits several tables: write ${fitting.map((name) => `${name}.${flag}`).join(' or ')}.`,
    );
  }
  const rename = { table: table ?? fitting[0] ?? '', from, to };
  if (isRenamable(rename, is, shouldBe)) return rename;
  throw new GenerateError(
    `--rename ${flag}: there is no table that has ${from} and whose entity has ${to} in its place; give names of columns, not of properties.`,
  );
}

async function isConfirmed(candidate: ColumnRename): Promise<boolean> {
  const { table, from, to } = candidate;
  if (!isInteractive()) {
    output.note(
      `${table}.${from} is dropped and ${to} added. If that is one column renamed, say so: --rename ${formatRename(candidate)}`,
    );
    return false;
  }
  const answer = await ask(
    `Table ${table}: is ${to} the column ${from} under a new name? Otherwise ${from} is dropped. [y/N] `,
  );
  if (answer === undefined) throw new GenerateError('Nothing is written: the question was not answered.');
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
    const [is, shouldBe] = [await readSchemaSnapshot(migrated), await readSchemaSnapshot(synchronised)];
    const texts = readSourceTexts(synchronised);
    return { migrated: is, migration: await writeMigrationBetween(migrated, is, shouldBe, { ...options, texts }) };
  });
}

/**
 * The migration that makes the one catalog of the other, tried on the database.
 *
 * @param migrated connected, with the catalog `is` and no rows; left with the migration applied.
 */
export async function writeMigrationBetween(
  migrated: DataSource,
  is: Snapshot,
  shouldBe: Snapshot,
  { className, renames: flags, texts }: MigrationOptions,
): Promise<GeneratedMigration | undefined> {
  if (withoutMigrationOnly(diff(shouldBe, is), MIGRATION_ONLY).length === 0) return undefined;
  const renames = await chooseRenames(flags, is, shouldBe);
  const renamed = await snapshotWith(migrated, renames);
  const differences = withoutMigrationOnly(diff(shouldBe, renamed), MIGRATION_ONLY);
  const plan = assertWritable(planChanges(renamed, shouldBe, differences, { texts }));
  const up = [...renames.map((rename): Step => ({ sql: renameSql(rename), alone: false })), ...plan.steps];
  const trial = await tryMigration(migrated, { className, up, renames, before: is, renamed, wanted: shouldBe });
  const source = renderMigration({ className, up, ...trial, remarks: collectRemarks(plan, trial) });
  return { ...trial, source, losses: plan.losses };
}

/** The catalog as it would be with the columns renamed; nothing stays renamed. */
async function snapshotWith(dataSource: DataSource, renames: readonly ColumnRename[]): Promise<Snapshot> {
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
    `Nothing is written: ${formatList(plan.problems)}. What entities cannot express is written by hand: ${formatCommand('migration:create')}.`,
  );
}

function collectRemarks({ checked }: Plan, { down, irreversibleBecause }: Trial): string[] {
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
