import type { Query } from '../../connection/database-access.js';
import { describeNodeEnv, isProduction } from '../../connection/environment.js';
import { SharedDbError } from '../../errors/shared-db-error.js';
import { readDatabaseState, type DatabaseState } from './environment-row.js';

/** Describes a class of refusals, for programs and the generated page of error codes. */
export interface RefusalKind {
  /** Stable: `CONFIRMATION_NEEDED`. */
  readonly code: string;
  /** When it is thrown. */
  readonly when: string;
  /** What to do. */
  readonly advice: string;
}

/** An action was refused before it changed anything. The message is one line; it names the database and no row of it. */
export abstract class ActionRefused extends SharedDbError {
  abstract readonly code: string;

  constructor(
    action: string,
    /** The database that the connection leads to. */
    readonly databaseName: string,
    reason: string,
    advice: string,
  ) {
    super(`Refused to ${action}: ${reason}. Nothing was changed. ${advice}.`);
    this.name = new.target.name;
  }
}

/** The action needs the exact name of the database, and none was given. */
export class ConfirmationNeeded extends ActionRefused {
  static readonly kind: RefusalKind = {
    code: 'CONFIRMATION_NEEDED',
    when: 'the action is destructive, or writes sample data, and the database is not known to be a development or test database',
    advice:
      'if this is the intended database, give its name: `--database`, `confirmedName`, or SHARED_DB_CONFIRM_DATABASE',
  };
  readonly code = ConfirmationNeeded.kind.code;

  constructor(
    { action, confirmBy = DEFAULT_OPTION }: ConfirmationRequest,
    databaseName: string,
    /** Why the name is needed: sentences without a full stop. */
    readonly reasons: readonly string[],
  ) {
    const advice = `If ${quoteName(databaseName)} is the database you mean, give its name with ${confirmBy}`;
    super(action, databaseName, reasons.join(', and '), advice);
  }
}

/** The given name is not the name of the connected database. Names are compared byte for byte. */
export class ConfirmationWrong extends ActionRefused {
  static readonly kind: RefusalKind = {
    code: 'CONFIRMATION_WRONG',
    when: 'the given name is not the name of the connected database',
    advice: 'check the database URL, or give the exact name',
  };
  readonly code = ConfirmationWrong.kind.code;

  constructor(
    { action, confirmBy = DEFAULT_OPTION }: ConfirmationRequest,
    databaseName: string,
    readonly confirmedName: string,
  ) {
    const reason = `the connection leads to the database ${quoteName(databaseName)}, not to ${quoteName(confirmedName)}`;
    super(action, databaseName, reason, `Check the database URL, or give the exact name with ${confirmBy}`);
  }
}

/** The action is never allowed in production; no name confirms it. */
export class ForbiddenInProduction extends ActionRefused {
  static readonly kind: RefusalKind = {
    code: 'FORBIDDEN_IN_PRODUCTION',
    when: 'sample data would be written to a production database: NODE_ENV or the environment of the database says production',
    advice: 'seed the reference data only: `seed:reference`',
  };
  readonly code = ForbiddenInProduction.kind.code;
}

/** Every class of refusals, for the generated page of error codes. */
export const GUARD_ERRORS = [ConfirmationNeeded, ConfirmationWrong, ForbiddenInProduction] as const;

/** Quotes a name, so that it stays on one line whatever it contains. */
export function quoteName(name: string): string {
  return JSON.stringify(name);
}

const DEFAULT_OPTION = '--database';

export interface ConfirmationRequest {
  /** Completes "Refused to …": `revert a migration`. */
  readonly action: string;
  /** The action drops the whole database, not only the schema. */
  readonly wholeDatabase?: boolean;
  /** NODE_ENV; undefined when it is not set. */
  readonly nodeEnv: string | undefined;
  /** The name of the database as the operator gave it; undefined when it was not given. */
  readonly confirmedName: string | undefined;
  /** The option or variable in which the operator can give the name. Default `--database`. */
  readonly confirmBy?: string;
  /** More reasons to ask for the name, beside what the database and NODE_ENV say: sentences without a full stop. */
  readonly reasons?: readonly string[];
  /** Refuses the action in production even when the name was given. The text says what to do instead. */
  readonly neverInProduction?: string;
}

/**
 * Throws unless an action that needs permission (it destroys rows, or adds invented ones) may run on this database.
 *
 * No confirmation is needed when the schema is empty, or when both its environment row and NODE_ENV (if set) say development or
 * test. Otherwise the caller must pass the exact database name; a wrong name is always refused.
 *
 * Call it on the same connection, and inside the same lock or transaction, as the action itself.
 *
 * @throws ConfirmationNeeded, ConfirmationWrong, ForbiddenInProduction, and what the query throws
 */
export async function assertDestructiveActionAllowed(query: Query, request: ConfirmationRequest): Promise<void> {
  assertConfirmed(await readDatabaseState(query), request);
}

/** Does the same for a state that was read before. */
export function assertConfirmed(state: DatabaseState, request: ConfirmationRequest): void {
  const { action, nodeEnv, confirmedName, wholeDatabase = false, neverInProduction } = request;
  const { databaseName, otherSchemas } = state;
  const production = describeProduction(state, nodeEnv);
  if (neverInProduction !== undefined && production !== undefined) {
    throw new ForbiddenInProduction(action, databaseName, production, neverInProduction);
  }
  if (confirmedName === databaseName) return;
  if (confirmedName !== undefined) throw new ConfirmationWrong(request, databaseName, confirmedName);
  const others = wholeDatabase && otherSchemas.length > 0;
  const reasons = [
    ...(request.reasons ?? []),
    ...(others ? [`the database has other schemas, which would be dropped too: ${otherSchemas.join(', ')}`] : []),
    ...listConfirmationReasons(state, nodeEnv),
  ];
  if (reasons.length > 0) throw new ConfirmationNeeded(request, databaseName, reasons);
}

/** Returns why this is production; undefined when neither NODE_ENV nor the database says so. */
function describeProduction({ databaseName, environmentRow }: DatabaseState, nodeEnv?: string): string | undefined {
  if (isProduction(nodeEnv)) return describeNodeEnv(nodeEnv);
  const isRow = environmentRow.state === 'set' && environmentRow.environment === 'production';
  return isRow ? `the database ${quoteName(databaseName)} has the environment production` : undefined;
}

/** Lists why the name of the database is needed; an empty list when no confirmation is needed. */
export function listConfirmationReasons(
  { databaseName, empty, environmentRow }: DatabaseState,
  nodeEnv: string | undefined,
): string[] {
  if (empty) return [];
  const database = `the database ${quoteName(databaseName)}`;
  const reasons: string[] = [];
  if (environmentRow.state === 'unset') reasons.push(`${database} has no environment`);
  else if (environmentRow.state === 'unreadable') reasons.push(`this role cannot read the environment of ${database}`);
  else if (isProduction(environmentRow.environment))
    reasons.push(`${database} has the environment ${environmentRow.environment}`);
  if (isProduction(nodeEnv)) reasons.push(describeNodeEnv(nodeEnv));
  return reasons;
}
