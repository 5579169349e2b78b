import { ours } from './catalog/common.js';
import { CONSTRAINTS } from './catalog/constraints.js';
import { RELATIONS } from './catalog/relations.js';
import { RIGHTS } from './catalog/rights.js';
import { ROUTINES } from './catalog/routines.js';
import { serverParts } from './catalog/server.js';
import { TYPES } from './catalog/types.js';

/**
 * What PostgreSQL's deparser depends on: without these the same CHECK reads differently in another session. With only
 * pg_catalog in the path every name of ours comes with its schema, also for a role that may not use that schema.
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
  // A statement this long is compiled otherwise, which takes ten times longer than running it.
  jit: 'off',
})
  .map(([name, value]) => `SET LOCAL ${name} = '${value}'`)
  .join('; ');

/** How much is read: one schema and what the database as a whole has, or every schema. */
export type Scope = 'database' | 'schema';

const CATALOGS = {
  pg_class: 'relnamespace',
  pg_proc: 'pronamespace',
  pg_type: 'typnamespace',
  pg_default_acl: 'defaclnamespace',
};

/** Of a dependency: the object is in another schema, or is one. */
const ELSEWHERE = [
  `classid = 'pg_namespace'::regclass AND objid IN (SELECT oid FROM elsewhere)`,
  ...Object.entries(CATALOGS).map(
    ([catalog, namespace]) =>
      `classid = '${catalog}'::regclass AND objid IN (SELECT o.oid FROM ${catalog} o JOIN elsewhere e ON e.oid = ${namespace})`,
  ),
].join(' OR ');

/**
 * What every part may use: who we are, which schemas and tables are ours, and which roles have to do with them.
 *
 * @param schema a plain name, which needs no quotation marks
 */
export function prologue(schema: string, scope: Scope): string {
  return `
WITH RECURSIVE here AS MATERIALIZED (SELECT oid, datdba, datacl, encoding FROM pg_database WHERE datname = current_database()),
-- Schemas that are somebody else's.
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
  FROM pg_proc p JOIN space s ON s.oid = pronamespace WHERE ${ours('pg_proc', 'p.oid')}),
kind AS MATERIALIZED (
  SELECT t.*, s.schema, CASE typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'type' END AS sort,
         s.schema || '.' || quote_ident(typname) AS path
  FROM pg_type t JOIN space s ON s.oid = typnamespace WHERE ${ours('pg_type', 't.oid')}),
-- Who owns most; a database without tables has nobody but its owner.
me AS MATERIALIZED (
  SELECT coalesce((SELECT relowner FROM rel WHERE relkind IN ('r', 'p', 'v', 'm', 'f') GROUP BY 1
                   ORDER BY count(*) DESC, 1 LIMIT 1), datdba) AS owner FROM here),
-- Roles that own, may or are named in something here.
party AS MATERIALIZED (
  SELECT DISTINCT refobjid AS oid FROM pg_shdepend, here
  WHERE refclassid = 'pg_authid'::regclass AND refobjid >= 16384
    AND (dbid = here.oid AND NOT (${ELSEWHERE}) OR classid = 'pg_database'::regclass AND objid = here.oid)
  UNION SELECT owner FROM me),
-- And those that act as one of them: settings count for who logs in.
actor AS (SELECT oid FROM party UNION SELECT member FROM actor JOIN pg_auth_members ON roleid = actor.oid)`;
}

/** The whole catalog in one statement: rows of (kind, name, "on", parent, facts). */
export function snapshotStatement(schema: string, scope: Scope): string {
  return `${prologue(schema, scope)}
SELECT kind, name, "on", parent, jsonb_strip_nulls(facts) AS facts FROM (
${[...RELATIONS, ...CONSTRAINTS, ...TYPES, ...ROUTINES, ...RIGHTS, ...serverParts(scope)].join('\nUNION ALL\n')}
) AS objects`;
}
