import { withoutSchema, withPlaceholder, withSchemaName } from '../schema-placeholder.js';
import { askCatalog, type Query } from '../snapshot.js';
import { BOOKKEEPING_TABLES } from '../bookkeeping.js';
import { catalogStatement } from './statement.js';

/** Names come twice: `name` as it is, `sql` as SQL writes it. A table is its `path`: SQL, without the schema. */
export interface TableFacts {
  readonly path: string;
  readonly name: string;
  readonly comment: string | null;
}

export interface ColumnFacts {
  readonly table: string;
  readonly name: string;
  readonly sql: string;
  /** Of a domain: the type behind it. */
  readonly type: string;
  readonly notNull: boolean;
  readonly default: string | null;
  readonly comment: string | null;
}

export interface ConstraintFacts {
  readonly table: string;
  readonly tableName: string;
  readonly name: string;
  readonly sql: string;
  /** PRIMARY KEY, FOREIGN KEY, UNIQUE, CHECK, exclusion, NOT NULL (which is a constraint since 18 only). */
  readonly kind: 'p' | 'f' | 'u' | 'c' | 'x' | 'n';
  /** In the order of the constraint. Of a CHECK: those it reads. */
  readonly columns: readonly string[];
  /** Of a CHECK on one column that may hold NaN; null otherwise. */
  readonly expression: string | null;
  /** Of a foreign key: NO ACTION, RESTRICT, CASCADE, SET NULL or SET DEFAULT. */
  readonly onDelete: 'a' | 'r' | 'c' | 'n' | 'd' | null;
  /** False: there may be rows that break it. */
  readonly validated: boolean;
  /** False: the triggers that hold a foreign key are switched off. */
  readonly enforced: boolean;
}

export interface IndexFacts {
  readonly table: string;
  readonly tableName: string;
  readonly name: string;
  readonly sql: string;
  /** The key columns in order; null for an expression. */
  readonly columns: readonly (string | null)[];
  /** What is indexed, key by key, with operator class and collation: equal texts are equal keys. */
  readonly keys: readonly string[];
  /** The direction of each key: bit 1 for DESC, bit 2 for NULLS FIRST. */
  readonly directions: readonly number[];
  /** Columns of INCLUDE. */
  readonly included: readonly string[];
  readonly unique: boolean;
  readonly nullsNotDistinct: boolean;
  readonly method: string;
  /** The condition of a partial index. */
  readonly predicate: string | null;
  /** Kept up to date and used by queries. */
  readonly valid: boolean;
  /** It belongs to a constraint of the same name. */
  readonly ofConstraint: boolean;
}

export interface TriggerFacts {
  readonly table: string;
  readonly tableName: string;
  readonly name: string;
  readonly sql: string;
  /** As `pg_trigger.tgenabled`: O and A fire, D never, R in replication only. */
  readonly firing: 'O' | 'A' | 'D' | 'R';
}

export interface FunctionFacts {
  /** With its argument types, which are part of it. */
  readonly path: string;
  /** A trigger function: nobody can call it. */
  readonly isTrigger: boolean;
  /** SECURITY DEFINER: it runs with the rights of its owner. */
  readonly definer: boolean;
  /** Names in its body are looked up when it runs. */
  readonly looksUpNames: boolean;
  /** The search_path it brings along. */
  readonly searchPath: string | null;
  /** PUBLIC may call it, as PostgreSQL has it where nobody says otherwise. */
  readonly publicMayExecute: boolean;
}

/** What the rules ask about. */
export interface Catalog {
  readonly tables: readonly TableFacts[];
  readonly columns: readonly ColumnFacts[];
  readonly constraints: readonly ConstraintFacts[];
  readonly indexes: readonly IndexFacts[];
  readonly triggers: readonly TriggerFacts[];
  readonly functions: readonly FunctionFacts[];
  /** What PUBLIC was given beyond what PostgreSQL gives by itself: `SELECT ON TABLE posts`. */
  readonly publicRights: readonly string[];
}

interface FactRow {
  readonly part: keyof Catalog;
  readonly facts: never;
}

/**
 * Reads what the rules ask about, of one schema: without what extensions brought along, partitions (they follow their table) and
 * the tables that only migrations write.
 *
 * @param query of a connection with an open transaction, which may be read-only; left as it was found. Any role will do.
 */
export async function readCatalog(query: Query, schema: string): Promise<Catalog> {
  const short = (text: string): string => withoutSchema(withPlaceholder(text, schema));
  const rows = (await askCatalog(query, catalogStatement(schema))) as FactRow[];
  const part = (name: keyof Catalog): never[] => rows.filter((row) => row.part === name).map(({ facts }) => facts);
  const ours = <T extends { table: string }>(all: readonly T[]): T[] =>
    all.map((one) => ({ ...one, table: short(one.table) })).filter(({ table }) => !BOOKKEEPING_TABLES.includes(table));
  return {
    tables: part('tables')
      .map((table: TableFacts) => ({ ...table, path: short(table.path) }))
      .filter(({ path }) => !BOOKKEEPING_TABLES.includes(path)),
    columns: ours<ColumnFacts>(part('columns')),
    constraints: ours<ConstraintFacts>(part('constraints')),
    indexes: ours<IndexFacts>(part('indexes')),
    triggers: ours<TriggerFacts>(part('triggers')),
    functions: part('functions').map((one: FunctionFacts) => ({ ...one, path: short(one.path) })),
    publicRights: part('publicRights').map((right: string) => withSchemaName(short(right), schema)),
  };
}
