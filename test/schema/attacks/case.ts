import { inspect } from 'node:util';
import type { Row } from '../../support/rows.js';
import type { Guard } from './guards.js';

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** One statement, tried and rolled back. */
export interface Attempt {
  /** What it tries, for the report. */
  readonly said: string;
  /** Rows it meets, written first; not judged. */
  readonly before?: readonly Statement[];
  /** SQL that takes away, for this attempt, what would refuse it as well. */
  readonly dropFirst?: readonly string[];
  readonly statement: Statement;
  /** What it must have left behind. */
  readonly leaves?: { readonly question: Statement; readonly rows: readonly Row[] };
}

/** An attempt that must be refused, by this SQLSTATE and in this name. */
export interface Attack extends Attempt {
  readonly refusal: Refusal;
}

/** The fields of PostgreSQL's error that say who refused. */
export interface Refusal {
  readonly code: string;
  /** Where PostgreSQL 18 changed it. */
  readonly codeBefore18?: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly column?: string;
  /** PostgreSQL's own function that refused: the one trace an enum leaves in a language-independent field. */
  readonly routine?: string;
}

/** How one guard is attacked, and what it must let pass. */
export interface Case {
  readonly guard: Guard;
  readonly attacks: readonly Attack[];
  /** The same with only the offending value good: accepted. */
  readonly validCounterparts: readonly Attempt[];
  /** SQL that takes the guard away: every attack must pass then, or it was not this guard's alone. Absent for enums. */
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

/** A value or row in a report: short, whatever it is. */
export function shown(value: unknown): string {
  return inspect(value, { breakLength: Infinity, maxStringLength: 24, maxArrayLength: 3 });
}
