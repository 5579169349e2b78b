import { readSafety } from '../connection/environment.js';
import { DatabaseError, type DatabaseErrorClass, type DatabaseErrorFacts } from './database-error.js';
import * as classes from './error-classes.js';
import { isIdentifier, isRaised, type NameCheck, type PostgresFields, readError } from './read-error.js';
import { findFirstError } from './shared-db-error.js';

/** What Citus adds to the names of tables, constraints and triggers of a schema that it distributes: `posts_102098`. */
const SHARD = /_\d+$/;

/** Where the name would become longer than PostgreSQL's 63 bytes, it is cut and followed by a hash and the shard. */
const CUT = /^(?=.{63}$)(.+)_[0-9a-f]{8}_\d+$/;

/**
 * The name that a name with a shard stands for.
 *
 * @param names of everything it may stand for
 * @returns undefined when it stands for none of them, or is one of them itself
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
 * The fields of an error of PostgreSQL with the names of table, constraint and trigger as they are without shards.
 *
 * @param describe says what a constraint is, also by its name with a shard
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
  // A table is ours when its primary key is.
  if (describe(`pk_${table}`)?.table === table || describe(`pk_${plain}`)?.table !== plain) return fields;
  const trigger = typeof constraint === 'string' && constraint.startsWith('tg_');
  return replaceNames(fields, { table: plain, ...(trigger ? { constraint: constraint.replace(SHARD, '') } : {}) });
}

/** Not a copy: the message of an error is not among the properties that a copy takes. */
function replaceNames<Fields extends NamedFields>(fields: Fields, names: NamedFields): Fields {
  return Object.assign(Object.create(fields) as Fields, names);
}

export { DatabaseError, getSummary, type DatabaseErrorClass } from './database-error.js';
export * from './error-classes.js';

/** Every kind of error, for the generated page of error codes. */
export const DATABASE_ERRORS: readonly DatabaseErrorClass[] = Object.values(classes);

/** What is known of a constraint by its name: its columns, and its rule in words. */
export interface ConstraintFacts {
  /** Its name, where that is another than the one it was asked for by: without the shard that Citus adds. */
  readonly name?: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly summary?: string;
}

/** Which names a message may repeat. */
export interface ShownNames {
  /** Is this the name of a table, column, constraint or type of ours? Such names are always shown. Default: none is known. */
  readonly isKnownName?: NameCheck;
  /** Show other names, too, where they stand as names in the statement. Default: outside production. */
  readonly showStatementNames?: boolean;
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
  shown: ShownNames = {},
): DatabaseError | undefined {
  if (error instanceof DatabaseError) return error;
  const fields = removeShard(getDriverError(error), describe);
  const Class = chooseErrorClass(fields);
  return Class && new Class(readFacts(fields, { describe, sql: getStatement(error), ...shown }));
}

/** PostgreSQL's code of an error, or Node's of a lost connection, in whatever form it comes; undefined for any other error. */
export function getSqlState(error: unknown): string | undefined {
  if (error instanceof DatabaseError) return error.sqlState;
  const { code, severity } = getDriverError(error);
  return typeof code === 'string' && typeof severity === 'string' ? code : undefined;
}

/** TypeORM wraps the driver's error, which may be several in one. */
function getDriverError(error: unknown): PostgresFields {
  const wrapped = (error as { driverError?: unknown } | null | undefined)?.driverError ?? error;
  const first = findFirstError(wrapped);
  return typeof first === 'object' && first !== null ? first : {};
}

/** The statement that TypeORM's error carries. */
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
    // The state of a broken protocol is also that of a wrong number of parameters, after which the connection goes on.
    if (code === '08P01' && routine === 'exec_bind_message') return classes.InvalidStatement;
    // Only PostgreSQL speaks of severity; any other code belongs to somebody else's error.
    const isState = typeof severity === 'string' && /^[0-9A-Z]{5}$/.test(code);
    return byState.get(code) ?? (isState ? describeUnlisted(code) : undefined);
  }
  return CODELESS.find(([text]) => text === message)?.[1];
}

/** A state that no class lists: at least its first two characters, the class of states, may be known. */
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

/** What node-postgres says without any code, word for word (pg 8, pg-pool 3). */
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
  // pg-protocol's SASL has a sentence for each way in which there is none.
  ['SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string', classes.AuthenticationFailed],
  ['SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string', classes.AuthenticationFailed],
  // Ours is longer than statement_timeout: the server does not even cancel.
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

/** `Key (platform, platform_id)=(…) already exists`: the names are ours, what follows is the row's. */
function readColumns(detail: unknown): string[] {
  if (typeof detail !== 'string') return [];
  return /^Key \(([a-z0-9_]+(?:, [a-z0-9_]+)*)\)=/.exec(detail)?.[1]?.split(', ') ?? [];
}

/** Where neither a class nor a reading knows the state, the state is all there is to know. */
function describeUnlistedState(code: unknown): string | undefined {
  if (typeof code !== 'string' || byState.has(code)) return undefined;
  return `${describeUnlisted(code).kind.summary} (SQLSTATE ${code})`;
}

/** PostgreSQL has no field for what a role may not use; its words, in English, name that and nothing else. */
function readTable(message: unknown): string | undefined {
  return typeof message === 'string'
    ? /^permission denied for (?:table|view) ([a-z0-9_]+)$/.exec(message)?.[1]
    : undefined;
}
