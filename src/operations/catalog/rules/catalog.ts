import type { Query } from '../../../connection/database-access.js';
import { quoteIdentifier } from '../../../errors/sql-text.js';
import { BOOKKEEPING_TABLES } from '../bookkeeping.js';
import { createCommentSql, createCaseSql } from '../queries/common.js';
import { RIGHTS } from '../queries/rights.js';
import { removeSchema, withPlaceholder, withSchemaName } from '../schema-placeholder.js';
import { askCatalog, createPrologue } from '../snapshot.js';

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
  -- No rule asks for others, and to write them all takes as long as all the rest. Types from 16384 on are user-defined: domains.
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

// Aggregates and C functions have no SQL body, and the names in BEGIN ATOMIC were looked up when the function was created.
const functions = `
SELECT 'functions', jsonb_build_object(
  'path', path,
  'isTrigger', prorettype IN ('trigger'::regtype, 'event_trigger'::regtype),
  'definer', prosecdef,
  'looksUpNames', prokind <> 'a' AND lanname NOT IN ('c', 'internal') AND prosqlbody IS NULL,
  'searchPath', (SELECT substr(s, 13) FROM unnest(proconfig) s WHERE starts_with(s, 'search_path=')),
  'publicMayExecute', EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0))
FROM routine JOIN pg_language l ON l.oid = prolang ORDER BY path`;

// A role named PUBLIC is quoted, so that it does not match.
const publicRights = `
SELECT 'publicRights', to_jsonb(replace(replace(left(name, -length(' TO PUBLIC')),
  '$owner', (SELECT quote_ident(pg_get_userbyid(owner)) FROM me)), '$database', quote_ident(current_database())))
FROM (${RIGHTS.join('\nUNION ALL\n')}) rights (kind, name, "on", parent, facts)
WHERE kind <> 'revoked' AND name LIKE '% TO PUBLIC' ORDER BY name`;

/** Returns one statement that reads the catalog as rows of (part, facts), each part in order. */
function createCatalogSql(schema: string): string {
  return `${createPrologue(schema, 'schema')},
ours AS MATERIALIZED (${TABLES})
${[tables, columns, constraints, indexes, triggers, functions, publicRights].map((part) => `(${part})`).join('\nUNION ALL\n')}`;
}

/** A table. Everywhere in the catalog, `name` is the plain name, `sql` the name as SQL writes it, `path` and `table` SQL without schema. */
interface CatalogTable {
  readonly path: string;
  readonly name: string;
  readonly comment: string | null;
}

export interface CatalogColumn {
  readonly table: string;
  readonly name: string;
  readonly sql: string;
  /** For a domain, the type on which it is based. */
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
  /** PRIMARY KEY, FOREIGN KEY, UNIQUE, CHECK, exclusion, NOT NULL (a constraint since PostgreSQL 18). */
  readonly kind: 'p' | 'f' | 'u' | 'c' | 'x' | 'n';
  /** In the order of the constraint; for a CHECK, the columns that it reads. */
  readonly columns: readonly string[];
  /** The expression of a CHECK on one column that can be NaN; null otherwise. */
  readonly expression: string | null;
  /** NO ACTION, RESTRICT, CASCADE, SET NULL or SET DEFAULT; null for constraints other than foreign keys. */
  readonly onDelete: 'a' | 'r' | 'c' | 'n' | 'd' | null;
  /** False: rows may violate it. */
  readonly validated: boolean;
  /** False: the triggers of a foreign key are disabled. */
  readonly enforced: boolean;
}

export interface CatalogIndex {
  readonly table: string;
  readonly tableName: string;
  readonly name: string;
  readonly sql: string;
  /** The key columns in order; null for an expression. */
  readonly columns: readonly (string | null)[];
  /** The keys in order, each with operator class and collation: equal texts are equal keys. */
  readonly keys: readonly string[];
  /** The direction of each key: bit 1 for DESC, bit 2 for NULLS FIRST. */
  readonly directions: readonly number[];
  /** Columns of INCLUDE. */
  readonly included: readonly string[];
  readonly unique: boolean;
  readonly nullsNotDistinct: boolean;
  readonly method: string;
  /** The condition of a partial index; null for an index on all rows. */
  readonly predicate: string | null;
  /** Whether the index is kept up to date and used by queries. */
  readonly valid: boolean;
  /** Whether it belongs to a constraint of the same name. */
  readonly ofConstraint: boolean;
}

interface CatalogTrigger {
  readonly table: string;
  readonly tableName: string;
  readonly name: string;
  readonly sql: string;
  /** As `pg_trigger.tgenabled`: O and A fire, D never, R in replication only. */
  readonly firing: 'O' | 'A' | 'D' | 'R';
}

