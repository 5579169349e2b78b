import { isDocumentedSetting } from '../documented-options.js';
import type { Scope } from '../snapshot.js';
import {
  createCommentSql,
  createEnabledSql,
  createJoinSql,
  createOwnerSql,
  createOwnSchemaSql,
  createRoleSql,
  createCaseSql,
} from './common.js';

const routines = `
SELECT sort, path, NULL, 'schema ' || schema, jsonb_build_object(
  'arguments', nullif(pg_get_function_arguments(p.oid), ''),
  'result', pg_get_function_result(p.oid),
  'language', lanname,
  'body', ${createCaseSql(`prokind <> 'a'`, `coalesce(pg_get_function_sqlbody(p.oid), nullif(probin, '') || ' ' || prosrc, prosrc)`)},
  'security', ${createCaseSql('prosecdef', `'DEFINER'`)},
  'volatility', CASE provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' END,
  'strictness', ${createCaseSql('proisstrict', `'STRICT'`)},
  'leakproof', ${createCaseSql('proleakproof', `'yes'`)},
  'parallel', CASE proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' END,
  'cost', ${createCaseSql(`procost <> CASE WHEN lanname IN ('c', 'internal') THEN 1 ELSE 100 END`, 'procost::text')},
  'rows', ${createCaseSql('proretset AND prorows <> 1000', 'prorows::text')},
  'settings', ${createJoinSql('proconfig')},
  'aggregate', (SELECT concat_ws(', ', 'SFUNC = ' || aggtransfn, 'STYPE = ' || format_type(aggtranstype, NULL),
     'FINALFUNC = ' || nullif(aggfinalfn::text, '-'), 'INITCOND = ' || quote_literal(agginitval),
     'COMBINEFUNC = ' || nullif(aggcombinefn::text, '-'), 'SORTOP = ' || nullif(aggsortop, 0)::regoperator)
     FROM pg_aggregate WHERE aggfnoid = p.oid),
  'definition', ${createCaseSql(`prokind <> 'a'`, 'pg_get_functiondef(p.oid)')},
  'owner', ${createOwnerSql('proowner')},
  'comment', ${createCommentSql('pg_proc', 'p.oid')})
FROM routine p JOIN pg_language l ON l.oid = prolang`;

const triggers = `
SELECT 'trigger', quote_ident(tgname), path, key, jsonb_build_object(
  'definition', pg_get_triggerdef(t.oid),
  'firing', ${createEnabledSql('tgenabled')},
  'comment', ${createCommentSql('pg_trigger', 't.oid')})
FROM rel JOIN pg_trigger t ON tgrelid = rel.oid WHERE NOT tgisinternal`;

// The rule of a view is part of the view.
const rules = `
SELECT 'rule', quote_ident(rulename), path, key, jsonb_build_object(
  'definition', pg_get_ruledef(r.oid),
  'firing', ${createEnabledSql('ev_enabled')},
  'comment', ${createCommentSql('pg_rewrite', 'r.oid')})
FROM rel JOIN pg_rewrite r ON ev_class = rel.oid WHERE rulename <> '_RETURN'`;

const eventTriggers = `
SELECT 'event trigger', quote_ident(evtname), NULL, NULL, jsonb_build_object(
  'definition', format('CREATE EVENT TRIGGER %I ON %s%s EXECUTE FUNCTION %s()', evtname, evtevent,
    ' WHEN TAG IN (' || (SELECT string_agg(quote_literal(g), ', ' ORDER BY g) FROM unnest(evttags) g) || ')', evtfoid::regproc),
  'firing', ${createEnabledSql('evtenabled')},
  'owner', ${createOwnerSql('evtowner')},
  'comment', ${createCommentSql('pg_event_trigger', 'e.oid')})
FROM pg_event_trigger e WHERE ${createOwnSchemaSql('pg_event_trigger', 'e.oid')}`;

/** Functions, procedures, triggers and rules. */
export const ROUTINES = [routines, triggers, rules, eventTriggers];

// The operator chooses the owner, comment, locale and limits of a database.
const database = `
SELECT 'database', '$database', NULL, NULL, jsonb_build_object('encoding', pg_encoding_to_char(encoding)) FROM here
UNION ALL
SELECT 'server', '', NULL, NULL, jsonb_build_object('version', (current_setting('server_version_num')::int / 10000)::text,
  'owner', (SELECT quote_ident(pg_get_userbyid(owner)) FROM me), 'database', quote_ident(current_database()))`;

// The default version and the comment depend on the server.
const extensions = `
SELECT 'extension', quote_ident(extname), NULL, NULL, jsonb_build_object(
  'schema', quote_ident(nspname),
  'version', nullif(extversion, default_version),
  'comment', nullif(${createCommentSql('pg_extension', 'e.oid')}, comment))
FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace LEFT JOIN pg_available_extensions() a ON a.name = extname`;

