import { documentedOptions } from '../options.js';
import { comment, joined, otherOwner, ours, when } from './common.js';

const schemas = `
SELECT 'schema' AS kind, schema AS name, NULL AS "on", NULL AS parent, jsonb_build_object(
  'owner', ${otherOwner('nspowner')},
  'comment', ${comment('pg_namespace', 'oid')}) AS facts
FROM space`;

const tables = `
SELECT 'table', path, NULL, 'schema ' || schema, jsonb_build_object(
  'kind', CASE relkind WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table' END,
  'persistence', ${when(`relpersistence = 'u'`, `'unlogged'`)},
  'access method', (SELECT nullif(amname, 'heap') FROM pg_am WHERE oid = relam),
  'options', ${documentedOptions('reloptions', 'table')},
  'toast options', (SELECT ${documentedOptions('t.reloptions', 'table')} FROM pg_class t WHERE t.oid = rel.reltoastrelid),
  'row security', ${when('relrowsecurity', `'enabled'`)},
  'row security of the owner', ${when('relforcerowsecurity', `'enabled'`)},
  'replica identity', CASE relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' WHEN 'i' THEN
    (SELECT 'USING INDEX ' || quote_ident(i.relname) FROM pg_index JOIN pg_class i ON i.oid = indexrelid
     WHERE indrelid = rel.oid AND indisreplident) END,
  'parents', (SELECT string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = rel.oid),
  'partition key', ${when(`relkind = 'p'`, 'pg_get_partkeydef(oid)')},
  'partition bound', pg_get_expr(relpartbound, oid),
  'row type', ${when('reloftype <> 0', 'reloftype::regtype::text')},
  'server', (SELECT quote_ident(srvname) || coalesce(' ' || ${joined('ftoptions')}, '') FROM pg_foreign_table
             JOIN pg_foreign_server s ON s.oid = ftserver WHERE ftrelid = rel.oid),
  'column order', (SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
                   WHERE attrelid = rel.oid AND attnum > 0 AND NOT attisdropped),
  'owner', ${otherOwner('relowner')},
  'comment', ${comment('pg_class', 'oid')})
FROM rel WHERE relkind IN ('r', 'p', 'f')`;

const views = `
SELECT CASE relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, path, NULL, 'schema ' || schema, jsonb_build_object(
  'query', pg_get_viewdef(oid),
  'options', CASE relkind WHEN 'v' THEN ${documentedOptions('reloptions', 'view')} ELSE ${documentedOptions('reloptions', 'table')} END,
  'rows', ${when('NOT relispopulated', `'not populated'`)},
  'owner', ${otherOwner('relowner')},
  'comment', ${comment('pg_class', 'oid')})
FROM rel WHERE relkind IN ('v', 'm')`;

const columns = `
SELECT 'column', quote_ident(attname), path, key, jsonb_build_object(
  'type', format_type(atttypid, atttypmod),
  'null', ${when(
    'attnotnull',
    `'not allowed' || coalesce((
     SELECT ' for new rows (NOT VALID)' FROM pg_constraint n
     WHERE n.conrelid = attrelid AND n.contype = 'n' AND n.conkey = ARRAY[attnum] AND NOT n.convalidated), '')`,
  )},
  'default', ${when(`attgenerated = ''`, 'pg_get_expr(adbin, adrelid)')},
  'generated', ${when(`attgenerated <> ''`, `pg_get_expr(adbin, adrelid) || CASE attgenerated WHEN 's' THEN ' STORED' ELSE ' VIRTUAL' END`)},
  'identity', CASE attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END,
  'collation', ${when('attcollation <> typcollation', 'attcollation::regcollation::text')},
  'storage', ${when('attstorage <> typstorage', `CASE attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END`)},
  'compression', CASE attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
  -- No target is -1 until 16, null since 17.
  'statistics target', ${when('attstattarget >= 0', 'attstattarget::text')},
  'options', ${documentedOptions('attoptions', 'column')},
  'comment', ${comment('pg_class', 'attrelid', 'attnum')})
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
  'persistence', ${when(`relpersistence = 'u'`, `'unlogged'`)},
  'owner', ${otherOwner('relowner')},
  'comment', ${comment('pg_class', 'oid')})
FROM rel JOIN pg_sequence ON seqrelid = oid`;

const statistics = `
SELECT 'statistics', s.schema || '.' || quote_ident(stxname), NULL, key, jsonb_build_object(
  'definition', pg_get_statisticsobjdef(x.oid),
  'statistics target', ${when('stxstattarget >= 0', 'stxstattarget::text')},
  'owner', ${otherOwner('stxowner')},
  'comment', ${comment('pg_statistic_ext', 'x.oid')})
FROM pg_statistic_ext x JOIN space s ON s.oid = stxnamespace JOIN rel ON rel.oid = stxrelid
WHERE ${ours('pg_statistic_ext', 'x.oid')}`;

/** Schemas and what holds rows. */
export const RELATIONS = [schemas, tables, views, columns, sequences, statistics];
