import type { ParsedStatement } from './sql.js';

/** One step of a recipe: a migration of its own, by default in a transaction. */
export interface Step {
  readonly sql: string;
  /** `transaction = false` in the migration's class. */
  readonly transaction?: false;
}

export interface Rule {
  /** What acceptances name. */
  readonly id: string;
  /** What is wrong, in a sentence. */
  readonly problem: string;
  /** Which lock, who waits for how long; or who else is hurt. */
  readonly blocks: string;
  /** What to do instead, in a sentence. */
  readonly instead: string;
  /** The same as SQL, on tables of this schema; each step is a migration. Lints clean. */
  readonly recipe?: readonly Step[];
  /** The rules of squawk that mean the same. */
  readonly squawk?: readonly string[];
  /**
   * What in the statement breaks the rule: `posts.content`. Nothing when all is well. Without it the rule is not about single
   * statements.
   *
   * @param said whether squawk reported one of its rules above for this statement
   */
  readonly find?: (statement: Statement, context: Context, said: boolean) => readonly string[];
}

export interface Statement extends ParsedStatement {
  /** Among those of its migration, from 1. */
  readonly number: number;
  /** The values for $1, $2, … */
  readonly parameters: readonly unknown[];
}

/** What is known around a statement. */
export interface Context {
  /** Does the migration run in a transaction? */
  readonly inTransaction: boolean;
  /** All of the migration, in order. */
  readonly statements: readonly Statement[];
  /** Does any of them change tables, types, functions…? */
  readonly changesSchema: boolean;
  /** Values that the migration has added to enums which it did not make, with the enum. */
  readonly newValues: ReadonlyMap<string, string>;
  /** Nobody can have used the table yet: it is made by what is linted. */
  isNew(table: string): boolean;
  /** It has no rows: it is new, or the database says so. */
  isEmpty(table: string): boolean;
  /** A validated CHECK says that the column is never null. */
  isProvenNotNull(table: string, column: string): boolean;
  /** The table of an index that was made by what is linted. */
  tableOfIndex(index: string): string | undefined;
}
