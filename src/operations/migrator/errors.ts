import { getStackFrames } from '../../errors/redaction.js';
import { isError, SharedDbError } from '../../errors/shared-db-error.js';
import { removeLiterals } from '../../errors/sql-text.js';
import { ConnectionLost, getSqlState, getSummary, toDatabaseError } from '../../errors/translate.js';
import type { Statement } from './in-transaction.js';

/** What a kind of migration error is, for programs and the generated page of error codes. */
export interface MigrationErrorKind {
  /** Stable: `MIGRATION_EDITED`. */
  readonly code: string;
  /** When it is thrown. */
  readonly when: string;
  /** What to do. */
  readonly advice: string;
}

/** The runner refused, or a migration failed. One line: what, why, what to do; no value of a row, no literal of a statement. */
export abstract class MigrationError extends SharedDbError {
  /** Stable, for programs: `MIGRATION_EDITED`. */
  readonly code: string;

  constructor(
    kind: MigrationErrorKind,
    /** What happened, without the advice of the kind, which is added. */
    what: string,
    /** Names of the migrations it is about. */
    readonly migrations: readonly string[] = [],
    advice = kind.advice,
  ) {
    super(`${what}: ${advice}`);
    this.name = new.target.name;
    this.code = kind.code;
  }
}

export interface MigrationErrorClass {
  new (what: string, migrations?: readonly string[], advice?: string): MigrationError;
  readonly kind: MigrationErrorKind;
}

function defineMigrationError(kind: MigrationErrorKind): MigrationErrorClass {
  return class extends MigrationError {
    static readonly kind = kind;

    constructor(what: string, migrations?: readonly string[], advice?: string) {
      super(kind, what, migrations, advice);
    }
  };
}

export class MigrationLockTimeout extends defineMigrationError({
  code: 'MIGRATION_LOCK_TIMEOUT',
  when: 'another process migrates for longer than we would wait; the message names it',
  advice: 'wait for it or end it (pg_terminate_backend), or wait longer (--max-wait)',
}) {}

export class MigrationBlocked extends defineMigrationError({
  code: 'MIGRATION_BLOCKED',
  when: 'a table is in use for longer than we would wait; the message names who uses it',
  advice: 'run it again when the table is quiet, end what blocks, or wait longer (--max-wait)',
}) {}

export class MigrationEdited extends defineMigrationError({
  code: 'MIGRATION_EDITED',
  when: 'a migration is not what it was when this database got it',
  advice:
    'put it back as it was and write a new migration for the change; or accept it as it is now, if the database has the change already (--accept <name>)',
}) {}

export class MigrationMissing extends defineMigrationError({
  code: 'MIGRATION_MISSING',
  when: 'the database has a migration that this build does not know: it is newer than the code',
  advice: 'use the build that has it; or accept that this build does not know it (--accept <name>)',
}) {}

export class MigrationOutOfOrder extends defineMigrationError({
  code: 'MIGRATION_OUT_OF_ORDER',
  when: 'a migration to be applied is older than one that is applied already',
  advice: 'give it a new timestamp (migration:create); or apply it after the newer one (--accept <name>)',
}) {}

export class MigrationUnknown extends defineMigrationError({
  code: 'MIGRATION_UNKNOWN',
  when: 'a name given to be accepted is no migration of this build or database',
  advice: 'migration:show lists them',
}) {}

export class MigrationHalfDone extends defineMigrationError({
  code: 'MIGRATION_HALF_DONE',
  when: 'a migration without transaction was stopped half-way in the other direction',
  advice: 'finish that first',
}) {}

export class MigrationStepsChanged extends defineMigrationError({
  code: 'MIGRATION_STEPS_CHANGED',
  when: 'a migration without transaction was stopped half-way and is to go on, but what it did already was changed in the file',
  advice: 'put those statements back; the ones after them may be changed',
}) {}

export class MigrationFailed extends defineMigrationError({
  code: 'MIGRATION_FAILED',
  when: 'a statement of a migration failed, or its code did',
  advice: 'correct it and run it again',
}) {}

export class MigrationInterrupted extends defineMigrationError({
  code: 'MIGRATION_INTERRUPTED',
  when: 'the connection was lost while a migration ran',
  advice: 'run the same command again: it finds out how far this went and completes it',
}) {}

