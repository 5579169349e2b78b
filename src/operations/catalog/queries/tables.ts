import { createOptionsSql } from '../documented-options.js';
import {
  createCommentSql,
  createEnabledSql,
  createJoinSql,
  createOwnerSql,
  createOwnSchemaSql,
  createRoleSql,
  createCaseSql,
} from './common.js';

const schemas = `
SELECT 'schema' AS kind, schema AS name, NULL AS "on", NULL AS parent, jsonb_build_object(
  'owner', ${createOwnerSql('nspowner')},
  'comment', ${createCommentSql('pg_namespace', 'oid')}) AS facts
FROM space`;

const tables = `
SELECT 'table', path, NULL, 'schema ' || schema, jsonb_build_object(
  'kind', CASE relkind WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table' END,
  'persistence', ${createCaseSql(`relpersistence = 'u'`, `'unlogged'`)},
  'access method', (SELECT nullif(amname, 'heap') FROM pg_am WHERE oid = relam),
  'options', ${createOptionsSql('reloptions', 'table')},
  'toast options', (SELECT ${createOptionsSql('t.reloptions', 'table')} FROM pg_class t WHERE t.oid = rel.reltoastrelid),
  'row security', ${createCaseSql('relrowsecurity', `'enabled'`)},
  'row security of the owner', ${createCaseSql('relforcerowsecurity', `'enabled'`)},
  'replica identity', CASE relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' WHEN 'i' THEN
    (SELECT 'USING INDEX ' || quote_ident(i.relname) FROM pg_index JOIN pg_class i ON i.oid = indexrelid
     WHERE indrelid = rel.oid AND indisreplident) END,
  'parents', (SELECT string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = rel.oid),
  'partition key', ${createCaseSql(`relkind = 'p'`, 'pg_get_partkeydef(oid)')},
  'partition bound', pg_get_expr(relpartbound, oid),
  'row type', ${createCaseSql('reloftype <> 0', 'reloftype::regtype::text')},
  'server', (SELECT quote_ident(srvname) || coalesce(' ' || ${createJoinSql('ftoptions')}, '') FROM pg_foreign_table
             JOIN pg_foreign_server s ON s.oid = ftserver WHERE ftrelid = rel.oid),
  'column order', (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
                   WHERE attrelid = rel.oid AND attnum > 0 AND NOT attisdropped),
  'owner', ${createOwnerSql('relowner')},
  'comment', ${createCommentSql('pg_class', 'oid')})
FROM rel WHERE relkind IN ('r', 'p', 'f')`;

const views = `
SELECT CASE relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, path, NULL, 'schema ' || schema, jsonb_build_object(
  'query', pg_get_viewdef(oid),
  'options', CASE relkind WHEN 'v' THEN ${createOptionsSql('reloptions', 'view')} ELSE ${createOptionsSql('reloptions', 'table')} END,
  'rows', ${createCaseSql('NOT relispopulated', `'not populated'`)},
  'owner', ${createOwnerSql('relowner')},
  'comment', ${createCommentSql('pg_class', 'oid')})
FROM rel WHERE relkind IN ('v', 'm')`;

const columns = `
SELECT 'column', quote_ident(attname), path, key, jsonb_build_object(
  'type', format_type(atttypid, atttypmod),
  'null', ${createCaseSql(
    'attnotnull',
    `'not allowed' || coalesce((
     SELECT ' for new rows (NOT VALID)' FROM pg_constraint n
     WHERE n.conrelid = attrelid AND n.contype = 'n' AND n.conkey = ARRAY[attnum] AND NOT n.convalidated), '')`,
  )},
  'default', ${createCaseSql(`attgenerated = ''`, 'pg_get_expr(adbin, adrelid)')},
  'generated', ${createCaseSql(`attgenerated <> ''`, `pg_get_expr(adbin, adrelid) || CASE attgenerated WHEN 's' THEN ' STORED' ELSE ' VIRTUAL' END`)},
  'identity', CASE attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END,
  'collation', ${createCaseSql('attcollation <> typcollation', 'attcollation::regcollation::text')},
  'storage', ${createCaseSql('attstorage <> typstorage', `CASE attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END`)},
  'compression', CASE attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
  -- No target is -1 until 16, null since 17.
  'statistics target', ${createCaseSql('attstattarget >= 0', 'attstattarget::text')},
  'options', ${createOptionsSql('attoptions', 'column')},
  'comment', ${createCommentSql('pg_class', 'attrelid', 'attnum')})
FROM rel JOIN pg_attribute ON attrelid = rel.oid AND attnum > 0 AND NOT attisdropped
JOIN pg_type t ON t.oid = atttypid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relkind IN ('r', 'p', 'f', 'v', 'm')`;

