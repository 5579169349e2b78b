import {
  MigrationEdited,
  MigrationHalfDone,
  MigrationIrreversible,
  MigrationMissing,
  MigrationOutOfOrder,
  MigrationUnknown,
} from './errors.js';
import type { History, Run } from './journal.js';
import type { KnownMigration } from './known-migrations.js';

export interface Plan {
  /** Oldest first. */
  readonly pending: readonly KnownMigration[];
  /** What the caller takes as it is, and what is known of its source now; to be recorded. */
  readonly suppressions: readonly { readonly name: string; readonly checksum: string | undefined }[];
}

/**
 * What is to be applied. Pure: what the database has, against what this build has.
 *
 * @throws MigrationHalfDone, MigrationEdited, MigrationMissing, MigrationOutOfOrder, MigrationUnknown
 */
export function planRun(known: readonly KnownMigration[], history: History, accept: ReadonlySet<string>): Plan {
  assertNamesExist(known, history, accept);
  const halfDown = [...history.runs.values()].find((run) => run.action === 'down' && isHalfDone(run));
  if (halfDown) throw new MigrationHalfDone(...describeHalfDone(halfDown, 'taken back', 'migration:revert'));

  const applied = new Set(history.applied.map(({ name }) => name));
  const pending = known.filter(({ name }) => !applied.has(name));
  const edited = listEdited(known, history).filter(({ name }) => applied.has(name));
  const missing = listMissing(known, history).filter((name) => !history.accepted.has(name));
  const newest = Math.max(-Infinity, ...history.applied.map(({ timestamp }) => timestamp));
  const late = pending.filter(({ timestamp }) => timestamp < newest);

  refuse(MigrationEdited, 'Edited after it was applied', listNames(edited), accept);
  refuse(MigrationMissing, 'In the database, but unknown to this build', missing, accept);
  refuse(MigrationOutOfOrder, 'Older than the newest applied migration', listNames(late), accept);
  // Once is enough: it is asked again before each migration.
  const newlyLate = listNames(late).filter((name) => !history.accepted.has(name));
  const taken = [...listNames(edited), ...missing, ...newlyLate].filter((name) => accept.has(name));
  const checksums = new Map(known.map(({ name, checksum }) => [name, checksum]));
  return { pending, suppressions: taken.map((name) => ({ name, checksum: checksums.get(name) })) };
}

/**
 * The migration to be taken back: the newest applied one.
 *
 * @returns undefined when none is applied
 * @throws MigrationHalfDone, MigrationEdited, MigrationMissing, MigrationIrreversible
 */
export function planRevert(
  known: readonly KnownMigration[],
  history: History,
  accept: ReadonlySet<string>,
): KnownMigration | undefined {
  assertNamesExist(known, history, accept);
  const applied = new Set(history.applied.map(({ name }) => name));
  const halfUp = [...history.runs.values()].find(
    (run) => run.action === 'up' && isHalfDone(run) && !applied.has(run.name),
  );
  if (halfUp) throw new MigrationHalfDone(...describeHalfDone(halfUp, 'applied', 'migration:run'));
  const newest = history.applied.at(-1);
  if (newest === undefined) return undefined;
  const migration = known.find(({ name }) => name === newest.name);
  // What is not in this build cannot be taken back by it, whoever accepts that.
  if (!migration) refuse(MigrationMissing, 'In the database, but unknown to this build', [newest.name], new Set());
  refuse(
    MigrationEdited,
    'Edited after it was applied',
    listNames(listEdited(known, history)).filter((name) => name === newest.name),
    accept,
  );
  if (migration?.irreversibleBecause !== undefined) {
    throw new MigrationIrreversible(
      `${newest.name} cannot be taken back: ${migration.irreversibleBecause.replace(/[.:]$/, '')}`,
      [newest.name],
    );
  }
  return migration;
}

/** Statements of it are done that no rollback took back. */
export function isHalfDone(run: Run): boolean {
  return run.finishedAt === null && (run.rowCounts.length > 0 || run.begun > 0);
}

function describeHalfDone(run: Run, what: string, command: string): [string, string[], string] {
  const done = `${run.rowCounts.length} of its statements are done`;
  return [
    `${run.name} was being ${what} and was stopped half-way (${done})`,
    [run.name],
    `finish that first: ${command}`,
  ];
}

/** Known both then and now, and different. */
function listEdited(known: readonly KnownMigration[], { checksums }: History): KnownMigration[] {
  return known.filter(({ name, checksum }) => {
    const recorded = checksums.get(name);
    return checksum !== undefined && recorded != null && recorded !== checksum;
  });
}

/** Applied, or half applied, and not in this build. */
function listMissing(known: readonly KnownMigration[], { applied, runs }: History): string[] {
  const ours = new Set(listNames(known));
  const halfDone = [...runs.values()].filter(isHalfDone).map(({ name }) => name);
  return [...new Set([...applied.map(({ name }) => name), ...halfDone])].filter((name) => !ours.has(name));
}

function refuse(
  Refusal: typeof MigrationEdited | typeof MigrationMissing | typeof MigrationOutOfOrder,
  what: string,
  names: readonly string[],
  accept: ReadonlySet<string>,
): void {
  const refused = names.filter((name) => !accept.has(name));
  if (refused.length > 0) throw new Refusal(`${what}: ${refused.join(', ')}`, refused);
}

function assertNamesExist(known: readonly KnownMigration[], { applied }: History, accept: ReadonlySet<string>): void {
  const names = new Set([...listNames(known), ...applied.map(({ name }) => name)]);
  const unknown = [...accept].filter((name) => !names.has(name));
  if (unknown.length > 0) throw new MigrationUnknown(`There is no migration ${unknown.join(', ')} to accept`, unknown);
}

function listNames(migrations: readonly { readonly name: string }[]): string[] {
  return migrations.map(({ name }) => name);
}
