import { DatabaseError, type DatabaseErrorClass, type DatabaseErrorFacts } from './errors/database-error.js';
import * as failures from './errors/failures.js';
import * as refusals from './errors/refusals.js';
import { firstError } from './shared-db-error.js';

export { DatabaseError, type DatabaseErrorClass, type DatabaseErrorKind } from './errors/database-error.js';
export * from './errors/failures.js';
export * from './errors/refusals.js';

/** Every kind of error, for the generated page of error codes. */
export const DATABASE_ERRORS: readonly DatabaseErrorClass[] = [...Object.values(refusals), ...Object.values(failures)];

/** What is known of a constraint by its name: its columns, and its rule in words. */
export interface ConstraintFacts {
  readonly table: string;
  readonly columns: readonly string[];
  readonly sentence?: string;
}

/**
 * Translates what TypeORM or node-postgres throws. Takes names only (table, columns, constraint): no row values, no
 * parameters, no statement, not even PostgreSQL's own message, which quotes the text it could not read.
 *
 * @param describe says what a constraint means; this room knows no entities.
 * @returns undefined for what is no error of the database or its connection.
 */
export function toDatabaseError(
  error: unknown,
  describe: (constraint: string) => ConstraintFacts | undefined = () => undefined,
): DatabaseError | undefined {
  if (error instanceof DatabaseError) return error;
  const driverError = driverErrorOf(error);
  const Class = classOf(driverError);
  return Class && new Class(factsOf(driverError, describe));
}

/** PostgreSQL's code of an error, or Node's of a lost connection, in whatever form it comes; undefined for any other error. */
export function sqlStateOf(error: unknown): string | undefined {
  if (error instanceof DatabaseError) return error.sqlState;
  const { code, severity } = driverErrorOf(error);
  return typeof code === 'string' && typeof severity === 'string' ? code : undefined;
}

/** The fields of node-postgres' DatabaseError that hold names, and those that may tell a name. */
interface DriverError {
  code?: unknown;
  severity?: unknown;
  message?: unknown;
  table?: unknown;
  column?: unknown;
  constraint?: unknown;
  detail?: unknown;
}

/** TypeORM wraps the driver's error, which may be several in one. */
function driverErrorOf(error: unknown): DriverError {
  const wrapped = (error as { driverError?: unknown } | null | undefined)?.driverError ?? error;
  const first = firstError(wrapped);
  return typeof first === 'object' && first !== null ? first : {};
}

const byState = new Map(DATABASE_ERRORS.flatMap((Class) => Class.kind.states.map((state) => [state, Class])));

function classOf({ code, severity, message, constraint }: DriverError): DatabaseErrorClass | undefined {
  if (typeof code === 'string') {
    if (code === '42501' && isAppendOnly(constraint)) return refusals.AppendOnlyViolation;
    // Only PostgreSQL speaks of severity; any other code belongs to somebody else's error.
    return byState.get(code) ?? (typeof severity === 'string' ? unlisted(code) : undefined);
  }
  return CODELESS.find(([text]) => text === message)?.[1];
}

/** A state that no class lists: at least its first two characters, the class of states, may be known. */
function unlisted(code: string): DatabaseErrorClass {
  if (code.startsWith('08')) return failures.ConnectionLost;
  return code.startsWith('22') ? refusals.InvalidValue : failures.UnexpectedDatabaseError;
}

/** What node-postgres says without any code, word for word (pg 8, pg-pool 3). */
const CODELESS: readonly (readonly [string, DatabaseErrorClass])[] = [
  ['Connection terminated', failures.ConnectionLost],
  ['Connection terminated unexpectedly', failures.ConnectionLost],
  ['Connection terminated due to connection timeout', failures.ConnectionLost],
  ['timeout expired', failures.ConnectionLost],
  ['Client has encountered a connection error and is not queryable', failures.ConnectionLost],
  ['Client was closed and is not queryable', failures.ConnectionLost],
  ['timeout exceeded when trying to connect', failures.PoolSaturated],
  ['The server does not support SSL connections', failures.UntrustedServer],
  // pg-protocol's SASL has a sentence for each way in which there is none.
  ['SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string', failures.AuthenticationFailed],
  ['SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string', failures.AuthenticationFailed],
  // Ours is longer than statement_timeout: the server does not even cancel.
  ['Query read timeout', failures.ConnectionLost],
];

function isAppendOnly(constraint: unknown): boolean {
  return typeof constraint === 'string' && constraint.startsWith('tg_audit_logs__');
}

function factsOf(
  { code, message, table, column, constraint, detail }: DriverError,
  describe: (constraint: string) => ConstraintFacts | undefined,
): DatabaseErrorFacts {
  const known = typeof constraint === 'string' ? describe(constraint) : undefined;
  return {
    sqlState: text(code),
    table: text(table) ?? known?.table ?? tableIn(message),
    columns: known?.columns ?? (typeof column === 'string' ? [column] : columnsIn(detail)),
    constraint: text(constraint),
    rule: known?.sentence ?? unlistedRule(code),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** `Key (platform, platform_id)=(…) already exists`: the names are ours, what follows is the row's. */
function columnsIn(detail: unknown): string[] {
  if (typeof detail !== 'string') return [];
  return /^Key \(([a-z0-9_]+(?:, [a-z0-9_]+)*)\)=/.exec(detail)?.[1]?.split(', ') ?? [];
}

/** Where the class says nothing, the state is all there is to know. */
function unlistedRule(code: unknown): string | undefined {
  if (typeof code !== 'string' || byState.has(code) || unlisted(code) !== failures.UnexpectedDatabaseError)
    return undefined;
  return `${failures.UnexpectedDatabaseError.kind.sentence} (SQLSTATE ${code})`;
}

/** PostgreSQL has no field for what a role may not use; its words, in English, name that and nothing else. */
function tableIn(message: unknown): string | undefined {
  return typeof message === 'string'
    ? /^permission denied for (?:table|view) ([a-z0-9_]+)$/.exec(message)?.[1]
    : undefined;
}
