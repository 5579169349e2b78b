import type { Query } from '../../connection/database-access.js';
import { removeUnknownOptions } from './documented-options.js';
import { createOwnSchemaSql } from './queries/common.js';
import { RIGHTS } from './queries/rights.js';
import { ROUTINES, createServerParts } from './queries/server.js';
import { CONSTRAINTS, RELATIONS, TYPES } from './queries/tables.js';
import { removeSchema, withPlaceholder } from './schema-placeholder.js';

/** A row of the snapshot statement. */
export interface CatalogRow {
  readonly kind: Kind | 'server';
  readonly name: string;
  readonly on: string | null;
  /** Kind and name of the object to which it belongs. */
  readonly parent: string | null;
  readonly facts: Readonly<Record<string, string>>;
}

/**
 * Converts a row to an object and its key.
 *
 * @param schema the name of the schema that a snapshot calls `$schema`
 */
export function toObject({ kind, name, on, parent, facts }: CatalogRow, schema: string): [key: string, CatalogObject] {
  const object: CatalogObject = {
    kind: kind as Kind,
    name: withPlaceholder(name, schema),
    ...(on === null ? {} : { on: withPlaceholder(on, schema) }),
    ...(parent === null ? {} : { parent: removeSchema(withPlaceholder(parent, schema)) }),
    facts: Object.fromEntries(
      Object.entries(normaliseText(kind, facts)).map(([fact, value]) => [
        fact,
        WORDS.includes(fact) ? value : withPlaceholder(value, schema),
      ]),
    ),
  };
  return [toKey(object), object];
}

/** Returns the key of an object: its kind and path (`column posts.content`). */
export function toKey(object: CatalogObject): string {
  return `${object.kind} ${toPath(object)}`;
}

/** Returns the path of an object: `posts.content`, `posts ck_posts__content_length`. A schema other than `$schema` is part of it. */
export function toPath({ kind, name, on }: CatalogObject): string {
  if (on === undefined) return removeSchema(name);
  if (kind === 'column') return removeSchema(`${on}.${name}`);
  if (kind === 'constraint') return removeSchema(`${on} ${name}`);
  if (kind === 'setting') return `${name} of ${removeSchema(on)}`;
  return removeSchema(`${name} on ${on}`);
}

/** Facts that are free text or code, and are kept, compared and shown unchanged. */
export const WORDS: readonly string[] = ['comment', 'comment on the index', 'body'];

function normaliseText(kind: CatalogRow['kind'], facts: CatalogRow['facts']): CatalogRow['facts'] {
  if (facts.query !== undefined) return { ...facts, query: removeQualification(facts.query) };
  const { definition } = facts;
  if (definition === undefined || kind !== 'index') return facts;
  return { ...facts, definition: removeUnknownOptions(definition) };
}

