import { readSafety } from '../connection/environment.js';
import { DatabaseError, type DatabaseErrorClass, type DatabaseErrorFacts } from './database-error.js';
import * as classes from './error-classes.js';
import { isIdentifier, isRaised, type NameCheck, type PostgresFields, readError } from './read-error.js';
import { findFirstError } from './shared-db-error.js';

export { DatabaseError, getSummary, type DatabaseErrorClass } from './database-error.js';
export * from './error-classes.js';

/** Every kind of error, for the generated page of error codes. */
export const DATABASE_ERRORS: readonly DatabaseErrorClass[] = Object.values(classes);

/** A constraint: its table, its columns, and its rule as text. */
export interface ConstraintFacts {
  /** The name without the shard that Citus adds; absent when the requested name has no shard. */
  readonly name?: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly summary?: string;
}

/** Which names a message may repeat. */
export interface ShownNames {
  /** Returns whether the schema has this name (table, column, constraint or type). Such names are always shown. Default: never. */
  readonly isKnownName?: NameCheck;
  /** Whether to show other names that are identifiers in the statement. Default: outside production. */
  readonly showStatementNames?: boolean;
}

/**
 * Translates an error of TypeORM or node-postgres into a DatabaseError. Copies only the SQLSTATE and names (table, columns, constraint): no
 * row values, parameters or statement, and not PostgreSQL's own message, which quotes input.
 *
 * @param describe returns the facts of a constraint by its name
 * @returns undefined when the error does not come from the database or its connection
 */
export function toDatabaseError(
  error: unknown,
  describe: (constraint: string) => ConstraintFacts | undefined = () => undefined,
  shown: ShownNames = {},
): DatabaseError | undefined {
  if (error instanceof DatabaseError) return error;
  const fields = removeShard(getDriverError(error), describe);
  const Class = chooseErrorClass(fields);
  return Class && new Class(readFacts(fields, { describe, sql: getStatement(error), ...shown }));
}

/** Returns the SQLSTATE of an error, wrapped or not, or Node's code of a lost connection; undefined for any other error. */
export function getSqlState(error: unknown): string | undefined {
  if (error instanceof DatabaseError) return error.sqlState;
  const { code, severity } = getDriverError(error);
  return typeof code === 'string' && typeof severity === 'string' ? code : undefined;
}

/** Returns the driver's error, which TypeORM wraps and which may be an AggregateError. */
function getDriverError(error: unknown): PostgresFields {
  const wrapped = (error as { driverError?: unknown } | null | undefined)?.driverError ?? error;
  const first = findFirstError(wrapped);
  return typeof first === 'object' && first !== null ? first : {};
}

/** Returns the statement from TypeORM's error. */
function getStatement(error: unknown): string | undefined {
  return readText((error as { query?: unknown } | null | undefined)?.query);
}

const byState = new Map(DATABASE_ERRORS.flatMap((Class) => Class.kind.states.map((state) => [state, Class])));

function chooseErrorClass({
  code,
  severity,
  message,
  constraint,
  routine,
}: PostgresFields): DatabaseErrorClass | undefined {
  if (typeof code === 'string') {
    if (code === '42501' && isAppendOnly(constraint)) return classes.AppendOnlyViolation;
    // 08P01 means a broken protocol, but also a wrong number of parameters, which does not affect the connection.
    if (code === '08P01' && routine === 'exec_bind_message') return classes.InvalidStatement;
    // Only PostgreSQL's errors have a severity; without one, the code belongs to another library.
    const isState = typeof severity === 'string' && /^[0-9A-Z]{5}$/.test(code);
    return byState.get(code) ?? (isState ? describeUnlisted(code) : undefined);
  }
  return CODELESS.find(([text]) => text === message)?.[1];
}

/** Chooses a class for a SQLSTATE that no class lists, by its first two characters. */
function describeUnlisted(code: string): DatabaseErrorClass {
  return BY_CLASS_OF_STATES[code.slice(0, 2)] ?? classes.UnexpectedDatabaseError;
}

const BY_CLASS_OF_STATES: Readonly<Record<string, DatabaseErrorClass>> = {
  '08': classes.ConnectionLost,
  '22': classes.InvalidValue,
  '25': classes.InvalidTransactionState,
  '42': classes.InvalidStatement,
  '53': classes.OutOfResources,
  '54': classes.OutOfResources,
};

/** Messages of node-postgres that come without a code, exactly as pg 8 and pg-pool 3 write them. */
const CODELESS: readonly (readonly [string, DatabaseErrorClass])[] = [
  ['Connection terminated', classes.ConnectionLost],
  ['Connection terminated unexpectedly', classes.ConnectionLost],
  ['Connection terminated due to connection timeout', classes.ConnectionLost],
  ['timeout expired', classes.ConnectionLost],
  ['Client has encountered a connection error and is not queryable', classes.ConnectionLost],
  ['Client was closed and is not queryable', classes.ConnectionLost],
  ['timeout exceeded when trying to connect', classes.PoolSaturated],
  ['The server does not support SSL connections', classes.UntrustedServer],
  ['There was an error establishing an SSL connection', classes.ConnectionLost],
  // pg-protocol has one message for each form of a missing password.
  ['SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string', classes.AuthenticationFailed],
  ['SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string', classes.AuthenticationFailed],
  // query_timeout is longer than statement_timeout, so the server did not even cancel the statement.
  ['Query read timeout', classes.ConnectionLost],
];