// Settings of this database for all roles or for one, and global settings for all roles or for a role of this database.
// search_path is left out for a schema other than public, because every connection of this package sets it.
const createSettingsSql = (scope: Scope): string => `
SELECT 'setting', split_part(setting, '=', 1),
  CASE WHEN setrole = 0 AND setdatabase = 0 THEN 'ROLE ALL' WHEN setrole = 0 THEN 'DATABASE $database'
    ELSE 'ROLE ' || ${createRoleSql('setrole')} || CASE setdatabase WHEN 0 THEN '' ELSE ' IN DATABASE $database' END END,
  NULL, jsonb_build_object('value', substr(setting, strpos(setting, '=') + 1))
FROM pg_db_role_setting, here, unnest(setconfig) setting
WHERE (setdatabase = here.oid OR setdatabase = 0 AND (setrole = 0 OR setrole IN (SELECT oid FROM actor)))
  AND ${isDocumentedSetting(`split_part(setting, '=', 1)`)}
  AND (${scope === 'database'} OR split_part(setting, '=', 1) <> 'search_path')`;

// Only roles with a privilege here. The owners of the tables and of the database belong to the server.
const roles = `
SELECT 'role', quote_ident(rolname) || ' ' || attribute, NULL, NULL, '{}'::jsonb
FROM pg_roles r JOIN party USING (oid), LATERAL (
  SELECT unnest(array_remove(ARRAY[${[
    'rolsuper SUPERUSER',
    'rolbypassrls BYPASSRLS',
    'rolcreaterole CREATEROLE',
    'rolcreatedb CREATEDB',
    'rolreplication REPLICATION',
  ]
    .map((pair) => pair.split(' '))
    .map(([flag = '', attribute = '']) => createCaseSql(flag, `'${attribute}'`))
    .join(', ')}], NULL)) AS attribute
  UNION ALL SELECT 'IN ROLE ' || quote_ident(pg_get_userbyid(roleid)) FROM pg_auth_members WHERE member = r.oid) x
WHERE r.oid NOT IN (SELECT owner FROM me UNION ALL SELECT datdba FROM here)`;

const publications = `
SELECT 'publication', quote_ident(pubname), NULL, NULL, jsonb_build_object(
  'definition', concat_ws(', ', CASE WHEN puballtables THEN 'FOR ALL TABLES' END,
    (SELECT 'FOR TABLE ' || string_agg(prrelid::regclass || coalesce(' WHERE ' || pg_get_expr(prqual, prrelid), '') ||
       coalesce(' (' || prattrs::text || ')', ''), ', ' ORDER BY prrelid::regclass::text)
     FROM pg_publication_rel WHERE prpubid = p.oid),
    (SELECT 'FOR TABLES IN SCHEMA ' || string_agg(coalesce(schema, pnnspid::regnamespace::text), ', ' ORDER BY pnnspid::regnamespace::text)
     FROM pg_publication_namespace LEFT JOIN space s ON s.oid = pnnspid WHERE pnpubid = p.oid),
    CASE WHEN pubviaroot THEN 'VIA ROOT' END, CASE WHEN pubinsert THEN 'INSERT' END, CASE WHEN pubupdate THEN 'UPDATE' END,
    CASE WHEN pubdelete THEN 'DELETE' END, CASE WHEN pubtruncate THEN 'TRUNCATE' END),
  'comment', ${createCommentSql('pg_publication', 'p.oid')})
FROM pg_publication p
-- One that publishes only what is in other schemas is theirs.
WHERE NOT EXISTS (SELECT FROM pg_publication_rel JOIN pg_class c ON c.oid = prrelid JOIN elsewhere e ON e.oid = relnamespace WHERE prpubid = p.oid
                  UNION ALL SELECT FROM pg_publication_namespace JOIN elsewhere e ON e.oid = pnnspid WHERE pnpubid = p.oid)
   OR EXISTS (SELECT FROM pg_publication_rel JOIN rel ON rel.oid = prrelid WHERE prpubid = p.oid
              UNION ALL SELECT FROM pg_publication_namespace JOIN space s ON s.oid = pnnspid WHERE pnpubid = p.oid)`;

/** Rare kinds of objects, by name only. OIDs below 16384 belong to initdb. */
const others = [
  'pg_am',
  'pg_cast',
  'pg_conversion',
  'pg_foreign_data_wrapper',
  'pg_foreign_server',
  'pg_language',
  'pg_operator',
  'pg_opclass',
  'pg_opfamily',
  'pg_transform',
  'pg_ts_config',
  'pg_ts_dict',
  'pg_ts_parser',
  'pg_ts_template',
].map(
  (catalog) => `
SELECT 'object', i.type || ' ' || i.identity, NULL, NULL, '{}'::jsonb
FROM ${catalog} c, pg_identify_object('${catalog}'::regclass, c.oid, 0) i WHERE c.oid >= 16384 AND ${createOwnSchemaSql(catalog, 'c.oid')}
  AND (i.schema IS NULL OR to_regnamespace(i.schema)::oid NOT IN (SELECT oid FROM elsewhere))`,
);

/** The database as a whole, and its settings and roles on the server. */
export function createServerParts(scope: Scope): string[] {
  return [database, extensions, createSettingsSql(scope), roles, publications, ...others];
}