// A view of a single table qualifies its columns with the table in PostgreSQL 15, and since 16 does not.
function removeQualification(query: string): string {
  const sources = [...query.matchAll(/^ {3}FROM (.*)$/gm)];
  const [, only = ''] = sources[0] ?? [];
  const match = /^(?:ONLY )?(?:(?:[\w$]+|"[^"]+")\.)?([\w$]+|"[^"]+")(?: ([\w$]+|"[^"]+"))?(;?)$/.exec(only);
  if (sources.length !== 1 || match === null || isContinued(query, only)) return query;
  const alias = (match[2] ?? match[1] ?? '').replaceAll(/[$]/g, '\\$&');
  return query.replaceAll(new RegExp(`(?<![\\w".$])${alias}\\.(?=[\\w"])`, 'g'), '');
}

/** Whether a second table follows on the next line. */
function isContinued(query: string, source: string): boolean {
  const rest = query.slice(query.indexOf(`FROM ${source}`) + source.length + 5);
  return source.endsWith(',') || /^\n {4,}/.test(rest);
}

/**
 * The settings on which PostgreSQL's deparser depends: without them, the same CHECK reads differently in another session. With only
 * pg_catalog in search_path, every name has its schema, even for a role without USAGE on that schema.
 */
export const SESSION = Object.entries({
  search_path: 'pg_catalog',
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  quote_all_identifiers: 'off',
  standard_conforming_strings: 'on',
  // Compiling a statement of this length takes ten times longer than running it.
  jit: 'off',
})
  .map(([name, value]) => `SET LOCAL ${name} = '${value}'`)
  .join('; ');

/** What is read: one schema and the objects of the database as a whole, or every schema. */
export type Scope = 'database' | 'schema';

const CATALOGS = {
  pg_class: 'relnamespace',
  pg_proc: 'pronamespace',
  pg_type: 'typnamespace',
  pg_default_acl: 'defaclnamespace',
};

/** SQL that is true for a dependency on an object in another schema, or on another schema itself. */
const ELSEWHERE = [
  `classid = 'pg_namespace'::regclass AND objid IN (SELECT oid FROM elsewhere)`,
  ...Object.entries(CATALOGS).map(
    ([catalog, namespace]) =>
      `classid = '${catalog}'::regclass AND objid IN (SELECT o.oid FROM ${catalog} o JOIN elsewhere e ON e.oid = ${namespace})`,
  ),
].join(' OR ');

/**
 * Returns the common table expressions that every part can use: the database, the schemas and their objects, the owner, and the roles
 * that own them or have privileges on them.
 *
 * @param schema a name that needs no quotation marks
 */
export function createPrologue(schema: string, scope: Scope): string {
  return `
WITH RECURSIVE here AS MATERIALIZED (SELECT oid, datdba, datacl, encoding FROM pg_database WHERE datname = current_database()),
-- Schemas that are not read.
elsewhere AS MATERIALIZED (
  SELECT oid FROM pg_namespace
  WHERE ${scope === 'schema' ? '' : 'false AND '}nspname <> '${schema}' AND nspname !~ '^pg_' AND nspname <> 'information_schema'),
space AS MATERIALIZED (
  SELECT n.oid, nspname, nspowner, nspacl, CASE nspname WHEN '${schema}' THEN '$schema' ELSE quote_ident(nspname) END AS schema
  FROM pg_namespace n
  WHERE oid NOT IN (SELECT oid FROM elsewhere) AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_namespace'::regclass AND objid = n.oid AND deptype = 'e')),
rel AS MATERIALIZED (
  SELECT c.*, s.schema, s.schema || '.' || quote_ident(relname) AS path,
         CASE relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' WHEN 'S' THEN 'sequence '
           WHEN 'c' THEN 'type ' ELSE 'table ' END || s.schema || '.' || quote_ident(relname) AS key
  FROM pg_class c JOIN space s ON s.oid = relnamespace
  WHERE NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')),
routine AS MATERIALIZED (
  SELECT p.*, s.schema, CASE prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS sort,
         s.schema || '.' || quote_ident(proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS path
  FROM pg_proc p JOIN space s ON s.oid = pronamespace WHERE ${createOwnSchemaSql('pg_proc', 'p.oid')}),
kind AS MATERIALIZED (
  SELECT t.*, s.schema, CASE typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'type' END AS sort,
         s.schema || '.' || quote_ident(typname) AS path
  FROM pg_type t JOIN space s ON s.oid = typnamespace WHERE ${createOwnSchemaSql('pg_type', 't.oid')}),
-- The role that owns most tables; in a database without tables its owner.
me AS MATERIALIZED (
  SELECT coalesce((SELECT relowner FROM rel WHERE relkind IN ('r', 'p', 'v', 'm', 'f') GROUP BY 1
                   ORDER BY count(*) DESC, 1 LIMIT 1), datdba) AS owner FROM here),
-- Roles that own an object here, have a privilege on one, or are named in one.
party AS MATERIALIZED (
  SELECT DISTINCT refobjid AS oid FROM pg_shdepend, here
  WHERE refclassid = 'pg_authid'::regclass AND refobjid >= 16384
    AND (dbid = here.oid AND NOT (${ELSEWHERE}) OR classid = 'pg_database'::regclass AND objid = here.oid)
  UNION SELECT owner FROM me),
-- And their members, because settings apply to the role that logs in.
actor AS (SELECT oid FROM party UNION SELECT member FROM actor JOIN pg_auth_members ON roleid = actor.oid)`;
}

/** Returns one statement that reads the whole catalog as rows of (kind, name, "on", parent, facts). */
function createSnapshotSql(schema: string, scope: Scope): string {
  return `${createPrologue(schema, scope)}
SELECT kind, name, "on", parent, jsonb_strip_nulls(facts) AS facts FROM (
${[...RELATIONS, ...CONSTRAINTS, ...TYPES, ...ROUTINES, ...RIGHTS, ...createServerParts(scope)].join('\nUNION ALL\n')}
) AS objects`;
}

/** The kind of an object, as messages name it. */
export type Kind =
  | 'aggregate'
  | 'collation'
  | 'column'
  | 'constraint'
  | 'database'
  | 'default privilege'
  | 'domain'
  | 'enum'
  | 'event trigger'
  | 'extension'
  | 'function'
  | 'grant'
  | 'index'
  | 'materialized view'
  | 'object'
  | 'policy'
  | 'procedure'
  | 'publication'
  | 'revoked'
  | 'role'
  | 'rule'
  | 'schema'
  | 'sequence'
  | 'setting'
  | 'statistics'
  | 'table'
  | 'trigger'
  | 'type'
  | 'view';

/** One object of the database with its facts. */
export interface CatalogObject {
  readonly kind: Kind;
  /** Its name in SQL, with the schema (`$schema.posts`) and without the table (`ck_posts__content_length`). */
  readonly name: string;
  /** The table to which it belongs, in SQL; absent for other objects. For a setting, its role or database. */
  readonly on?: string;
  /** The key of the object to which it belongs: the table of a column, the schema of a table. */
  readonly parent?: string;
  /** What defines its behaviour: `type`, `default`, `definition`. Facts with PostgreSQL's default value are absent. */
  readonly facts: Readonly<Record<string, string>>;
}

/**
 * Everything in a database that defines how it behaves, without its rows. Two databases that behave alike have equal `objects`,
 * whatever their names, owners and PostgreSQL versions (15 to 18): the role that owns most tables is `$owner`, the database
 * `$database`, the schema `$schema`.
 *
 * Absent, because they belong to the server and not to the schema: tablespaces, locale, role passwords, owner and comment of the
 * database, objects of extensions, and the rows of every table, including TypeORM's `migrations`.
 */
export interface Snapshot {
  /** The major version of the server. */
  readonly version: number;
  /** The role for which `$owner` stands, in SQL. */
  readonly owner: string;
  /** The database for which `$database` stands, in SQL. */
  readonly database: string;
  /** The schema for which `$schema` stands, in SQL. */
  readonly schema: string;
  /** By kind and path: `column posts.content`, `constraint posts ck_posts__content_length`, `index ix_posts__author_id`; sorted. */
  readonly objects: Readonly<Record<string, CatalogObject>>;
}

/**
 * Reads the catalog. The role needs only CONNECT, because every role can read PostgreSQL's catalogs.
 *
 * @param query on a connection with an open transaction, which may be read-only and stays open
 * @param schema becomes `$schema`; it need not exist
 * @param scope `schema`: that schema and the objects of the database as a whole; `database`: every schema
 */
export async function readSnapshot(query: Query, schema: string, scope: Scope): Promise<Snapshot> {
  return toSnapshot((await askCatalog(query, createSnapshotSql(schema, scope))) as CatalogRow[], schema);
}

/** Runs a statement with settings under which PostgreSQL writes every definition the same way, and returns its rows. */
export async function askCatalog(query: Query, statement: string): Promise<unknown> {
  await query(`SAVEPOINT shared_db_snapshot; ${SESSION}`);
  try {
    return await query(statement);
  } finally {
    // Restores the settings as well.
    await query('ROLLBACK TO SAVEPOINT shared_db_snapshot; RELEASE SAVEPOINT shared_db_snapshot');
  }
}

function toSnapshot(rows: readonly CatalogRow[], schema: string): Snapshot {
  const server = rows.find(({ kind }) => kind === 'server')?.facts;
  const objects = rows.filter(({ kind }) => kind !== 'server').map((row) => toObject(row, schema));
  return {
    version: Number(server?.version ?? 0),
    owner: server?.owner ?? '',
    database: server?.database ?? '',
    schema,
    // Sorted by code unit, not by locale, so that the file is the same everywhere.
    objects: Object.fromEntries(objects.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
