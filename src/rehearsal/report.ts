import type { Engine } from '../backup/manifest.js';

/** A lock that a migration took on a table that was there before. */
export interface TableLock {
  readonly table: string;
  /** The strongest, as PostgreSQL's documentation writes it: `ACCESS EXCLUSIVE`. */
  readonly mode: string;
}

/** Rows of a table that a migration changed. */
export interface RowChange {
  readonly table: string;
  readonly before: number;
  readonly after: number;
  /** Columns, of those that were there before and after, whose values differ. */
  readonly columns: readonly string[];
}

/** What one migration did to the copy. */
export interface MigrationReport {
  readonly name: string;
  /** Milliseconds it took, on this copy. */
  readonly up: number;
  /** Milliseconds to take it back; null: it was not. */
  down: number | null;
  /** Milliseconds the second time; null: there was none. */
  again: number | null;
  /** Null: it runs without a transaction, so that each statement lets go of its own. */
  readonly locks: readonly TableLock[] | null;
  /** Tables that were written anew as a whole, while nobody could use them. */
  readonly rewritten: readonly string[];
  readonly rows: readonly RowChange[];
}

export interface Rehearsal {
  /** Host, port and name; no user. */
  readonly database: string;
  /** Absent when nothing was to be rehearsed. */
  readonly copy?: { readonly database: string; readonly engine: Engine; readonly kept: boolean };
  /** Migrations that were pending, and so rehearsed. */
  readonly pending: readonly string[];
  readonly passed: boolean;
  /** In words, what went wrong; none when it passed. */
  readonly problems: readonly string[];
  /** Why they were not taken back, when one of them cannot be; null otherwise. */
  readonly notReverted: string | null;
  readonly migrations: readonly MigrationReport[];
}
