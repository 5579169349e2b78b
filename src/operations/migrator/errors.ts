import { getStackFrames } from '../../errors/redaction.js';
import { isError, SharedDbError } from '../../errors/shared-db-error.js';
import { removeLiterals } from '../../errors/sql-text.js';
import { ConnectionLost, getSqlState, getSummary, toDatabaseError } from '../../errors/translate.js';
import type { Statement } from './statement-kind.js';

/** Describes one class of migration errors, for programs and for the generated page of error codes. */
export interface MigrationErrorKind {
  /** A stable code such as `MIGRATION_EDITED`. */
  readonly code: string;
  /** The condition under which it is thrown. */
  readonly when: string;
  /** What the operator does next. */
  readonly advice: string;
}

/**
 * Base class of the migrator's errors. The message is one line: what happened, to which migration, and what to do next. It contains
 * no values of rows and no literals of statements.
 */
export abstract class MigrationError extends SharedDbError {
  /** A stable code for programs, such as `MIGRATION_EDITED`. */
  readonly code: string;

  constructor(
    kind: MigrationErrorKind,
    /** What happened; the advice is appended. */
    what: string,
    /** Names of the migrations that the error concerns. */
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
  when: 'another process holds the migration lock for longer than the wait limit; the message names the process',
  advice: 'run it again when that process has ended, end it (pg_terminate_backend), or wait longer (--max-wait)',
}) {}

export class MigrationBlocked extends defineMigrationError({
  code: 'MIGRATION_BLOCKED',
  when: 'a table is in use for longer than the wait limit; the message names the session that uses it',
  advice: 'run it again when the table is free, end the blocking session, or wait longer (--max-wait)',
}) {}

export class MigrationEdited extends defineMigrationError({
  code: 'MIGRATION_EDITED',
  when: 'the source of an applied migration differs from the source that was applied',
  advice:
    'restore the file and write a new migration for the change; or, if the database already has the change, accept the file as it is (--accept <name>)',
}) {}

export class MigrationMissing extends defineMigrationError({
  code: 'MIGRATION_MISSING',
  when: 'the database has a migration that this build lacks: the database is newer than the code',
  advice: 'use a build that has it, or accept that this build lacks it (--accept <name>)',
}) {}

export class MigrationOutOfOrder extends defineMigrationError({
  code: 'MIGRATION_OUT_OF_ORDER',
  when: 'a pending migration is older than an applied one',
  advice: 'give it a new timestamp (migration:create), or apply it after the newer one (--accept <name>)',
}) {}

export class MigrationUnknown extends defineMigrationError({
  code: 'MIGRATION_UNKNOWN',
  when: 'a name passed to --accept is neither a migration of this build nor one of the database',
  advice: 'migration:show lists the names',
}) {}

export class MigrationHalfDone extends defineMigrationError({
  code: 'MIGRATION_HALF_DONE',
  when: 'a migration without a transaction was interrupted in the other direction',
  advice: 'finish it first',
}) {}

export class MigrationStepsChanged extends defineMigrationError({
  code: 'MIGRATION_STEPS_CHANGED',
  when: 'an interrupted migration without a transaction resumes, but statements that it has already run were changed in the file',
  advice: 'restore those statements; later statements may be changed',
}) {}

export class MigrationFailed extends defineMigrationError({
  code: 'MIGRATION_FAILED',
  when: 'a statement or the code of a migration failed',
  advice: 'correct the migration and run it again',
}) {}

export class MigrationInterrupted extends defineMigrationError({
  code: 'MIGRATION_INTERRUPTED',
  when: 'the connection was lost during a migration',
  advice: 'run the same command again: it reads how far the migration got and completes it',
}) {}

export class MigrationStatementRefused extends defineMigrationError({
  code: 'MIGRATION_STATEMENT_REFUSED',
  when: 'a migration sends a statement that the runner can neither roll back nor resume',
  advice: 'change the migration',
}) {}

export class MigrationIrreversible extends defineMigrationError({
  code: 'MIGRATION_IRREVERSIBLE',
  when: 'the newest migration cannot be reverted',
  advice: 'write a new migration that changes the schema as needed, or restore a backup',
}) {}