interface CatalogFunction {
  /** With the argument types. */
  readonly path: string;
  /** Whether it is a trigger function, which no role can call. */
  readonly isTrigger: boolean;
  /** SECURITY DEFINER: it runs with the rights of its owner. */
  readonly definer: boolean;
  /** Whether PostgreSQL looks up the names in its body when it runs. */
  readonly looksUpNames: boolean;
  /** The search_path that the function sets; null where it sets none. */
  readonly searchPath: string | null;
  /** Whether PUBLIC can execute it, which is the default of PostgreSQL. */
  readonly publicMayExecute: boolean;
}

/** What the rules check. */
export interface Catalog {
  readonly tables: readonly CatalogTable[];
  readonly columns: readonly CatalogColumn[];
  readonly constraints: readonly CatalogConstraint[];
  readonly indexes: readonly CatalogIndex[];
  readonly triggers: readonly CatalogTrigger[];
  readonly functions: readonly CatalogFunction[];
  /** Privileges of PUBLIC beyond PostgreSQL's defaults: `SELECT ON TABLE posts`. */
  readonly publicRights: readonly string[];
}

interface FactRow {
  readonly part: keyof Catalog;
  readonly facts: never;
}

/**
 * Reads what the rules check in one schema. Objects of extensions, partitions (they follow their table) and the tables that only the
 * migrator writes are left out.
 *
 * @param query on a connection with an open transaction, which may be read-only and stays open; any role can read the catalog
 */
export async function readCatalog(query: Query, schema: string): Promise<Catalog> {
  const short = (text: string): string => removeSchema(withPlaceholder(text, schema));
  const rows = (await askCatalog(query, createCatalogSql(schema))) as FactRow[];
  const part = (name: keyof Catalog): never[] => rows.filter((row) => row.part === name).map(({ facts }) => facts);
  const ours = <T extends { table: string }>(all: readonly T[]): T[] =>
    all
      .map((item) => ({ ...item, table: short(item.table) }))
      .filter(({ table }) => !BOOKKEEPING_TABLES.includes(table));
  return {
    tables: part('tables')
      .map((table: CatalogTable) => ({ ...table, path: short(table.path) }))
      .filter(({ path }) => !BOOKKEEPING_TABLES.includes(path)),
    columns: ours<CatalogColumn>(part('columns')),
    constraints: ours<CatalogConstraint>(part('constraints')),
    indexes: ours<CatalogIndex>(part('indexes')),
    triggers: ours<CatalogTrigger>(part('triggers')),
    functions: part('functions').map((item: CatalogFunction) => ({ ...item, path: short(item.path) })),
    publicRights: part('publicRights').map((right: string) => withSchemaName(short(right), schema)),
  };
}

/** A violation of a rule by one object. */
export interface Violation {
  /** The object, as a search finds it: `posts.content`, `posts ck_posts__content_length`, `index ix_posts__author_id`. */
  readonly object: string;
  /** What is wrong, to be read after the name of the object. */
  readonly problem: string;
  /** What to do, as a sentence or as the SQL of a migration. */
  readonly remedy: string;
}

/** Quotes a name for SQL where it must be quoted. `…` stands for the part of a name that the reader chooses. */
export function quoteNameIfNeeded(name: string): string {
  return /^[a-z_][a-z0-9_…[\]]*$/.test(name) ? name : quoteIdentifier(name);
}

/** A table and, in order, columns of it. */
export type TableColumns = readonly [table: string, ...columns: string[]];

/** What one schema must have, by table and column, in addition to the rules. */
export interface SchemaRequirements {
  /** Unique over all rows. */
  readonly uniques: readonly TableColumns[];
  /** The first columns of an index on all rows. */
  readonly indexes: readonly TableColumns[];
  /** Foreign keys that must exist, as `table.column`, and their ON DELETE. */
  readonly deleteRules: Readonly<Record<string, 'CASCADE' | 'SET NULL' | 'RESTRICT'>>;
  /** Violations that are no findings. */
  readonly exceptions: readonly Exception[];
}

/** A violation that is intended, and so is no finding. */
export interface Exception {
  /** The id of the rule. */
  readonly rule: string;
  /** The object, as the violation names it. */
  readonly object: string;
  readonly reason: string;
}

/** No requirements: only the rules apply. */
export const NO_REQUIREMENTS: SchemaRequirements = { uniques: [], indexes: [], deleteRules: {}, exceptions: [] };

/** A rule that every schema must satisfy, whatever its tables are about. */
export interface Rule {
  /** The name of the rule in exceptions and reports, in kebab-case. */
  readonly id: string;
  /** Why the rule exists, as one sentence without a full stop. */
  readonly reason: string;
  readonly check: (catalog: Catalog, requirements: SchemaRequirements) => Violation[];
}