const sequences = `
SELECT 'sequence', path, NULL, coalesce('table ' || (
    SELECT t.path FROM pg_depend d JOIN rel t ON t.oid = refobjid
    WHERE classid = 'pg_class'::regclass AND objid = rel.oid AND refobjsubid > 0 AND deptype IN ('a', 'i')),
  'schema ' || schema), jsonb_build_object(
  'definition', format('AS %s INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s %s', format_type(seqtypid, NULL),
    seqincrement, seqmin, seqmax, seqstart, seqcache, CASE WHEN seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END),
  'used by', (SELECT refobjid::regclass || '.' || quote_ident(attname) FROM pg_depend
    JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
    WHERE classid = 'pg_class'::regclass AND objid = rel.oid AND refclassid = classid AND deptype IN ('a', 'i')),
  'persistence', ${createCaseSql(`relpersistence = 'u'`, `'unlogged'`)},
  'owner', ${createOwnerSql('relowner')},
  'comment', ${createCommentSql('pg_class', 'oid')})
FROM rel JOIN pg_sequence ON seqrelid = oid`;

const statistics = `
SELECT 'statistics', s.schema || '.' || quote_ident(stxname), NULL, key, jsonb_build_object(
  'definition', pg_get_statisticsobjdef(x.oid),
  'statistics target', ${createCaseSql('stxstattarget >= 0', 'stxstattarget::text')},
  'owner', ${createOwnerSql('stxowner')},
  'comment', ${createCommentSql('pg_statistic_ext', 'x.oid')})
FROM pg_statistic_ext x JOIN space s ON s.oid = stxnamespace JOIN rel ON rel.oid = stxrelid
WHERE ${createOwnSchemaSql('pg_statistic_ext', 'x.oid')}`;

/** Schemas, tables, columns, views and sequences. */
export const RELATIONS = [schemas, tables, views, columns, sequences, statistics];

// NOT NULL (contype n, only in PostgreSQL 18) is a fact of its column. Constraint triggers (t) are triggers.
const constraints = `
SELECT 'constraint', quote_ident(conname), path, key, jsonb_build_object(
  'definition', pg_get_constraintdef(c.oid),
  -- Whether the triggers of a foreign key fire: without them, rows without a parent are accepted.
  'enforcement', (SELECT ${createEnabledSql('min(tgenabled)')} FROM pg_trigger WHERE tgconstraint = c.oid AND tgisinternal
                  AND tgenabled <> 'O'),
  'index', ${createCaseSql('NOT indisvalid', `'invalid'`)},
  'options', (SELECT ${createOptionsSql('i.reloptions', 'index')} FROM pg_class i WHERE i.oid = indexrelid),
  'comment on the index', ${createCommentSql('pg_class', 'indexrelid')},
  'clustered', ${createCaseSql('indisclustered', `'yes'`)},
  'comment', ${createCommentSql('pg_constraint', 'c.oid')})
FROM rel JOIN pg_constraint c ON conrelid = rel.oid
LEFT JOIN pg_index ON indexrelid = conindid AND contype IN ('p', 'u', 'x')
WHERE contype NOT IN ('n', 't')`;

// The index of a constraint is part of the constraint.
const indexes = `
SELECT 'index', i.path, NULL, t.key, jsonb_build_object(
  'definition', pg_get_indexdef(i.oid),
  'validity', CASE WHEN NOT indisvalid THEN 'invalid' WHEN NOT indisready THEN 'not ready' END,
  'clustered', ${createCaseSql('indisclustered', `'yes'`)},
  'part of', (SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = i.oid),
  'comment', ${createCommentSql('pg_class', 'i.oid')})
FROM rel i JOIN pg_index ON indexrelid = i.oid JOIN rel t ON t.oid = indrelid
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.oid AND contype IN ('p', 'u', 'x'))`;