export class MigrationNeedsDirectConnection extends defineMigrationError({
  code: 'MIGRATION_NEEDS_DIRECT_CONNECTION',
  when: 'the connection goes through a pooler such as PgBouncer, and the operation needs a direct connection',
  advice: 'set MIGRATION_DATABASE_URL to the URL of the PostgreSQL server',
}) {}

export class MigrationSchemaMissing extends defineMigrationError({
  code: 'MIGRATION_SCHEMA_MISSING',
  when: 'the schema to be migrated does not exist, and the role may not create it',
  advice: 'create the schema, or run db:roles as the owner of the database',
}) {}

export class MigrationsNotClasses extends defineMigrationError({
  code: 'MIGRATIONS_NOT_CLASSES',
  when: 'the option `migrations` of the DataSource has an entry that is not a class, such as a glob',
  advice: 'pass the migration classes themselves',
}) {}

/** All classes of migration errors, for the generated page of error codes. */
export const MIGRATION_ERRORS: readonly MigrationErrorClass[] = [
  ...[MigrationLockTimeout, MigrationBlocked, MigrationEdited, MigrationMissing, MigrationOutOfOrder, MigrationUnknown],
  ...[MigrationHalfDone, MigrationStepsChanged, MigrationFailed, MigrationInterrupted, MigrationStatementRefused],
  ...[MigrationIrreversible, MigrationNeedsDirectConnection, MigrationSchemaMissing, MigrationsNotClasses],
];

/** lock_not_available, deadlock_detected, serialization_failure: the same transaction may succeed when it is retried. */
const RETRYABLE_STATES: readonly unknown[] = ['55P03', '40P01', '40001'];

const QUERY_CANCELED = '57014';

export function isRetryable(error: unknown): boolean {
  return RETRYABLE_STATES.includes(getSqlState(error));
}

/** Returns true if the connection broke. PostgreSQL's last error arrives before the client notices that the socket is closed. */
export function isConnectionLost(error: unknown): boolean {
  return toDatabaseError(error) instanceof ConnectionLost;
}

/** Where in a migration an error occurred. */
export interface Place {
  readonly migration: string;
  /** Number of the statement in the migration, from 1; 0: none was sent yet. */
  readonly ordinal: number;
  /** Undefined: the error occurred before, after or between statements. */
  readonly statement: Statement | undefined;
  /** A sentence: which of the migration's changes remain in the database. */
  readonly state: string;
}

/**
 * Converts an error of a migration to a MigrationError whose message is one line without values of rows or literals. Returns errors of
 * this package unchanged.
 */
export function toMigrationError(error: unknown, place: Place): Error {
  if (error instanceof SharedDbError) return error;
  const { migration } = place;
  if (isConnectionLost(error))
    return new MigrationInterrupted(`The connection was lost while ${migration} ran`, [migration]);
  const position = place.statement === undefined ? '' : ` at statement ${place.ordinal}`;
  const text = place.statement === undefined ? '' : ` in ${removeLiterals(place.statement.sql)}`;
  const failed = new MigrationFailed(
    `${migration} failed${position}: ${getReason(error, place.statement)}${text}. ${place.state}`,
    [migration],
  );
  // The message of an error that is not PostgreSQL's may contain anything, so only its stack frames are kept.
  if (isError(error) && getSqlState(error) === undefined)
    failed.stack = `${failed.stack ?? ''}\n${getStackFrames(error)}`;
  return failed;
}

function getReason(error: unknown, statement: Statement | undefined): string {
  const state = getSqlState(error);
  if (state === undefined) return `its code threw ${isError(error) ? error.name : typeof error} (DEBUG=1 shows where)`;
  if (state === QUERY_CANCELED) return 'it exceeded statement_timeout or was cancelled (57014)';
  if (state === '25001') return 'it cannot run inside a transaction: declare transaction = false (25001)';
  const { driverError = error, query = statement?.sql } = error as { driverError?: unknown; query?: unknown };
  // The message contains the statement anyway, so its names may be shown in production too.
  const translated = toDatabaseError({ driverError, query }, undefined, { showStatementNames: true });
  return `${translated === undefined ? 'PostgreSQL refused it' : getSummary(translated)} (${state})`;
}
