import { quoteIdentifier } from '../../../errors/sql-text.js';
import { BOOKKEEPING_TABLES } from '../bookkeeping.js';
import { createCommentSql, createCaseSql } from '../queries/common.js';
import { RIGHTS } from '../queries/rights.js';
import { removeSchema, withPlaceholder, withSchemaName } from '../schema-placeholder.js';
import { askCatalog, createPrologue, type Query } from '../snapshot.js';

const TABLES = `SELECT *, relname AS table_name FROM rel WHERE relkind IN ('r', 'p') AND NOT relispartition`;

const tables = `
SELECT 'tables' AS part, jsonb_build_object('path', path, 'name', table_name, 'comment', ${createCommentSql('pg_class', 'oid')}) AS facts
FROM ours ORDER BY path`;

const columns = `
SELECT 'columns', jsonb_build_object(
  'table', path, 'name', attname, 'sql', quote_ident(attname),
  'type', CASE typtype WHEN 'd' THEN format_type(typbasetype, typtypmod) ELSE format_type(atttypid, atttypmod) END,
  'notNull', attnotnull,
  'default', ${createCaseSql(`attgenerated = ''`, 'pg_get_expr(adbin, adrelid)')},
  'comment', ${createCommentSql('pg_class', 'attrelid', 'attnum')})
FROM ours t JOIN pg_attribute ON attrelid = t.oid AND attnum > 0 AND NOT attisdropped
JOIN pg_type y ON y.oid = atttypid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
ORDER BY path, attnum`;

// Constraint triggers (t) are triggers.
const constraints = `
SELECT 'constraints', jsonb_build_object(
  'table', path, 'tableName', table_name, 'name', conname, 'sql', quote_ident(conname), 'kind', contype,
  'columns', ARRAY(SELECT attname FROM unnest(conkey) WITH ORDINALITY k (number, place)
                   JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place),
  -- No rule asks for others, and to write them all takes as long as all the rest. From 16384 on types are somebody's own: domains.
  'expression', ${createCaseSql(
    `contype = 'c' AND cardinality(conkey) = 1 AND EXISTS (
     SELECT FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1]
       AND (atttypid IN ('float4'::regtype, 'float8'::regtype, 'numeric'::regtype) OR atttypid >= 16384))`,
    'pg_get_expr(conbin, conrelid)',
  )},
  'onDelete', ${createCaseSql(`contype = 'f'`, 'confdeltype')},
  'validated', convalidated,
  'enforced', contype <> 'f' OR NOT EXISTS (SELECT FROM pg_trigger WHERE tgconstraint = c.oid AND tgisinternal AND tgenabled IN ('D', 'R')))
FROM ours t JOIN pg_constraint c ON conrelid = t.oid WHERE contype <> 't' ORDER BY path, conname`;

const indexes = `
SELECT 'indexes', jsonb_build_object(
  'table', path, 'tableName', table_name, 'name', i.relname, 'sql', quote_ident(i.relname),
  'columns', ARRAY(SELECT (SELECT attname FROM pg_attribute WHERE attrelid = indrelid AND attnum = indkey[k - 1] AND attnum > 0)
                   FROM generate_series(1, indnkeyatts) k),
  'keys', ARRAY(SELECT concat_ws(' ', pg_get_indexdef(indexrelid, k, false), indclass[k - 1], indcollation[k - 1])
                FROM generate_series(1, indnkeyatts) k),
  'directions', ARRAY(SELECT indoption[k - 1] FROM generate_series(1, indnkeyatts) k),
  'included', ARRAY(SELECT pg_get_indexdef(indexrelid, k, false) FROM generate_series(indnkeyatts + 1, indnatts) k),
  'unique', indisunique, 'nullsNotDistinct', indnullsnotdistinct, 'method', amname,
  'predicate', pg_get_expr(indpred, indrelid),
  'valid', indisvalid AND indisready AND indislive,
  'ofConstraint', EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x')))
FROM ours t JOIN pg_index ON indrelid = t.oid JOIN pg_class i ON i.oid = indexrelid JOIN pg_am a ON a.oid = i.relam
ORDER BY path, i.relname`;

const triggers = `
SELECT 'triggers', jsonb_build_object(
  'table', path, 'tableName', table_name, 'name', tgname, 'sql', quote_ident(tgname), 'firing', tgenabled)
FROM ours t JOIN pg_trigger ON tgrelid = t.oid WHERE NOT tgisinternal ORDER BY path, tgname`;

// Of aggregates and of functions in C the body is code of the server; what BEGIN ATOMIC holds was looked up when it was made.
const functions = `
SELECT 'functions', jsonb_build_object(
  'path', path,
  'isTrigger', prorettype IN ('trigger'::regtype, 'event_trigger'::regtype),
  'definer', prosecdef,
  'looksUpNames', prokind <> 'a' AND lanname NOT IN ('c', 'internal') AND prosqlbody IS NULL,
  'searchPath', (SELECT substr(s, 13) FROM unnest(proconfig) s WHERE starts_with(s, 'search_path=')),
  'publicMayExecute', EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0))
FROM routine JOIN pg_language l ON l.oid = prolang ORDER BY path`;