const policies = `
SELECT 'policy', quote_ident(polname), path, key, jsonb_build_object(
  'definition', format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', polname, path,
    CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
    CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
    (SELECT string_agg(r, ', ' ORDER BY r) FROM (SELECT ${createRoleSql('o')} FROM unnest(polroles) o) roles (r)),
    ' USING (' || pg_get_expr(polqual, polrelid) || ')', ' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')'),
  'comment', ${createCommentSql('pg_policy', 'p.oid')})
FROM rel JOIN pg_policy p ON polrelid = rel.oid`;

/** Constraints, indexes and statistics. */
export const CONSTRAINTS = [constraints, indexes, policies];

const about = `
  'owner', ${createOwnerSql('typowner')},
  'comment', ${createCommentSql('pg_type', 't.oid')}`;

const enums = `
SELECT sort, path, NULL, 'schema ' || schema, jsonb_build_object(
  'values', (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
  ${about}) FROM kind t WHERE typtype = 'e'`;

const domains = `
SELECT sort, path, NULL, 'schema ' || schema, jsonb_build_object(
  'type', format_type(typbasetype, typtypmod),
  'null', ${createCaseSql('typnotnull', `'not allowed'`)},
  'default', typdefault,
  'collation', (SELECT typcollation::regcollation::text FROM pg_type b WHERE b.oid = t.typbasetype AND b.typcollation <> t.typcollation),
  'checks', (SELECT string_agg(quote_ident(conname) || ' ' || pg_get_constraintdef(oid), ', ' ORDER BY conname)
             FROM pg_constraint WHERE contypid = t.oid AND contype = 'c'),
  ${about}) FROM kind t WHERE typtype = 'd'`;

// Arrays, the row types of tables and the multiranges of ranges are part of other types.
const others = `
SELECT sort, path, NULL, 'schema ' || schema, jsonb_build_object(
  'definition', CASE typtype
    WHEN 'c' THEN '(' || (SELECT string_agg(quote_ident(attname) || ' ' || format_type(atttypid, atttypmod) ||
      CASE WHEN attcollation IN (0, 100) THEN '' ELSE ' COLLATE ' || attcollation::regcollation END, ', ' ORDER BY attnum)
      FROM pg_attribute WHERE attrelid = typrelid AND attnum > 0 AND NOT attisdropped) || ')'
    WHEN 'r' THEN (SELECT format('RANGE (SUBTYPE = %s, SUBTYPE_OPCLASS = %s, CANONICAL = %s, SUBTYPE_DIFF = %s)',
      format_type(rngsubtype, NULL), (SELECT opcname FROM pg_opclass WHERE oid = rngsubopc), rngcanonical, rngsubdiff)
      FROM pg_range WHERE rngtypid = t.oid)
    ELSE format('(INPUT = %s, OUTPUT = %s)', typinput, typoutput) END,
  ${about}) FROM kind t WHERE typtype IN ('b', 'c', 'p', 'r')`;

// PostgreSQL 17 renamed the column of the locale.
const collations = `
SELECT 'collation', schema || '.' || quote_ident(collname), NULL, 'schema ' || schema, jsonb_build_object(
  'definition', concat_ws(', ', 'PROVIDER = ' || collprovider::text, 'LOCALE = ' || coalesce(
      to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', collcollate),
    'LC_CTYPE = ' || collctype, CASE WHEN NOT collisdeterministic THEN 'DETERMINISTIC = false' END),
  'owner', ${createOwnerSql('collowner')},
  'comment', ${createCommentSql('pg_collation', 'c.oid')})
FROM pg_collation c JOIN space s ON s.oid = collnamespace WHERE ${createOwnSchemaSql('pg_collation', 'c.oid')}`;

/** Types and collations. */
export const TYPES = [enums, domains, others, collations];
