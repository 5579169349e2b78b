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

/** What a kind of database error is, for programs, messages and the generated page of error codes. */
export interface DatabaseErrorKind {
  /** Stable: `UNIQUE_VIOLATION`. */
  readonly code: string;
  /** SQLSTATEs (PostgreSQL documentation, appendix A) and error codes of Node that it stands for. */
  readonly states: readonly string[];
  /** What happened, where no rule of ours says it better. */
  readonly summary: string;
  /** What the caller can do. */
  readonly advice: string;
  /** The same work, begun again from its first statement, may succeed: `withRetry` tries it again. Default: it will not. */
  readonly retryable?: boolean;
}

/** What PostgreSQL or the connection said, without a single value of a row. */
export interface DatabaseErrorFacts {
  /** SQLSTATE, or Node's error code when the connection failed before PostgreSQL said anything. */
  readonly sqlState?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  /** Columns of the constraint, in its order; empty when unknown. */
  readonly columns?: readonly string[];
  /** The one column that PostgreSQL named (23502). */
  readonly column?: string | undefined;
  readonly constraint?: string | undefined;
  /** What happened, where more is known than the kind says: a rule of ours in words, the name that PostgreSQL did not find. */
  readonly rule?: string | undefined;
  /** What the caller can do, where more is known than the kind says. */
  readonly advice?: string | undefined;
  /** The whole message, where the caller has a better one than place, sentence and advice make. */
  readonly message?: string | undefined;
}

/**
 * An error of the database in a form that a program can act on and a log may hold. It is TypeORM's `QueryFailedError`, so that exception
 * filters and catch blocks written for TypeORM see it.
 *
 * `query` is empty, `parameters` too, and `driverError` holds the SQLSTATE and names only. The original error is deliberately not the
 * `cause`: it carries the statement with its parameters and the values of the row (`Key (handle)=(…) already exists`), and loggers
 * print causes.
 */
export abstract class DatabaseError extends QueryFailedError<DriverError> {
  /** Stable, for programs: `UNIQUE_VIOLATION`. The SQLSTATE is in `sqlState` and in `driverError.code`. */
  declare readonly code: string;
  /** The same work, begun again from its first statement, may succeed. This is what `withRetry` asks. */
  declare readonly retryable: boolean;
  declare readonly sqlState: string | undefined;
  declare readonly table: string | undefined;
  declare readonly columns: readonly string[];
  declare readonly constraint: string | undefined;
  /** What happened, in words: the rule itself where it is one of ours. */
  declare readonly summary: string;
  /** What to do next. */
  declare readonly advice: string;

  constructor(kind: DatabaseErrorKind, facts: DatabaseErrorFacts) {
    const { sqlState, schema, table, columns = [], column, constraint } = facts;
    const { rule: summary = kind.summary, advice = kind.advice } = facts;
    const message = facts.message ?? `${getSummary({ table, columns, constraint, summary })}. ${advice}`;
    const driverError = new DriverError(message, { code: sqlState, schema, table, column, constraint });
    super('', [], driverError);
    // TypeORM copies the fields of the driver's error, too. Ours are these.
    for (const field of Object.keys(this)) Reflect.deleteProperty(this, field);
    const { code, retryable = false } = kind;
    setName(this, new.target.name);
    Object.assign(this, { code, retryable, sqlState, table, columns, constraint, summary, advice });
    setHidden(this, { query: '', parameters: [], driverError });
  }
}

countAsSharedDbError(DatabaseError);

/** To which object what happened, by which constraint: the message without what to do. */
export function getSummary({
  table,
  columns,
  constraint,
  summary,
}: Pick<DatabaseError, 'table' | 'columns' | 'constraint' | 'summary'>): string {
  const place = table === undefined ? '' : `${table}${columns.length > 0 ? ` (${columns.join(', ')})` : ''}: `;
  return `${place}${summary}${constraint === undefined ? '' : ` [${constraint}]`}`;
}

/** TypeORM's errors have a getter for their name, which nothing can be assigned to. */
function setName(error: Error, name: string): void {
  Object.defineProperty(error, 'name', { value: name, enumerable: true, configurable: true, writable: true });
}

/** Sets properties that code can read and that are not enumerable, so that they are not printed. */
function setHidden(error: Error, properties: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(error, name, { value, enumerable: false, configurable: true, writable: true });
  }
}

/** A class of database errors that can be made. */
export interface DatabaseErrorClass {
  new (facts?: DatabaseErrorFacts): DatabaseError;
  readonly kind: DatabaseErrorKind;
}

/** The class of a kind, to be extended by a name: `class Deadlock extends errorOf({ … }) {}`. */
export function defineDatabaseError(kind: DatabaseErrorKind): DatabaseErrorClass {
  return class extends DatabaseError {
    static readonly kind = kind;

    constructor(facts: DatabaseErrorFacts = {}) {
      super(kind, facts);
    }
  };
}

/**
 * A row that must exist does not. Names the entity, never what it was looked for by. It is TypeORM's `EntityNotFoundError`, so that
 * exception filters and catch blocks written for TypeORM see it; its `criteria` are undefined.
 */
export class EntityNotFound extends EntityNotFoundError {
  declare readonly code: string;
  /** The entity's class name: `Author`. */
  declare readonly entity: string;

  /** @param entityClass what TypeORM's error has under this name. */
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
