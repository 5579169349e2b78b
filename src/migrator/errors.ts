import { SharedDbError } from '../connection/shared-db-error.js';

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

function errorOf(kind: MigrationErrorKind): MigrationErrorClass {
  return class extends MigrationError {
    static readonly kind = kind;

    constructor(what: string, migrations?: readonly string[], advice?: string) {
      super(kind, what, migrations, advice);
    }
  };
}

export class MigrationLockTimeout extends errorOf({
  code: 'MIGRATION_LOCK_TIMEOUT',
  when: 'another process migrates for longer than we would wait; the message names it',
  advice: 'wait for it or end it (pg_terminate_backend), or wait longer (--max-wait)',
}) {}

export class MigrationBlocked extends errorOf({
  code: 'MIGRATION_BLOCKED',
  when: 'a table is in use for longer than we would wait; the message names who uses it',
  advice: 'run it again when the table is quiet, end what blocks, or wait longer (--max-wait)',
}) {}

export class MigrationEdited extends errorOf({
  code: 'MIGRATION_EDITED',
  when: 'a migration is not what it was when this database got it',
  advice:
    'put it back as it was and write a new migration for the change; or accept it as it is now, if the database has the change already (--accept <name>)',
}) {}

export class MigrationMissing extends errorOf({
  code: 'MIGRATION_MISSING',
  when: 'the database has a migration that this build does not know: it is newer than the code',
  advice: 'use the build that has it; or accept that this build does not know it (--accept <name>)',
}) {}

export class MigrationOutOfOrder extends errorOf({
  code: 'MIGRATION_OUT_OF_ORDER',
  when: 'a migration to be applied is older than one that is applied already',
  advice: 'give it a new timestamp (migration:create); or apply it after the newer one (--accept <name>)',
}) {}

export class MigrationUnknown extends errorOf({
  code: 'MIGRATION_UNKNOWN',
  when: 'a name given to be accepted is no migration of this build or database',
  advice: 'migration:show lists them',
}) {}

export class MigrationHalfDone extends errorOf({
  code: 'MIGRATION_HALF_DONE',
  when: 'a migration without transaction was stopped half-way in the other direction',
  advice: 'finish that first',
}) {}

export class MigrationStepsChanged extends errorOf({
  code: 'MIGRATION_STEPS_CHANGED',
  when: 'a migration without transaction was stopped half-way and is to go on, but what it did already was changed in the file',
  advice: 'put those statements back; the ones after them may be changed',
}) {}

export class MigrationFailed extends errorOf({
  code: 'MIGRATION_FAILED',
  when: 'a statement of a migration failed, or its code did',
  advice: 'correct it and run it again',
}) {}

export class MigrationInterrupted extends errorOf({
  code: 'MIGRATION_INTERRUPTED',
  when: 'the connection was lost while a migration ran',
  advice: 'run the same command again: it finds out how far this went and completes it',
}) {}

export class MigrationStatementRefused extends errorOf({
  code: 'MIGRATION_STATEMENT_REFUSED',
  when: 'a migration wants to do what the runner could not take back or resume',
  advice: 'change the migration',
}) {}

export class MigrationIrreversible extends errorOf({
  code: 'MIGRATION_IRREVERSIBLE',
  when: 'the newest migration cannot be taken back',
  advice: 'write a migration that goes forward, or restore the backup',
}) {}

export class MigrationNeedsDirectConnection extends errorOf({
  code: 'MIGRATION_NEEDS_DIRECT_CONNECTION',
  when: 'a pooler such as PgBouncer stands before the database, and what is to be done needs a connection of its own',
  advice: 'set MIGRATION_DATABASE_URL to the URL of the server itself',
}) {}

export class MigrationSchemaMissing extends errorOf({
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
