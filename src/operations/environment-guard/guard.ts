import { SharedDbError } from '../../errors/shared-db-error.js';
import { type Query, readDatabaseState, type DatabaseState } from './environment-row.js';

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
export interface DestructiveAction {
  /** Completes "Refused to …": `take back a migration`. */
  readonly action: string;
  /** Where the name is given: an option or a variable. */
  readonly confirmBy: string;
}

/** Something that destroys was refused before it did anything. One line; names the database, and nothing that is in it. */
export abstract class DestructionRefused extends SharedDbError {
  abstract readonly code: string;

  constructor(
    { action, confirmBy }: DestructiveAction,
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
    action: DestructiveAction,
    databaseName: string,
    /** Why it is asked for: sentences without their end. */
    readonly reasons: readonly string[],
  ) {
    super(
      action,
      databaseName,
      reasons.join(', and '),
      `If ${quoteName(databaseName)} is the database you mean, give its name with`,
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
    action: DestructiveAction,
    databaseName: string,
    readonly confirmedName: string,
  ) {
    const why = `the connection leads to the database ${quoteName(databaseName)}, not to ${quoteName(confirmedName)}`;
    super(action, databaseName, why, 'Check the database URL, or give the name that you mean, exactly, with');
  }
}

/** Every kind, for the generated page of error codes. */
export const GUARD_ERRORS = [ConfirmationNeeded, ConfirmationWrong] as const;

/** On one line, whatever the name holds. */
function quoteName(name: string): string {
  return JSON.stringify(name);
}

/** Environments in which anything may be destroyed without a question. */
const HARMLESS: readonly string[] = ['development', 'test'];

export interface ConfirmationRequest {
  /** Completes "Refused to …": `take back a migration`. */
  readonly action: string;
  /** It is the whole database that goes, and not the schema alone. */
  readonly wholeDatabase?: boolean;
  /** NODE_ENV in lower case; undefined when it is not set. */
  readonly nodeEnv: string | undefined;
  /** The database's name as the operator gave it; undefined: nobody did. */
  readonly confirmedName: string | undefined;
  /** How the operator can give it. Default `--database`. */
  readonly confirmBy?: string;
}

/**
 * May something be destroyed in the database behind this connection? Free only where the database says that it is one of
 * development or tests and NODE_ENV does not say otherwise, and where there is nothing. Else its name must be given, exactly; a
 * wrong one is refused everywhere.
 *
 * Ask on the connection that does the deed, under the lock or in the transaction of the deed where there is one.
 *
 * @throws ConfirmationNeeded, ConfirmationWrong, and what the query throws
 */
export async function assertDestructiveActionAllowed(query: Query, request: ConfirmationRequest): Promise<void> {
  assertConfirmed(await readDatabaseState(query), request);
}

/** The same where the situation is known already. */
export function assertConfirmed(state: DatabaseState, request: ConfirmationRequest): void {
  const { action, nodeEnv, confirmedName, wholeDatabase = false, confirmBy = '--database' } = request;
  const { databaseName, otherSchemas } = state;
  const destructive: DestructiveAction = { action, confirmBy };
  if (confirmedName === databaseName) return;
  if (confirmedName !== undefined) throw new ConfirmationWrong(destructive, databaseName, confirmedName);
  const others = wholeDatabase && otherSchemas.length > 0;
  const reasons = [
    ...(others ? [`it holds other schemas too, which go with it: ${otherSchemas.join(', ')}`] : []),
    ...listConfirmationReasons(state, nodeEnv),
  ];
  if (reasons.length > 0) throw new ConfirmationNeeded(destructive, databaseName, reasons);
}

/** Why the name is asked for, in words; none: what destroys is free. */
export function listConfirmationReasons(
  { databaseName, empty, environmentRow }: DatabaseState,
  nodeEnv: string | undefined,
): string[] {
  if (empty) return [];
  const database = `the database ${quoteName(databaseName)}`;
  const reasons: string[] = [];
  if (environmentRow.state === 'unset') reasons.push(`${database} does not say of which environment it is`);
  else if (environmentRow.state === 'unreadable')
    reasons.push(`this role cannot read of which environment ${database} is`);
  else if (!HARMLESS.includes(environmentRow.environment))
    reasons.push(`${database} says it is ${environmentRow.environment}`);
  if (nodeEnv !== undefined && !HARMLESS.includes(nodeEnv)) reasons.push(`NODE_ENV is ${quoteName(nodeEnv)}`);
  return reasons;
}
