import { inspect } from 'node:util';
import type { Row } from '../../support/rows.js';
import type { Guard } from './guards.js';

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** One statement that is tried and rolled back. */
export interface Attempt {
  /** The name of the attempt in the report. */
  readonly label: string;
  /** Statements that write the rows which the attempt needs. */
  readonly before?: readonly Statement[];
  /** SQL that removes, for this attempt, other guards that would refuse it as well. */
  readonly dropFirst?: readonly string[];
  readonly statement: Statement;
  /** The rows that must exist afterwards. */
  readonly leaves?: { readonly question: Statement; readonly rows: readonly Row[] };
}

/** An attempt that PostgreSQL must refuse with this SQLSTATE and this constraint. */
export interface Attack extends Attempt {
  readonly refusal: Refusal;
}

/** The fields of PostgreSQL's error that identify the guard. */
export interface Refusal {
  readonly code: string;
  /** The SQLSTATE before PostgreSQL 18, where it differs. */
  readonly codeBefore18?: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly column?: string;
  /** PostgreSQL's function that refused. It is the only language-independent field that identifies an enum. */
  readonly routine?: string;
}

/** The attempts for one guard. */
export interface Case {
  readonly guard: Guard;
  readonly attacks: readonly Attack[];
  /** The same statements with a valid value, which PostgreSQL must accept. */
  readonly validCounterparts: readonly Attempt[];
  /** SQL that removes the guard. Each attack must be accepted then, or another guard refuses it as well. Absent for enums. */
  readonly removal?: string;
}

export function insert(table: string, row: Row): Statement {
  const columns = Object.keys(row);
  return {
    sql: `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((_, i) => `$${i + 1}`).join(', ')})`,
    parameters: Object.values(row),
  };
}

export function dropConstraint(table: string, name: string): string {
  return `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${name} CASCADE`;
}

/** Returns a value or row as short text for the report. */
export function shown(value: unknown): string {
  return inspect(value, { breakLength: Infinity, maxStringLength: 24, maxArrayLength: 3 });
}
