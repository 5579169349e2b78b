import { SharedDbError } from '../connection/shared-db-error.js';

/** What a refusal is, for programs and the generated page of error codes. */
export interface RefusalKind {
  /** Stable: `CONFIRMATION_NEEDED`. */
  readonly code: string;
  /** When it is thrown. */
  readonly when: string;
  /** What to do. */
  readonly advice: string;
}

/** What would be destroyed, and how its database is confirmed. */
export interface Deed {
  /** Completes "Refused to …": `take back a migration`. */
  readonly action: string;
  /** Where the name is given: an option or a variable. */
  readonly confirmBy: string;
}

/** Something that destroys was refused before it did anything. One line; names the database, and nothing that is in it. */
export abstract class DestructionRefused extends SharedDbError {
  abstract readonly code: string;

  constructor(
    { action, confirmBy }: Deed,
    /** Where the connection leads. */
    readonly databaseName: string,
    why: string,
    todo: string,
  ) {
    super(`Refused to ${action}: ${why}. Nothing was changed. ${todo} ${confirmBy}.`);
    this.name = new.target.name;
  }
}

/** The database is not, or may not be, one of development or tests, and nobody named it. */
export class ConfirmationNeeded extends DestructionRefused {
  static readonly kind: RefusalKind = {
    code: 'CONFIRMATION_NEEDED',
    when: 'something would be destroyed in a database that is not one of development or tests, or does not say what it is',
    advice: 'if it is the one you mean, give its name: `--database`, `confirmedName`, or SHARED_DB_CONFIRM_DATABASE',
  };
  readonly code = ConfirmationNeeded.kind.code;

  constructor(
    deed: Deed,
    databaseName: string,
    /** Why it is asked for: sentences without their end. */
    readonly reasons: readonly string[],
  ) {
    super(
      deed,
      databaseName,
      reasons.join(', and '),
      `If ${quoted(databaseName)} is the database you mean, give its name with`,
    );
  }
}

/** The name that was given is that of another database; case, spaces and spelling of characters count. */
export class ConfirmationWrong extends DestructionRefused {
  static readonly kind: RefusalKind = {
    code: 'CONFIRMATION_WRONG',
    when: 'something would be destroyed, and the database that was named is not the one the connection leads to',
    advice: 'check the database URL, or give the name that you mean, exactly',
  };
  readonly code = ConfirmationWrong.kind.code;

  constructor(
    deed: Deed,
    databaseName: string,
    readonly confirmedName: string,
  ) {
    const why = `the connection leads to the database ${quoted(databaseName)}, not to ${quoted(confirmedName)}`;
    super(deed, databaseName, why, 'Check the database URL, or give the name that you mean, exactly, with');
  }
}

/** Every kind, for the generated page of error codes. */
export const GUARD_ERRORS = [ConfirmationNeeded, ConfirmationWrong] as const;

/** On one line, whatever the name holds. */
export function quoted(name: string): string {
  return JSON.stringify(name);
}
