import { SharedDbError } from '../shared-db-error.js';

/** What a kind of database error is, for programs, messages and the generated page of error codes. */
export interface DatabaseErrorKind {
  /** Stable: `UNIQUE_VIOLATION`. */
  readonly code: string;
  /** SQLSTATEs (PostgreSQL documentation, appendix A) and error codes of Node that it stands for. */
  readonly states: readonly string[];
  /** What was refused, where no rule of ours says it better. */
  readonly sentence: string;
  /** What the caller can do. */
  readonly advice: string;
  /** The same work, begun again from its first statement, may succeed. Default: it will not. */
  readonly retryable?: boolean;
}

/** What PostgreSQL or the connection said, without a single value of a row. */
export interface DatabaseErrorFacts {
  /** SQLSTATE, or Node's error code when the connection failed before PostgreSQL said anything. */
  readonly sqlState?: string | undefined;
  readonly table?: string | undefined;
  /** Columns of the constraint, in its order; empty when unknown. */
  readonly columns?: readonly string[];
  readonly constraint?: string | undefined;
  /** The rule in words, where it is one of ours. */
  readonly rule?: string | undefined;
}

/**
 * A refusal of the database in a form that a program can act on and a log may hold.
 *
 * The original error is deliberately not its `cause`: TypeORM's carries the statement with its parameters, PostgreSQL's the
 * values of the row (`Key (handle)=(…) already exists`), and whoever logs an error logs its cause.
 */
export abstract class DatabaseError extends SharedDbError {
  /** Stable, for programs: `UNIQUE_VIOLATION`. */
  readonly code: string;
  /** The same work, begun again from its first statement, may succeed. */
  readonly retryable: boolean;
  readonly sqlState: string | undefined;
  readonly table: string | undefined;
  readonly columns: readonly string[];
  readonly constraint: string | undefined;
  /** What was refused, in words: the rule itself where it is one of ours. */
  readonly sentence: string;

  constructor(kind: DatabaseErrorKind, facts: DatabaseErrorFacts) {
    const { sqlState, table, columns = [], constraint, rule = kind.sentence } = facts;
    const place = table === undefined ? '' : `${table}${columns.length > 0 ? ` (${columns.join(', ')})` : ''}: `;
    super(`${place}${rule}${constraint === undefined ? '' : ` [${constraint}]`}`);
    this.name = new.target.name;
    this.code = kind.code;
    this.retryable = kind.retryable ?? false;
    this.sqlState = sqlState;
    this.table = table;
    this.columns = columns;
    this.constraint = constraint;
    this.sentence = rule;
  }
}

/** A class of database errors that can be made. */
export interface DatabaseErrorClass {
  new (facts?: DatabaseErrorFacts): DatabaseError;
  readonly kind: DatabaseErrorKind;
}

/** The class of a kind, to be extended by a name: `class Deadlock extends errorOf({ … }) {}`. */
export function errorOf(kind: DatabaseErrorKind): DatabaseErrorClass {
  return class extends DatabaseError {
    static readonly kind = kind;

    constructor(facts: DatabaseErrorFacts = {}) {
      super(kind, facts);
    }
  };
}
