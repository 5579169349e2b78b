import type { ParsedStatement } from './sql.js';

/** One step of a recipe: a migration of its own, by default in a transaction. */
export interface Step {
  readonly sql: string;
  /** `transaction = false` in the class of the migration. */
  readonly transaction?: false;
}

/** A lint rule. It has one detector: `squawk` or `find`. A rule with neither is about the migration as a whole. */
export interface Rule {
  /** The name of the rule in reports and in suppression comments. */
  readonly id: string;
  /** What is wrong, as one sentence. */
  readonly problem: string;
  /** Which lock is held, which sessions wait and for how long; or what else breaks. */
  readonly blocks: string;
  /** What to do instead, as one sentence. */
  readonly instead: string;
  /** The same as SQL on tables of this schema. Each step is a migration, and none of them has a finding. */
  readonly recipe?: readonly Step[];
  /** The rules of squawk that detect it. */
  readonly squawk?: readonly string[];
  /** The tables on which a finding of squawk is harmless. */
  readonly exempt?: 'isEmpty' | 'isNew';
  /** Detects it in the parsed statement: returns what breaks the rule (`posts.content`), nothing when the statement is safe. */
  readonly find?: (statement: Statement, context: Context) => readonly string[];
}

export interface Statement extends ParsedStatement {
  /** Its place in the migration, from 1. */
  readonly number: number;
  /** The values for $1, $2, … */
  readonly parameters: readonly unknown[];
}

/** What is known when a statement is linted: its migration, and what the statements before it have created. */
export interface Context {
  /** Whether the migration runs in a transaction. */
  readonly inTransaction: boolean;
  /** All statements of the migration, in order. */
  readonly statements: readonly Statement[];
  /** Whether any of them changes tables, types, functions and the like. */
  readonly changesSchema: boolean;
  /** Values that the migration has added to enums which it did not create, with the name of the enum. */
  readonly newValues: ReadonlyMap<string, string>;
  /** Whether the linted migrations create the table, so that no service uses it yet. */
  isNew(table: string): boolean;
  /** Whether the table has no rows: it is new, or the database says so. */
  isEmpty(table: string): boolean;
  /** Whether a validated CHECK proves that the column is never null. */
  isProvenNotNull(table: string, column: string): boolean;
  /** Returns the table of an index that the linted migrations create; undefined for other indexes. */
  tableOfIndex(index: string): string | undefined;
}