// A role of that name is written in quotation marks.
const publicRights = `
SELECT 'publicRights', to_jsonb(replace(replace(left(name, -length(' TO PUBLIC')),
  '$owner', (SELECT quote_ident(pg_get_userbyid(owner)) FROM me)), '$database', quote_ident(current_database())))
FROM (${RIGHTS.join('\nUNION ALL\n')}) rights (kind, name, "on", parent, facts)
WHERE kind <> 'revoked' AND name LIKE '% TO PUBLIC' ORDER BY name`;

/** All of it in one statement: rows of (part, facts), each part in order. */
export function createCatalogSql(schema: string): string {
  return `${createPrologue(schema, 'schema')},
ours AS MATERIALIZED (${TABLES})
${[tables, columns, constraints, indexes, triggers, functions, publicRights].map((part) => `(${part})`).join('\nUNION ALL\n')}`;
}

/** Names come twice: `name` as it is, `sql` as SQL writes it. A table is its `path`: SQL, without the schema. */
export interface CatalogTable {
  readonly path: string;
  readonly name: string;
  readonly comment: string | null;
}

export interface CatalogColumn {
  readonly table: string;
  readonly name: string;
  readonly sql: string;
  /** Of a domain: the type behind it. */
  readonly type: string;
  readonly notNull: boolean;
  readonly default: string | null;
  readonly comment: string | null;
}

export interface CatalogConstraint {
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

export interface CatalogIndex {
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

export interface CatalogTrigger {
  readonly table: string;
  readonly tableName: string;
  readonly name: string;
  readonly sql: string;
  /** As `pg_trigger.tgenabled`: O and A fire, D never, R in replication only. */
  readonly firing: 'O' | 'A' | 'D' | 'R';
}

export interface CatalogFunction {
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
  readonly tables: readonly CatalogTable[];
  readonly columns: readonly CatalogColumn[];
  readonly constraints: readonly CatalogConstraint[];
  readonly indexes: readonly CatalogIndex[];
  readonly triggers: readonly CatalogTrigger[];
  readonly functions: readonly CatalogFunction[];
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
  const short = (text: string): string => removeSchema(withPlaceholder(text, schema));
  const rows = (await askCatalog(query, createCatalogSql(schema))) as FactRow[];
  const part = (name: keyof Catalog): never[] => rows.filter((row) => row.part === name).map(({ facts }) => facts);
  const ours = <T extends { table: string }>(all: readonly T[]): T[] =>
    all.map((one) => ({ ...one, table: short(one.table) })).filter(({ table }) => !BOOKKEEPING_TABLES.includes(table));
  return {
    tables: part('tables')
      .map((table: CatalogTable) => ({ ...table, path: short(table.path) }))
      .filter(({ path }) => !BOOKKEEPING_TABLES.includes(path)),
    columns: ours<CatalogColumn>(part('columns')),
    constraints: ours<CatalogConstraint>(part('constraints')),
    indexes: ours<CatalogIndex>(part('indexes')),
    triggers: ours<CatalogTrigger>(part('triggers')),
    functions: part('functions').map((one: CatalogFunction) => ({ ...one, path: short(one.path) })),
    publicRights: part('publicRights').map((right: string) => withSchemaName(short(right), schema)),
  };
}

/** What a rule has against one object. */
export interface Violation {
  /** The object as people look for it: `posts.content`, `posts ck_posts__content_length`, `index ix_posts__author_id`. */
  readonly object: string;
  /** What is wrong with it, to be read after its name. */
  readonly problem: string;
  /** What to do about it: words, or the SQL of a migration. */
  readonly remedy: string;
}

/** A name in SQL that somebody may run: names may hold anything, SQL included. `…` stands for what is left to say. */
export function quoteNameIfNeeded(name: string): string {
  return /^[a-z_][a-z0-9_…[\]]*$/.test(name) ? name : quoteIdentifier(name);
}

/** A table and, in order, columns of it. */
export type TableColumns = readonly [table: string, ...columns: string[]];

/** What one schema must have, by table and column: no rule could know it by itself. */
export interface SchemaRequirements {
  /** Unique over all rows. */
  readonly uniques: readonly TableColumns[];
  /** Served by an index over all rows, which may go on with other columns. */
  readonly indexes: readonly TableColumns[];
  /** Foreign keys that must exist, as `table.column`, and their ON DELETE. */
  readonly deleteRules: Readonly<Record<string, 'CASCADE' | 'SET NULL' | 'RESTRICT'>>;
  /** Violations that are intended. */
  readonly exceptions: readonly Exception[];
}

/** A violation that is intended. */
export interface Exception {
  /** The id of the rule. */
  readonly rule: string;
  /** As the violation names it. */
  readonly object: string;
  readonly reason: string;
}

/** A schema of which nothing more is known: the rules alone. */
export const NO_REQUIREMENTS: SchemaRequirements = { uniques: [], indexes: [], deleteRules: {}, exceptions: [] };

/** One thing that must hold in every schema of ours, whatever its tables are about. */
export interface Rule {
  /** In kebab-case: what tests, exceptions and reports call it. */
  readonly id: string;
  /** Why it must hold: one sentence without a full stop. */
  readonly reason: string;
  readonly check: (catalog: Catalog, requirements: SchemaRequirements) => Violation[];
}