function isAppendOnly(constraint: unknown): boolean {
  return typeof constraint === 'string' && constraint.startsWith('tg_audit_logs__');
}

interface Translation extends ShownNames {
  readonly describe: (constraint: string) => ConstraintFacts | undefined;
  readonly sql: string | undefined;
}

function readFacts(
  fields: PostgresFields,
  { describe, sql, isKnownName = () => false, showStatementNames = !readSafety().production }: Translation,
): DatabaseErrorFacts {
  const raised = isRaised(fields);
  const name = (value: unknown): string | undefined =>
    isIdentifier(value) && (!raised || isKnownName(value)) ? value : undefined;
  const constraint = name(fields.constraint);
  const known = constraint === undefined ? undefined : describe(constraint);
  const column = name(fields.column);
  const reading =
    known?.summary === undefined ? readError(fields, { sql, isKnownName, showStatementNames }) : undefined;
  return {
    sqlState: readText(fields.code),
    schema: name(fields.schema),
    table: name(fields.table) ?? known?.table ?? (raised ? undefined : readTable(fields.message)),
    columns: known?.columns ?? (column === undefined ? (raised ? [] : readColumns(fields.detail)) : [column]),
    column,
    constraint,
    rule: known?.summary ?? reading?.summary ?? describeUnlistedState(fields.code),
    advice: reading?.advice,
  };
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Reads the columns from `Key (platform, platform_id)=(…) already exists`. The values after `=` are row data and are not read. */
function readColumns(detail: unknown): string[] {
  if (typeof detail !== 'string') return [];
  return /^Key \(([a-z0-9_]+(?:, [a-z0-9_]+)*)\)=/.exec(detail)?.[1]?.split(', ') ?? [];
}

/** Describes a SQLSTATE for which there is neither a class nor a reading. */
function describeUnlistedState(code: unknown): string | undefined {
  if (typeof code !== 'string' || byState.has(code)) return undefined;
  return `${describeUnlisted(code).kind.summary} (SQLSTATE ${code})`;
}

/** Reads the table from "permission denied for table …": PostgreSQL does not set the table field of this error. */
function readTable(message: unknown): string | undefined {
  return typeof message === 'string'
    ? /^permission denied for (?:table|view) ([a-z0-9_]+)$/.exec(message)?.[1]
    : undefined;
}

/** The suffix that Citus adds to names of tables, constraints and triggers of a distributed schema: `posts_102098`. */
const SHARD = /_\d+$/;

/** A name that exceeded 63 bytes: Citus shortened it and appended a hash and the shard. */
const CUT = /^(?=.{63}$)(.+)_[0-9a-f]{8}_\d+$/;

/**
 * Returns the name without its shard suffix.
 *
 * @param names all names of the schema
 * @returns undefined when no name matches, or when the name itself is one of `names`
 */
export function removeShardFromName(name: string, names: readonly string[]): string | undefined {
  if (!SHARD.test(name) || names.includes(name)) return undefined;
  const plain = name.replace(SHARD, '');
  if (names.includes(plain)) return plain;
  const beginning = CUT.exec(name)?.[1];
  const possible = beginning === undefined ? [] : names.filter((one) => one.startsWith(beginning));
  return possible.length === 1 ? possible[0] : undefined;
}

interface NamedFields {
  readonly table?: unknown;
  readonly constraint?: unknown;
}

/**
 * Replaces the names of table, constraint and trigger in an error of PostgreSQL by those without a shard suffix.
 *
 * @param describe returns the facts of a constraint, also by its name with a shard suffix
 */
function removeShard<Fields extends NamedFields>(
  fields: Fields,
  describe: (constraint: string) => { readonly name?: string; readonly table: string } | undefined,
): Fields {
  const { table, constraint } = fields;
  const known = typeof constraint === 'string' ? describe(constraint) : undefined;
  if (known?.name !== undefined) return replaceNames(fields, { table: known.table, constraint: known.name });
  if (typeof table !== 'string' || !SHARD.test(table)) return fields;
  const plain = table.replace(SHARD, '');
  // Recognises the tables of this package by the names of their primary keys.
  if (describe(`pk_${table}`)?.table === table || describe(`pk_${plain}`)?.table !== plain) return fields;
  const trigger = typeof constraint === 'string' && constraint.startsWith('tg_');
  return replaceNames(fields, { table: plain, ...(trigger ? { constraint: constraint.replace(SHARD, '') } : {}) });
}

/** Replaces names by inheritance, because a copy would lose the message, which is not enumerable. */
function replaceNames<Fields extends NamedFields>(fields: Fields, names: NamedFields): Fields {
  return Object.assign(Object.create(fields) as Fields, names);
}
