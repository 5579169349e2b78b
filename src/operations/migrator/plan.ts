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

/** The result of comparing this build with the database. */
export interface Plan {
  /** Oldest first. */
  readonly pending: readonly KnownMigration[];
  /** Migrations that the caller accepts as they are, with the checksum of their current source; the runner records them. */
  readonly accepted: readonly { readonly name: string; readonly checksum: string | undefined }[];
}

/**
 * Lists the pending migrations by comparing this build with the database. Runs no query.
 *
 * @throws MigrationHalfDone, MigrationEdited, MigrationMissing, MigrationOutOfOrder, MigrationUnknown
 */
export function planRun(known: readonly KnownMigration[], history: History, accept: ReadonlySet<string>): Plan {
  assertNamesExist(known, history, accept);
  const halfDown = [...history.runs.values()].find((run) => run.action === 'down' && isHalfDone(run));
  if (halfDown) throw new MigrationHalfDone(...describeHalfDone(halfDown, 'reverted', 'migration:revert'));

  const applied = new Set(history.applied.map(({ name }) => name));
  const pending = known.filter(({ name }) => !applied.has(name));
  const edited = listEdited(known, history).filter(({ name }) => applied.has(name));
  const missing = listMissing(known, history).filter((name) => !history.accepted.has(name));
  const newest = Math.max(-Infinity, ...history.applied.map(({ timestamp }) => timestamp));
  const late = pending.filter(({ timestamp }) => timestamp < newest);

  throwUnlessAccepted(MigrationEdited, 'Edited after it was applied', listNames(edited), accept);
  throwUnlessAccepted(MigrationMissing, 'In the database but not in this build', missing, accept);
  throwUnlessAccepted(MigrationOutOfOrder, 'Older than the newest applied migration', listNames(late), accept);
  // The plan is made again before each migration; an acceptance is recorded only once.
  const newlyLate = listNames(late).filter((name) => !history.accepted.has(name));
  const accepted = [...listNames(edited), ...missing, ...newlyLate].filter((name) => accept.has(name));
  const checksums = new Map(known.map(({ name, checksum }) => [name, checksum]));
  return { pending, accepted: accepted.map((name) => ({ name, checksum: checksums.get(name) })) };
}

/**
 * Returns the migration to revert: the newest applied one, or undefined when none is applied.
 *
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
  // This build cannot revert a migration that it does not have, even if the caller accepts its absence.
  if (!migration)
    throwUnlessAccepted(MigrationMissing, 'In the database but not in this build', [newest.name], new Set());
  throwUnlessAccepted(
    MigrationEdited,
    'Edited after it was applied',
    listNames(listEdited(known, history)).filter((name) => name === newest.name),
    accept,
  );
  if (migration?.irreversibleBecause !== undefined) {
    throw new MigrationIrreversible(
      `${newest.name} cannot be reverted: ${migration.irreversibleBecause.replace(/[.:]$/, '')}`,
      [newest.name],
    );
  }
  return migration;
}

/** Returns true if an unfinished run has completed statements that no rollback undid. */
export function isHalfDone(run: Run): boolean {
  return run.finishedAt === null && (run.rowCounts.length > 0 || run.begun > 0);
}

function describeHalfDone(run: Run, participle: string, command: string): [string, string[], string] {
  const done = `${run.rowCounts.length} of its statements are done`;
  return [
    `${run.name} was interrupted while it was being ${participle} (${done})`,
    [run.name],
    `finish it first: ${command}`,
  ];
}

/** Lists the migrations whose recorded and current checksums are both known and differ. */
function listEdited(known: readonly KnownMigration[], { checksums }: History): KnownMigration[] {
  return known.filter(({ name, checksum }) => {
    const recorded = checksums.get(name);
    return checksum !== undefined && recorded != null && recorded !== checksum;
  });
}

/** Lists the applied and half-applied migrations that this build lacks. */
function listMissing(known: readonly KnownMigration[], { applied, runs }: History): string[] {
  const inBuild = new Set(listNames(known));
  const halfDone = [...runs.values()].filter(isHalfDone).map(({ name }) => name);
  return [...new Set([...applied.map(({ name }) => name), ...halfDone])].filter((name) => !inBuild.has(name));
}

function throwUnlessAccepted(
  ErrorClass: typeof MigrationEdited | typeof MigrationMissing | typeof MigrationOutOfOrder,
  what: string,
  names: readonly string[],
  accept: ReadonlySet<string>,
): void {
  const refused = names.filter((name) => !accept.has(name));
  if (refused.length > 0) throw new ErrorClass(`${what}: ${refused.join(', ')}`, refused);
}

function assertNamesExist(known: readonly KnownMigration[], { applied }: History, accept: ReadonlySet<string>): void {
  const names = new Set([...listNames(known), ...applied.map(({ name }) => name)]);
  const unknown = [...accept].filter((name) => !names.has(name));
  if (unknown.length > 0)
    throw new MigrationUnknown(
      `Cannot accept ${unknown.join(', ')}: neither this build nor the database has such a migration`,
      unknown,
    );
}

function listNames(migrations: readonly { readonly name: string }[]): string[] {
  return migrations.map(({ name }) => name);
}