export class MigrationStatementRefused extends defineMigrationError({
  code: 'MIGRATION_STATEMENT_REFUSED',
  when: 'a migration wants to do what the runner could not take back or resume',
  advice: 'change the migration',
}) {}

export class MigrationIrreversible extends defineMigrationError({
  code: 'MIGRATION_IRREVERSIBLE',
  when: 'the newest migration cannot be taken back',
  advice: 'write a migration that goes forward, or restore the backup',
}) {}

export class MigrationNeedsDirectConnection extends defineMigrationError({
  code: 'MIGRATION_NEEDS_DIRECT_CONNECTION',
  when: 'a pooler such as PgBouncer stands before the database, and what is to be done needs a connection of its own',
  advice: 'set MIGRATION_DATABASE_URL to the URL of the server itself',
}) {}

export class MigrationSchemaMissing extends defineMigrationError({
  code: 'MIGRATION_SCHEMA_MISSING',
  when: 'the schema that is to be migrated does not exist, and the role may not create it',
  advice: 'create it, or run db:roles as the owner of the database',
}) {}

/** Every kind, for the generated page of error codes. */
export const MIGRATION_ERRORS: readonly MigrationErrorClass[] = [
  ...[MigrationLockTimeout, MigrationBlocked, MigrationEdited, MigrationMissing, MigrationOutOfOrder, MigrationUnknown],
  ...[MigrationHalfDone, MigrationStepsChanged, MigrationFailed, MigrationInterrupted, MigrationStatementRefused],
  ...[MigrationIrreversible, MigrationNeedsDirectConnection, MigrationSchemaMissing],
];

/** Lock timeout, deadlock, serialisation: the same transaction may succeed when it is tried again. */
const TRY_AGAIN: readonly unknown[] = ['55P03', '40P01', '40001'];

const TIMED_OUT = '57014';

export function isRetryable(error: unknown): boolean {
  return TRY_AGAIN.includes(getSqlState(error));
}

/** Did the connection break? PostgreSQL's last words on it come before its end is noticed. */
export function isConnectionLost(error: unknown): boolean {
  return toDatabaseError(error) instanceof ConnectionLost;
}

export interface Place {
  readonly migration: string;
  /** Which statement of the migration, from 1; 0: none yet. */
  readonly ordinal: number;
  /** Undefined: not in a statement but before, after or between. */
  readonly statement: Statement | undefined;
  /** What is left in the database of the migration. */
  readonly state: string;
}

/**
 * What went wrong, in one line, without values of rows or literals. A refusal of the runner itself is passed on.
 */
export function toMigrationError(error: unknown, place: Place): Error {
  if (error instanceof SharedDbError) return error;
  const { migration } = place;
  if (isConnectionLost(error))
    return new MigrationInterrupted(`The connection was lost while ${migration} ran`, [migration]);
  const at = place.statement === undefined ? '' : ` at statement ${place.ordinal}`;
  const text = place.statement === undefined ? '' : ` in ${removeLiterals(place.statement.sql)}`;
  const failed = new MigrationFailed(
    `${migration} failed${at}: ${getReason(error, place.statement)}${text}. ${place.state}`,
    [migration],
  );
  // Of what is not the database's the frames are all that helps; its message may hold anything.
  if (isError(error) && getSqlState(error) === undefined)
    failed.stack = `${failed.stack ?? ''}\n${getStackFrames(error)}`;
  return failed;
}

function getReason(error: unknown, statement: Statement | undefined): string {
  const state = getSqlState(error);
  if (state === undefined) return `its code threw ${isError(error) ? error.name : typeof error} (DEBUG=1 shows where)`;
  if (state === TIMED_OUT) return 'it ran longer than statements of its kind may (57014), or somebody cancelled it';
  if (state === '25001') return 'it cannot run inside a transaction: declare transaction = false (25001)';
  const { driverError = error, query = statement?.sql } = error as { driverError?: unknown; query?: unknown };
  // The statement is shown beside the error, so its names may be shown in production, too.
  const known = toDatabaseError({ driverError, query }, undefined, { showStatementNames: true });
  return `${known === undefined ? 'PostgreSQL refused it' : getSummary(known)} (${state})`;
}
