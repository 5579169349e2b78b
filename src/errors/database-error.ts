import { EntityNotFoundError, type EntityTarget, type ObjectLiteral, QueryFailedError } from 'typeorm';
import { countAsSharedDbError } from './shared-db-error.js';

/** The fields of an error of node-postgres that hold names. */
export interface DriverErrorFields {
  readonly code?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly constraint?: string | undefined;
}

/**
 * What code written for TypeORM reads from `error.driverError`: PostgreSQL's SQLSTATE and names, in the form of node-postgres.
 *
 * It is not the error of the driver itself, which holds values of the row (`detail`, `where`, `internalQuery`, the message).
 */
export class DriverError extends Error implements DriverErrorFields {
  /** SQLSTATE (`23505`), or Node's error code when PostgreSQL did not answer (`ECONNREFUSED`). */
  declare readonly code: string | undefined;
  declare readonly schema: string | undefined;
  declare readonly table: string | undefined;
  /** The column of a missing value (23502). Of a constraint, `columns` of the error has all. */
  declare readonly column: string | undefined;
  declare readonly constraint: string | undefined;

  constructor(message: string, { code, schema, table, column, constraint }: DriverErrorFields) {
    super(message);
    // The name that node-postgres gives its errors. TypeORM removes it from the message.
    Object.defineProperty(this, 'name', { value: 'error' });
    Object.assign(this, { code, schema, table, column, constraint });
  }
}

/** The code, SQLSTATEs and texts of one class of database errors. The page of error codes is generated from it. */
export interface DatabaseErrorKind {
  /** Stable: `UNIQUE_VIOLATION`. */
  readonly code: string;
  /** The SQLSTATEs (PostgreSQL documentation, appendix A) and Node error codes that this class covers. */
  readonly states: readonly string[];
  /** What happened. Replaced when the constraint or the statement is known. */
  readonly summary: string;
  /** What to do next. */
  readonly advice: string;
  /** Whether the whole transaction may succeed when it runs again; `withRetry` uses this. Default: false. */
  readonly retryable?: boolean;
}

/** Facts about an error of PostgreSQL or of the connection, without any row value. */
export interface DatabaseErrorFacts {
  /** SQLSTATE, or Node's error code when the connection failed before PostgreSQL answered. */
  readonly sqlState?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  /** Columns of the constraint, in its order; empty when unknown. */
  readonly columns?: readonly string[];
  /** The one column that PostgreSQL named (23502). */
  readonly column?: string | undefined;
  readonly constraint?: string | undefined;
  /** A more precise summary than the one of the class: the violated rule, or the name that PostgreSQL did not find. */
  readonly rule?: string | undefined;
  /** More precise advice than that of the class. */
  readonly advice?: string | undefined;
  /** The whole message. Default: table, columns, summary, constraint and advice. */
  readonly message?: string | undefined;
}

/**
 * A database error with a stable code and without secrets. It extends TypeORM's `QueryFailedError`, so that exception filters and catch
 * blocks for TypeORM handle it.
 *
 * `query` and `parameters` are empty, and `driverError` contains only the SQLSTATE and names. The original error is not kept as
 * `cause`, because loggers print causes and it contains the statement, its parameters and row values (`Key (handle)=(…) already exists`).
 */
export abstract class DatabaseError extends QueryFailedError<DriverError> {
  /** Stable, for programs: `UNIQUE_VIOLATION`. The SQLSTATE is in `sqlState` and in `driverError.code`. */
  declare readonly code: string;
  /** Whether the whole transaction may succeed when it runs again; `withRetry` uses this. */
  declare readonly retryable: boolean;
  declare readonly sqlState: string | undefined;
  declare readonly table: string | undefined;
  declare readonly columns: readonly string[];
  declare readonly constraint: string | undefined;
  /** What happened; the violated rule for our own constraints. */
  declare readonly summary: string;
  /** What to do next. */
  declare readonly advice: string;

  constructor(kind: DatabaseErrorKind, facts: DatabaseErrorFacts) {
    const { sqlState, schema, table, columns = [], column, constraint } = facts;
    const { rule: summary = kind.summary, advice = kind.advice } = facts;
    const message = facts.message ?? `${getSummary({ table, columns, constraint, summary })}. ${advice}`;
    const driverError = new DriverError(message, { code: sqlState, schema, table, column, constraint });
    super('', [], driverError);
    // Removes the fields that TypeORM copied from the driver's error.
    for (const field of Object.keys(this)) Reflect.deleteProperty(this, field);
    const { code, retryable = false } = kind;
    setName(this, new.target.name);
    Object.assign(this, { code, retryable, sqlState, table, columns, constraint, summary, advice });
    setHidden(this, { query: '', parameters: [], driverError });
  }
}

countAsSharedDbError(DatabaseError);

/** Formats table, columns, summary and constraint: the message without the advice. */
export function getSummary({
  table,
  columns,
  constraint,
  summary,
}: Pick<DatabaseError, 'table' | 'columns' | 'constraint' | 'summary'>): string {
  const place = table === undefined ? '' : `${table}${columns.length > 0 ? ` (${columns.join(', ')})` : ''}: `;
  return `${place}${summary}${constraint === undefined ? '' : ` [${constraint}]`}`;
}

/** Sets the name of an error. TypeORM's errors define `name` as a getter, so it cannot be assigned. */
function setName(error: Error, name: string): void {
  Object.defineProperty(error, 'name', { value: name, enumerable: true, configurable: true, writable: true });
}

/** Sets properties that code can read but that are not enumerable, so that loggers do not print them. */
function setHidden(error: Error, properties: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(error, name, { value, enumerable: false, configurable: true, writable: true });
  }
}

/** The constructor of a database error class. */
export interface DatabaseErrorClass {
  new (facts?: DatabaseErrorFacts): DatabaseError;
  readonly kind: DatabaseErrorKind;
}

/** Defines a base class from an error kind: `class Deadlock extends defineDatabaseError({ … }) {}`. */
export function defineDatabaseError(kind: DatabaseErrorKind): DatabaseErrorClass {
  return class extends DatabaseError {
    static readonly kind = kind;

    constructor(facts: DatabaseErrorFacts = {}) {
      super(kind, facts);
    }
  };
}

/**
 * No row matches the criteria of a `…OrFail` method. The message names the entity and not the criteria. It extends TypeORM's
 * `EntityNotFoundError`, so that exception filters and catch blocks for TypeORM handle it; `criteria` is undefined.
 */
export class EntityNotFound extends EntityNotFoundError {
  declare readonly code: string;
  /** The entity's class name: `Author`. */
  declare readonly entity: string;

  /** @param entityClass the value of TypeORM's property of this name */
  constructor(entity: string, entityClass: EntityTarget<ObjectLiteral> = entity) {
    super(entityClass, undefined);
    setHidden(this, { message: `There is no ${entity} that matches.`, entityClass, criteria: undefined });
    setName(this, 'EntityNotFound');
    Object.assign(this, { code: 'ENTITY_NOT_FOUND', entity });
    // TypeORM writes the message after the stack, which begins with it.
    Error.captureStackTrace(this, new.target);
  }
}

countAsSharedDbError(EntityNotFound);
